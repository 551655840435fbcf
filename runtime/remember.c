/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Loading reads one module's rows for this CPU, once. Saving writes what is
 * new since the last save in one transaction a module. The database is open
 * only meanwhile: between, the program has no descriptor of ours.
 *
 * A probe records under its site's lock; saving takes each lock for as long
 * as it copies one size class, and leaves out a site that it cannot get.
 */
#include "remember.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "grow.h"
#include "probe.h"
#include "psr/cpu.h"
#include "psr/store.h"
#include "safe.h"
#include "ticks.h"
#include "worth.h"

static _Atomic uint64_t last_ticks;
static _Atomic uint64_t due_ticks = UINT64_MAX / 2;
static void (*_Atomic save_all)(void);

struct origin { /* where a row comes from */
	struct psr_cell *cell;
	uint64_t own;
	uint64_t own_pairs;
	double own_ns;
	struct psr_account account;
};

struct news { /* one module's */
	struct psr_site_count *counts;
	struct psr_class **counted; /* one for each of counts */
	struct psr_site_branch *branches;
	struct psr_known **branched; /* one for each of branches */
	size_t ncounts, counts_room, nbranches, branches_room;
	struct psr_site_time *times;
	struct origin *origins;
	struct psr_site_info *info;
	struct psr_known **told; /* one for each info */
	size_t ntimes, room;
	size_t ninfo, info_room;
};

static void adopt(void *ctx, const struct psr_site_time *row)
{
	psr_sites_adopt(ctx, row);
}

static void adopt_count(void *ctx, uint64_t site, uint16_t size_class,
			uint64_t counted)
{
	psr_sites_adopt_count(ctx, site, size_class, counted);
}

/* The trained one, if any, is read with the first module's times. */
static enum { NO_PRIOR, WANTED, READ } prior_state;

static void take_prior(const struct psr_waking *w)
{
	static struct psr_prior trained;

	prior_state = READ;
	if (!w->prior)
		return;
	if (psr_prior_read(w->prior, w->prior_bytes, &trained) < 0)
		free(w->prior);
	else
		psr_sites_prior(&trained); /* for ever */
}

void psr_remember_prior(void)
{
	prior_state = WANTED;
	psr_sites_prior(&psr_prior_shipped);
}

void psr_remember_load(struct psr_module_state *m)
{
	struct psr_waking w = {
	    .time = adopt,
	    .count = adopt_count,
	    .ctx = m,
	    .wants_prior = prior_state == WANTED,
	};
	char cpu[PSR_CPU_KEY];

	psr_cpu_key(cpu);
	if (psr_store_wake(m->name, cpu, &w, NULL) < 0)
		return;
	if (w.recording)
		psr_worth_recorded();
	m->state = w.state;
	if (w.wants_prior)
		take_prior(&w);
}

static bool room_for(struct news *n, size_t more)
{
	size_t a = n->room, b = n->room;

	while (n->ntimes + more > n->room) {
		if (!psr_grow((void **)&n->times, &a, a + 1, sizeof(*n->times)) ||
		    !psr_grow((void **)&n->origins, &b, b + 1, sizeof(*n->origins)))
			return false;
		n->room = a;
	}
	return true;
}

/* Even without news: so that a run's earlier choice is taken back. */
static void copy_cell(struct news *n, const struct psr_class *c, unsigned i)
{
	const struct psr_known *k = c->site;
	struct psr_cell *cell = (struct psr_cell *)&c->cells[i];
	struct psr_site_time *t = &n->times[n->ntimes];
	uint64_t fresh = cell->own - cell->saved;
	uint64_t pairs = cell->own_pairs - cell->saved_pairs;
	struct psr_account account = psr_sites_account(c, i);
	uint32_t in_ring = fresh < cell->nring ? (uint32_t)fresh : cell->nring;

	if (!cell->own && cell->units <= 0 && i != c->best)
		return;
	t->site = k->id;
	t->chosen = i == c->best;
	t->size_class = c->size_class;
	psr_sites_name(k, i, t->variant);
	t->n = fresh;
	t->total_ns = cell->own_ns - cell->saved_ns;
	t->spent_ns = psr_worth_weight() * (account.spent - cell->accounted.spent);
	t->base_ns = psr_worth_weight() * (account.base - cell->accounted.base);
	t->lost_ns = psr_worth_weight() * (account.lost - cell->accounted.lost);
	t->nring = in_ring;
	for (uint32_t j = 0; j < in_ring; j++)
		t->ring[j] = cell->ring[(cell->head + PSR_RING - in_ring + j) %
					PSR_RING];
	t->npairs = pairs < cell->npairs ? (uint32_t)pairs : cell->npairs;
	memcpy(t->pairs, cell->pairs + cell->npairs - t->npairs,
	       t->npairs * sizeof(t->pairs[0]));
	n->origins[n->ntimes] =
	    (struct origin){cell, cell->own, cell->own_pairs, cell->own_ns,
			    account};
	n->ntimes++;
}

/* Makes room for one more in two lists of N that grow together. */
static bool grow_both(void **p, size_t psize, void **q, size_t qsize,
		      size_t *room, size_t n)
{
	size_t a = *room, b = *room;

	if (!psr_grow(p, &a, n, psize) || !psr_grow(q, &b, n, qsize))
		return false;
	*room = a;
	return true;
}

/* What the counted variant told is moved, and given back if not saved. */
static bool take_counts(struct news *n, struct psr_class *c)
{
	struct psr_site_count *out;

	if (psr_sites_stale(c) || c->calls <= 0)
		return true;
	if (!grow_both((void **)&n->counts, sizeof(*n->counts),
		       (void **)&n->counted, sizeof(*n->counted),
		       &n->counts_room, n->ncounts + 1))
		return false;
	out = &n->counts[n->ncounts];
	out->site = c->site->id;
	out->size_class = c->size_class;
	out->calls = c->calls;
	out->counted = out->nvalues = 0;
	c->calls = 0;
	if (c->counts)
		psr_counts_take(c->counts, out);
	n->counted[n->ncounts++] = c;
	return true;
}

static bool take_branch(struct news *n, struct psr_known *k, uint32_t i)
{
	struct psr_branch_counts *b = k->branches;

	if (!grow_both((void **)&n->branches, sizeof(*n->branches),
		       (void **)&n->branched, sizeof(*n->branched),
		       &n->branches_room, n->nbranches + 1))
		return false;
	n->branched[n->nbranches] = k;
	n->branches[n->nbranches++] = (struct psr_site_branch){
	    .site = k->id,
	    .branch = (uint16_t)i,
	    .taken = b->taken[i],
	    .not_taken = b->not_taken[i],
	};
	b->taken[i] = b->not_taken[i] = 0;
	return true;
}

static bool take_branches(struct news *n, struct psr_known *k)
{
	struct psr_branch_counts *b = k->branches;
	bool done = true;

	if (!b || !psr_sites_own_branches(k))
		return true;
	for (uint32_t i = 0; i < b->n && done; i++)
		if (b->taken[i] || b->not_taken[i])
			done = take_branch(n, k, i);
	return done;
}

static void give_back(struct news *n)
{
	for (size_t i = 0; i < n->ncounts; i++) {
		struct psr_class *c = n->counted[i];

		if (!psr_sites_try_lock(c->site))
			continue; /* some counts less */
		c->calls += n->counts[i].calls;
		if (c->counts)
			psr_counts_return(c->counts, &n->counts[i]);
		psr_sites_unlock(c->site);
	}
	for (size_t i = 0; i < n->nbranches; i++) {
		const struct psr_site_branch *from = &n->branches[i];
		struct psr_known *k = n->branched[i];

		if (!psr_sites_try_lock(k))
			continue;
		k->branches->taken[from->branch] += from->taken;
		k->branches->not_taken[from->branch] += from->not_taken;
		psr_sites_unlock(k);
	}
}

static bool has_news(const struct psr_class *c)
{
	for (uint32_t i = 0; i < c->site->nrivals; i++)
		if (c->cells[i].own != c->cells[i].saved)
			return true;
	return false;
}

static bool collect_info(struct news *n, struct psr_known *k)
{
	const struct psr_site *s = k->site;
	const struct psr_variant *v = psr_site_variants(s);
	size_t a = n->info_room, b = n->info_room;
	struct psr_variant_info *variants;

	if (!psr_grow((void **)&n->info, &a, n->ninfo + 1, sizeof(*n->info)) ||
	    !psr_grow((void **)&n->told, &b, n->ninfo + 1, sizeof(*n->told)))
		return false;
	n->info_room = a;
	variants = malloc((s->nvariants + 1u) * sizeof(*variants));
	if (!variants)
		return false;
	for (unsigned i = 0; i < s->nvariants; i++)
		variants[i] = (struct psr_variant_info){psr_variant_name(&v[i]),
							v[i].isa, v[i].flags};
	n->told[n->ninfo] = k;
	n->info[n->ninfo++] = (struct psr_site_info){
	    .site = s->id,
	    .function = psr_site_function(s),
	    .file = psr_site_file(s),
	    .line = s->line,
	    .kind = s->kind,
	    .depth = s->depth,
	    .instructions = s->instructions,
	    .loads = s->loads,
	    .stores = s->stores,
	    .flops = s->flops,
	    .branches = s->branches,
	    .calls = s->calls,
	    .load_bytes = s->load_bytes,
	    .store_bytes = s->store_bytes,
	    .nvariants = s->nvariants,
	    .variants = variants,
	};
	k->told = true;
	return true;
}

static bool collect(struct news *n, struct psr_module_state *m)
{
	struct psr_class *c = atomic_load(&m->classes);

	for (; c; c = c->next) {
		struct psr_known *k = c->site;
		size_t before = n->ntimes + n->ncounts;
		bool taken;

		if (!room_for(n, k->nrivals))
			return false;
		if (!psr_sites_lock_patiently(k))
			continue;
		if (!psr_sites_stale(c) && has_news(c))
			for (uint32_t i = 0; i < k->nrivals; i++)
				copy_cell(n, c, i);
		taken = take_counts(n, c) && take_branches(n, k);
		psr_sites_unlock(k);
		if (!taken)
			return false;
		if (n->ntimes + n->ncounts > before && !k->told &&
		    !collect_info(n, k))
			return false;
	}
	return true;
}

static int write_news(struct psr_store *store, struct psr_module_state *m,
		      const struct news *n)
{
	char cpu[PSR_CPU_KEY];
	struct psr_site_batch b = {
	    .module = m->name,
	    .cpu = cpu,
	    .pid = getpid(),
	    .info = n->info,
	    .ninfo = n->ninfo,
	    .times = n->times,
	    .ntimes = n->ntimes,
	    .counts = n->counts,
	    .ncounts = n->ncounts,
	    .branches = n->branches,
	    .nbranches = n->nbranches,
	};

	psr_cpu_key(cpu);
	return psr_store_sites_save(store, &b, NULL);
}

static void settle(struct news *n, bool saved)
{
	if (!saved)
		give_back(n);
	for (size_t i = 0; saved && i < n->ntimes; i++) {
		const struct origin *o = &n->origins[i];

		o->cell->saved = o->own;
		o->cell->saved_pairs = o->own_pairs;
		o->cell->saved_ns = o->own_ns;
		o->cell->accounted = o->account;
	}
	for (size_t i = 0; i < n->ninfo; i++) {
		if (!saved)
			n->told[i]->told = false;
		free((void *)n->info[i].variants);
	}
	free(n->times);
	free(n->origins);
	free(n->info);
	free(n->told);
	free(n->counts);
	free(n->counted);
	free(n->branches);
	free(n->branched);
}

void psr_remember_save(struct psr_module_state *const *m, size_t count)
{
	struct psr_store *store = NULL;
	bool tried = false;

	for (size_t i = 0; i < count; i++) {
		struct news n = {0};
		bool saved = false;

		if (!collect(&n, m[i]) || !(n.ntimes + n.ncounts))
			goto next;
		if (!tried &&
		    psr_store_open(NULL, PSR_STORE_WRITE, &store, NULL) < 0)
			store = NULL;
		tried = true;
		saved = store && write_news(store, m[i], &n) == 0;
	next:
		settle(&n, saved);
	}
	psr_store_close(store);
}

void psr_remember_start(uint64_t now_ticks, void (*save)(void))
{
	psr_worth_start(now_ticks);
	atomic_store(&last_ticks, now_ticks);
	atomic_store(&save_all, save);
}

void psr_remember_every(uint64_t ticks)
{
	atomic_store(&due_ticks, ticks);
}

void psr_remember_if_due(uint64_t now_ticks)
{
	uint64_t last = atomic_load_explicit(&last_ticks, memory_order_relaxed);
	void (*save)(void) = atomic_load(&save_all);
	int saved = errno;

	if (now_ticks < last + atomic_load(&due_ticks) || !save ||
	    !atomic_compare_exchange_strong(&last_ticks, &last, now_ticks))
		return;
	save();
	errno = saved;
}
