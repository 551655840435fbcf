/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* bench.h - what the files of `psr bench` share. */
#ifndef PSR_BENCH_H
#define PSR_BENCH_H

#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cc_args.h"
#include "psr/err.h"
#include "text.h"

enum {
	BENCH_BUILDS = 8,
	BENCH_NAME = 8, /* of a build, with a slash in front; or shorter */
	BENCH_SIZES = 192,
	BENCH_LABEL = 64
};
enum { BENCH_NUMBERED = 16 }; /* sizes that can be asked for by number */

/* ---- bench_output.c: what a program printed ------------------------------ */

struct bench_output {
	double wall_s, cpu_s; /* NAN: not printed */
	uint64_t answer;      /* a hash of it */
};

/*
 * What stands on OUT, standard output, is the answer, but for the times and
 * rates; times are taken from ERR, too, if OUT has none. Both end in a NUL.
 */
void bench_output_read(const struct psr_text *out, const struct psr_text *err,
		       struct bench_output *o);

/* ---- bench_stats.c ------------------------------------------------------- */

/* A growing list of numbers; zero-initialise. */
struct bench_list {
	double *v;
	size_t n, room;
};

PSR_MUST_CHECK int bench_list_add(struct bench_list *l, double v);
void bench_list_free(struct bench_list *l);

struct bench_quartiles {
	double low, mid, high; /* NAN: of nothing */
};

/* Between neighbours, the quantiles are interpolated. */
struct bench_quartiles bench_quartiles(const struct bench_list *l);

/* Of the paired ratios A[i] / B[i]. Of what is not a number, none. */
struct bench_quartiles bench_ratios(const struct bench_list *a,
				    const struct bench_list *b);

/* NAN for an empty list. */
double bench_geometric_mean(const struct bench_list *l);

/* ---- bench_suite.c: the programs ----------------------------------------- */

struct bench_size {
	char label[BENCH_LABEL]; /* its first argument, "-" without any */
	struct psr_args args;
};

struct bench_program {
	char *name;
	char *dir;               /* of its sources, where it runs */
	struct psr_args sources; /* absolute paths, main()'s first */
	bool cxx;
	struct bench_size sizes[BENCH_SIZES];
	size_t nsizes;
};

struct bench_suite {
	char dir[PATH_MAX];
	struct bench_program *programs; /* by name */
	size_t n;
};

/*
 * Finds the programs in DIR (NULL: PSR's own) whose names FILTER, an extended
 * regular expression or NULL, matches; of their sizes, those numbered in the
 * bits of SIZES. ARGS, or NULL, are the sizes of programs that list none.
 * -EINVAL: FILTER is no regular expression; -ENOENT: nothing.
 */
PSR_MUST_CHECK int bench_suite_open(const char *dir, const char *filter,
				    uint32_t sizes, const char *args,
				    struct bench_suite *out,
				    struct psr_err *err);
void bench_suite_close(struct bench_suite *s);

/* ---- bench_sizes.c: what stands in sources ------------------------------- */

/* Whether the source PATH defines main(). */
PSR_MUST_CHECK int bench_source_has_main(const char *path, bool *has);

/* Adds the sizes that TEXT lists, separated by commas. */
PSR_MUST_CHECK int bench_sizes_add(struct bench_program *p, const char *text);

/* Adds the sizes that SOURCE lists, if it does. */
PSR_MUST_CHECK int bench_sizes_read(struct bench_program *p,
				    const char *source);

/* ---- bench_launch.c: one process ----------------------------------------- */

struct bench_command {
	char *const *argv;
	const char *const *env; /* NAME=VALUE, beside the caller's; or NULL */
	const cpu_set_t *cpus;  /* NULL: as they are */
	const char *dir;        /* to run in; NULL: here */
	double timeout_s;
};

struct bench_result {
	double wall_s, cpu_s; /* of the whole process */
	struct psr_text out, err;
};

/*
 * Runs C to its end, without standard input, and without the caller's
 * variables that say what PSR does. 0: it exited with status 0. Otherwise ERR says how it ended:
 * -ENOENT it cannot be run, -ETIMEDOUT, -EINTR the user has interrupted us,
 * -EPROTO any other end. The caller frees R in every case.
 */
PSR_MUST_CHECK int bench_launch(const struct bench_command *c,
				struct bench_result *r, struct psr_err *err);
void bench_result_free(struct bench_result *r);

/* From now on SIGINT and SIGTERM end the running process, then us. */
void bench_catch_signals(void);
bool bench_interrupted(void);

/* ---- bench_build.c: the ways to build a program -------------------------- */

struct bench_setup;

struct bench_build {
	const char *name, *what; /* for tables and help */
	bool by_default;
	bool psr;                /* its answers must be clang's */
	bool threads;            /* runs on --threads processors */
	const char *after;       /* made when this one has learnt; or NULL */
	/* Makes PROGRAM as the file OUT; what else it makes begins with OUT. */
	int (*make)(const struct bench_setup *s,
		    const struct bench_program *program, const char *out,
		    struct psr_err *err);
};

extern const struct bench_build bench_builds[];
extern const size_t bench_nbuilds;

/* The index of the build NAME; bench_nbuilds: there is none. */
size_t bench_build_named(const char *name);

/* What all programs are built and run with. */
struct bench_setup {
	const char *dir; /* for what is made; absolute */
	const char *suite;
	char clang[PATH_MAX], clangxx[PATH_MAX];
	char gcc[PATH_MAX], gxx[PATH_MAX];
	char psr_cc[PATH_MAX], psr_cxx[PATH_MAX];
	char profdata[PATH_MAX];
	struct psr_args flags; /* the user's */
	double timeout_s;
	cpu_set_t one, several;
	unsigned threads;
};

/*
 * Finds the compilers that the builds in the bits of BUILDS need. -ENOENT: ERR
 * names the one that is missing.
 */
PSR_MUST_CHECK int bench_setup_tools(struct bench_setup *s, uint32_t builds,
				     struct psr_err *err);

/* ---- bench_case.c: measures one program at one size ---------------------- */

/* One build of a program at one size. */
struct bench_cell {
	bool ok;
	bool differs;          /* its answer is not clang's */
	char why[256];         /* not ok: one line */
	struct bench_list wall, cpu;
	struct bench_list learn; /* what its learning launches took */
};

struct bench_variant {
	char name[64];
	struct bench_list times;
};

struct bench_case {
	const struct bench_program *program;
	const struct bench_size *size;
	struct bench_cell cells[BENCH_BUILDS]; /* as bench_builds */
	bool varies;              /* clang's own answer is not always the same */
	unsigned wrong;           /* launches of PSR with a wrong answer */
	unsigned failed;          /* builds of PSR, or clang's, that failed */
	/* The oracle's: each variant pinned, and beside them what was learnt. */
	struct bench_variant *variants;
	size_t nvariants;
	struct bench_list chosen;
};

/* How PSR's builds are launched in the rounds. */
enum bench_launched {
	BENCH_FROZEN, /* by what was learnt, which they leave as it is */
	BENCH_PLAIN,  /* as they come: they load it, and go on learning */
	BENCH_RUN,    /* by psr run, which records and samples them */
	BENCH_LAUNCHED
};

struct bench_options {
	unsigned rounds, learn, threads;
	uint32_t builds; /* bits, as bench_builds */
	bool oracle, wall;
	enum bench_launched launched;
};

/* The word for L, of the command line. */
const char *bench_launched_name(enum bench_launched l);

/*
 * Builds P in all ways and measures it at all its sizes: CASES[i] is filled
 * for P's i-th, and freed by the caller. What fails stands in the cells.
 * -EINTR, -ENOMEM: to be given up.
 */
PSR_MUST_CHECK int bench_measure(const struct bench_setup *s,
				 const struct bench_options *o,
				 const struct bench_program *p,
				 struct bench_case *cases, struct psr_err *err);
void bench_case_free(struct bench_case *c);

/*
 * Build B's times by the clock that build AS is compared by: the processor's,
 * or the clock on the wall where AS uses several processors or the user wants
 * it.
 */
const struct bench_list *bench_times(const struct bench_options *o,
				     const struct bench_case *c, size_t b,
				     size_t as);

/* clang's times over those of build B, paired by round. */
struct bench_quartiles bench_speedup(const struct bench_options *o,
				     const struct bench_case *c, size_t b);

/*
 * The fastest of C's variants, and how much of its speed what was learnt
 * reaches; NAN, and BEST untouched, where the oracle was not asked.
 */
double bench_oracle(const struct bench_case *c, size_t *best);

/* ---- bench_report.c, bench_json.c ---------------------------------------- */

/* Prints the heading, with explanations, and one row. */
void bench_print_heading(const struct bench_options *o);
void bench_print_case(const struct bench_options *o,
		      const struct bench_case *c);

void bench_print_oracle(const struct bench_case *c);

/* What the whole suite came to. */
struct bench_summary {
	size_t cases;
	double mean[BENCH_BUILDS];      /* over clang */
	double mean_best[BENCH_BUILDS]; /* over the best of native and pgo */
	double lowest[BENCH_BUILDS];
	const struct bench_case *lowest_case[BENCH_BUILDS];
	size_t below[BENCH_BUILDS];     /* cases under BENCH_BAR */
	double learning, regret;        /* shares of time; NAN: not known */
	double oracle, oracle_lowest;   /* of the best variant's speed */
	size_t oracle_cases;
	unsigned wrong, failed;
};

#define BENCH_BAR 0.99

void bench_summarise(const struct bench_options *o,
		     const struct bench_case *cases, size_t n,
		     struct bench_summary *out);
void bench_print_summary(const struct bench_options *o,
			 const struct bench_summary *s);

/* Adds all of it to T as JSON. */
void bench_json(const struct bench_options *o, const struct bench_setup *s,
		const struct bench_case *cases, size_t n,
		const struct bench_summary *sum, struct psr_text *t);

#endif
