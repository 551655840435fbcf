/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Choosing, on synthetic noisy sites with known true times. */
#include "choose.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define MAX 8

struct world {             /* one site and size class */
	double truth[MAX]; /* ns per unit */
	double sigma;      /* of the logarithm of the noise */
	unsigned n;
	uint64_t work;
	float ring[MAX][PSR_RING];
	unsigned nring[MAX], head[MAX];
	float pairs[MAX][PSR_PAIRS];
	uint32_t npairs[MAX];
	struct psr_latest latest;
	struct psr_rival r[MAX];
	struct psr_budget b;
	unsigned best;
	double free_ns;   /* spent on credit */
	double regret_ns; /* beyond always running the baseline */
	unsigned calls[MAX];
	double load;       /* of other work: times every call */
	double untimed_ns; /* of the best, between two timed calls */
	unsigned switches;
};

static double uniform(void)
{
	return (rand() + 0.5) / (RAND_MAX + 1.0);
}

/* Right-skewed, as real times are; one short call in fifty is preempted. */
static double normal(void)
{
	return sqrt(-2 * log(uniform())) * cos(6.283185307 * uniform());
}

static double noisy(double truth, uint64_t work)
{
	double t = truth * (1 - 0.01 * log(uniform()));

	if (work > 100000000)
		return t;
	return uniform() < 0.02 ? t * (2 + 100 * uniform()) : t;
}

static void world_init(struct world *w, uint64_t work, unsigned n,
		       const double *truth)
{
	memset(w, 0, sizeof(*w));
	w->n = n;
	w->work = work;
	w->b.share = 0.01;
	w->load = 1;
	for (unsigned i = 0; i < n; i++) {
		w->truth[i] = truth[i];
		w->r[i].usable = true;
	}
}

static void judge(struct world *w, unsigned i)
{
	float recent[PSR_RECENT];
	unsigned n = w->nring[i] < PSR_RECENT ? w->nring[i] : PSR_RECENT;

	for (unsigned j = 0; j < n; j++)
		recent[j] =
		    w->ring[i][(w->head[i] + PSR_RING - n + j) % PSR_RING];
	w->r[i].all = psr_choose_interval(w->ring[i], w->nring[i]);
	w->r[i].recent = psr_choose_interval(recent, n);
}

/* A timed call of rival I; returns its time. */
static double run(struct world *w, unsigned i)
{
	double unit = noisy(w->truth[i], w->work) * exp(w->sigma * normal()) *
		      w->load,
	       ns = unit * (double)w->work;
	float ratio;
	unsigned of = psr_choose_pair(w->r, w->best, &w->latest, i,
				      (float)unit, &ratio);

	w->r[i].tried++;
	w->b.site_ns += ns;
	w->regret_ns += (w->truth[i] - w->truth[0]) * (double)w->work;
	w->ring[i][w->head[i]] = (float)unit;
	w->head[i] = (w->head[i] + 1) % PSR_RING;
	w->nring[i] += w->nring[i] < PSR_RING;
	w->calls[i]++;
	if (of) {
		psr_choose_add_ratio(w->pairs[of], &w->npairs[of], ratio);
		psr_choose_ratios(&w->r[of], w->pairs[of], w->npairs[of]);
	}
	judge(w, i);
	return ns;
}

/* One timed call; returns who ran. */
static unsigned step(struct world *w)
{
	double charged = w->b.explored_ns + w->b.checked_ns;
	unsigned i = psr_choose_next(w->r, w->n, w->best, &w->latest, w->work, 0, &w->b,
				     (uint32_t)rand());
	unsigned ran = i;
	double ns = run(w, i);

	if (i != w->best && w->b.explored_ns + w->b.checked_ns == charged)
		w->free_ns += ns;
	w->b.site_ns += w->untimed_ns;
	i = psr_choose_best(w->r, w->n);
	w->switches += i != w->best;
	w->best = i;
	return ran;
}

static void test_interval(void)
{
	static const float one[] = {10}, three[] = {12, 10, 11};
	float many[PSR_RING];
	struct psr_interval in = psr_choose_interval(one, 0);
	unsigned covered = 0;

	CHECK(in.n == 0 && in.mid == 0, "%u", in.n);
	in = psr_choose_interval(one, 1);
	CHECK(fabsf(in.low - 7.5f) < 1e-3f && fabsf(in.high - 12.5f) < 1e-3f,
	      "%g %g", (double)in.low, (double)in.high);
	in = psr_choose_interval(three, 3);
	CHECK(fabsf(in.mid - 11) < 1e-3f && fabsf(in.low - 9.5f) < 1e-3f &&
		  fabsf(in.high - 12.6f) < 1e-3f,
	      "%g %g %g", (double)in.low, (double)in.mid, (double)in.high);
	/* The true median (0.5) lies within for 95 % of the samples. */
	for (size_t n = 6; n <= PSR_RING; n += 13) {
		covered = 0;
		for (int t = 0; t < 2000; t++) {
			for (size_t i = 0; i < n; i++)
				many[i] = (float)uniform();
			in = psr_choose_interval(many, n);
			covered += in.low <= 0.5f && in.high >= 0.5f;
		}
		CHECK(covered > 1840, "n=%zu: %u of 2000", n, covered);
	}
	CHECK(psr_choose_interval(many, PSR_RING + 1).n == 0, "too many");
}

/* Whatever the world, what is chosen is not slower than the baseline by a
 * hundredth, and as good as 95 % of the best. */
/* Calls of two kinds in one class: what met the quick ones only has not won. */
static void test_mixed(void)
{
	struct psr_rival r[2] = {{.usable = true}, {.usable = true}};
	float both[16], quick[16];

	for (unsigned i = 0; i < 16; i++) {
		both[i] = (i % 5 < 2 ? 1.5f : 13.0f) + 0.01f * (float)i;
		quick[i] = 1.6f + 0.01f * (float)i;
	}
	r[0].all = r[0].recent = psr_choose_interval(both, 16);
	r[1].all = r[1].recent = psr_choose_interval(quick, 16);
	CHECK(r[0].all.low < 1.7f && r[0].all.high > 13, "%g to %g",
	      (double)r[0].all.low, (double)r[0].all.high);
	CHECK(psr_choose_best(r, 2) == 0, "won");
	CHECK(!psr_choose_lost(r, 0, 1), "lost");
}

static void test_finds_best(void)
{
	int settled = 0;

	for (int seed = 0; seed < 60; seed++) {
		struct world w;
		double truth[MAX], oracle;

		srand((unsigned)seed);
		truth[0] = oracle = 1;
		for (unsigned i = 1; i < MAX; i++) {
			truth[i] = 0.4 * pow(8, uniform());
			if (truth[i] < oracle)
				oracle = truth[i];
		}
		world_init(&w, 100000, MAX, truth);
		for (int i = 0; i < 40000; i++)
			step(&w);
		CHECK(truth[w.best] <= 1.01, "seed %d: best %u is %.3f", seed,
		      w.best, truth[w.best]);
		CHECK(truth[w.best] <= oracle / 0.95 || oracle > 0.97,
		      "seed %d: %.3f, oracle %.3f", seed, truth[w.best],
		      oracle);
		CHECK(w.b.explored_ns <=
			  0.01 * w.b.site_ns + 40 * (double)w.work,
		      "seed %d: explored %.4f", seed,
		      w.b.explored_ns / w.b.site_ns);
		settled += psr_choose_settled(w.r, MAX, w.best);
	}
	CHECK(settled >= 55, "%d of 60", settled);
}

/* No variant is faster: what learning costs stays within its bounds. */
static void test_bounded_regret(void)
{
	static const double truth[] = {1, 1.005, 1.3, 2, 10, 1, 1.02, 4};
	struct world w;
	double credit = 0;

	srand(7);
	world_init(&w, 100000, MAX, truth);
	for (int i = 0; i < 40000; i++)
		step(&w);
	for (unsigned i = 1; i < MAX; i++)
		credit += PSR_CREDIT * truth[i] * (double)w.work;
	CHECK(w.best == 0 || truth[w.best] <= 1, "%u", w.best);
	CHECK(w.regret_ns <= credit + 0.012 * w.b.site_ns, "%.4f",
	      w.regret_ns / w.b.site_ns);
	CHECK(w.calls[4] <= 3, "ten times slower, tried %u times", w.calls[4]);
	CHECK(w.calls[7] <= 8, "four times slower, tried %u times", w.calls[7]);
}

static unsigned who_is_next(const struct world *w)
{
	struct psr_budget b = w->b;

	return psr_choose_next(w->r, w->n, w->best, &w->latest, w->work, 0, &b, 1);
}

/* Other work slows all free calls of the fastest: it is found later. */
static void test_loaded_start(void)
{
	static const double truth[] = {1, 0.6, 1.2, 1.1};
	struct world w;

	srand(5);
	world_init(&w, 10000000, 4, truth);
	for (int i = 0; i < 4000; i++) {
		w.load = who_is_next(&w) == 1 && w.calls[1] < 3 ? 4 : 1;
		step(&w);
	}
	CHECK(w.best == 1, "%u", w.best);
}

static void test_baseline_first(void)
{
	static const double truth[] = {1, 0.5};
	struct world w;

	world_init(&w, 1000, 2, truth);
	CHECK(step(&w) == 0, "the first sample is the baseline's");
	CHECK(step(&w) == 1, "then the variant");
	CHECK(w.best == 1, "half the time is clear after one call each");
}

/* A variant that becomes slow is left, soon. */
static void test_drift(void)
{
	static const double truth[] = {1, 0.5};
	struct world w;
	int left = -1;

	srand(3);
	world_init(&w, 100000, 2, truth);
	for (int i = 0; i < 20000; i++)
		step(&w);
	CHECK(w.best == 1, "%u", w.best);
	w.truth[1] = 2;
	for (int i = 0; i < 40 && left < 0; i++) {
		step(&w);
		if (w.best == 0)
			left = i;
	}
	CHECK(left >= 0 && left <= 2 * PSR_RECENT, "left after %d", left);
	w.calls[1] = 0;
	for (int i = 0; i < 1000; i++)
		step(&w);
	CHECK(w.best == 0 && w.calls[1] < 60, "%u %u", w.best, w.calls[1]);
}

/*
 * As probe.c times it when all is settled: a call of 20 us about every
 * millisecond. Learns until there is nothing left to learn.
 */
static void settle(struct world *w, unsigned n, const double *truth)
{
	world_init(w, 20000, n, truth);
	w->untimed_ns = 1e6;
	for (int i = 0; i < 30000; i++)
		step(w);
	CHECK(psr_choose_settled(w->r, n, w->best), "not settled");
}

/* Timed calls until BEST is believed; MOST if that takes as long. */
static unsigned until_best(struct world *w, unsigned best, unsigned most)
{
	for (unsigned i = 0; i < most; i++) {
		step(w);
		if (w->best == best)
			return i + 1;
	}
	return most;
}

/*
 * Whatever changes while a program runs, what is slower than the baseline by
 * more than the noise is left within a few timed calls, and what has become
 * the best is found in some thousands: seconds, when it is settled.
 */
static void test_drifts(void)
{
	static const double truth[] = {1, 0.5, 0.7};
	static const struct {
		const char *what;
		double then[3];
		unsigned best, within;
		unsigned left; /* within which 1 must have been left */
	} cases[] = {
	    {"the best is slower than the baseline", {1, 1.15, 0.7}, 2, 60, 16},
	    {"all but the baseline are", {1, 1.15, 1.3}, 0, 60, 16},
	    {"the baseline is faster", {0.35, 0.5, 0.7}, 0, 6000, 6000},
	    {"another is faster", {1, 0.8, 0.6}, 2, 200, 200},
	    {"another, which had not been the best, is",
	     {1, 0.5, 0.3},
	     2,
	     40000,
	     40000},
	};

	for (size_t i = 0; i < PSR_COUNTOF(cases); i++) {
		struct world w;
		unsigned n = 0;

		srand((unsigned)i);
		settle(&w, 3, truth);
		CHECK(w.best == 1, "%s: %u", cases[i].what, w.best);
		memcpy(w.truth, cases[i].then, sizeof(cases[i].then));
		while (w.best == 1 && n < cases[i].left) {
			step(&w);
			n++;
		}
		CHECK(w.best != 1, "%s: still run after %u", cases[i].what, n);
		n = until_best(&w, cases[i].best, cases[i].within);
		CHECK(w.best == cases[i].best, "%s: %u after %u calls",
		      cases[i].what, w.best, n);
	}
}

/* A variant that was left comes back when it is fast again. */
static void test_recovery(void)
{
	static const double truth[] = {1, 0.5};
	struct world w;
	unsigned n;

	srand(11);
	settle(&w, 2, truth);
	w.truth[1] = 2;
	n = until_best(&w, 0, 20);
	CHECK(w.best == 0, "not left after %u", n);
	for (int i = 0; i < 20; i++)
		step(&w);
	w.truth[1] = 0.5;
	n = until_best(&w, 1, 40000);
	CHECK(w.best == 1, "%u calls", n);
}

/* Nothing changes but by chance: neither does the choice. */
static void test_steady(void)
{
	static const double truth[] = {1, 0.9, 0.91, 1.05};
	struct world w;
	unsigned bad = 0;

	srand(12);
	settle(&w, 4, truth);
	w.switches = 0;
	w.sigma = 0.05;
	w.regret_ns = w.b.site_ns = 0;
	w.b.explored_ns = w.b.checked_ns = 0;
	for (int i = 0; i < 100000; i++) {
		step(&w);
		bad += w.best == 0 || w.best == 3;
	}
	CHECK(bad < 1000, "%u of 100000 calls on what is slower", bad);
	/* Rivals' calls, by their whole time. */
	CHECK(w.b.checked_ns + w.b.explored_ns < 1e-3 * w.b.site_ns,
	      "%g of the time",
	      (w.b.checked_ns + w.b.explored_ns) / w.b.site_ns);
}

/*
 * For a while other work takes the processor again and again: ten calls in
 * a row are far too slow. The choice may go, but it returns.
 */
static void test_interrupted_often(void)
{
	static const double truth[] = {1, 0.5};
	struct world w;
	unsigned n;

	srand(13);
	settle(&w, 2, truth);
	w.load = 50;
	for (int i = 0; i < 10; i++)
		step(&w);
	w.load = 1;
	n = until_best(&w, 1, 40000);
	CHECK(w.best == 1, "%u calls", n);
}

/* The whole machine becomes slower: nothing is to be changed for long. */
static void test_common_slowdown(void)
{
	static const double truth[] = {1, 0.5};
	struct world w;
	unsigned bad = 0;

	srand(4);
	world_init(&w, 100000, 2, truth);
	for (int i = 0; i < 20000; i++)
		step(&w);
	w.truth[0] = 3;
	w.truth[1] = 1.5;
	for (int i = 0; i < 2000; i++) {
		step(&w);
		bad += w.best != 1;
	}
	CHECK(w.best == 1 && bad < 200, "%u %u", w.best, bad);
}

static unsigned wrong_choices(double sigma, double from, double ratio,
			      int launches, unsigned *gained)
{
	unsigned wrong = 0;

	*gained = 0;
	for (int seed = 0; seed < 500; seed++) {
		struct world w;
		double truth[6] = {1};

		srand((unsigned)seed);
		for (unsigned i = 1; i < 6; i++)
			truth[i] = from * pow(ratio, uniform());
		world_init(&w, 200000000, 6, truth);
		w.sigma = sigma;
		for (int i = 0; i < launches; i++)
			step(&w);
		wrong += truth[w.best] > 1.01;
		*gained += truth[w.best] < 0.9;
	}
	return wrong;
}

/*
 * One long call a launch on a noisy machine: few samples, so little is sure.
 * What is chosen is hardly ever slower than the baseline.
 */
static void test_few_noisy_calls(void)
{
	unsigned gained, wrong;

	wrong = wrong_choices(0.1, 0.7, 2, 20, &gained);
	CHECK(wrong == 0 && gained > 180, "%u %u", wrong, gained);
	wrong = wrong_choices(0.1, 0.98, 1.2, 20, &gained);
	CHECK(wrong <= 2, "%u of 500", wrong);
	for (int launches = 20; launches <= 60; launches += 20) {
		wrong = wrong_choices(0.3, 0.98, 1.2, launches, &gained);
				CHECK(wrong <= 8, "%d launches: %u of 500", launches, wrong);
	}
}

static void test_long_calls(void)
{
	static const double truth[] = {1, 0.5, 2};
	struct world w;

	srand(5);
	world_init(&w, UINT64_C(5000000000), 3, truth); /* 5 s a call */
	for (int i = 0; i < 80; i++)
		CHECK(step(&w) == 0, "call %d is not the baseline", i);
	for (int i = 0; i < 600; i++)
		step(&w);
	CHECK(w.free_ns == 0, "%g", w.free_ns);
	CHECK(w.calls[1] >= 1 && w.b.explored_ns <= 0.02 * w.b.site_ns,
	      "%u, %.4f", w.calls[1], w.b.explored_ns / w.b.site_ns);
}

static void test_no_exploration(void)
{
	static const double truth[] = {1, 0.5};
	struct world w;

	world_init(&w, 1000, 2, truth);
	w.b.share = 0;
	for (int i = 0; i < 1000; i++)
		CHECK(step(&w) == 0, "call %d explores", i);
}

static void test_unusable(void)
{
	static const double truth[] = {1, 0.1, 0.5};
	struct world w;

	srand(6);
	world_init(&w, 1000, 3, truth);
	w.r[1].usable = false;
	for (int i = 0; i < 1000; i++)
		CHECK(step(&w) != 1, "call %d runs what the CPU cannot", i);
	CHECK(w.best == 2, "%u", w.best);
}

/* Calls that never end in a sample (longjmp) are not tried for ever. */
static void test_no_samples(void)
{
	static const double truth[] = {1, 1, 1};
	struct world w;
	unsigned others = 0;

	world_init(&w, 1000, 3, truth);
	step(&w);
	for (int i = 0; i < 1000; i++) {
		unsigned v =
		    psr_choose_next(w.r, 3, 0, &w.latest, 1000, 0, &w.b, (uint32_t)i);

		w.r[v].tried++;
		others += v != 0;
	}
	CHECK(others <= 32, "%u", others);
}

/* One call that was interrupted for long does not end a short variant. */
static void test_interrupted_once(void)
{
	static const double truth[] = {1, 0.5};
	struct world w;

	srand(9);
	world_init(&w, 100000, 2, truth);
	while (step(&w) != 1)
		w.load = w.calls[0] ? 300 : 1; /* 15 ms at its first call */
	w.load = 1;
	for (int i = 0; i < 40; i++)
		step(&w);
	CHECK(w.best == 1, "%u calls", w.calls[1]);
}

/*
 * A prior that is right finds the best sooner; one that is wrong costs time,
 * never the rule: what is chosen in the end is the same.
 */
static void promise(struct world *w, const double *ratios, double doubt)
{
	for (unsigned i = 1; i < w->n; i++) {
		w->r[i].promise = (float)ratios[i];
		w->r[i].promise_low = (float)(ratios[i] / doubt);
	}
}

static void test_prior(void)
{
	static const double truth[] = {1, 0.9, 1.4, 2, 0.8, 0.5};
	static const double wrong[] = {1, 0.5, 0.6, 0.4, 2, 3};
	unsigned without = 0, with = 0, misled = 0, bad = 0;
	struct world w;

	for (int seed = 0; seed < 100; seed++) {
		srand((unsigned)seed);
		world_init(&w, 100000, 6, truth);
		without += until_best(&w, 5, 2000);

		srand((unsigned)seed);
		world_init(&w, 100000, 6, truth);
		promise(&w, truth, 1.2);
		with += until_best(&w, 5, 2000);
		/* Twice as long at its best is not worth a free call. */
		CHECK(w.calls[3] == 0, "%d: %u calls", seed, w.calls[3]);

		srand((unsigned)seed);
		world_init(&w, 100000, 6, truth);
		promise(&w, wrong, 1.01);
		misled += until_best(&w, 5, 20000);
		bad += w.best != 5;
	}
	/* Of long calls what promises half as much as the best; then it is not
	 * known how bad it is. */
	world_init(&w, 100000000, 6, truth);
	promise(&w, truth, 9);
	until_best(&w, 5, 50);
	CHECK(w.best == 5 && w.calls[3] == 0 && w.calls[4] == 0 &&
		  w.calls[1] == 0,
	      "%u, %u and %u long calls", w.calls[1], w.calls[3], w.calls[4]);
	/* But for what runs on several threads. */
	world_init(&w, 100000000, 6, truth);
	promise(&w, truth, 9);
	w.r[3].parallel = true;
	for (int i = 0; i < 60; i++)
		step(&w);
	CHECK(w.calls[3] > 0 && w.calls[4] == 0, "%u and %u long calls",
	      w.calls[3], w.calls[4]);
	CHECK(with * 2 < without, "%u and %u of 100 launches", with, without);
	CHECK(bad == 0, "%u of 100 do not find the best; %u calls", bad,
	      misled);
}

static struct psr_interval around(float mid, float part, uint32_t n)
{
	return (struct psr_interval){mid * (1 - part), mid, mid * (1 + part),
				     n};
}

static void test_neighbours(void)
{
	struct psr_rival near[3] = {
	    {.all = around(1, 0.01f, 9), .usable = true},
	    {.all = around(0.5f, 0.01f, 9), .usable = true},
	    {.all = around(2, 0.01f, 9), .usable = true},
	};
	struct psr_rival own[3] = {0};

	CHECK(psr_choose_slow(near, 2) && !psr_choose_slow(near, 1) &&
		  !psr_choose_slow(near, 0),
	      "slow nearby");
	CHECK(psr_choose_lends(near, 1) && !psr_choose_lends(near, 0), "lends");
	near[1].all = around(0.95f, 0.01f, 9);
	CHECK(!psr_choose_lends(near, 1), "too close to lend");
	CHECK(!psr_choose_knows(own, 1), "nothing known");
	own[0].all = around(1, 0.2f, 1);
	CHECK(!psr_choose_knows(own, 1), "the baseline alone");
	own[1].all = around(3, 0.2f, 1);
	CHECK(psr_choose_knows(own, 1), "lost here");
}

/* Short calls of what has not run lately are warmed, long ones are not. */
static void test_warming(void)
{
	struct psr_rival r[2] = {
	    {.all = around(1, 0.01f, 9), .usable = true},
	    {.all = around(2, 0.01f, 9), .usable = true},
	};
	struct psr_budget b = {.site_ns = 1e6, .share = 0.01};
	const struct psr_latest none = {0};

	CHECK(psr_choose_warm(r, 0, 0, 1000, 0) == 0, "the best is warm");
	CHECK(psr_choose_warm(r, 0, 1, 1000, 0) == 10, "20 us of 2 us calls");
	CHECK(psr_choose_warm(r, 0, 1, 10, 0) == 256, "at most 256 calls");
	CHECK(psr_choose_warm(r, 0, 1, 100000, 0) == 0, "long calls");
	r[1].all.n = 0;
	CHECK(psr_choose_warm(r, 0, 1, 1000, 0) == 20, "as long as the best");
	r[0].all.n = 0;
	CHECK(psr_choose_warm(r, 0, 1, 1000, 4) == 5, "as long as guessed");
	r[0].all.n = r[1].all.n = 9;
	CHECK(psr_choose_next(r, 2, 0, &none, 1000, 0, &b, 0) == 0,
	      "10 us do not pay for warming");
	b.site_ns = 1e7;
	CHECK(psr_choose_next(r, 2, 0, &none, 1000, 0, &b, 0) < 2 &&
		  b.explored_ns + b.checked_ns <= 1e5,
	      "charged %g", b.explored_ns + b.checked_ns);
}

/* What earlier processes left is spent only by one that will say so. */
static void test_kept(void)
{
	struct psr_rival r[2] = {
	    {.all = around(1, 0.01f, 9), .usable = true},
	    {.all = around(0.5f, 0.01f, 9), .usable = true},
	};
	const struct psr_latest none = {0};
	struct psr_budget b = {.share = 0.01,
			       .site_ns = 2e9,
			       .earlier_ns = 2e9,
			       .explored_ns = 1e6,
			       .earlier_explored_ns = 1e6};

	CHECK(psr_choose_next(r, 2, 1, &none, 5000000, 0, &b, 0) == 1 &&
		  b.explored_ns == 1e6,
	      "spends what is not its own");
	b.site_ns += 4e8;
	CHECK(psr_choose_next(r, 2, 1, &none, 5000000, 0, &b, 0) == 0 &&
		  b.explored_ns > 1e6,
	      "its own");
	CHECK(psr_choose_next(r, 2, 1, &none, 5000000, 0, &b, 0) == 1,
	      "twice");
	b.kept = true;
	CHECK(psr_choose_next(r, 2, 1, &none, 5000000, 0, &b, 0) == 0,
	      "what is kept");
}

/*
 * Other programs slow the machine for a while, all variants alike: LENGTH timed
 * calls in the mean, as long as the quiet between. Of 300 programs, how many
 * know the best after CALLS.
 */
static unsigned right_choices(double slower, int calls, int length)
{
	static const double truth[] = {1, 0.72, 0.87};
	unsigned right = 0;

	for (int seed = 0; seed < 300; seed++) {
		struct world w;

		srand((unsigned)seed);
		world_init(&w, 2000000, 3, truth);
		w.sigma = 0.02;
		for (int i = 0; i < calls; i++) {
			if (uniform() * length < 1)
				w.load = w.load > 1 ? 1 : slower;
			step(&w);
		}
		right += w.best == 1;
	}
	return right;
}

/* By the times alone 127 to 249 knew it after 60 calls, 182 to 277 after 120,
 * 255 to 282 after 240. */
static void test_phases(void)
{
	for (int length = 10; length <= 160; length *= 4)
		for (double slower = 1.4; slower < 4; slower += 1.6) {
			unsigned few = right_choices(slower, 60, length);
			unsigned some = right_choices(slower, 120, length);
			unsigned many = right_choices(slower, 240, length);

			CHECK(few >= 200 && some >= 275 && many >= 285,
			      "%g times slower for %d calls: %u, %u, %u of 300",
			      slower, length, few, some, many);
		}
}

int main(void)
{
	srand(1);
	test_warming();
	test_kept();
	test_interval();
	test_mixed();
	test_phases();
	test_finds_best();
	test_bounded_regret();
	test_loaded_start();
	test_baseline_first();
	test_drift();
	test_drifts();
	test_recovery();
	test_steady();
	test_interrupted_often();
	test_common_slowdown();
	test_interrupted_once();
	test_prior();
	test_few_noisy_calls();
	test_long_calls();
	test_no_exploration();
	test_unusable();
	test_no_samples();
	test_neighbours();
	return check_result();
}
