/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* choose.h - which variant is best, and which to try next. Pure functions. */
#ifndef PSR_CHOOSE_H
#define PSR_CHOOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "psr/store.h"

#define PSR_RIVALS 65 /* of one site, the baseline (0) included */
#define PSR_RECENT 8  /* samples that show drift */
#define PSR_CREDIT 3  /* calls of each variant that are free */

/* Where the median lies, in ns per work unit. All 0 if n is 0. */
struct psr_interval {
	float low, mid, high;
	uint32_t n;
};

/* One variant at one site and size class. */
struct psr_rival {
	struct psr_interval all;    /* the whole ring */
	struct psr_interval recent; /* its latest PSR_RECENT */
	/* Its time over the baseline's, of calls next to each other. */
	struct psr_interval ratio; /* of all such pairs */
	struct psr_interval now;   /* of the latest PSR_CREDIT */
	uint32_t tried;             /* calls begun by this process */
	bool usable;                /* this CPU can run it, as a choice */
	bool slow_nearby;           /* at a neighbouring size */
	bool parallel;              /* on several threads, which may sleep */
	/* Time over the baseline's by the prior; 0: not known. */
	float promise;
	float promise_low; /* what it hardly falls below */
};

/* The latest timed call of a size, in this process. */
struct psr_latest {
	bool known;
	bool paired; /* with the one before */
	uint8_t rival;
	float unit; /* its time, in ns per work unit */
};

/* Time spent at a site, in ns. */
struct psr_budget {
	double site_ns;
	double explored_ns; /* on what was not believed best */
	double checked_ns;  /* of these, looking for drift once settled */
	double counted_ns;  /* at most, that counted variants took longer */
	double share;       /* of site_ns that may be explored; 0: none */
	double earlier_ns;  /* of site_ns, earlier processes' */
	double earlier_explored_ns;
	/* What is tried will be saved. Else only this process's own time is
	 * shared out: what earlier ones left would be spent by each anew. */
	bool kept;
};

enum psr_counting {
	PSR_COUNT_NONE,
	PSR_COUNT_VALUES, /* of inputs only: costs next to nothing */
	PSR_COUNT_ALL,    /* branches, too */
};

/* RING's order does not matter; N is at most PSR_RING. */
struct psr_interval psr_choose_interval(const float *ring, size_t n);

/* Appends RATIO to the *N of RATIOS, of which the latest are kept. */
void psr_choose_add_ratio(float ratios[PSR_PAIRS], uint32_t *n, float ratio);

/* RATIOS, oldest first, become R's; N is at most PSR_PAIRS. */
void psr_choose_ratios(struct psr_rival *r, const float *ratios, size_t n);

/*
 * A call of rival I took UNIT ns per unit. Makes a pair of it and *L, whose
 * place it takes, if one of them was the baseline or, by what is known of
 * that, BEST. Returns the rival whose time over the baseline's *RATIO is
 * then; 0: it makes none.
 */
unsigned psr_choose_pair(const struct psr_rival *r, unsigned best,
			 struct psr_latest *l, unsigned i, float unit,
			 float *ratio);

/* Rival I's time over the baseline's. All 0: not known. */
struct psr_interval psr_choose_relative(const struct psr_rival *r, unsigned i);

/*
 * The rival to believe in: the baseline, unless another is certainly faster
 * and its latest samples still hold.
 */
unsigned psr_choose_best(const struct psr_rival *r, unsigned n);

/*
 * I is certainly slower than BEST: by its quantiles, or by its free calls
 * where these are far slower.
 */
bool psr_choose_lost(const struct psr_rival *r, unsigned best, unsigned i);

/* Nothing is left to learn but drift. */
bool psr_choose_settled(const struct psr_rival *r, unsigned n, unsigned best);

/* At a near size I was certainly slower than 1.3 times the baseline. */
bool psr_choose_slow(const struct psr_rival *near, unsigned i);

/* NEAR's BEST is so clearly best that a neighbour without data takes it. */
bool psr_choose_lends(const struct psr_rival *near, unsigned best);

/* The class needs no lent choice: it has measured LENT or the baseline. */
bool psr_choose_knows(const struct psr_rival *r, unsigned lent);

/*
 * What the next timed call of WORK units runs: BEST or, within the budget, a
 * rival about which more should be known. GUESS is the expected time per
 * unit where the class has no sample yet (0: not known). RANDOM is any
 * number. What is not free is charged to *B, whose site_ns the caller counts.
 *
 * The prior says who comes first, and who has no free calls: it decides
 * nothing that a measurement could. What is tried shall have a pair in L or
 * in the call after it.
 */
unsigned psr_choose_next(const struct psr_rival *r, unsigned n, unsigned best,
			 const struct psr_latest *l, uint64_t work,
			 double guess, struct psr_budget *b, uint32_t random);

/*
 * What is charged for calls of rival I, in parts of their time: what they are
 * expected to lose to BEST, and never nothing.
 */
double psr_choose_price(const struct psr_rival *r, unsigned best, unsigned i);

/*
 * How many calls rival I should run, untimed, before the one that is timed.
 * A short call of code that has not run lately is slow: nothing of it is
 * cached, and wide vector units sleep. BEST is warm.
 */
unsigned psr_choose_warm(const struct psr_rival *r, unsigned best, unsigned i,
			 uint64_t work, double guess);

/*
 * Whether a call that would take CALL_NS (0: not known) runs the counted
 * variant, where COUNTED have done so. What is not free is charged to *B.
 */
enum psr_counting psr_choose_counting(uint64_t counted, double call_ns,
				      struct psr_budget *b);

/*
 * The same for calls too small to be dispatched, BEFORE of them in earlier
 * processes: some of each process, as another may have other values.
 */
enum psr_counting psr_choose_small(uint64_t counted, uint64_t before,
				   const struct psr_budget *b);

#endif
