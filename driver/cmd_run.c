/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * `psr run`: the program runs as if it were started alone. Exit status and
 * death by a signal are mirrored; psr itself prints nothing, unless asked.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "driver.h"
#include "launch.h"
#include "parse.h"

enum {
	OPT_HELP = PSR_LONG_OPTION,
	OPT_DB,
	OPT_BACKEND,
	OPT_MODE,
	OPT_MEMORY,
	OPT_CORES,
	OPT_PIN,
	OPT_MIN,
	OPT_MAX,
	OPT_WAIT,
	OPT_SMALLER,
	OPT_RETRY,
	OPT_NO_LEARN,
	OPT_NO_PREDICT,
	OPT_JSON,
};

static const struct option options[] = {
    {"help", no_argument, NULL, OPT_HELP},
    {"db", required_argument, NULL, OPT_DB},
    {"backend", required_argument, NULL, OPT_BACKEND},
    {"mode", required_argument, NULL, OPT_MODE},
    {"memory", required_argument, NULL, OPT_MEMORY},
    {"cores", required_argument, NULL, OPT_CORES},
    {"pin", no_argument, NULL, OPT_PIN},
    {"min-memory", required_argument, NULL, OPT_MIN},
    {"max-memory", required_argument, NULL, OPT_MAX},
    {"wait", no_argument, NULL, OPT_WAIT},
    {"smaller", no_argument, NULL, OPT_SMALLER},
    {"retry", no_argument, NULL, OPT_RETRY},
    {"no-learn", no_argument, NULL, OPT_NO_LEARN},
    {"no-predict", no_argument, NULL, OPT_NO_PREDICT},
    {"json", required_argument, NULL, OPT_JSON},
    {"verbose", no_argument, NULL, 'v'},
    {NULL, 0, NULL, 0},
};

static void help(void)
{
	puts("Usage: psr run [OPTION...] [--] PROGRAM [ARGUMENT...]\n"
	     "Runs PROGRAM with the memory that it will need reserved, and "
	     "learns from it.\n\n"
	     "      --memory SIZE      reserve SIZE instead of the prediction\n"
	     "      --min-memory SIZE  never reserve less\n"
	     "      --max-memory SIZE  let it never use more\n"
	     "      --cores N          run it on N processors\n"
	     "      --pin              run it on as many processors as "
	     "predicted\n"
	     "      --wait             wait until the reservation fits\n"
	     "      --smaller          reserve less if it does not fit\n"
	     "      --retry            if --max-memory ends it, try once "
	     "with twice that\n"
	     "      --mode MODE        set PSR_MODE for the program\n"
	     "      --backend NAME     reserve by cgroup-v2, cgroup-v1 or "
	     "rlimit\n"
	     "      --no-predict       reserve nothing\n"
	     "      --no-learn         record nothing\n"
	     "      --db FILE          use FILE as the profile database\n"
	     "      --json FILE        write the run's record to FILE\n"
	     "  -v, --verbose          say on standard error what was done\n"
	     "      --help             print this\n"
	     "\nSIZE takes the suffixes K, M, G and T. See psr-run(1).");
}

struct request {
	struct psr_launch_options o;
	FILE *json; /* for the record; NULL: not wanted */
	bool verbose;
};

static int bad_value(const char *option, const char *value, const char *want)
{
	return psr_say(PSR_EXIT_USAGE, "run: %s: '%s' is not %s", option, value,
		       want);
}

static int take_size(const char *option, uint64_t *out)
{
	if (psr_parse_bytes(optarg, out) < 0 || !*out)
		return bad_value(option, optarg, "a size like 512M");
	return 0;
}

static int take_cores(unsigned *out)
{
	char *end;
	long n = strtol(optarg, &end, 10);

	if (end == optarg || *end || n < 1 || n > 65536)
		return bad_value("--cores", optarg, "a number of processors");
	*out = (unsigned)n;
	return 0;
}

static int take_backend(const struct psr_backend **out)
{
	*out = psr_backend_find(optarg);
	if (!*out)
		return bad_value("--backend", optarg,
				 "cgroup-v2, cgroup-v1 or rlimit");
	return 0;
}

static int take_mode(const char **out)
{
	if (!psr_mode_valid(optarg))
		return bad_value("--mode", optarg,
				 "off, baseline, frozen, learn, verify or "
				 "pinned:VARIANT");
	*out = optarg;
	return 0;
}

/* Opened before the program starts, so that failing costs no run. */
static int take_file(FILE **out)
{
	if (*out)
		fclose(*out);
	*out = fopen(optarg, "we");
	if (!*out)
		return psr_say(PSR_EXIT_FAILURE, "run: %s: %s", optarg,
			       strerror(errno));
	return 0;
}

static int take(int c, char **argv, struct request *q)
{
	struct psr_launch_options *o = &q->o;

	switch (c) {
	case OPT_DB:
		if (!*optarg)
			return bad_value("--db", optarg, "a file");
		o->db = optarg;
		return 0;
	case OPT_BACKEND:
		return take_backend(&o->backend);
	case OPT_MODE:
		return take_mode(&o->mode);
	case OPT_MEMORY:
		return take_size("--memory", &o->memory_bytes);
	case OPT_CORES:
		return take_cores(&o->cores);
	case OPT_PIN:
		o->pin = true;
		return 0;
	case OPT_MIN:
		return take_size("--min-memory", &o->min_bytes);
	case OPT_MAX:
		return take_size("--max-memory", &o->max_bytes);
	case OPT_WAIT:
		o->no_room = PSR_WAIT;
		return 0;
	case OPT_SMALLER:
		o->no_room = PSR_SMALLER;
		return 0;
	case OPT_RETRY:
		o->retry = true;
		return 0;
	case OPT_NO_LEARN:
		o->no_learn = true;
		return 0;
	case OPT_NO_PREDICT:
		o->no_predict = true;
		return 0;
	case OPT_JSON:
		return take_file(&q->json);
	case 'v':
		q->verbose = o->keep_stderr = true;
		return 0;
	default:
		return psr_bad_option(c, argv);
	}
}

static int check(const struct psr_launch_options *o)
{
	if (o->min_bytes > o->max_bytes)
		return psr_say(PSR_EXIT_USAGE,
			       "run: --min-memory is above --max-memory");
	if (o->memory_bytes > o->max_bytes)
		return psr_say(PSR_EXIT_USAGE,
			       "run: --memory is above --max-memory");
	if (o->retry && o->max_bytes == PSR_NONE)
		return psr_say(PSR_EXIT_USAGE,
			       "run: --retry needs --max-memory");
	if (!o->argv[0])
		return psr_say(PSR_EXIT_USAGE,
			       "run: no program given; see 'psr run --help'");
	return 0;
}

/* ---- What was done --------------------------------------------------------
 */

static void print_bytes(const char *before, uint64_t bytes)
{
	if (bytes == PSR_NONE)
		fprintf(stderr, "%snothing", before);
	else
		fprintf(stderr, "%s%.1f MiB", before,
			(double)bytes / (1 << 20));
}

static void say_what(const struct psr_launch *l)
{
	const struct psr_record *r = &l->shared->record;

	fprintf(stderr, "psr: %s:", l->sig.task.name);
	print_bytes(" used ", r->peak_bytes);
	print_bytes(" of ", r->grant_memory_bytes);
	fprintf(stderr, " reserved (%s", r->backend);
	if (r->predictor[0])
		fprintf(stderr, ", %s from %llu runs, confidence %.2f",
			r->predictor, (unsigned long long)r->predicted_from,
			r->confidence_memory);
	fprintf(stderr, "), %.3f s, %.2f cores", (double)r->wall_ns / 1e9,
		r->cores_used);
	if (r->adapted)
		fprintf(stderr, ", limits moved %llu times",
			(unsigned long long)r->adapted);
	if (r->rolled_back)
		fprintf(stderr, ", rolled back: %s", r->rollback_reason);
	if (r->oom)
		fprintf(stderr, ", ended by --max-memory");
	fputc('\n', stderr);
	if (l->store_error)
		fprintf(stderr, "psr: nothing learned: %s\n",
			l->store_text.text);
}

static void write_record(const struct psr_launch *l, FILE *f)
{
	struct psr_text t = {0};

	psr_launch_json(l, &t);
	if (!t.failed)
		fputs(t.s, f);
	psr_text_free(&t);
}

static int refuse(int ret, const struct psr_err *err)
{
	if (ret == -ENOENT || ret == -ENOTDIR)
		return psr_say(127, "%s", err->text);
	if (ret == -EACCES)
		return psr_say(126, "%s", err->text);
	return psr_say(PSR_EXIT_FAILURE, "run: %s", err->text);
}

static int run(struct request *q)
{
	static struct psr_launch l; /* large */
	struct psr_err err = {""};
	int ret = psr_launch(&l, &q->o, &err), status;

	status = l.status;
	if (!ret && q->json)
		write_record(&l, q->json);
	if (q->json)
		fclose(q->json);
	if (!ret && q->verbose && !l.exec_errno)
		say_what(&l);
	psr_launch_leave(&l);
	if (ret < 0)
		return refuse(ret, &err);
	if (WIFSIGNALED(status))
		psr_signals_die(WTERMSIG(status));
	return WEXITSTATUS(status);
}

int cmd_run(int argc, char **argv)
{
	struct request q = {.o.max_bytes = PSR_NONE};
	int c, ret;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "+:v", options, NULL)) != -1) {
		if (c == OPT_HELP) {
			help();
			return PSR_EXIT_OK;
		}
		ret = take(c, argv, &q);
		if (ret)
			return ret;
	}
	q.o.argv = argv + optind;
	ret = check(&q.o);
	return ret ? ret : run(&q);
}
