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
	uint32_t tried;             /* calls begun by this process */
	bool usable;                /* this CPU can run it, as a choice */
	bool slow_nearby;           /* at a neighbouring size */
	bool parallel;              /* on several threads, which may sleep */
	/* Time over the baseline's by the prior; 0: not known. */
	float promise;
	float promise_low; /* what it hardly falls below */
};

/* Time spent at a site, in ns. */
struct psr_budget {
	double site_ns;
	double explored_ns; /* on what was not believed best */
	double checked_ns;  /* of these, looking for drift once settled */
	double counted_ns;  /* at most, that counted variants took longer */
	double share;       /* of site_ns that may be explored; 0: none */
};

enum psr_counting {
	PSR_COUNT_NONE,
	PSR_COUNT_VALUES, /* of inputs only: costs next to nothing */
	PSR_COUNT_ALL,    /* branches, too */
};

/* RING's order does not matter; N is at most PSR_RING. */
struct psr_interval psr_choose_interval(const float *ring, size_t n);

/*
 * The rival to believe in: the baseline, unless another's upper bound beats
 * the baseline's lower one and its latest samples still hold.
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
 * nothing that a measurement could.
 */
unsigned psr_choose_next(const struct psr_rival *r, unsigned n, unsigned best,
			 uint64_t work, double guess, struct psr_budget *b,
			 uint32_t random);

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

/* The same for calls too small to be dispatched. */
enum psr_counting psr_choose_small(uint64_t counted,
				   const struct psr_budget *b);

#endif
