/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Memory: one mapping for a module and its sites; size classes, which are
 * few, come from a process-wide arena as they are met. Untouched pages cost
 * nothing, so a program with thousands of sites pays for the hot ones.
 *
 * Table entries are written with plain atomic stores while other threads
 * read them; every value they can see is a variant of that site or 0.
 */
#include "sites.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "small.h"

#define ARENA_BYTES ((size_t)256 << 10)
#define DOUBT       2 /* spreads that a prior may be wrong by */
#define MANY_TRIPS  6 /* log2 */
#define NEAR        3 /* classes so far apart tell of each other's times */
#define PATIENCE    200 /* tries for a lock */
#define AGE_NS      1e17 /* more was not spent: an early version's mistake */

struct arena {
	_Atomic size_t used;
};

static _Atomic(struct arena *) arena;
static _Atomic uint32_t generation; /* one more in each fork's child */
static _Atomic(const struct psr_prior *) prior;

/*
 * By the bare system call: in a program under ThreadSanitizer mmap() counts
 * as a write of the whole, which a later reader would race with.
 */
static void *map(size_t bytes)
{
	int saved = errno;
	long p = syscall(SYS_mmap, NULL, bytes, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	errno = saved;
	return p == -1 ? NULL : (void *)p;
}

static size_t round_up(size_t n)
{
	return (n + 63) & ~(size_t)63;
}

/* Zeroed, for ever. Safe in signal handlers. */
static void *allocate(size_t bytes)
{
	struct arena *a, *fresh;
	size_t at;

	bytes = round_up(bytes);
	for (;;) {
		a = atomic_load(&arena);
		at = a ? atomic_fetch_add(&a->used, bytes) : ARENA_BYTES;
		if (at + bytes <= ARENA_BYTES)
			return (char *)a + at;
		fresh = map(ARENA_BYTES);
		if (!fresh)
			return NULL;
		atomic_store(&fresh->used, round_up(sizeof(*fresh)));
		if (!atomic_compare_exchange_strong(&arena, &a, fresh))
			syscall(SYS_munmap, fresh, ARENA_BYTES);
	}
}

static int by_id(const void *a, const void *b, void *ctx)
{
	const struct psr_known *known = ctx;
	uint64_t x = known[*(const uint32_t *)a].id;
	uint64_t y = known[*(const uint32_t *)b].id;

	return x < y ? -1 : x > y;
}

struct psr_module_state *psr_sites_new(const char *name,
				       const struct psr_site *sites,
				       size_t nsites, double share)
{
	size_t head = round_up(sizeof(struct psr_module_state));
	size_t known = round_up(nsites * sizeof(struct psr_known));
	struct psr_module_state *m;

	m = map(head + known + nsites * sizeof(uint32_t));
	if (!m)
		return NULL;
	strncpy(m->name, name, sizeof(m->name) - 1);
	m->nsites = nsites;
	m->known = (struct psr_known *)((char *)m + head);
	m->by_id = (uint32_t *)((char *)m->known + known);
	for (size_t i = 0; i < nsites; i++) {
		m->known[i].id = sites[i].id;
		m->known[i].budget.share = share;
		m->by_id[i] = (uint32_t)i;
	}
	qsort_r(m->by_id, nsites, sizeof(*m->by_id), by_id, m->known);
	return m;
}

static uint32_t rivals_of(const struct psr_site *site)
{
	return site->nvariants < PSR_RIVALS ? site->nvariants + 1u : PSR_RIVALS;
}

/* FNV-1a over the variants' names. */
static uint64_t hash_names(const struct psr_site *site)
{
	const struct psr_variant *v = psr_site_variants(site);
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (unsigned i = 0; i < site->nvariants; i++) {
		const char *s = psr_variant_name(&v[i]);

		do
			h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
		while (*s++);
	}
	return h;
}

bool psr_sites_match(const struct psr_module_state *m, const char *name,
		     const struct psr_site *sites, size_t nsites)
{
	if (m->nsites != nsites || strcmp(m->name, name))
		return false;
	for (size_t i = 0; i < nsites; i++)
		if (m->known[i].id != sites[i].id ||
		    m->known[i].names != hash_names(&sites[i]))
			return false;
	return true;
}

bool psr_sites_is_parallel(const struct psr_known *k, unsigned i)
{
	const struct psr_variant *v = psr_site_variants(k->site);

	return i && i < k->nrivals && (v[i - 1].flags & PSR_VARIANT_PARALLEL);
}

static void bind_site(struct psr_known *k, const struct psr_site *site,
		      uint32_t isa, uint32_t threads)
{
	const struct psr_variant *v = psr_site_variants(site);

	k->site = site;
	k->names = hash_names(site);
	k->nrivals = rivals_of(site);
	k->threads = threads;
	k->isa = isa;
	k->counted = 0;
	k->entries[0] = 0;
	k->usable[0] = true;
	for (uint32_t i = 1; i < k->nrivals; i++) {
		k->entries[i] = psr_variant_entry(site, &v[i - 1]);
		k->usable[i] = !(v[i - 1].isa & ~isa) &&
			       (threads > 1 || !psr_sites_is_parallel(k, i));
		if (v[i - 1].flags & PSR_VARIANT_COUNTED)
			k->counted = i;
	}
}

void psr_sites_bind(struct psr_module_state *m, const struct psr_site *sites,
		    uint32_t isa, uint32_t threads)
{
	m->sites = sites;
	for (size_t i = 0; i < m->nsites; i++)
		bind_site(&m->known[i], &sites[i], isa, threads);
	atomic_store(&m->attached, true);
}

struct psr_known *psr_sites_find(struct psr_module_state *m,
				 const struct psr_site *site)
{
	size_t i = (size_t)(site - m->sites);

	return site >= m->sites && i < m->nsites ? &m->known[i] : NULL;
}

/* A lock that another thread held when this process was forked is free. */
bool psr_sites_try_lock(struct psr_known *k)
{
	uint32_t mine =
	    atomic_load_explicit(&generation, memory_order_relaxed) + 1;
	uint32_t held = atomic_load_explicit(&k->lock, memory_order_relaxed);

	return held != mine && atomic_compare_exchange_strong_explicit(
				   &k->lock, &held, mine, memory_order_acquire,
				   memory_order_relaxed);
}

bool psr_sites_lock_patiently(struct psr_known *k)
{
	for (int i = 0; i < PATIENCE; i++) {
		if (psr_sites_try_lock(k))
			return true;
		sched_yield();
	}
	return false;
}

void psr_sites_unlock(struct psr_known *k)
{
	atomic_store_explicit(&k->lock, 0, memory_order_release);
}

/* The compiler found it to be the same code as an earlier one. */
static bool is_copy(const struct psr_known *k, uint32_t i)
{
	for (uint32_t j = 1; j < i; j++)
		if (k->entries[j] == k->entries[i])
			return true;
	return false;
}

static bool is_rival(const struct psr_known *k, uint32_t i)
{
	return !i || (k->usable[i] && i != k->counted && !is_copy(k, i));
}

struct psr_class *psr_sites_class_at(const struct psr_known *k,
				     unsigned size_class)
{
	struct psr_class *c = atomic_load(&k->classes);

	while (c && c->size_class != size_class)
		c = c->other;
	return c;
}

struct psr_class *psr_sites_class(struct psr_module_state *m,
				  struct psr_known *k, unsigned size_class)
{
	struct psr_class *c = psr_sites_class_at(k, size_class);

	if (c)
		return c;
	c = allocate(sizeof(*c) +
		     k->nrivals * (sizeof(c->cells[0]) + sizeof(c->rivals[0])));
	if (!c)
		return NULL;
	c->rivals = (struct psr_rival *)&c->cells[k->nrivals];
	c->site = k;
	c->size_class = (uint16_t)size_class;
	c->generation = atomic_load(&generation);
	for (uint32_t i = 0; i < k->nrivals; i++) {
		c->rivals[i].usable = is_rival(k, i);
		c->rivals[i].parallel = psr_sites_is_parallel(k, i);
	}
	c->other = atomic_load(&k->classes);
	atomic_store(&k->classes, c);
	c->next = atomic_load(&m->classes);
	while (!atomic_compare_exchange_weak(&m->classes, &c->next, c))
		;
	return c;
}

/* The class of 2 ^ D times the work of class AT, and as many trips. */
static struct psr_class *near(const struct psr_known *k, unsigned at, int d)
{
	int size = (int)(at % PSR_SIZES) + d;

	return size < 0 || size >= PSR_SIZES
		   ? NULL
		   : psr_sites_class_at(k, at - at % PSR_SIZES +
					       (unsigned)size);
}

/* The latest COUNT samples, oldest first. */
static size_t latest(const struct psr_cell *cell, size_t count, float *out)
{
	size_t n = cell->nring < count ? cell->nring : count;

	for (size_t i = 0; i < n; i++)
		out[i] = cell->ring[(cell->head + PSR_RING - n + i) % PSR_RING];
	return n;
}

static void judge_cell(struct psr_class *c, unsigned i)
{
	float recent[PSR_RECENT];
	size_t n = latest(&c->cells[i], PSR_RECENT, recent);

	c->rivals[i].all =
	    psr_choose_interval(c->cells[i].ring, c->cells[i].nring);
	c->rivals[i].recent = psr_choose_interval(recent, n);
	psr_choose_ratios(&c->rivals[i], c->cells[i].pairs,
			  c->cells[i].npairs);
}

static unsigned apart(unsigned a, unsigned b)
{
	return a < b ? b - a : a - b;
}

/* Where trips are many, it matters little how many. */
static bool lends_to(unsigned from, unsigned to)
{
	unsigned x = from / PSR_SIZES, y = to / PSR_SIZES;

	return from != to && apart(from % PSR_SIZES, to % PSR_SIZES) <= 1 &&
	       (x == y || (x >= MANY_TRIPS && y >= MANY_TRIPS));
}

/* What the neighbours say of size class AT, where C is, if it is known. */
static unsigned lent(const struct psr_known *k, unsigned at,
		     const struct psr_class *c)
{
	const struct psr_class *from = atomic_load(&k->classes);
	unsigned best = 0;
	float gain = 0, g;

	for (; from; from = from->other) {
		if (!lends_to(from->size_class, at) ||
		    !psr_choose_lends(from->rivals, from->best))
			continue;
		if (c && psr_choose_knows(c->rivals, from->best))
			continue;
		g = 1 / psr_choose_relative(from->rivals, from->best).mid;
		if (g > gain) {
			gain = g;
			best = from->best;
		}
	}
	return best;
}

static void put(const struct psr_known *k, unsigned size_class, unsigned best)
{
	_Atomic int32_t *entry =
	    (_Atomic int32_t *)&psr_site_table(k->site)[size_class];

	if (size_class == PSR_TABLE_SMALL)
		return;
	if (atomic_load_explicit(entry, memory_order_relaxed) !=
	    k->entries[best])
		atomic_store_explicit(entry, k->entries[best],
				      memory_order_relaxed);
}

static void judge_nearness(struct psr_known *k, struct psr_class *c)
{
	for (uint32_t i = 0; i < k->nrivals; i++) {
		c->rivals[i].slow_nearby = false;
		for (int d = -2; d <= 2; d++) {
			const struct psr_class *by = near(k, c->size_class, d);

			if (by && by != c && psr_choose_slow(by->rivals, i))
				c->rivals[i].slow_nearby = true;
		}
	}
}

/* Decides one class, from its own times or its neighbours'. */
static void decide(struct psr_known *k, unsigned size_class)
{
	struct psr_class *c = psr_sites_class_at(k, size_class);
	unsigned best = c ? psr_choose_best(c->rivals, k->nrivals) : 0;

	if (!best)
		best = lent(k, size_class, c);
	if (c) {
		c->best = (uint8_t)best;
		c->settled = psr_choose_settled(c->rivals, k->nrivals, best);
		judge_nearness(k, c);
	}
	put(k, size_class, best);
}

/* A change at one class may change what its neighbours borrow. */
static void decide_around(struct psr_known *k, const struct psr_class *c,
			  bool changed)
{
	unsigned at = c->size_class, n = psr_site_classes(k->site);
	unsigned work = at % PSR_SIZES, low = work ? work - 1 : 0;
	unsigned high = work < PSR_SIZES - 1 ? work + 1 : work;

	decide(k, at);
	for (unsigned trips = 0; changed && trips < n; trips += PSR_SIZES)
		for (unsigned i = trips + low; i <= trips + high; i++)
			if (lends_to(at, i))
				decide(k, i);
}

/* The range of KNOWN whose sites have identity ID; there may be several. */
static size_t first_of(const struct psr_module_state *m, uint64_t id)
{
	size_t low = 0, high = m->nsites, mid;

	while (low < high) {
		mid = (low + high) / 2;
		if (m->known[m->by_id[mid]].id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void adopt(struct psr_class *c, unsigned i,
		  const struct psr_site_time *row)
{
	struct psr_cell *cell = &c->cells[i];
	struct psr_budget *b = &c->site->budget;
	uint32_t n = row->nring < PSR_RING ? row->nring : PSR_RING;

	for (uint32_t j = 0; j < n; j++) {
		cell->ring[cell->head] = row->ring[j];
		cell->head = (cell->head + 1) % PSR_RING;
		cell->nring += cell->nring < PSR_RING;
	}
	for (uint32_t j = 0; j < row->npairs && j < PSR_PAIRS; j++)
		psr_choose_add_ratio(cell->pairs, &cell->npairs, row->pairs[j]);
	cell->adopted += row->n > n ? row->n : n;
	b->site_ns += row->spent_ns > row->total_ns && row->spent_ns < AGE_NS
			  ? row->spent_ns
			  : row->total_ns;
	cell->adopted_ns += row->total_ns;
	judge_cell(c, i);
}

/* "@N", which ends at END; its start. */
static char *put_threads(char *end, uint32_t n)
{
	*end = 0;
	do
		*--end = (char)('0' + n % 10);
	while (n /= 10);
	*--end = '@';
	return end;
}

void psr_sites_name(const struct psr_known *k, unsigned i,
		    char name[PSR_VARIANT_NAME])
{
	const char *own =
	    i ? psr_variant_name(&psr_site_variants(k->site)[i - 1])
	      : "baseline";
	char text[12] = "", *suffix = text;
	size_t n = 0, room = PSR_VARIANT_NAME - 1;

	if (psr_sites_is_parallel(k, i)) {
		suffix = put_threads(text + sizeof(text) - 1, k->threads);
		room -= (size_t)(text + sizeof(text) - 1 - suffix);
	}
	for (; n < room && own[n]; n++)
		name[n] = own[n];
	while (*suffix)
		name[n++] = *suffix++;
	name[n] = 0;
}

/* The rival whose times are kept under NAME; PSR_RIVALS: none here. */
static unsigned rival_stored(const struct psr_known *k, const char *name)
{
	char own[PSR_VARIANT_NAME];

	for (uint32_t i = 0; i < k->nrivals; i++) {
		psr_sites_name(k, i, own);
		if (!strcmp(own, name))
			return i;
	}
	return PSR_RIVALS;
}

void psr_sites_adopt(struct psr_module_state *m,
		     const struct psr_site_time *row)
{
	for (size_t at = first_of(m, row->site); at < m->nsites; at++) {
		struct psr_known *k = &m->known[m->by_id[at]];
		struct psr_class *c;
		unsigned i;

		if (k->id != row->site)
			break;
		if (row->size_class >= psr_site_classes(k->site))
			continue;
		i = rival_stored(k, row->variant);
		if (i == PSR_RIVALS)
			continue;
		c = psr_sites_class(m, k, row->size_class);
		if (c)
			adopt(c, i, row);
	}
}

/*
 * What earlier processes tried, as they were charged for it. What was believed
 * best was no exploration; the store does not tell.
 */
static void charge(struct psr_class *c)
{
	struct psr_budget *b = &c->site->budget;

	for (uint32_t i = 1; i < c->site->nrivals; i++) {
		const struct psr_cell *cell = &c->cells[i];

		if (i != c->best && cell->adopted > PSR_CREDIT)
			b->explored_ns +=
			    cell->adopted_ns *
			    (1 - (double)PSR_CREDIT / (double)cell->adopted) *
			    psr_choose_price(c->rivals, c->best, i);
	}
	if (c->best && b->explored_ns > b->share * b->site_ns)
		b->explored_ns = b->share * b->site_ns;
}

void psr_sites_fill(struct psr_module_state *m)
{
	struct psr_class *c;

	/* Twice: what a class lends must be decided before it is lent. */
	for (int pass = 0; pass < 2; pass++)
		for (c = atomic_load(&m->classes); c; c = c->next)
			decide_around(
			    c->site, c,
			    psr_choose_lends(c->rivals, c->best));
	for (c = atomic_load(&m->classes); c; c = c->next)
		charge(c);
	for (size_t i = 0; i < m->nsites; i++) {
		struct psr_budget *b = &m->known[i].budget;

		b->earlier_ns = b->site_ns;
		b->earlier_explored_ns = b->explored_ns;
	}
}

void psr_sites_serialise(struct psr_module_state *m)
{
	for (size_t s = 0; s < m->nsites; s++)
		for (uint32_t i = 1; i < m->known[s].nrivals; i++)
			if (psr_sites_is_parallel(&m->known[s], i))
				m->known[s].usable[i] = false;
	for (struct psr_class *c = atomic_load(&m->classes); c; c = c->next)
		for (uint32_t i = 1; i < c->site->nrivals; i++)
			c->rivals[i].usable = is_rival(c->site, i);
	for (struct psr_class *c = atomic_load(&m->classes); c; c = c->next)
		decide_around(c->site, c, true);
}

unsigned psr_sites_turn(struct psr_known *k)
{
	for (uint32_t tries = 1; tries < k->nrivals; tries++) {
		uint32_t i =
		    1 + atomic_fetch_add(&k->turn, 1) % (k->nrivals - 1);

		if (k->usable[i])
			return i;
	}
	return 0;
}

/* The variant called NAME that can run; else the baseline. */
static unsigned rival_named(const struct psr_known *k, const char *name)
{
	const struct psr_variant *v = psr_site_variants(k->site);

	for (uint32_t i = 1; i < k->nrivals; i++)
		if (!strncmp(psr_variant_name(&v[i - 1]), name,
			     PSR_VARIANT_NAME - 1))
			return k->usable[i] ? i : 0;
	return 0;
}

void psr_sites_pin(struct psr_module_state *m, const char *variant)
{
	for (size_t s = 0; s < m->nsites; s++) {
		struct psr_known *k = &m->known[s];
		unsigned i = rival_named(k, variant);

		for (unsigned c = 0; c < psr_site_classes(k->site); c++)
			put(k, c, i);
	}
}

/* In a fork's child: what the parent has not saved yet is the parent's. */
static void refresh(struct psr_class *c)
{
	if (!psr_sites_stale(c))
		return;
	for (uint32_t j = 0; j < c->site->nrivals; j++) {
		struct psr_cell *cell = &c->cells[j];

		cell->own = cell->saved = 0;
		cell->own_pairs = cell->saved_pairs = 0;
		cell->own_ns = cell->saved_ns = 0;
		cell->units = 0;
		cell->accounted = (struct psr_account){0, 0, 0};
	}
	c->calls = 0;
	c->latest.known = false;
	if (c->counts)
		*c->counts = (struct psr_counts){0};
	c->generation = atomic_load(&generation);
}

void psr_sites_worked(struct psr_class *c, unsigned i, double units)
{
	refresh(c);
	c->cells[i].units += units;
}

struct psr_account psr_sites_account(const struct psr_class *c, unsigned i)
{
	const struct psr_known *k = c->site;
	double units = c->cells[i].units;
	double guess = psr_sites_guess(k, c->size_class);
	double unit = c->rivals[i].all.n ? (double)c->rivals[i].all.mid : guess;
	struct psr_interval own = psr_choose_relative(c->rivals, i);
	struct psr_interval other = psr_choose_relative(c->rivals, c->best);
	double base = c->rivals[0].all.n ? (double)c->rivals[0].all.mid : unit;
	double best = c->rivals[c->best].all.n
			  ? (double)c->rivals[c->best].all.mid
			  : unit;
	bool lost;

	/* What the machine was like is in both. */
	if (own.n && other.n) {
		base = unit / (double)own.mid;
		best = base * (double)other.mid;
	}
	lost = i != c->best && unit > best;
	return (struct psr_account){units * unit, units * base,
				    lost ? units * (unit - best) : 0};
}

void psr_sites_record(struct psr_class *c, unsigned i, double ns, uint64_t work)
{
	struct psr_cell *cell = &c->cells[i];
	unsigned before = c->best, of;
	float unit = (float)(ns / (double)work), ratio;
	bool was_settled = c->settled, changed;

	refresh(c);
	of = psr_choose_pair(c->rivals, c->best, &c->latest, i, unit, &ratio);
	if (of) {
		struct psr_cell *pair = &c->cells[of];

		psr_choose_add_ratio(pair->pairs, &pair->npairs, ratio);
		pair->own_pairs++;
		if (of != i)
			judge_cell(c, of);
	}
	cell->ring[cell->head] = unit;
	cell->head = (cell->head + 1) % PSR_RING;
	cell->nring += cell->nring < PSR_RING;
	cell->own++;
	cell->own_ns += ns;
	judge_cell(c, i);
	decide(c->site, c->size_class);
	changed = c->best != before || c->settled != was_settled;
	if (changed || cell->nring == PSR_CREDIT)
		decide_around(c->site, c, true);
	if (changed)
		psr_small_judge(c->site);
}

void psr_sites_met(struct psr_class *c, double calls)
{
	refresh(c);
	c->calls += calls;
}

void psr_sites_values(struct psr_class *c, uint32_t n, const uint64_t *values)
{
	refresh(c);
	if (!c->counts)
		c->counts = allocate(sizeof(*c->counts));
	if (c->counts)
		psr_counts_add(c->counts, n, values);
}

void psr_sites_branches(struct psr_known *k, uint32_t n, const uint64_t *counts)
{
	uint32_t now = atomic_load(&generation);

	if (!k->branches) {
		k->branches = allocate(sizeof(*k->branches));
		if (!k->branches)
			return;
		k->branches->generation = now;
	}
	if (k->branches->generation != now)
		*k->branches = (struct psr_branch_counts){.generation = now};
	psr_branches_add(k->branches, n, counts);
}

bool psr_sites_own_branches(const struct psr_known *k)
{
	return k->branches->generation == atomic_load(&generation);
}

void psr_sites_adopt_count(struct psr_module_state *m, uint64_t site,
			   unsigned size_class, uint64_t counted)
{
	for (size_t at = first_of(m, site); at < m->nsites; at++) {
		struct psr_known *k = &m->known[m->by_id[at]];
		struct psr_class *c;

		if (k->id != site)
			break;
		if (size_class >= psr_site_classes(k->site))
			continue;
		c = psr_sites_class(m, k, size_class);
		if (c)
			c->counted = c->before = counted;
	}
}

void psr_sites_prior(const struct psr_prior *p)
{
	atomic_store(&prior, p);
}

static void expect(struct psr_class *c, unsigned i, const struct psr_prior *p)
{
	const struct psr_known *k = c->site;
	const struct psr_variant *v = &psr_site_variants(k->site)[i - 1];
	const struct psr_prior_case what = {.site = k->site,
					    .variant = psr_variant_name(v),
					    .isa = v->isa,
					    .flags = v->flags,
					    .size_class = c->size_class,
					    .threads = k->threads,
					    .cpu_isa = k->isa};
	float x[PSR_PRIOR_NFEATURES];
	struct psr_expectation e;

	psr_prior_features(&what, x);
	e = psr_prior_expect(p, x);
	if (e.spread <= 0 || fabsf(e.mid) > 20 || e.spread > 10)
		return;
	c->rivals[i].promise = expf(e.mid);
	c->rivals[i].promise_low = expf(e.mid - DOUBT * e.spread);
}

/* One is compared by what it promised with what others did. */
static bool is_untried(const struct psr_class *c)
{
	for (uint32_t i = 1; i < c->site->nrivals; i++)
		if (c->rivals[i].usable && !c->rivals[i].all.n)
			return true;
	return false;
}

void psr_sites_expect(struct psr_class *c)
{
	const struct psr_prior *p = atomic_load(&prior);

	if (c->expected)
		return;
	c->expected = true;
	if (!p || !is_untried(c))
		return;
	for (uint32_t i = 1; i < c->site->nrivals; i++)
		if (c->rivals[i].usable)
			expect(c, i, p);
}

static unsigned distance(unsigned a, unsigned b)
{
	return apart(a % PSR_SIZES, b % PSR_SIZES) +
	       apart(a / PSR_SIZES, b / PSR_SIZES);
}

double psr_sites_guess(const struct psr_known *k, unsigned size_class)
{
	const struct psr_class *c = atomic_load(&k->classes);
	unsigned least = NEAR + 1;
	double guess = 0;

	for (; c; c = c->other) {
		unsigned d = distance(c->size_class, size_class);
		const struct psr_rival *r = &c->rivals[c->best];

		if (d >= least || (!r->all.n && !c->rivals[0].all.n))
			continue;
		least = d;
		guess = (double)(r->all.n ? r : c->rivals)->all.mid;
	}
	return guess;
}

int64_t psr_sites_parallel(const struct psr_known *k, unsigned size_class,
			   int64_t code)
{
	const struct psr_class *c = psr_sites_class_at(k, size_class);

	for (uint32_t i = 1; i < k->nrivals; i++)
		if (k->usable[i] && psr_sites_is_parallel(k, i) &&
		    !(c && psr_choose_slow(c->rivals, i)))
			return k->entries[i];
	return code;
}

unsigned psr_sites_rival(const struct psr_known *k, int64_t code)
{
	for (uint32_t i = 0; i < k->nrivals; i++)
		if (k->entries[i] == code)
			return i;
	return PSR_RIVALS;
}

void psr_sites_forked(void)
{
	atomic_fetch_add(&generation, 1);
}

bool psr_sites_stale(const struct psr_class *c)
{
	return c->generation != atomic_load(&generation);
}
