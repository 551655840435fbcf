/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Never slower than the baseline is the first rule: another variant is
 * believed in only when the confidence intervals of the two medians do not
 * touch. Medians, because a preempted call may take a thousand times longer;
 * intervals by order statistics, because they assume nothing of the noise.
 *
 * What other programs do to a machine lasts for seconds and slows all variants
 * alike, so that one measured then looks slower than one measured before. So
 * timed calls make pairs: the variant's time over that of the baseline next to
 * it, or of the best. Once there are enough, they decide; until then both the
 * times and what pairs there are must agree.
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
#define LEAST_PRICE  0.125 /* of a trial's time */
#define HOPE_PRICE   0.03  /* of what seems to be the fastest */
#define DRIFT_SHARE  0.05  /* of the share */
#define DRIFT_RATIO  2.0f  /* slower ones are not checked */
#define APART_RATIO  1.5f  /* hardly any other work explains this */
#define FAR_RATIO    8.0f  /* none does, whatever is short or cold */
#define HOPELESS     1.02f /* of the best's time, at its best */
#define OUTDONE      1.5f  /* times what the best promised to take */
#define SUSPECT      1.1f  /* of its usual time */
#define MIXED        2.0f  /* the third quartile over the first */
#define Z_95         1.96
#define Z_99         2.58
#define SURE_SAMPLES 6     /* from here on order statistics */
#define COUNT_FREE   4     /* calls of a size that tell their values anyway */
#define COUNT_SMALL  16    /* the first ones, where they are not dispatched */
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

/* Z: of the standard normal distribution, for how sure it shall be. */
static struct psr_interval interval(const float *ring, size_t n, double z)
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
	/* The k-th from either end encloses the median. */
	k = (size_t)(((double)n - z * __builtin_sqrt((double)n)) / 2);
	in.low = v[k];
	in.high = v[n - 1 - k];
	take_mixed(&in, v[n / 4], v[n - 1 - n / 4]);
	return in;
}

struct psr_interval psr_choose_interval(const float *ring, size_t n)
{
	return interval(ring, n, Z_95);
}

void psr_choose_add_ratio(float ratios[PSR_PAIRS], uint32_t *n, float ratio)
{
	if (*n == PSR_PAIRS) {
		--*n;
		for (uint32_t i = 0; i < *n; i++)
			ratios[i] = ratios[i + 1];
	}
	ratios[(*n)++] = ratio;
}

void psr_choose_ratios(struct psr_rival *r, const float *ratios, size_t n)
{
	size_t latest = n < PSR_CREDIT ? n : PSR_CREDIT;

	if (n > PSR_PAIRS)
		return;
	/* Where they decide, it is one interval, not two that do not touch. */
	r->ratio = interval(ratios, n, n < PSR_SURE_PAIRS ? Z_95 : Z_99);
	r->now = psr_choose_interval(ratios + n - latest, latest);
}

static bool is_sure(const struct psr_rival *r, unsigned i)
{
	return !i || r[i].ratio.n >= PSR_SURE_PAIRS;
}

/* By the times alone: how far apart the two intervals may be. */
static struct psr_interval by_times(const struct psr_rival *r, unsigned i)
{
	const struct psr_interval *a = &r[i].all, *b = &r[0].all;

	if (!a->n || !b->n || b->low <= 0)
		return (struct psr_interval){0};
	return (struct psr_interval){a->low / b->high, a->mid / b->mid,
				     a->high / b->low,
				     a->n < b->n ? a->n : b->n};
}

struct psr_interval psr_choose_relative(const struct psr_rival *r, unsigned i)
{
	struct psr_interval times = by_times(r, i), pairs = r[i].ratio;

	if (!i)
		return (struct psr_interval){1, 1, 1, r[0].all.n};
	if (!times.n || pairs.n < PSR_CREDIT)
		return times;
	/* Few pairs may only take back what the times say ... */
	if (!is_sure(r, i)) {
		if (pairs.mid >= 1 && pairs.high > times.high)
			times.high = pairs.high;
		if (pairs.mid <= 1 && pairs.low < times.low)
			times.low = pairs.low;
		return times;
	}
	/* ... of many the middle does where the times are clear. */
	if (times.high < 1 && pairs.mid < 1 && times.high < pairs.high)
		pairs.high = times.high;
	if (times.low > 1 && pairs.mid > 1 && times.low > pairs.low)
		pairs.low = times.low;
	return pairs;
}

unsigned psr_choose_pair(const struct psr_rival *r, unsigned best,
			 struct psr_latest *l, unsigned i, float unit,
			 float *ratio)
{
	struct psr_latest before = *l;
	bool after = i == 0 || (i == best && before.rival);
	unsigned of = after ? before.rival : i, to = after ? i : before.rival;

	*l = (struct psr_latest){true, false, (uint8_t)i, unit};
	/* The best's: only forward, as a slow call of it has the baseline
	 * looked at, and would be the rule in its pairs. */
	if (after && of == best)
		return 0;
	if (!before.known || before.paired || of == to || unit <= 0 ||
	    before.unit <= 0 || (to && (to != best || !is_sure(r, best))))
		return 0;
	l->paired = true;
	*ratio = after ? before.unit / unit : unit / before.unit;
	*ratio *= to ? r[to].ratio.mid : 1;
	return of;
}

static float least(float a, float b)
{
	return a < b ? a : b;
}

/*
 * Its latest samples are certainly slower than what it is known to take where
 * the baseline takes what it did: it, or the whole machine, has become slow.
 */
static bool is_suspect(const struct psr_rival *r, unsigned i)
{
	const struct psr_interval *base =
	    r[0].recent.n >= SURE_SAMPLES ? &r[0].recent : &r[0].all;
	float usual = 1;

	if (is_sure(r, i))
		usual = least(r[i].ratio.high, SUSPECT * r[i].ratio.mid);
	return i && r[i].recent.n >= SURE_SAMPLES &&
	       r[i].recent.low > usual * base->high;
}

/* It has become slower than the baseline. */
static bool drifted(const struct psr_rival *r, unsigned i)
{
	if (r[i].now.n < PSR_CREDIT)
		return is_suspect(r, i);
	return r[i].now.low > 1;
}

unsigned psr_choose_best(const struct psr_rival *r, unsigned n)
{
	struct psr_interval rel;
	unsigned best = 0;
	float mid = 0; /* the best's */

	if (!r[0].all.n)
		return 0;
	for (unsigned i = 1; i < n; i++) {
		if (!r[i].usable || !r[i].all.n)
			continue;
		rel = psr_choose_relative(r, i);
		if (!rel.n || rel.high >= 1 || drifted(r, i))
			continue;
		if (best && rel.mid >= mid)
			continue;
		best = i;
		mid = rel.mid;
	}
	return best;
}

static bool looks_lost(const struct psr_rival *r, unsigned best, unsigned i)
{
	if (i == best || !r[i].all.n || !r[best].all.n)
		return false;
	if (is_sure(r, i) && is_sure(r, best))
		return psr_choose_relative(r, i).low >
		       psr_choose_relative(r, best).high;
	if (r[i].all.low <= r[best].all.high)
		return false;
	return r[i].ratio.n < PSR_CREDIT ||
	       r[i].ratio.mid > psr_choose_relative(r, best).mid;
}

bool psr_choose_lost(const struct psr_rival *r, unsigned best, unsigned i)
{
	if (!looks_lost(r, best, i))
		return false;
	/* Without pairs, what no other work explains. */
	return (r[i].all.n >= SURE_SAMPLES &&
		(!i || r[i].ratio.n >= PSR_CREDIT ||
		 r[i].all.low > APART_RATIO * r[best].all.high)) ||
	       (r[i].all.n >= PSR_CREDIT &&
		r[i].all.low > FAR_RATIO * r[best].all.high);
}

/*
 * How many samples tell of I. Where there can be pairs, these do, and count as
 * two: the best's with the baseline, and when these are known, the others' with
 * the best.
 */
static uint32_t known(const struct psr_rival *r, unsigned best, unsigned i)
{
	unsigned pairs = i ? i : best;
	bool paired = pairs && i != best && (!i || is_sure(r, best));

	if (paired && 2 * r[pairs].ratio.n < r[i].all.n)
		return 2 * r[pairs].ratio.n;
	return r[i].all.n;
}

bool psr_choose_settled(const struct psr_rival *r, unsigned n, unsigned best)
{
	if (r[best].all.n < PSR_RING / 2 || !is_sure(r, best))
		return false;
	for (unsigned i = 0; i < n; i++)
		if (i != best && r[i].usable && known(r, best, i) < PSR_RING &&
		    !psr_choose_lost(r, best, i))
			return false;
	return true;
}

bool psr_choose_slow(const struct psr_rival *near, unsigned i)
{
	return i && psr_choose_relative(near, i).low > SLOW_NEARBY;
}

bool psr_choose_lends(const struct psr_rival *near, unsigned best)
{
	return best && near[0].all.n >= PSR_CREDIT &&
	       near[best].all.n >= PSR_CREDIT &&
	       psr_choose_relative(near, best).high * LEND_RATIO <= 1;
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
	if (i || psr_choose_relative(r, race->best).high * CLEAR_RATIO < 1)
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

/* Samples may flatter, and hardly any tell nothing. */
double psr_choose_price(const struct psr_rival *r, unsigned best, unsigned i)
{
	struct psr_interval own = psr_choose_relative(r, i);
	struct psr_interval other = psr_choose_relative(r, best);
	double lost;

	if (r[i].all.n < PSR_CREDIT || !own.n || !other.n)
		return 1;
	if (own.mid < other.mid)
		return HOPE_PRICE;
	lost = 1 - (double)other.mid / (double)own.mid;
	return lost > LEAST_PRICE ? lost : LEAST_PRICE;
}

static double price_ns(const struct race *race, unsigned i)
{
	return trial_ns(race, i) * psr_choose_price(race->r, race->best, i);
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

/*
 * By the prior, never measured: even at its best it would be slower. Of a long
 * call, which may turn out to be many times longer, already if the best promised
 * much more: what misleads the prior is mostly the same for both, if it is not
 * how threads do.
 */
static bool is_hopeless(const struct race *race, unsigned i)
{
	const struct psr_rival *r = race->r, *best = &r[race->best];
	struct psr_interval relative = psr_choose_relative(r, race->best);
	float ratio = relative.n ? relative.mid : 1;

	if (!i || r[i].all.n || r[i].promise <= 0)
		return false;
	return r[i].promise_low > HOPELESS * ratio ||
	       (best->promise > 0 && !r[i].parallel &&
		call_ns(race, i) >= LONG_NS &&
		r[i].promise > OUTDONE * best->promise);
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
	return known(race->r, race->best, i) < PSR_RING &&
	       !never_ends(&race->r[i]) &&
	       (i == race->best || price_ns(race, i) <= limit_ns);
}

/* I has certainly lost, and what the best gains is known without it. */
static bool is_out(const struct race *race, unsigned i)
{
	return psr_choose_lost(race->r, race->best, i) &&
	       (i || is_sure(race->r, race->best));
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
		    ((i || limit_ns >= 0) && is_out(race, i)))
			continue;
		if (limit_ns < 0 ? !has_credit(race, i)
				 : !has_budget(race, i, limit_ns))
			continue;
		if (found == race->n || known(r, race->best, i) <
					    known(r, race->best, found))
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

/* What there is to share out. */
static double budget_ns(const struct psr_budget *b)
{
	return b->kept ? b->site_ns : b->site_ns - b->earlier_ns;
}

static unsigned check(const struct race *race, struct psr_budget *b,
		      uint32_t random)
{
	double limit = b->share * DRIFT_SHARE * budget_ns(b) - b->checked_ns;
	unsigned i = recheck(race, limit, random);

	if (i != race->best)
		b->checked_ns += trial_ns(race, i);
	return i;
}

static unsigned explore(const struct race *race, struct psr_budget *b)
{
	double earlier = b->kept ? 0 : b->earlier_explored_ns;
	double limit = b->share * budget_ns(b) - (b->explored_ns - earlier);
	unsigned i = limit > 0 ? least_known(race, limit) : race->n;

	if (i == race->n)
		return race->best;
	if (i != race->best)
		b->explored_ns += price_ns(race, i);
	return i;
}

/*
 * Whose time is to be known anew before anything is tried: none; N. After a
 * trial that of what makes a pair with it; when the best seems slower than it
 * should be, the baseline's, for a pair with that.
 */
static unsigned due(const struct race *race, const struct psr_latest *l)
{
	const struct psr_rival *r = race->r;
	unsigned best = race->best;

	if (!r[0].all.n && !best && r[0].tried < MAX_TRIES)
		return 0;
	if (l->known && l->rival != best)
		return l->rival && !is_sure(r, best) && has_credit(race, 0)
			   ? 0
			   : best;
	if (is_suspect(r, best))
		return l->known && l->rival == best ? 0 : best;
	return race->n;
}

unsigned psr_choose_next(const struct psr_rival *r, unsigned n, unsigned best,
			 const struct psr_latest *l, uint64_t work,
			 double guess, struct psr_budget *b, uint32_t random)
{
	struct race race = {r, n, best, (double)work, guess};
	unsigned i;

	if (b->share <= 0)
		return best;
	i = due(&race, l);
	if (i < n)
		return i;
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
	if (call_ns <= 0 || b->counted_ns + extra > share * budget_ns(b))
		return PSR_COUNT_NONE;
	b->counted_ns += extra;
	return PSR_COUNT_ALL;
}

enum psr_counting psr_choose_small(uint64_t counted, uint64_t before,
				   const struct psr_budget *b)
{
	uint64_t most = before ? before + COUNT_FREE : COUNT_SMALL;

	return b->share > 0 && counted < most && counted < COUNT_ENOUGH
		   ? PSR_COUNT_ALL
		   : PSR_COUNT_NONE;
}
