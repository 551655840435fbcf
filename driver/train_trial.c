/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What a prior is worth: choose.c plays each site and size that was measured,
 * from nothing known, on times drawn around the measured medians with the
 * measured spread; one short call in fifty is interrupted. The prior is that
 * of models that have not seen the program (row.held).
 *
 * A timed call stands for what runs untimed until the next: that much, as in
 * probe.c, runs what is believed best. Regret is the time beyond what the best
 * would have taken. Both players meet the same random numbers.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "choose.h"
#include "train.h"

#define CALLS    200   /* timed, of each site and size */
#define ROUNDS   5     /* plays of each */
#define APART_NS 1.2e5 /* between two timed calls, if calls are short */
#define BEST     1.03  /* of the best's time is as good */
#define WORTH    1.05  /* what the best must gain for the search to count */

struct player { /* one site and size class */
	struct psr_rival r[PSR_RIVALS];
	float ring[PSR_RIVALS][PSR_RING];
	unsigned nring[PSR_RIVALS], head[PSR_RIVALS];
	float pairs[PSR_RIVALS][PSR_PAIRS];
	uint32_t npairs[PSR_RIVALS];
	struct psr_latest latest;
	double truth[PSR_RIVALS], sigma[PSR_RIVALS]; /* ns per unit */
	unsigned n, best;
	uint64_t work;
	struct psr_budget b;
	uint64_t random;
};

struct outcome {
	unsigned found; /* timed calls until the best was believed in */
	double lost_ns, least_ns;
};

static double uniform(struct player *p)
{
	uint64_t z = p->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return ((double)((z ^ z >> 31) >> 11) + 0.5) * 0x1p-53;
}

/* Right-skewed, as real times are. */
static double draw(struct player *p, unsigned i)
{
	double unit = p->truth[i] * (1 - p->sigma[i] * log(uniform(p)));

	if (unit * (double)p->work < 1e7 && uniform(p) < 0.02)
		unit *= 2 + 100 * uniform(p);
	return unit;
}

static void judge(struct player *p, unsigned i)
{
	float recent[PSR_RECENT];
	unsigned n = p->nring[i] < PSR_RECENT ? p->nring[i] : PSR_RECENT;

	for (unsigned j = 0; j < n; j++)
		recent[j] =
		    p->ring[i][(p->head[i] + PSR_RING - n + j) % PSR_RING];
	p->r[i].all = psr_choose_interval(p->ring[i], p->nring[i]);
	p->r[i].recent = psr_choose_interval(recent, n);
}

static double fastest(const struct player *p)
{
	double best = p->truth[0];

	for (unsigned i = 1; i < p->n; i++)
		best = fmin(best, p->truth[i]);
	return best;
}

static void step(struct player *p, struct outcome *o, double least)
{
	unsigned i = psr_choose_next(p->r, p->n, p->best, &p->latest, p->work,
				     0, &p->b,
				     (uint32_t)(uniform(p) * 4294967296.0));
	unsigned warm = psr_choose_warm(p->r, p->best, i, p->work, 0);
	double unit = draw(p, i), work = (double)p->work;
	double rest = APART_NS / p->truth[p->best] - work;
	float ratio;
	unsigned of = psr_choose_pair(p->r, p->best, &p->latest, i,
				      (float)unit, &ratio);

	p->r[i].tried++;
	p->ring[i][p->head[i]] = (float)unit;
	p->head[i] = (p->head[i] + 1) % PSR_RING;
	p->nring[i] += p->nring[i] < PSR_RING;
	rest = fmax(rest, 0);
	work *= 1 + warm;
	p->b.site_ns += work * unit + rest * p->truth[p->best];
	o->lost_ns +=
	    work * (p->truth[i] - least) + rest * (p->truth[p->best] - least);
	o->least_ns += (work + rest) * least;
	if (of) {
		psr_choose_add_ratio(p->pairs[of], &p->npairs[of], ratio);
		psr_choose_ratios(&p->r[of], p->pairs[of], p->npairs[of]);
	}
	judge(p, i);
	p->best = psr_choose_best(p->r, p->n);
}

static struct outcome play(struct player *p)
{
	struct outcome o = {.found = CALLS};
	double least = fastest(p);

	for (unsigned c = 0; c < CALLS; c++) {
		step(p, &o, least);
		if (o.found == CALLS && p->truth[p->best] <= BEST * least)
			o.found = c + 1;
	}
	return o;
}

/* N rows of one site, processor and size class. */
static void set_up(struct player *p, const struct train_row *rows, size_t n,
		   bool prior, unsigned round)
{
	memset(p, 0, sizeof(*p));
	p->n = (unsigned)n + 1;
	p->b.share = 0.01;
	p->work = 3 * psr_class_work(rows->pair.size_class) / 2;
	p->random = rows->pair.info.site + rows->pair.size_class + round;
	for (unsigned i = 0; i <= n; i++) {
		const struct train_row *r = i ? &rows[i - 1] : rows;
		const struct psr_timing *t =
		    i ? &r->pair.time : &r->pair.baseline;

		p->r[i].usable = true;
		p->truth[i] = t->median_ns;
		p->sigma[i] =
		    fmin((t->p75_ns - t->p25_ns) / t->median_ns, 0.3) + 0.003;
		if (!i || !prior)
			continue;
		p->r[i].promise = expf(r->held.mid);
		p->r[i].promise_low = expf(r->held.mid - 2 * r->held.spread);
	}
}

static bool together(const struct train_row *a, const struct train_row *b)
{
	return a->pair.info.site == b->pair.info.site &&
	       a->pair.size_class == b->pair.size_class &&
	       !strcmp(a->pair.module, b->pair.module) &&
	       !strcmp(a->pair.cpu, b->pair.cpu);
}

struct tally {
	unsigned found[1 << 16];
	size_t n;
	double lost, least;
	double regret; /* sum of each place's share */
	size_t places;
};

static void count(struct tally *t, const struct outcome *o, bool worth)
{
	t->lost += o->lost_ns;
	t->least += o->least_ns;
	t->regret += o->lost_ns / o->least_ns;
	t->places++;
	if (worth && t->n < PSR_COUNTOF(t->found))
		t->found[t->n++] = o->found;
}

static int by_number(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return (x > y) - (x < y);
}

static void print(const char *name, struct tally *t)
{
	size_t last = t->n ? t->n - 1 : 0;
	double sum = 0;

	qsort(t->found, t->n, sizeof(t->found[0]), by_number);
	for (size_t i = 0; i < t->n; i++)
		sum += t->found[i];
	printf("%-14s %5u %7.1f %5u %9.2f %%\n", name, t->found[t->n / 2],
	       t->n ? sum / (double)t->n : 0, t->found[last * 9 / 10],
	       t->places ? 100 * t->regret / (double)t->places : 0);
}

void train_trial(const struct train_set *set)
{
	static struct tally tallies[2];
	static struct player p;
	size_t places = 0, worth = 0;

	for (size_t from = 0, n; from < set->n; from += n) {
		bool counts;

		for (n = 1; from + n < set->n && n + 1 < PSR_RIVALS &&
			    together(&set->rows[from], &set->rows[from + n]);)
			n++;
		set_up(&p, &set->rows[from], n, false, 0);
		counts = fastest(&p) * WORTH < p.truth[0];
		places++;
		worth += counts;
		for (unsigned k = 0; k < 2 * ROUNDS; k++) {
			struct outcome o;

			set_up(&p, &set->rows[from], n, k & 1, k / 2);
			o = play(&p);
			count(&tallies[k & 1], &o, counts);
		}
	}
	printf("%zu sites and sizes, %zu of them where something gains 5 %%; "
	       "timed calls until the best is chosen there, and time lost in "
	       "the first %d anywhere:\n"
	       "%-14s %5s %7s %5s %11s\n",
	       places, worth, CALLS, "", "median", "mean", "90 %", "regret");
	print("without prior", &tallies[0]);
	print("with prior", &tallies[1]);
}
