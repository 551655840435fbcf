/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * `psr bench`: PSR against other ways to build a suite of programs. Results
 * go to stdout, progress to stderr; what is built lies in a directory of its
 * own, which is removed unless the user named it.
 */
#include <errno.h>
#include <ftw.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"
#include "driver.h"

enum {
	OPT_HELP = PSR_LONG_OPTION,
	OPT_SUITE,
	OPT_FILTER,
	OPT_SIZES,
	OPT_ARGS,
	OPT_BUILDS,
	OPT_FLAGS,
	OPT_ROUNDS,
	OPT_LEARN,
	OPT_THREADS,
	OPT_CPU,
	OPT_CLOCK,
	OPT_LAUNCH,
	OPT_TIMEOUT,
	OPT_ORACLE,
	OPT_JSON,
	OPT_KEEP,
	OPT_LIST,
};

static const struct option options[] = {
    {"help", no_argument, NULL, OPT_HELP},
    {"suite", required_argument, NULL, OPT_SUITE},
    {"filter", required_argument, NULL, OPT_FILTER},
    {"sizes", required_argument, NULL, OPT_SIZES},
    {"args", required_argument, NULL, OPT_ARGS},
    {"builds", required_argument, NULL, OPT_BUILDS},
    {"flags", required_argument, NULL, OPT_FLAGS},
    {"rounds", required_argument, NULL, OPT_ROUNDS},
    {"learn", required_argument, NULL, OPT_LEARN},
    {"threads", required_argument, NULL, OPT_THREADS},
    {"cpu", required_argument, NULL, OPT_CPU},
    {"clock", required_argument, NULL, OPT_CLOCK},
    {"launch", required_argument, NULL, OPT_LAUNCH},
    {"timeout", required_argument, NULL, OPT_TIMEOUT},
    {"oracle", no_argument, NULL, OPT_ORACLE},
    {"json", required_argument, NULL, OPT_JSON},
    {"keep", required_argument, NULL, OPT_KEEP},
    {"list", no_argument, NULL, OPT_LIST},
    {NULL, 0, NULL, 0},
};

/* What the command line says. */
struct request {
	struct bench_options o;
	struct bench_setup s;
	const char *suite, *filter, *args, *json, *keep;
	uint32_t sizes; /* bits */
	long cpu;       /* -1: the last one allowed */
	bool builds_given, list;
};

static void help(void)
{
	puts("Usage: psr bench [OPTION...]\n"
	     "Builds a suite of programs by clang, gcc and PSR, and times them "
	     "in turn.\nSee psr-bench(1).\n\n"
	     "  --suite DIR      the programs; PSR's own without it\n"
	     "  --filter REGEX   those whose names match\n"
	     "  --sizes LIST     the sizes of these numbers: 1,4\n"
	     "  --args LIST      arguments for programs that list no sizes: "
	     "\"9 5, 70 1\"\n"
	     "  --builds LIST    the ways to build them, of:");
	for (size_t b = 0; b < bench_nbuilds; b++)
		printf("                     %-8s %s\n", bench_builds[b].name,
		       bench_builds[b].what);
	puts("  --flags WORDS    more for every compiler: \"-DN=9 -I inc\"\n"
	     "  --rounds N       launches of each that are timed (5)\n"
	     "  --learn N        launches for PSR to learn (16)\n"
	     "  --threads N      also PSR with N processors\n"
	     "  --cpu N          the processor to use; the last one without "
	     "it\n"
	     "  --clock cpu|wall what times are compared (cpu)\n"
	     "  --launch frozen|plain|run\n"
	     "                   PSR's builds: by what was learnt, as they "
	     "come, or by\n"
	     "                   psr run (frozen)\n"
	     "  --timeout S      the longest launch, in seconds (60)\n"
	     "  --oracle         try every variant: is the choice the best?\n"
	     "  --json FILE      write everything there\n"
	     "  --keep DIR       build there, and leave it\n"
	     "  --list           only list programs and sizes\n"
	     "  --help           print this");
}

/* ---- The command line -----------------------------------------------------
 */

static int bad(const char *option, const char *value, const char *what)
{
	return psr_say(PSR_EXIT_USAGE, "bench: %s: '%s' is not %s", option,
		       value, what);
}

/* A whole number within LOW..HIGH. */
static int take_number(const char *option, unsigned low, unsigned high,
		       unsigned *out)
{
	char *end, what[64];
	unsigned long v;

	errno = 0;
	v = strtoul(optarg, &end, 10);
	snprintf(what, sizeof(what), "a number from %u to %u", low, high);
	if (errno || *end || *optarg < '0' || *optarg > '9' || v < low ||
	    v > high)
		return bad(option, optarg, what);
	*out = (unsigned)v;
	return 0;
}

static int take_sizes(struct request *r)
{
	char *end;

	r->sizes = 0;
	for (const char *p = optarg;; p = end + 1) {
		unsigned long v = strtoul(p, &end, 10);

		if (*p < '1' || *p > '9' || v > BENCH_NUMBERED ||
		    (*end && *end != ','))
			return bad("--sizes", optarg,
				   "a list of numbers, such as 1,4");
		r->sizes |= 1u << (v - 1);
		if (!*end)
			return 0;
	}
}

/* Adds the build of N characters at NAME. */
static int take_build(struct request *r, const char *name, size_t n)
{
	for (size_t b = 0; b < bench_nbuilds; b++)
		if (strlen(bench_builds[b].name) == n &&
		    !strncmp(bench_builds[b].name, name, n)) {
			r->o.builds |= 1u << b;
			return 0;
		}
	return psr_say(PSR_EXIT_USAGE,
		       "bench: --builds: '%.*s' is no build; see 'psr bench "
		       "--help'",
		       (int)n, name);
}

/* clang's is always among them: it is what the others are compared with. */
static int take_builds(struct request *r)
{
	const char *p = optarg;
	int ret = 0;

	r->o.builds = 1;
	r->builds_given = true;
	while (!ret) {
		size_t n = strcspn(p, ",");

		ret = take_build(r, p, n);
		if (!p[n])
			break;
		p += n + 1;
	}
	return ret;
}

static int take_flags(struct request *r)
{
	char *copy = strdup(optarg), *rest = copy, *w;
	int ret = copy ? 0 : -ENOMEM;

	while (!ret && (w = strsep(&rest, " \t\n")))
		if (*w)
			ret = psr_args_add(&r->s.flags, w);
	free(copy);
	return ret ? psr_say(PSR_EXIT_FAILURE, "bench: out of memory") : 0;
}

static int take_path(const char *option, const char **out)
{
	if (!*optarg)
		return bad(option, optarg, "a path");
	*out = optarg;
	return 0;
}

static int take_clock(struct request *r)
{
	r->o.wall = !strcmp(optarg, "wall");
	if (!r->o.wall && strcmp(optarg, "cpu") != 0)
		return bad("--clock", optarg, "'cpu' or 'wall'");
	return 0;
}

static int take_launch(struct request *r)
{
	for (int l = 0; l < BENCH_LAUNCHED; l++)
		if (!strcmp(optarg, bench_launched_name(l))) {
			r->o.launched = l;
			return 0;
		}
	return bad("--launch", optarg, "'frozen', 'plain' or 'run'");
}

/* Options whose value is a number. */
static int take_numeric(struct request *r, int c)
{
	unsigned n;
	int ret;

	switch (c) {
	case OPT_ROUNDS:
		return take_number("--rounds", 1, 1000, &r->o.rounds);
	case OPT_LEARN:
		return take_number("--learn", 0, 1000, &r->o.learn);
	case OPT_THREADS:
		return take_number("--threads", 2, CPU_SETSIZE, &r->o.threads);
	case OPT_TIMEOUT:
		ret = take_number("--timeout", 1, 86400, &n);
		r->s.timeout_s = n;
		return ret;
	default:
		ret = take_number("--cpu", 0, CPU_SETSIZE - 1, &n);
		r->cpu = n;
		return ret;
	}
}

static int take_option(struct request *r, int c)
{
	switch (c) {
	case OPT_SUITE:
		return take_path("--suite", &r->suite);
	case OPT_JSON:
		return take_path("--json", &r->json);
	case OPT_KEEP:
		return take_path("--keep", &r->keep);
	case OPT_FILTER:
		r->filter = optarg;
		return 0;
	case OPT_ARGS:
		r->args = optarg;
		return 0;
	case OPT_SIZES:
		return take_sizes(r);
	case OPT_BUILDS:
		return take_builds(r);
	case OPT_FLAGS:
		return take_flags(r);
	case OPT_CLOCK:
		return take_clock(r);
	case OPT_LAUNCH:
		return take_launch(r);
	case OPT_ORACLE:
		r->o.oracle = true;
		return 0;
	case OPT_LIST:
		r->list = true;
		return 0;
	default:
		return take_numeric(r, c);
	}
}

/* ---- Processors -----------------------------------------------------------
 */

/* The last of the processors in SET. */
static long last_of(const cpu_set_t *set)
{
	long cpu = CPU_SETSIZE - 1;

	while (cpu > 0 && !CPU_ISSET((size_t)cpu, set))
		cpu--;
	return cpu;
}

/* Chooses the processors to run on, of those that we may use. */
static int choose_processors(struct request *r)
{
	cpu_set_t all;
	unsigned n = 0;

	CPU_ZERO(&all);
	sched_getaffinity(0, sizeof(all), &all);
	if (r->cpu < 0)
		r->cpu = last_of(&all);
	if (!CPU_ISSET((size_t)r->cpu, &all))
		return psr_say(PSR_EXIT_USAGE,
			       "bench: --cpu: processor %ld is not ours",
			       r->cpu);
	if (r->o.threads > (unsigned)CPU_COUNT(&all))
		return psr_say(PSR_EXIT_USAGE,
			       "bench: --threads: there are only %d processors",
			       CPU_COUNT(&all));
	CPU_ZERO(&r->s.one);
	CPU_ZERO(&r->s.several);
	CPU_SET((size_t)r->cpu, &r->s.one);
	for (size_t i = 0; i < CPU_SETSIZE && n < r->o.threads; i++)
		if (CPU_ISSET(i, &all)) {
			CPU_SET(i, &r->s.several);
			n++;
		}
	r->s.threads = r->o.threads;
	return 0;
}

/* ---- The builds -----------------------------------------------------------
 */

static void drop_missing(struct request *r, size_t b, struct psr_err *err)
{
	r->o.builds &= ~(1u << b);
	psr_say(0, "bench: %s; left out", err->text);
}

/* Which builds there are to be; what nobody asked for may be missing. */
static int choose_builds(struct request *r)
{
	struct psr_err err = {""};

	for (size_t b = 0; b < bench_nbuilds; b++) {
		if (!r->builds_given && bench_builds[b].by_default)
			r->o.builds |= 1u << b;
		if ((r->o.builds >> b & 1) && bench_builds[b].after)
			r->o.builds |=
			    1u << bench_build_named(bench_builds[b].after);
	}
	for (size_t b = 0; b < bench_nbuilds; b++) {
		uint32_t bit = 1u << b;

		if (bench_builds[b].threads && r->o.threads)
			r->o.builds |= bit;
		if (bench_builds[b].threads && !r->o.threads &&
		    (r->o.builds & bit))
			return psr_say(PSR_EXIT_USAGE,
				       "bench: --builds: '%s' needs --threads",
				       bench_builds[b].name);
		if (!(r->o.builds & bit) ||
		    !bench_setup_tools(&r->s, bit, &err))
			continue;
		if (b == 0 || bench_builds[b].psr || r->builds_given)
			return psr_say(PSR_EXIT_FAILURE, "bench: %s", err.text);
		drop_missing(r, b, &err);
	}
	return 0;
}

/* ---- The directory --------------------------------------------------------
 */

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *f)
{
	(void)st, (void)type, (void)f;
	return remove(path);
}

static void remove_all(const char *dir)
{
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/* Makes DIR with one directory a build, and names it in the setup. */
static int make_directory(struct request *r, char dir[PATH_MAX])
{
	const char *tmp = getenv("TMPDIR");
	char made[PATH_MAX], sub[PATH_MAX + 32];
	bool ok;

	snprintf(made, sizeof(made), "%s/psr-bench.XXXXXX",
		 tmp && *tmp ? tmp : "/tmp");
	if (r->keep)
		ok = !mkdir(r->keep, 0777) || errno == EEXIST;
	else
		ok = mkdtemp(made);
	if (!ok || !realpath(r->keep ? r->keep : made, dir))
		return psr_say(PSR_EXIT_FAILURE, "bench: %s: %s",
			       r->keep ? r->keep : made, strerror(errno));
	for (size_t b = 0; b < bench_nbuilds; b++) {
		snprintf(sub, sizeof(sub), "%s/%s", dir, bench_builds[b].name);
		if (mkdir(sub, 0777) < 0 && errno != EEXIST)
			return psr_say(PSR_EXIT_FAILURE, "bench: %s: %s", sub,
				       strerror(errno));
	}
	r->s.dir = dir;
	return 0;
}

/* ---- The run --------------------------------------------------------------
 */

static void list_programs(const struct bench_suite *suite)
{
	for (size_t i = 0; i < suite->n; i++) {
		printf("%-20s", suite->programs[i].name);
		for (size_t s = 0; s < suite->programs[i].nsizes; s++)
			printf(" %s", suite->programs[i].sizes[s].label);
		putchar('\n');
	}
}

static size_t count_cases(const struct bench_suite *suite)
{
	size_t n = 0;

	for (size_t i = 0; i < suite->n; i++)
		n += suite->programs[i].nsizes;
	return n;
}

/* What failed, but not the same as of LAST, the size before. */
static void complain(const struct bench_case *c, const struct bench_case *last)
{
	for (size_t b = 0; b < bench_nbuilds; b++)
		if (*c->cells[b].why &&
		    (!last || strcmp(c->cells[b].why, last->cells[b].why) != 0))
			psr_say(0, "bench: %s %s, %s: %s", c->program->name,
				c->size->label, bench_builds[b].name,
				c->cells[b].why);
	if (c->wrong)
		psr_say(0, "bench: %s %s: %u WRONG ANSWERS of PSR's",
			c->program->name, c->size->label, c->wrong);
}

/* Measures all programs; *DONE is the number of cases that are filled. */
static int measure_all(const struct request *r, const struct bench_suite *suite,
		       struct bench_case *cases, size_t *done)
{
	struct psr_err err = {""};

	bench_print_heading(&r->o);
	for (size_t i = 0; i < suite->n; i++) {
		const struct bench_program *p = &suite->programs[i];
		int ret;

		fprintf(stderr, "psr: bench: %s (%zu of %zu)\n", p->name, i + 1,
			suite->n);
		ret = bench_measure(&r->s, &r->o, p, cases + *done, &err);
		if (ret)
			return psr_say(PSR_EXIT_FAILURE, "bench: %s", err.text);
		for (size_t s = 0; s < p->nsizes; s++, ++*done) {
			complain(&cases[*done], s ? &cases[*done - 1] : NULL);
			bench_print_case(&r->o, &cases[*done]);
			bench_print_oracle(&cases[*done]);
		}
	}
	return 0;
}

static int write_json(const struct request *r, FILE *f,
		      const struct bench_case *cases, size_t n,
		      const struct bench_summary *sum)
{
	struct psr_text t = {0};
	bool failed;

	bench_json(&r->o, &r->s, cases, n, sum, &t);
	failed = t.failed || fwrite(t.s, 1, t.n, f) != t.n || fflush(f);
	psr_text_free(&t);
	return failed ? psr_say(PSR_EXIT_FAILURE, "bench: %s: %s", r->json,
				strerror(errno ? errno : EIO))
		      : 0;
}

/* JSON is opened first: nobody waits half an hour for a bad path. */
static int measure(const struct request *r, const struct bench_suite *suite)
{
	size_t n = count_cases(suite), done = 0;
	struct bench_case *cases = calloc(n, sizeof(*cases));
	FILE *json = r->json ? fopen(r->json, "we") : NULL;
	struct bench_summary sum;
	int ret = 0;

	if (!cases)
		ret = psr_say(PSR_EXIT_FAILURE, "bench: out of memory");
	else if (r->json && !json)
		ret = psr_say(PSR_EXIT_FAILURE, "bench: %s: %s", r->json,
			      strerror(errno));
	else
		ret = measure_all(r, suite, cases, &done);
	if (done) {
		bench_summarise(&r->o, cases, done, &sum);
		bench_print_summary(&r->o, &sum);
		if (sum.wrong || sum.failed)
			ret = PSR_EXIT_FAILURE;
		if (json && write_json(r, json, cases, done, &sum))
			ret = PSR_EXIT_FAILURE;
	}
	for (size_t i = 0; cases && i < n; i++)
		bench_case_free(&cases[i]);
	free(cases);
	if (json)
		fclose(json);
	return ret;
}

static int bench(struct request *r)
{
	struct bench_suite suite;
	struct psr_err err = {""};
	char dir[PATH_MAX] = "";
	int ret = bench_suite_open(r->suite, r->filter, r->sizes, r->args,
				   &suite, &err);

	if (ret)
		ret =
		    psr_say(ret == -EINVAL ? PSR_EXIT_USAGE : PSR_EXIT_FAILURE,
			    "bench: %s", err.text);
	else if (r->list)
		list_programs(&suite);
	else
		ret = choose_processors(r);
	if (!ret && !r->list)
		ret = choose_builds(r);
	if (!ret && !r->list) {
		bench_catch_signals();
		r->s.suite = suite.dir;
		ret = make_directory(r, dir);
		if (!ret)
			ret = measure(r, &suite);
		if (*dir && !r->keep)
			remove_all(dir);
	}
	bench_suite_close(&suite);
	return ret;
}

int cmd_bench(int argc, char **argv)
{
	struct request r = {
	    .o = {.rounds = 5, .learn = 16},
	    .s = {.timeout_s = 60},
	    .sizes = ~0u,
	    .cpu = -1,
	};
	int c, ret = 0;

	opterr = 0;
	while (!ret && (c = getopt_long(argc, argv, "+:", options, NULL)) != -1)
		if (c == OPT_HELP) {
			help();
			psr_args_free(&r.s.flags);
			return PSR_EXIT_OK;
		} else if (c == '?' || c == ':') {
			ret = psr_bad_option(c, argv);
		} else {
			ret = take_option(&r, c);
		}
	if (!ret && optind < argc)
		ret = psr_say(PSR_EXIT_USAGE,
			      "bench: '%s' is one too many; see 'psr bench "
			      "--help'",
			      argv[optind]);
	if (!ret)
		ret = bench(&r);
	psr_args_free(&r.s.flags);
	return ret;
}
