/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* train.h - what psr-train's files share. */
#ifndef PSR_TRAIN_H
#define PSR_TRAIN_H

#include "prior.h"
#include "psr/store.h"

#define TRAIN_FOLDS 5

/* A pair as the trees see it. */
struct train_row {
	struct psr_pair pair;
	float x[PSR_PRIOR_NFEATURES];
	float y;       /* log(median / baseline's median) */
	float weight;  /* less where few samples are behind it */
	unsigned fold; /* by module: a program is held out as a whole */
	/* By models that have not seen the program. */
	struct psr_expectation held;
};

struct train_set {
	struct train_row *rows;
	size_t n, room;
	size_t modules;
};

/* All pairs that STORE knows. Free *SET in any case. */
PSR_MUST_CHECK int train_load(struct psr_store *store, struct train_set *set,
			      struct psr_err *err);
void train_free(struct train_set *set);

/* A prior with memory of its own, and its stored form. */
struct train_prior {
	void *data;
	size_t n;
	struct psr_prior prior; /* refers to it */
};

/*
 * Trains on all of SET, having predicted each row by models without its
 * program (row.held). The same rows give the same bytes. -EIO: XGBoost.
 * Free *OUT in any case.
 */
PSR_MUST_CHECK int train_prior(struct train_set *set, struct train_prior *out,
			       struct psr_err *err);
void train_prior_free(struct train_prior *p);

/*
 * How far, at most, the runtime's own evaluation of OUT's first trees is from
 * XGBoost's prediction of a row of SET, as of the last train_prior().
 */
double train_disagreement(void);

/* Weighted root mean square error of the logarithm of the ratio. */
double train_error(const struct train_set *set,
		   double (*guess)(const struct train_row *r, const void *ctx),
		   const void *ctx);

/*
 * Plays each site and size of SET from nothing known, on times drawn around
 * what was measured: how long the choice takes to find the best, and what is
 * lost meanwhile, without a prior and with row.held. Prints it.
 */
void train_trial(const struct train_set *set);

#endif
