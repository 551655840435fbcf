/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * `psr db`: asks and maintains the profile database. One table of questions
 * says which operands and options each takes; whatever only reads opens the
 * database for reading and never makes one.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db.h"
#include "driver.h"
#include "psr/profile.h"
#include "psr/sampled.h"
#include "text.h"

enum option_bit {
	OPT_FORMAT = 1 << 0, /* --json, --csv */
	OPT_FILE = 1 << 1,
	OPT_PROGRAM = 1 << 2,
	OPT_LIMIT = 1 << 3,
	OPT_MODULE = 1 << 4,
	OPT_TIMES = 1 << 5,
};

struct question {
	const char *name, *operands, *summary;
	int least, most;  /* operands */
	unsigned options; /* enum option_bit, or-ed */
	/* Negative errno with ERR. S is open for reading if OPEN. */
	int (*answer)(struct psr_store *s, const struct db_options *o,
		      char **operands, struct psr_err *err);
	bool open;
};

/* ---- The questions ---- */

static int db_list(struct psr_store *s, const struct db_options *o,
		   char **operands, struct psr_err *err)
{
	static const char table[] =
	    "SELECT run, started, program, arguments, CASE WHEN state <> "
	    "'done' THEN state WHEN signal IS NOT NULL THEN 'signal ' || "
	    "signal WHEN status THEN 'exit ' || status ELSE 'ok' END "
	    "AS result, wall_s, asked_mib, confidence, granted_mib, "
	    "used_mib, backend, predictor FROM runs "
	    "WHERE ?1 IS NULL OR program = ?1 LIMIT ?2";
	static const char whole[] =
	    "SELECT * FROM runs WHERE ?1 IS NULL OR program = ?1 LIMIT ?2";
	char limit[24];
	const char *params[] = {o->program, limit};

	(void)operands;
	snprintf(limit, sizeof(limit), "%ld", o->limit ? (long)o->limit : -1L);
	return psr_out_query(o->format, s,
			     o->format == PSR_OUT_TABLE ? table : whole, params,
			     2, err);
}

static int db_sites(struct psr_store *s, const struct db_options *o,
		    char **operands, struct psr_err *err)
{
	static const char best[] =
	    "SELECT * FROM sites WHERE ?1 IS NULL OR module = ?1";
	static const char table[] =
	    "SELECT module, function, place, " PSR_OUT_SIZE ", best, "
	    "ns_per_unit, baseline_ns, speedup, samples, variants_timed, "
	    "spent_s, regret FROM sites WHERE ?1 IS NULL OR module = ?1";
	static const char times[] =
	    "SELECT * FROM site_times WHERE ?1 IS NULL OR module = ?1";
	static const char times_table[] =
	    "SELECT module, function, place, " PSR_OUT_SIZE ", variant, "
	    "samples, round(p25_ns, 4) AS p25_ns, round(median_ns, 4) AS "
	    "median_ns, round(p75_ns, 4) AS p75_ns, ratio FROM site_times "
	    "WHERE ?1 IS NULL OR module = ?1";
	bool people = o->format == PSR_OUT_TABLE;
	const char *sql = o->times ? people ? times_table : times
			  : people ? table
				   : best;

	(void)operands;
	return psr_out_query(o->format, s, sql, &o->module, 1, err);
}

static int db_values(struct psr_store *s, const struct db_options *o,
		     char **operands, struct psr_err *err)
{
	static const char whole[] =
	    "SELECT * FROM site_values WHERE ?1 IS NULL OR module = ?1";
	static const char table[] =
	    "SELECT module, function, place, " PSR_OUT_SIZE
	    ", input, value, share, counted FROM site_values "
	    "WHERE ?1 IS NULL OR module = ?1";

	(void)operands;
	return psr_out_query(o->format, s,
			     o->format == PSR_OUT_TABLE ? table : whole,
			     &o->module, 1, err);
}

static size_t count(char **operands)
{
	size_t n = 0;

	while (operands[n])
		n++;
	return n;
}

/* The database knows sources by their base names. Returns how many. */
static size_t take_base_names(char **operands)
{
	size_t n = count(operands);

	for (size_t i = 0; i < n; i++) {
		char *slash = strrchr(operands[i], '/');

		operands[i] = slash ? slash + 1 : operands[i];
	}
	return n;
}

/* What a build reads; of all sites, or those in sources of these names. */
static int db_profile(struct psr_store *s, const struct db_options *o,
		      char **operands, struct psr_err *err)
{
	struct psr_text text = {0};
	size_t n = take_base_names(operands), nsites;
	int ret = psr_profile_write(s, (const char *const *)operands, n, &text,
				    &nsites, err);

	(void)o;
	if (!ret)
		fputs(text.s, stdout);
	psr_text_free(&text);
	return ret;
}

static int db_blocks(struct psr_store *s, const struct db_options *o,
		     char **operands, struct psr_err *err)
{
	struct psr_text text = {0};
	size_t n = take_base_names(operands);
	int ret = psr_sampled_write(s, (const char *const *)operands, n, &text,
				    err);

	(void)o;
	if (!ret && text.n)
		fputs(text.s, stdout);
	psr_text_free(&text);
	return ret;
}

static int db_query(struct psr_store *s, const struct db_options *o,
		    char **operands, struct psr_err *err)
{
	return psr_out_query(o->format, s, operands[0],
			     (const char *const *)operands + 1,
			     count(operands + 1), err);
}

static int db_show_run(struct psr_store *s, const struct db_options *o,
		       char **operands, struct psr_err *err)
{
	return db_show(s, o, operands[0], err);
}

/* What may be exported; "runs" is made from record.def. */
static const struct {
	const char *name, *sql;
} exports[] = {
    {"runs", NULL},
    {"samples", "SELECT * FROM sample ORDER BY run, at_ns"},
    {"adaptations", "SELECT * FROM adaptation ORDER BY id"},
    {"files", "SELECT d.run, d.kind, f.path, d.bytes FROM run_file d "
	      "JOIN file f ON f.id = d.file ORDER BY d.run, d.kind, d.file"},
    {"sites", "SELECT id AS site, module, printf('%016x', hash) AS hash, "
	      "function, file, line, kind, depth, instructions, loads, "
	      "stores, flops, branches, calls, load_bytes, store_bytes "
	      "FROM site ORDER BY id"},
    {"variants", "SELECT * FROM site_variant ORDER BY site, variant"},
    {"times", "SELECT t.site, c.name AS cpu, t.size_class, t.variant, "
	      "t.n, t.total_ns, t.p25_ns, t.median_ns, t.p75_ns, t.ring, "
	      "t.pairs "
	      "FROM site_time t JOIN cpu c ON c.id = t.cpu "
	      "ORDER BY t.site, t.cpu, t.size_class, t.variant"},
    {"counts", "SELECT * FROM site_count ORDER BY site, size_class"},
    {"values", "SELECT * FROM site_value ORDER BY site, size_class, input, "
	       "value"},
    {"branches", "SELECT * FROM site_branch ORDER BY site, branch"},
    {"choices", "SELECT * FROM run_site ORDER BY run, site, size_class, "
		"variant"},
    {"reservations", "SELECT * FROM reservation ORDER BY id"},
};

static int export_runs(struct psr_store *s, const struct db_options *o,
		       struct psr_err *err)
{
	struct psr_text sql = {0};
	int ret;

	psr_text_add(&sql, "SELECT r.id AS run, p.name AS program, p.path, "
			   "printf('%%016x', r.signature) AS signature, "
			   "t.arguments, t.environment");
	for (size_t i = 0; i < psr_nfields; i++)
		psr_text_add(&sql, ", r.%s", psr_fields[i].name);
	psr_text_add(&sql, " FROM run r JOIN task t ON t.id = r.task JOIN "
			   "program p ON p.id = r.program ORDER BY r.id");
	ret = sql.failed ? psr_fail(err, -ENOMEM, "out of memory")
			 : psr_out_query(o->format, s, sql.s, NULL, 0, err);
	psr_text_free(&sql);
	return ret;
}

static int db_export(struct psr_store *s, const struct db_options *o,
		     char **operands, struct psr_err *err)
{
	const char *what = operands[0] ? operands[0] : "runs";
	struct db_options csv = *o;

	if (!o->format_given)
		csv.format = PSR_OUT_CSV;
	for (size_t i = 0; i < PSR_COUNTOF(exports); i++) {
		if (strcmp(exports[i].name, what))
			continue;
		if (!exports[i].sql)
			return export_runs(s, &csv, err);
		return psr_out_query(csv.format, s, exports[i].sql, NULL, 0,
				     err);
	}
	return psr_fail(err, -ENXIO, "cannot export '%s'", what);
}

static int where(const struct db_options *o, char *buf, size_t size,
		 struct psr_err *err)
{
	if (!o->file)
		return psr_store_path(buf, size, err);
	if ((size_t)snprintf(buf, size, "%s", o->file) >= size)
		return psr_fail(err, -ENAMETOOLONG, "--db: name too long");
	return 0;
}

static int db_path(struct psr_store *s, const struct db_options *o,
		   char **operands, struct psr_err *err)
{
	char path[PATH_MAX];
	int ret = where(o, path, sizeof(path), err);

	(void)s;
	(void)operands;
	if (!ret)
		puts(path);
	return ret;
}

static int db_check(struct psr_store *s, const struct db_options *o,
		    char **operands, struct psr_err *err)
{
	char path[PATH_MAX];
	int ret = where(o, path, sizeof(path), err);

	(void)s;
	(void)operands;
	if (!ret)
		ret = psr_store_check(path, err);
	if (!ret)
		printf("%s: sound\n", path);
	return ret;
}

static int db_maintain(struct psr_store *s, const struct db_options *o,
		       char **operands, struct psr_err *err)
{
	struct psr_store *writer = NULL;
	int ret;

	(void)s; /* shows that there is a database: none is made here */
	(void)operands;
	ret = psr_store_open(o->file, PSR_STORE_WRITE, &writer, err);
	if (!ret)
		ret = psr_store_maintain(writer, err);
	psr_store_close(writer);
	return ret;
}

static const struct question questions[] = {
    {"list", "", "the latest runs: predicted, granted, used", 0, 0,
     OPT_FORMAT | OPT_FILE | OPT_PROGRAM | OPT_LIMIT, db_list, true},
    {"show", "RUN", "all about one run: number, uuid or 'last'", 1, 1,
     OPT_FORMAT | OPT_FILE, db_show_run, true},
    {"sites", "", "the fastest variant of each site and size", 0, 0,
     OPT_FORMAT | OPT_FILE | OPT_MODULE | OPT_TIMES, db_sites, true},
    {"values", "", "what the sites' integer inputs were", 0, 0,
     OPT_FORMAT | OPT_FILE | OPT_MODULE, db_values, true},
    {"profile", "[SOURCE...]", "what a build reads of it", 0, INT_MAX, OPT_FILE,
     db_profile, true},
    {"blocks", "SOURCE...", "and clang, of how often blocks ran", 1, INT_MAX,
     OPT_FILE, db_blocks, true},
    {"query", "SQL [VALUE...]", "one SELECT; values for its '?'", 1, INT_MAX,
     OPT_FORMAT | OPT_FILE, db_query, true},
    {"export", "[WHAT]", "everything, as CSV or JSON", 0, 1,
     OPT_FORMAT | OPT_FILE, db_export, true},
    {"path", "", "print where the database is", 0, 0, OPT_FILE, db_path, false},
    {"check", "", "check that the database is sound", 0, 0, OPT_FILE, db_check,
     false},
    {"maintain", "", "move the log into the database", 0, 0, OPT_FILE,
     db_maintain, true},
};

/* ---- Command line ---- */

static void help(void)
{
	puts("Usage: psr db QUESTION [OPTION...] [OPERAND...]\n"
	     "Asks and maintains the profile database.\n");
	for (size_t i = 0; i < PSR_COUNTOF(questions); i++) {
		const struct question *q = &questions[i];

		printf("  %-8s %-15s %s\n", q->name, q->operands, q->summary);
	}
	fputs("\nWHAT is one of", stdout);
	for (size_t i = 0; i < PSR_COUNTOF(exports); i++)
		printf(" %s", exports[i].name);
	puts(
	    ".\n\n"
	    "  --json, --csv   for machines; the default is a table\n"
	    "  --db FILE       instead of $PSR_DB or the default\n"
	    "  --program NAME  list: this program's runs only\n"
	    "  --limit N       list: at most N runs; 0: all (20)\n"
	    "  --module NAME   sites, values: of this program or library only\n"
	    "  --times         sites: every variant's times\n"
	    "  --help          print this");
}

enum {
	LONG_HELP = PSR_LONG_OPTION,
	LONG_JSON,
	LONG_CSV,
	LONG_FILE,
	LONG_PROGRAM,
	LONG_LIMIT,
	LONG_MODULE,
	LONG_TIMES,
};

static const struct option long_options[] = {
    {"help", no_argument, NULL, LONG_HELP},
    {"json", no_argument, NULL, LONG_JSON},
    {"csv", no_argument, NULL, LONG_CSV},
    {"db", required_argument, NULL, LONG_FILE},
    {"program", required_argument, NULL, LONG_PROGRAM},
    {"limit", required_argument, NULL, LONG_LIMIT},
    {"module", required_argument, NULL, LONG_MODULE},
    {"times", no_argument, NULL, LONG_TIMES},
    {NULL, 0, NULL, 0}};

/* Indexed by the option's value less LONG_HELP. */
static const unsigned option_bits[] = {0,          OPT_FORMAT,  OPT_FORMAT,
				       OPT_FILE,   OPT_PROGRAM, OPT_LIMIT,
				       OPT_MODULE, OPT_TIMES};

static bool parse_limit(const char *s, unsigned long *out)
{
	char *end;

	errno = 0;
	*out = strtoul(s, &end, 10);
	return *s >= '0' && *s <= '9' && !*end && !errno && *out <= LONG_MAX;
}

static int set_option(struct db_options *o, int c)
{
	o->given |= option_bits[c - LONG_HELP];
	if (c == LONG_JSON || c == LONG_CSV) {
		o->format = c == LONG_JSON ? PSR_OUT_JSON : PSR_OUT_CSV;
		o->format_given = true;
	} else if (c == LONG_FILE) {
		o->file = optarg;
	} else if (c == LONG_PROGRAM) {
		o->program = optarg;
	} else if (c == LONG_MODULE) {
		o->module = optarg;
	} else if (c == LONG_TIMES) {
		o->times = true;
	} else if (c == LONG_LIMIT && !parse_limit(optarg, &o->limit)) {
		return psr_say(PSR_EXIT_USAGE,
			       "db: --limit wants a number, not '%s'", optarg);
	}
	return 0;
}

/* 0; -1 after help; else the exit status of a usage error. */
static int parse_options(int argc, char **argv, const char *letters,
			 struct db_options *o)
{
	int c, status = 0;

	opterr = 0;
	optind = 0; /* start anew, with these LETTERS' order */
	while (!status && (c = getopt_long(argc, argv, letters, long_options,
					   NULL)) != -1) {
		if (c == LONG_HELP) {
			help();
			return -1;
		}
		if (c < PSR_LONG_OPTION)
			return psr_bad_option(c, argv);
		status = set_option(o, c);
	}
	return status;
}

static const struct question *question_find(const char *name)
{
	for (size_t i = 0; i < PSR_COUNTOF(questions); i++)
		if (!strcmp(questions[i].name, name))
			return &questions[i];
	return NULL;
}

static int check_usage(const struct question *q, const struct db_options *o,
		       int operands, char **argv)
{
	unsigned odd = o->given & ~q->options;

	for (int c = LONG_HELP; odd && c <= LONG_TIMES; c++)
		if (odd & option_bits[c - LONG_HELP])
			return psr_say(PSR_EXIT_USAGE, "db: '%s' takes no --%s",
				       q->name,
				       long_options[c - LONG_HELP].name);
	if (operands < q->least)
		return psr_say(PSR_EXIT_USAGE, "db: '%s' wants %s", q->name,
			       q->operands);
	if (operands > q->most)
		return psr_say(PSR_EXIT_USAGE,
			       "db: '%s' has an operand too many: '%s'",
			       q->name, argv[optind + q->most]);
	return 0;
}

static int answer(const struct question *q, const struct db_options *o,
		  char **operands)
{
	struct psr_store *s = NULL;
	struct psr_err err;
	int ret = 0;

	if (q->open)
		ret = psr_store_open(o->file, PSR_STORE_READ, &s, &err);
	if (!ret)
		ret = q->answer(s, o, operands, &err);
	psr_store_close(s);
	/* A wrong word on the command line is usage, a wrong SQL is not. */
	if (ret == -ENXIO)
		return psr_say(PSR_EXIT_USAGE, "db: %s; see 'psr db --help'",
			       err.text);
	if (ret == -ENOENT && q->open && !s)
		return psr_say(PSR_EXIT_FAILURE,
			       "db: %s; the first 'psr run' makes the database",
			       err.text);
	if (ret < 0)
		return psr_say(PSR_EXIT_FAILURE, "db: %s", err.text);
	return PSR_EXIT_OK;
}

int cmd_db(int argc, char **argv)
{
	struct db_options o = {.limit = 20};
	const struct question *q;
	char *name = argv[0];
	int status = parse_options(argc, argv, "+:", &o);

	if (status)
		return status < 0 ? PSR_EXIT_OK : status;
	if (optind == argc)
		return psr_say(PSR_EXIT_USAGE,
			       "db: no question given; see 'psr db --help'");
	q = question_find(argv[optind]);
	if (!q)
		return psr_say(PSR_EXIT_USAGE,
			       "db: %s: no such question; see 'psr db --help'",
			       argv[optind]);
	/* Options may stand before and behind the question. */
	argc -= optind;
	argv += optind;
	argv[0] = name;
	status = parse_options(argc, argv, ":", &o);
	if (status)
		return status < 0 ? PSR_EXIT_OK : status;
	status = check_usage(q, &o, argc - optind, argv);
	return status ? status : answer(q, &o, argv + optind);
}
