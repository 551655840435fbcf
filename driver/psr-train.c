/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * psr-train: makes models from the profile database, by XGBoost, which no
 * other program of PSR links. `psr train` calls it.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver.h"
#include "train.h"

#define LEAST_ROWS    50 /* fewer say nothing */
#define LEAST_MODULES 5

enum {
	OPT_HELP = PSR_LONG_OPTION,
	OPT_PRIOR,
	OPT_DB,
	OPT_OUTPUT,
	OPT_TRIAL,
	OPT_FORCE,
};

static const struct option options[] = {
    {"help", no_argument, NULL, OPT_HELP},
    {"prior", no_argument, NULL, OPT_PRIOR},
    {"db", required_argument, NULL, OPT_DB},
    {"output", required_argument, NULL, OPT_OUTPUT},
    {"trial", no_argument, NULL, OPT_TRIAL},
    {"force", no_argument, NULL, OPT_FORCE},
    {NULL, 0, NULL, 0},
};

struct request {
	const char *db, *output;
	bool prior, trial, force;
};

static void help(void)
{
	puts("Usage: psr train --prior [OPTION...]\n"
	     "Learns, from what the profile database knows of variants' times, "
	     "what to\nexpect of others, and keeps it there.\n\n"
	     "  --trial        say what it is worth, on programs held out\n"
	     "  --force        keep it, even if what PSR comes with is better\n"
	     "  --output FILE  write it to FILE as C instead (prior.def)\n"
	     "  --db FILE      instead of $PSR_DB or the default\n"
	     "  --help         print this");
}

/* ---- What it is worth ---------------------------------------------------- */

static double nothing(const struct train_row *r, const void *ctx)
{
	(void)r, (void)ctx;
	return 0;
}

static double held(const struct train_row *r, const void *ctx)
{
	(void)ctx;
	return (double)r->held.mid;
}

static double by_prior(const struct train_row *r, const void *ctx)
{
	return psr_prior_sum(ctx, PSR_PRIOR_MEAN, r->x);
}

static double within(const struct train_set *set, double k)
{
	size_t n = 0;

	for (size_t i = 0; i < set->n; i++) {
		const struct train_row *r = &set->rows[i];

		n += fabs((double)r->held.mid - (double)r->y) <=
		     k * (double)r->held.spread;
	}
	return (double)n / (double)set->n;
}

/* True: what PSR comes with is no worse on these rows. */
static bool report(const struct train_set *set, const struct train_prior *p)
{
	double own = train_error(set, held, NULL);
	double shipped = train_error(set, by_prior, &psr_prior_shipped);

	printf("prior: %zu rows of %zu programs, %u trees, %zu bytes\n", set->n,
	       set->modules,
	       p->prior.ntrees[PSR_PRIOR_MEAN] +
		   p->prior.ntrees[PSR_PRIOR_SPREAD],
	       p->n);
	printf("error of log(time / baseline): %.3f on programs held out; "
	       "%.3f of what PSR comes with; %.3f without\n",
	       own, shipped, train_error(set, nothing, NULL));
	printf("within one and two spreads: %.0f %% and %.0f %%\n",
	       100 * within(set, 1), 100 * within(set, 2));
	printf("runtime and XGBoost differ by %.1e at most\n",
	       train_disagreement());
	return psr_prior_shipped.ntrees[0] && shipped <= own;
}

/* ---- Keeping it ---------------------------------------------------------- */

static int write_c(const char *path, const struct train_prior *t,
		   struct psr_err *err)
{
	const struct psr_prior *p = &t->prior;
	FILE *f = fopen(path, "we");
	int failed;

	if (!f)
		return psr_fail(err, -errno, "%s: %s", path, strerror(errno));
	fprintf(
	    f,
	    "/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */\n"
	    "/* Made by `psr train --prior --output`; see psr-train(1). */\n"
	    "PRIOR_TREES(%" PRIu32 ", %" PRIu32 ", %" PRIu32 ")\n",
	    p->ntrees[0], p->ntrees[1], p->nnodes);
	for (uint32_t i = 0; i < p->ntrees[0] + p->ntrees[1]; i++)
		fprintf(f, "PRIOR_ROOT(%" PRIu32 ")\n", p->roots[i]);
	for (uint32_t i = 0; i < p->nnodes; i++)
		fprintf(f, "PRIOR_NODE(%af, %d, %u)\n",
			(double)p->nodes[i].value, p->nodes[i].feature,
			p->nodes[i].left);
	failed = ferror(f);
	if (fclose(f) || failed)
		return psr_fail(err, -EIO, "%s: cannot be written", path);
	return 0;
}

static int keep(const struct request *q, const struct train_set *set,
		const struct train_prior *p, struct psr_err *err)
{
	struct psr_store *s = NULL;
	int ret;

	if (q->output)
		return write_c(q->output, p, err);
	ret = psr_store_open(q->db, PSR_STORE_WRITE, &s, err);
	if (!ret)
		ret =
		    psr_store_model_put(s, "prior", p->data, p->n, set->n, err);
	psr_store_close(s);
	return ret;
}

static int train(const struct request *q, struct train_set *set,
		 struct psr_err *err)
{
	struct train_prior p = {NULL, 0, {.nnodes = 0}};
	bool needless;
	int ret;

	if (set->n < LEAST_ROWS || set->modules < LEAST_MODULES)
		return psr_fail(err, -ENODATA,
				"too little is known: %zu times of variants of "
				"%zu programs, of %d and %d needed",
				set->n, set->modules, LEAST_ROWS,
				LEAST_MODULES);
	ret = train_prior(set, &p, err);
	if (!ret) {
		needless = report(set, &p);
		if (q->trial)
			train_trial(set);
		if (needless && !q->force && !q->output)
			puts("not kept: what PSR comes with is no worse here");
		else
			ret = keep(q, set, &p, err);
	}
	train_prior_free(&p);
	return ret;
}

static int run(const struct request *q)
{
	struct train_set set = {.rows = NULL};
	struct psr_store *s = NULL;
	struct psr_err err;
	int ret = psr_store_open(q->db, PSR_STORE_READ, &s, &err);

	if (!ret)
		ret = train_load(s, &set, &err);
	psr_store_close(s);
	if (!ret)
		ret = train(q, &set, &err);
	train_free(&set);
	return ret < 0 ? psr_say(PSR_EXIT_FAILURE, "train: %s", err.text)
		       : PSR_EXIT_OK;
}

int main(int argc, char **argv)
{
	struct request q = {NULL, NULL, false, false, false};
	int c, status;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		switch (c) {
		case OPT_HELP:
			help();
			return PSR_EXIT_OK;
		case OPT_PRIOR:
			q.prior = true;
			break;
		case OPT_DB:
			q.db = optarg;
			break;
		case OPT_OUTPUT:
			q.output = optarg;
			break;
		case OPT_TRIAL:
			q.trial = true;
			break;
		case OPT_FORCE:
			q.force = true;
			break;
		default:
			return psr_bad_option(c, argv);
		}
	}
	if (optind < argc)
		return psr_say(PSR_EXIT_USAGE,
			       "train: an operand too many: '%s'",
			       argv[optind]);
	if (!q.prior)
		return psr_say(
		    PSR_EXIT_USAGE,
		    "train: nothing to train; see 'psr train --help'");
	psr_store_alone();
	status = run(&q);
	errno = 0;
	if ((fflush(stdout) || ferror(stdout)) && status == PSR_EXIT_OK)
		status = psr_say(PSR_EXIT_FAILURE, "standard output: %s",
				 strerror(errno ? errno : EIO));
	return status;
}
