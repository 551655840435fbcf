/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A transaction takes 1.5 ms, and the next process, for which the database has
 * changed, wakes late: too much for a short program that has hardly any news.
 */
#include "worth.h"

#include <math.h>

#include "early.h"
#include "probe.h"
#include "psr/store.h"
#include "ticks.h"

#define SAVE_NS       1.5e6 /* that saving takes */
#define LATE_NS       1.6e7 /* that a process wakes later when something was */
#define NEWS_PART     0.25  /* of what saving takes, spent where there is news */
#define NEWS_SHARE    0.02  /* of the process's time, likewise: it may gain it */
#define LOST_PART     0.06  /* the same, lost on trials: the next tries again */
#define LOST_SHARE    0.005
#define EARLY_NS      8e6   /* by originals; less tells nothing of the next */
#define EARLY_GAIN    1.06  /* times as fast: pays for waking in 10 ms */
#define ACCOUNT_SHARE 0.1   /* of the share, for what is no news */
/* Earlier samples, with which one more counts: not saved, a free call would be
 * free again. */
#define FEW      PSR_RECENT
#define FEW_MORE 4 /* part of them, that may settle what was not */

static uint64_t begun_ticks;
static _Atomic bool recorded; /* `psr run` records something meanwhile */
static double weight = 1; /* programs that what is saved stands for */

void psr_worth_start(uint64_t now_ticks)
{
	begun_ticks = now_ticks;
}

void psr_worth_recorded(void)
{
	recorded = true;
}

double psr_worth_weight(void)
{
	return weight;
}

/* So much more is known of rival I that the choice may change. */
static bool is_new(const struct psr_class *c, uint32_t i)
{
	const struct psr_cell *cell = &c->cells[i];
	uint64_t fresh = cell->own - cell->saved;
	uint64_t before = cell->adopted + cell->saved;

	return fresh &&
	       (before < FEW || (!c->settled && fresh >= before / FEW_MORE));
}

static struct psr_account account_of(const struct psr_class *c)
{
	struct psr_account sum = {0, 0, 0};

	for (uint32_t i = 0; i < c->site->nrivals; i++) {
		struct psr_account a = psr_sites_account(c, i);

		sum.spent += a.spent;
		sum.base += a.base;
		sum.lost += a.lost;
	}
	return sum;
}

static bool tells_news(const struct psr_class *c)
{
	uint64_t told = c->counts ? c->counts->counted : 0;
	bool any = told && c->counted - told < FEW;

	for (uint32_t i = 0; i < c->site->nrivals; i++)
		any |= is_new(c, i);
	return any;
}

/*
 * What all of C's calls took, by and large: as much as usual or, if one of them
 * was far slower, as SPENT, their account.
 */
static double calls_ns(const struct psr_class *c, double spent)
{
	double unit = psr_sites_guess(c->site, c->size_class);
	double work = (double)psr_class_work(c->size_class);

	return fmax(c->calls * work * (unit > 0 ? unit : 1), spent);
}

/* What a process did, in ns. */
struct balance {
	double spent, base; /* at sites; what their originals would have taken */
	double news, lost;  /* of spent, where there is news; on trials there */
};

static void add_class(struct balance *b, const struct psr_class *c)
{
	struct psr_account own = account_of(c);

	b->spent += own.spent;
	b->base += own.base;
	if (!tells_news(c))
		return;
	b->news += calls_ns(c, own.spent);
	b->lost += own.lost;
}

static void add_balance(struct balance *b, const struct psr_module_state *m)
{
	struct psr_class *c = atomic_load(&m->classes);

	for (; c; c = c->next) {
		if (psr_sites_stale(c) || !psr_sites_lock_patiently(c->site))
			continue;
		add_class(b, c);
		psr_sites_unlock(c->site);
	}
}

/* It gained so much that the next should wake early. */
static bool gained(const struct balance *b)
{
	return b->base >= EARLY_NS && b->base >= EARLY_GAIN * b->spent;
}

/* Saving takes time, and has the next process wake late. */
static double saving_ns(const struct balance *b)
{
	return SAVE_NS + (gained(b) ? LATE_NS * (1 - b->spent / b->base) : 0);
}

/* Of saving what is no news, so far. */
static double saving_chance(double share)
{
	double ticks = (double)(psr_ticks() - begun_ticks);

	return recorded ? 1
			: share * ACCOUNT_SHARE * ticks /
				  (double)psr_probe_ticks(SAVE_NS);
}

/* Once: the modules go one by one, and what is kept stays so. */
static bool is_drawn(double chance)
{
	static _Atomic uint32_t drawn;
	uint32_t none = 0;

	if (chance >= 1)
		return true;
	if (!drawn) /* a random number is never 0 */
		atomic_compare_exchange_strong(&drawn, &none,
					       psr_probe_random());
	return drawn < chance * UINT32_MAX;
}

bool psr_worth_keeps(double share)
{
	return is_drawn(saving_chance(share));
}

static bool pays(double ns, double least_ns, double least_ticks)
{
	return ns >= least_ns && (double)psr_probe_ticks(ns) >= least_ticks;
}

bool psr_worth_saving(struct psr_module_state *const *m, size_t count,
		      double share)
{
	double ticks = (double)(psr_ticks() - begun_ticks);
	double chance = saving_chance(share);
	struct balance all = {0};
	double saving;

	if (chance >= 1)
		return true;
	for (size_t i = 0; i < count; i++)
		add_balance(&all, m[i]);
	saving = saving_ns(&all);
	if (pays(all.news, NEWS_PART * saving, NEWS_SHARE * ticks) ||
	    pays(all.lost, LOST_PART * saving, LOST_SHARE * ticks))
		return true;
	if (!is_drawn(chance))
		return false;
	weight = 1 / chance;
	return true;
}

void psr_worth_early(const struct psr_module_state *m)
{
	struct balance own = {0};

	if (!m->state)
		return;
	add_balance(&own, m);
	if (fmax(own.base, own.spent) >= EARLY_NS)
		psr_store_early(psr_early_sites(m->sites, m->nsites), m->state,
				gained(&own));
}
