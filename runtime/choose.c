/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Never slower than the baseline is the first rule: another variant is
 * believed in only when the confidence intervals of the two medians do not
 * touch. Medians, because a preempted call may take a thousand times longer;
 * intervals by order statistics, because they assume nothing of the noise.
 *
 * Curiosity is bounded: three calls of each variant and size class are free,
 * eight if they take less than 0.1 ms (none if a call takes seconds, or a near
 * size has shown the variant to be slow), all else comes out of a share of the
 * site's time. What has lost is not tried again, but no variant loses by its
 * free calls alone unless they are far slower: these lie close together, and
 * other work on the machine may have slowed them all. When everything is
 * decided, a twentieth of the share goes on looking for drift.
 *
 * Without a prior, free calls go round. With one the most promising variant
 * has its own first, in turn with the baseline, until it is believed best or
 * seems to have lost; then the next. What even at its best would be slower
 * than the best has none, and waits for the share.
 *
 * A variant that counts what the program does is no rival. The first calls of
 * each size tell it their inputs, which costs next to nothing; how their
 * branches go it counts in short calls and for 0.2 % of the site's time.
 */
#include "choose.h"

#define SLOW_NEARBY  1.3f
#define LEND_RATIO   1.1f
#define CLEAR_RATIO  1.25f
#define CREDIT_NS    2e9 /* a longer call is never free */
#define SHORT_NS     5e5 /* eight of these are free, not three */
#define LONG_NS      1e7 /* a call that preemption matters little to */
#define MAX_TRIES    16  /* that end without a sample: longjmp */
#define WARM_NS      2e4 /* wide vector units take some 10 us to wake */
#define WARM_CALLS   256
#define WARM_THREADS 3
#define THREADS_NS   1e6 /* a longer call does not feel their waking */
#define DRIFT_SHARE  0.05  /* of the share */
#define DRIFT_RATIO  2.0f  /* slower ones are not checked */
#define FAR_RATIO    8.0f  /* no other work explains this */
#define HOPELESS     1.02f /* of the best's time, at its best */
#define MIXED        2.0f  /* the third quartile over the first */
#define SURE_SAMPLES 6     /* from here on order statistics */
#define COUNT_FREE   4     /* calls of a size that tell their values anyway */
#define COUNT_SMALL  16    /* the same, of those that are not dispatched */
#define COUNT_ENOUGH 256
#define COUNT_NS     1e5   /* a longer call is not slowed down for free */
#define COUNT_SLOW   4     /* times a call's time, at most, to count it */
#define COUNT_SHARE  0.002 /* of the site's time */
#define COUNT_FIRST  6     /* calls of a size that tell more may take */
#define FIRST_SHARE  0.02  /* of it */

static void sort(float *v, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		float x = v[i];
		size_t j = i;

		for (; j && v[j - 1] > x; j--)
			v[j] = v[j - 1];
		v[j] = x;
	}
}

/*
 * So few samples have no quantiles: their range, widened. With 0.20, 0.05,
 * 0.03, 0.02 three of 500 simulated sites with 10 % noise ended on a variant
 * slower than the baseline after 20 calls, with these none.
 */
static float widening(size_t n)
{
	static const float by[SURE_SAMPLES] = {0,     0.25f, 0.10f,
					       0.05f, 0.03f, 0.03f};

	return by[n];
}

/*
 * Where the middle half is so far apart, calls are of several kinds that their
 * work does not tell apart (a nest whose inner trips are unknown), and each
 * variant may have met other ones: their middle says nothing, their range does.
 */
static void take_mixed(struct psr_interval *in, float q1, float q3)
{
	if (q3 <= MIXED * q1)
		return;
	in->low = q1 < in->low ? q1 : in->low;
	in->high = q3 > in->high ? q3 : in->high;
}

struct psr_interval psr_choose_interval(const float *ring, size_t n)
{
	struct psr_interval in = {0};
	float v[PSR_RING];
	size_t k;

	if (!n || n > PSR_RING)
		return in;
	for (size_t i = 0; i < n; i++)
		v[i] = ring[i];
	sort(v, n);
	in.n = (uint32_t)n;
	in.mid = (v[(n - 1) / 2] + v[n / 2]) / 2;
	if (n < SURE_SAMPLES) {
		in.low = v[0] * (1 - widening(n));
		in.high = v[n - 1] * (1 + widening(n));
		return in;
	}
	/* The k-th from either end encloses the median with 95 %. */
	k = (size_t)(((double)n - 1.96 * __builtin_sqrt((double)n)) / 2);
	in.low = v[k];
	in.high = v[n - 1 - k];
	take_mixed(&in, v[n / 4], v[n - 1 - n / 4]);
	return in;
}

/* Its latest samples are certainly slower than the baseline. */
static bool drifted(const struct psr_rival *r, unsigned i)
{
	const struct psr_interval *base =
	    r[0].recent.n >= SURE_SAMPLES ? &r[0].recent : &r[0].all;

	return r[i].recent.n >= SURE_SAMPLES && r[i].recent.low > base->high;
}

unsigned psr_choose_best(const struct psr_rival *r, unsigned n)
{
	unsigned best = 0;

	if (!r[0].all.n)
		return 0;
	for (unsigned i = 1; i < n; i++) {
		if (!r[i].usable || !r[i].all.n)
			continue;
		if (r[i].all.high >= r[0].all.low || drifted(r, i))
			continue;
		if (!best || r[i].all.mid < r[best].all.mid)
			best = i;
	}
	return best;
}

static bool looks_lost(const struct psr_rival *r, unsigned best, unsigned i)
{
	return i != best && r[i].all.n && r[best].all.n &&
	       r[i].all.low > r[best].all.high;
}

bool psr_choose_lost(const struct psr_rival *r, unsigned best, unsigned i)
{
	if (!looks_lost(r, best, i))
		return false;
	return r[i].all.n >= SURE_SAMPLES ||
	       (r[i].all.n >= PSR_CREDIT &&
		r[i].all.low > FAR_RATIO * r[best].all.high);
}

bool psr_choose_settled(const struct psr_rival *r, unsigned n, unsigned best)
{
	if (r[best].all.n < PSR_RING / 2)
		return false;
	for (unsigned i = 0; i < n; i++)
		if (i != best && r[i].usable && r[i].all.n < PSR_RING &&
		    !psr_choose_lost(r, best, i))
			return false;
	return true;
}

bool psr_choose_slow(const struct psr_rival *near, unsigned i)
{
	return i && near[i].all.n && near[0].all.n &&
	       near[i].all.low > SLOW_NEARBY * near[0].all.high;
}

bool psr_choose_lends(const struct psr_rival *near, unsigned best)
{
	return best && near[0].all.n >= PSR_CREDIT &&
	       near[best].all.n >= PSR_CREDIT &&
	       near[best].all.high * LEND_RATIO <= near[0].all.low;
}

bool psr_choose_knows(const struct psr_rival *r, unsigned lent)
{
	if (looks_lost(r, 0, lent))
		return true;
	return r[0].all.n >= PSR_CREDIT && r[lent].all.n >= PSR_CREDIT;
}

/* Of few samples the least counts: what disturbs a call makes it longer. */
static double expected(const struct psr_rival *r, unsigned best, unsigned i,
		       double guess)
{
	if (r[i].all.n)
		return (double)(r[i].all.n < PSR_CREDIT ? r[i].all.low
							: r[i].all.mid);
	if (r[best].all.n)
		return (double)r[best].all.mid;
	return r[0].all.n ? (double)r[0].all.mid : guess;
}

struct race { /* what the helpers below share */
	const struct psr_rival *r;
	unsigned n, best;
	double work, guess;
};

static double call_ns(const struct race *race, unsigned i)
{
	return expected(race->r, race->best, i, race->guess) * race->work;
}

/*
 * Free calls. The baseline costs nothing but the gain, so it is measured until
 * its quantiles are sure, unless the best is clearly better. Short calls are
 * free until one that was preempted does not count.
 */
static uint32_t credit(const struct race *race, unsigned i)
{
	const struct psr_rival *r = race->r;

	if (call_ns(race, i) < SHORT_NS)
		return PSR_RECENT;
	if (i || r[0].all.low > CLEAR_RATIO * r[race->best].all.high)
		return PSR_CREDIT;
	return SURE_SAMPLES;
}

/*
 * Threads that have slept take their time to wake: how a short call goes that
 * others like it precede, only these tell.
 */
static unsigned warming(const struct psr_rival *r, double ns)
{
	double n = ns > 0 ? WARM_NS / ns : 0;

	if (r->parallel && n < WARM_THREADS && ns < THREADS_NS)
		return WARM_THREADS;
	return n < WARM_CALLS ? (unsigned)n : WARM_CALLS;
}

/* What it takes to time I once. */
static double trial_ns(const struct race *race, unsigned i)
{
	double ns = call_ns(race, i);

	return i == race->best ? ns : ns * (1 + warming(&race->r[i], ns));
}

unsigned psr_choose_warm(const struct psr_rival *r, unsigned best, unsigned i,
			 uint64_t work, double guess)
{
	struct race race = {r, 0, best, (double)work, guess};

	return i == best ? 0 : warming(&r[i], call_ns(&race, i));
}

/* It was tried in vain: its calls end by longjmp, if at all. */
static bool never_ends(const struct psr_rival *r)
{
	return !r->all.n && r->tried >= MAX_TRIES;
}

/* By the prior, never measured: even at its best it would be slower. */
static bool is_hopeless(const struct race *race, unsigned i)
{
	const struct psr_rival *r = race->r;
	const struct psr_interval *base = &r[0].all, *best = &r[race->best].all;
	float ratio =
	    base->n && best->n && base->mid > 0 ? best->mid / base->mid : 1;

	return i && !r[i].all.n && r[i].promise > 0 &&
	       r[i].promise_low > HOPELESS * ratio;
}

/* I may have a free call. */
static bool has_credit(const struct race *race, unsigned i)
{
	const struct psr_rival *r = race->r;
	double ns = call_ns(race, i);

	if (r[i].all.n >= credit(race, i) || r[i].slow_nearby ||
	    is_hopeless(race, i) || r[i].tried >= MAX_TRIES || ns > CREDIT_NS)
		return false;
	/* One such call may have been interrupted for long. */
	return !i || ns < LONG_NS || !looks_lost(r, race->best, i) ||
	       (r[i].all.n < 2 && call_ns(race, race->best) < SHORT_NS);
}

/* I is worth another call that takes no more than LIMIT_NS. */
static bool has_budget(const struct race *race, unsigned i, double limit_ns)
{
	return race->r[i].all.n < PSR_RING && !never_ends(&race->r[i]) &&
	       (i == race->best || trial_ns(race, i) <= limit_ns);
}

/* The least known of those that are still in the race; N if none is.
 * LIMIT_NS below 0: of those with credit. */
static unsigned least_known(const struct race *race, double limit_ns)
{
	const struct psr_rival *r = race->r;
	unsigned found = race->n;

	for (unsigned i = 0; i < race->n; i++) {
		/* The best is such because the baseline has lost. */
		if (!r[i].usable ||
		    ((i || limit_ns >= 0) && psr_choose_lost(r, race->best, i)))
			continue;
		if (limit_ns < 0 ? !has_credit(race, i)
				 : !has_budget(race, i, limit_ns))
			continue;
		if (found == race->n || r[i].all.n < r[found].all.n)
			found = i;
	}
	return found;
}

/* So much as to leave it for others: it is the best, or seems to have lost. */
static bool is_judged(const struct race *race, unsigned i)
{
	return race->r[i].all.n >= PSR_CREDIT &&
	       (i == race->best || looks_lost(race->r, race->best, i));
}

static float promise(const struct psr_rival *r)
{
	return r->promise > 0 ? r->promise : 1;
}

/* The most promising of those with credit that are not judged; N: none. */
static unsigned most_promising(const struct race *race)
{
	const struct psr_rival *r = race->r;
	unsigned found = race->n;

	for (unsigned i = 1; i < race->n; i++)
		if (r[i].usable && has_credit(race, i) && !is_judged(race, i) &&
		    !psr_choose_lost(r, race->best, i) &&
		    (found == race->n || promise(&r[i]) < promise(&r[found])))
			found = i;
	return found;
}

/* Who has the next free call; N: nobody. */
static unsigned next_free(const struct race *race)
{
	const struct psr_rival *r = race->r;
	unsigned first = most_promising(race);

	if (first == race->n)
		return least_known(race, -1);
	if (has_credit(race, 0) && r[0].all.n <= r[first].all.n)
		return 0;
	return first;
}

static bool has_prior(const struct race *race)
{
	for (unsigned i = 1; i < race->n; i++)
		if (race->r[i].promise > 0)
			return true;
	return false;
}

/* A rival to measure again for drift; BEST if there is none. */
static unsigned recheck(const struct race *race, double limit_ns,
			uint32_t random)
{
	const struct psr_rival *r = race->r;
	unsigned i = random % 4 ? 0 : random / 4 % race->n;

	if (!r[i].usable || !r[i].all.n ||
	    r[i].all.mid > DRIFT_RATIO * r[race->best].all.mid ||
	    trial_ns(race, i) > limit_ns)
		return race->best;
	return i;
}

static unsigned check(const struct race *race, struct psr_budget *b,
		      uint32_t random)
{
	double limit = b->share * DRIFT_SHARE * b->site_ns - b->checked_ns;
	unsigned i = recheck(race, limit, random);

	if (i != race->best)
		b->checked_ns += trial_ns(race, i);
	return i;
}

static unsigned explore(const struct race *race, struct psr_budget *b)
{
	double limit = b->share * b->site_ns - b->explored_ns;
	unsigned i = limit > 0 ? least_known(race, limit) : race->n;

	if (i == race->n)
		return race->best;
	if (i != race->best)
		b->explored_ns += trial_ns(race, i);
	return i;
}

unsigned psr_choose_next(const struct psr_rival *r, unsigned n, unsigned best,
			 uint64_t work, double guess, struct psr_budget *b,
			 uint32_t random)
{
	struct race race = {r, n, best, (double)work, guess};
	unsigned i;

	if (b->share <= 0)
		return best;
	if (!r[0].all.n && !best && r[0].tried < MAX_TRIES)
		return 0;
	i = has_prior(&race) ? next_free(&race) : least_known(&race, -1);
	if (i < n)
		return i;
	if (psr_choose_settled(r, n, best))
		return check(&race, b, random);
	return explore(&race, b);
}

enum psr_counting psr_choose_counting(uint64_t counted, double call_ns,
				      struct psr_budget *b)
{
	double extra = COUNT_SLOW * call_ns;
	double share = counted < COUNT_FIRST ? FIRST_SHARE : COUNT_SHARE;

	if (b->share <= 0 || counted >= COUNT_ENOUGH)
		return PSR_COUNT_NONE;
	if (counted < COUNT_FREE)
		return call_ns > 0 && call_ns < COUNT_NS ? PSR_COUNT_ALL
							 : PSR_COUNT_VALUES;
	if (call_ns <= 0 || b->counted_ns + extra > share * b->site_ns)
		return PSR_COUNT_NONE;
	b->counted_ns += extra;
	return PSR_COUNT_ALL;
}

enum psr_counting psr_choose_small(uint64_t counted, const struct psr_budget *b)
{
	return b->share > 0 && counted < COUNT_SMALL ? PSR_COUNT_ALL
						     : PSR_COUNT_NONE;
}
