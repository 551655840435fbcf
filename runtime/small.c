/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * To be dispatched costs small calls some hundredths. How small is too small is
 * first what the build thinks; then more, where those just large enough turn
 * out to gain nothing.
 */
#include "small.h"

#define LARGER 4 /* times min_work, what may be small */
#define RARE   8 /* times as often another one was timed */

static uint64_t times_timed(const struct psr_class *c)
{
	return c->cells[0].adopted + c->cells[0].own;
}

/* How often a settled class of less work than END was timed; 0: there is none. */
static uint64_t most_settled(const struct psr_known *k, uint64_t end)
{
	const struct psr_class *c = atomic_load(&k->classes);
	uint64_t most = 0;

	for (; c; c = c->other)
		if (c->settled && psr_class_work(c->size_class) < end &&
		    times_timed(c) > most)
			most = times_timed(c);
	return most;
}

/*
 * END, or less: from where on calls may gain. Rare ones are left out that may
 * never be known.
 */
static uint64_t least_gain(const struct psr_known *k, uint64_t end)
{
	const struct psr_class *c = atomic_load(&k->classes);
	uint64_t settled = most_settled(k, end);

	for (; c; c = c->other)
		if (!c->settled && psr_class_work(c->size_class) < end &&
		    times_timed(c) * RARE >= settled)
			end = psr_class_work(c->size_class);
	for (unsigned i = 0; i < psr_site_classes(k->site); i++)
		if (i != PSR_TABLE_SMALL && psr_class_work(i) < end &&
		    psr_site_table(k->site)[i])
			end = psr_class_work(i);
	return end;
}

/* LEAST, or more, up to END: to where all that is known is settled. */
static uint64_t settled_to(const struct psr_known *k, uint64_t least,
			   uint64_t end)
{
	const struct psr_class *c = atomic_load(&k->classes);

	for (; c; c = c->other) {
		uint64_t from = psr_class_work(c->size_class);
		uint64_t to = 2 * from < end ? 2 * from : end;

		if (c->settled && from < end && to > least)
			least = to;
	}
	return least;
}

/*
 * The most work that K's original does at once. To be dispatched costs small
 * calls some hundredths: where those just large enough gain nothing, they are
 * not dispatched either.
 */
static uint32_t most_small(const struct psr_known *k)
{
	uint64_t least = k->site->min_work;

	if (k->counted && atomic_load(&k->classes))
		least = settled_to(k, least, least_gain(k, LARGER * least));
	return least > UINT32_MAX ? UINT32_MAX : (uint32_t)(least - 1);
}

void psr_small_judge(const struct psr_known *k)
{
	uint32_t most = most_small(k);
	_Atomic int32_t *place =
	    (_Atomic int32_t *)&psr_site_table(k->site)[PSR_TABLE_SMALL];

	if (atomic_load(place) || most >= k->site->min_work)
		psr_site_set_small(k->site, most);
}

void psr_small_ignore(const struct psr_known *k)
{
	psr_site_set_small(k->site, most_small(k));
}

void psr_small_notice(struct psr_module_state *m, bool learn)
{
	for (size_t i = 0; i < m->nsites; i++) {
		const struct psr_known *k = &m->known[i];
		uint32_t most = most_small(k);

		if (learn && k->counted && most < k->site->min_work)
			most = 0;
		psr_site_set_small(k->site, most);
	}
}
