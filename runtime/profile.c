/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Turns what was measured of a site into what a build needs to know: variants
 * that won and lost, inputs that are constant, how branches go. The rules are
 * those that choose at run time (choose.h), over all processors and sizes.
 *
 * Written are decisions, not measurements, so that a profile that has learnt
 * enough stays the same text, and the objects made with it the same objects.
 */
#include "psr/profile.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "choose.h"
#include "psr/site.h"
#include "text.h"

#define DOMINANT  0.9 /* share of calls that makes a value a constant */
#define COUNTED   3   /* calls that tell of it */
#define KNOWN     16  /* calls after which counting need not go on */
#define SETS      4   /* of values, in calls of one size */
#define SET_SHARE 0.1 /* of them, each */
#define DECIDED   16  /* samples of a baseline that is best for good */
#define TRIED     8   /* samples of a variant that had its chance */
#define WORTH     0.01 /* of its time, that a site must gain in all, */
#define OPEN      0.1  /* where that is not known yet, or be kept */
#define CLEAR     1.15 /* or be faster by somewhere */
#define QUICK     1.5  /* times faster in the smallest calls: smaller ones pay */
#define QUARTER   2    /* of so many size classes below */
#define QUICK_NS  10   /* or so much sooner: to be dispatched takes less */
#define CALL_NS   1.0  /* that every call of a site costs, also a small one */
#define WEIGHTS   (UINT64_C(1) << 16) /* both ways of a branch together */
#define NAMES_MAX 64

struct fate { /* of one variant */
	char name[PSR_VARIANT_NAME];
	bool won, lost, open;
	double work; /* of the calls that it won */
};

struct group { /* one site, size class and processor */
	int64_t site, cpu, size_class;
	struct psr_rival rivals[PSR_RIVALS]; /* 0: the baseline */
	unsigned fates[PSR_RIVALS];
	unsigned n;
};

struct digest { /* of one site */
	double calls[PSR_CLASSES];
	uint64_t counted[PSR_CLASSES];
	struct fate fates[NAMES_MAX];
	unsigned nfates;
	struct group group;
	bool decided; /* some group's baseline won for good */
	bool open;    /* some group may still change its mind */
	bool clear;   /* some group's best is much faster */
	bool quick;   /* that of the smallest calls is */
	bool half;    /* by half */
	int64_t smallest; /* log2 of their work; PSR_SIZES: none yet */
	double base_ns, best_ns; /* of the calls of all groups */
	double open_ns; /* where the baseline is best so far, or alone */
	struct psr_text text;
};

/* ---- Variants ------------------------------------------------------------ */

/* "par-v3@4" is "par-v3", on as many threads. */
static unsigned fate_of(struct digest *d, const char *name)
{
	size_t n = strcspn(name, "@");
	struct fate *f;
	unsigned i;

	if (n >= sizeof(f->name))
		n = sizeof(f->name) - 1;
	for (i = 0; i < d->nfates; i++)
		if (!strncmp(d->fates[i].name, name, n) && !d->fates[i].name[n])
			return i;
	if (i == NAMES_MAX)
		return i;
	f = &d->fates[d->nfates++];
	memcpy(f->name, name, n);
	return i;
}

static double work_of(const struct digest *d, int64_t size_class)
{
	double work = (double)psr_class_work((unsigned)size_class);

	return d->calls[size_class] > 1 ? work * d->calls[size_class] : work;
}

static void judge_rival(struct digest *d, unsigned i, unsigned best)
{
	const struct psr_rival *r = d->group.rivals;
	struct fate *f = &d->fates[d->group.fates[i]];

	if (i == best) {
		f->won = true;
		f->work += work_of(d, d->group.size_class);
	} else if (psr_choose_lost(r, best, i) || r[i].all.n >= TRIED) {
		f->lost = true;
	} else {
		f->open = true;
	}
}

/* OLD and NEW are times for a unit of work, in calls of D's group. */
static bool is_quick(const struct digest *d, double old, double new)
{
	double work = (double)psr_class_work((unsigned)d->group.size_class);

	return old > QUICK * new ||
	       (old > CLEAR * new && work * (old - new) > QUICK_NS);
}

static void add_gain(struct digest *d, unsigned best)
{
	const struct psr_rival *r = d->group.rivals;
	double work = work_of(d, d->group.size_class);
	int64_t size = d->group.size_class % PSR_SIZES;
	double old = (double)r[0].all.mid;
	double new = old * (double)psr_choose_relative(r, best).mid;
	bool tried = r[best].all.n >= TRIED;

	d->base_ns += work * old;
	d->best_ns += work * new;
	d->clear |= tried && old > CLEAR * new;
	if (size < d->smallest) {
		d->smallest = size;
		d->quick = d->half = true;
	}
	if (size == d->smallest) {
		d->half &= tried && old > QUICK * new;
		d->quick &= tried && is_quick(d, old, new);
	}
	if (!best && r[0].all.n < DECIDED)
		d->open_ns += work * old;
}

/* The group is complete. */
static void judge(struct digest *d)
{
	struct group *g = &d->group;
	unsigned best;

	if (g->n > 1 && g->rivals[0].all.n) {
		best = psr_choose_best(g->rivals, g->n);
		for (unsigned i = 1; i < g->n; i++)
			judge_rival(d, i, best);
		add_gain(d, best);
		if (best || g->rivals[0].all.n < DECIDED)
			d->open = true;
		else
			d->decided = true;
	} else if (g->n) {
		d->open = true;
		d->open_ns += work_of(d, g->size_class) *
			      (double)g->rivals[0].all.mid;
	}
	g->n = 0;
}

static unsigned hex_digit(char c)
{
	return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'a' + 10);
}

/* ROOM floats at most, else none. */
static size_t read_floats(const char *hex, float *out, size_t room)
{
	unsigned char bytes[PSR_RING * sizeof(float)];
	size_t n = hex ? strlen(hex) / 2 : 0;

	if (n > room * sizeof(float) || n % sizeof(float))
		return 0;
	for (size_t i = 0; i < n; i++)
		bytes[i] = (unsigned char)(hex_digit(hex[2 * i]) << 4 |
					   hex_digit(hex[2 * i + 1]));
	memcpy(out, bytes, n);
	return n / sizeof(float);
}

static int each_time(void *ctx, int ncols, const char *const *names,
		     const char *const *v, const char *const *types)
{
	struct digest *d = ctx;
	struct group *g = &d->group;
	int64_t site = atoll(v[0]), cpu = atoll(v[1]), at = atoll(v[2]);
	float ring[PSR_RING], pairs[PSR_PAIRS];
	bool base = !strcmp(v[3], "baseline");
	size_t npairs = read_floats(v[5], pairs, PSR_PAIRS);
	size_t n = read_floats(v[4], ring, PSR_RING),
	       recent = n < PSR_RECENT ? n : PSR_RECENT;
	unsigned i, fate;

	(void)ncols;
	(void)names;
	(void)types;
	if (at < 0 || at >= PSR_CLASSES || !strcmp(v[3], "counted"))
		return 0;
	if (g->n && (g->site != site || g->cpu != cpu || g->size_class != at))
		judge(d);
	if (!g->n)
		*g = (struct group){
		    .site = site, .cpu = cpu, .size_class = at, .n = 1};
	fate = base ? 0 : fate_of(d, v[3]);
	if (g->n == PSR_RIVALS || fate == NAMES_MAX)
		return 0;
	i = base ? 0 : g->n++;
	g->fates[i] = fate;
	g->rivals[i].usable = true;
	g->rivals[i].all = psr_choose_interval(ring, n);
	g->rivals[i].recent = psr_choose_interval(ring + n - recent, recent);
	psr_choose_ratios(&g->rivals[i], pairs, npairs);
	return 0;
}

static int by_work(const void *a, const void *b)
{
	const struct fate *x = a, *y = b;

	if (x->work != y->work)
		return x->work > y->work ? -1 : 1;
	return strcmp(x->name, y->name);
}

static void put_names(struct digest *d, const char *word, bool won)
{
	bool any = false;

	for (unsigned i = 0; i < d->nfates; i++) {
		const struct fate *f = &d->fates[i];

		if (won ? !f->won : f->won || f->open || !f->lost)
			continue;
		psr_text_add(&d->text, "%s%s", any ? " " : word, f->name);
		any = true;
	}
	if (any)
		psr_text_add(&d->text, "\n");
}

/* What variants gain is less than what it costs to choose them. */
static bool is_worthless(const struct digest *d)
{
	double gain = d->base_ns - d->best_ns, calls = 0;

	for (unsigned i = 0; i < PSR_CLASSES; i++)
		calls += d->calls[i];
	return d->base_ns > 0 && d->open_ns < OPEN * d->base_ns && !d->clear &&
	       gain < WORTH * d->base_ns + CALL_NS * calls;
}

static void put_quick(struct digest *d)
{
	unsigned s = (unsigned)d->smallest, by = d->half ? QUARTER : 0;

	psr_text_add(&d->text, "quick %u %u\n", s, s > by ? s - by : 0);
}

static void put_variants(struct digest *d)
{
	judge(d);
	if (is_worthless(d)) {
		d->decided = true;
		d->open = false;
		for (unsigned i = 0; i < d->nfates; i++) {
			d->fates[i].lost |= d->fates[i].won;
			d->fates[i].won = false;
		}
	}
	qsort(d->fates, d->nfates, sizeof(d->fates[0]), by_work);
	if (d->decided && !d->open)
		psr_text_add(&d->text, "baseline\n");
	if (d->quick)
		put_quick(d);
	put_names(d, "won ", true);
	put_names(d, "lost ", false);
}

/* ---- Calls, values and branches ------------------------------------------ */

static int each_count(void *ctx, int ncols, const char *const *names,
		      const char *const *v, const char *const *types)
{
	struct digest *d = ctx;
	int64_t at = atoll(v[0]);

	(void)ncols;
	(void)names;
	(void)types;
	if (at < 0 || at >= PSR_CLASSES)
		return 0;
	d->calls[at] = atof(v[1]);
	d->counted[at] = strtoull(v[2], NULL, 10);
	return 0;
}

static unsigned log2_of(double v)
{
	unsigned n = 0;

	for (; v >= 2 && n < 127; v /= 2)
		n++;
	return n;
}

struct value {
	int64_t value;
	double n;
};

struct values {
	struct digest *d;
	int64_t put;	    /* the size class whose line was written last */
	int64_t size_class; /* of those below */
	struct value values[PSR_INPUTS][SETS]; /* most frequent first */
	unsigned n[PSR_INPUTS];
};

/* A class's line, and those of the classes before it. */
static void put_classes(struct values *x, int64_t to)
{
	for (x->put++; x->put <= to; x->put++)
		if (x->d->calls[x->put] > 0)
			psr_text_add(&x->d->text, "class %d %u\n", (int)x->put,
				     log2_of(work_of(x->d, x->put)));
	x->put = to;
}

/* Which calls share; false: they differ in input I, or nothing is known. */
static bool is_dominant(const struct values *x, unsigned i, double counted)
{
	return x->n[i] && x->values[i][0].n >= DOMINANT * counted;
}

/*
 * What the calls had that had V in input FIRST, which differs: the values of
 * other such inputs that are as frequent, so that of a size and what follows
 * from it both are there.
 */
static void put_set(struct values *x, unsigned first, const struct value *v,
		    double counted)
{
	unsigned at = (unsigned)(v - x->values[first]);

	psr_text_add(&x->d->text, "set %u %" PRId64, first, v->value);
	for (unsigned i = first + 1; i < PSR_INPUTS; i++)
		if (at < x->n[i] && !is_dominant(x, i, counted) &&
		    x->values[i][at].n == v->n)
			psr_text_add(&x->d->text, " %u %" PRId64, i,
				     x->values[i][at].value);
	psr_text_add(&x->d->text, "\n");
}

static int by_value(const void *a, const void *b)
{
	const struct value *const *x = a, *const *y = b;

	return (*x)->value < (*y)->value ? -1 : (*x)->value > (*y)->value;
}

static void put_sets(struct values *x, double counted)
{
	const struct value *sets[SETS];
	unsigned i = 0, n = 0;
	double all = 0;

	while (i < PSR_INPUTS && (!x->n[i] || is_dominant(x, i, counted)))
		i++;
	if (i == PSR_INPUTS)
		return;
	for (unsigned k = 0; k < x->n[i]; k++) {
		if (x->values[i][k].n < SET_SHARE * counted)
			break;
		sets[n++] = &x->values[i][k];
		all += x->values[i][k].n;
	}
	if (all < DOMINANT * counted)
		return;
	qsort(sets, n, sizeof(*sets), by_value);
	for (unsigned k = 0; k < n; k++)
		put_set(x, i, sets[k], counted);
}

/* Of the size class that has been read. */
static void put_values(struct values *x)
{
	double counted;

	if (x->size_class < 0)
		return;
	counted = (double)x->d->counted[x->size_class];
	if (counted >= COUNTED) {
		put_classes(x, x->size_class);
		for (unsigned i = 0; i < PSR_INPUTS; i++)
			if (is_dominant(x, i, counted))
				psr_text_add(&x->d->text,
					     "value %u %" PRId64 "\n", i,
					     x->values[i][0].value);
	}
	if (counted >= KNOWN)
		put_sets(x, counted);
	memset(x->n, 0, sizeof(x->n));
}

static int each_value(void *ctx, int ncols, const char *const *names,
		      const char *const *v, const char *const *types)
{
	struct values *x = ctx;
	int64_t at = atoll(v[0]), i = atoll(v[1]);

	(void)ncols;
	(void)names;
	(void)types;
	if (at < 0 || at >= PSR_CLASSES || i < 0 || i >= PSR_INPUTS)
		return 0;
	if (at != x->size_class)
		put_values(x);
	x->size_class = at;
	if (x->n[i] < SETS)
		x->values[i][x->n[i]++] =
		    (struct value){strtoll(v[2], NULL, 10), atof(v[3])};
	return 0;
}

static int each_branch(void *ctx, int ncols, const char *const *names,
		       const char *const *v, const char *const *types)
{
	struct digest *d = ctx;
	uint64_t taken = strtoull(v[1], NULL, 10);
	uint64_t not_taken = strtoull(v[2], NULL, 10), all = taken + not_taken;

	(void)ncols;
	(void)names;
	(void)types;
	if (all > WEIGHTS) {
		double scale = (double)WEIGHTS / (double)all;

		taken = taken ? 1 + (uint64_t)((double)taken * scale) : 0;
		not_taken =
		    not_taken ? 1 + (uint64_t)((double)not_taken * scale) : 0;
	}
	if (all)
		psr_text_add(&d->text, "branch %s %" PRIu64 " %" PRIu64 "\n",
			     v[0], taken, not_taken);
	return 0;
}

/* ---- Sites -----------------------------------------------------------------
 */

#define THESE "site IN (SELECT value FROM json_each(?1))"

static const char counts_sql[] =
    "SELECT size_class, sum(calls), sum(counted) FROM site_count "
    "WHERE " THESE " GROUP BY size_class";
static const char times_sql[] =
    "SELECT site, cpu, size_class, variant, ring, pairs FROM site_time "
    "WHERE " THESE " ORDER BY site, cpu, size_class, variant";
static const char values_sql[] =
    "SELECT size_class, input, value, sum(n) FROM site_value "
    "WHERE " THESE " GROUP BY size_class, input, value "
    "ORDER BY size_class, input, sum(n) DESC, value";
static const char branches_sql[] =
    "SELECT branch, sum(taken), sum(not_taken) FROM site_branch "
    "WHERE " THESE " GROUP BY branch ORDER BY branch";
/* More than a fiftieth of the time that some program or library has spent in
 * its sites. */
static const char hot_sql[] =
    "SELECT 1 FROM (SELECT s.module AS m, sum(t.spent_ns) AS own FROM site s "
    "JOIN site_time t ON t.site = s.id "
    "WHERE t." THESE " GROUP BY 1) "
    "WHERE own > (SELECT sum(t.spent_ns) FROM site s JOIN site_time t "
    "ON t.site = s.id WHERE s.module = m) / 50 LIMIT 1";
static const char sites_sql[] =
    "SELECT printf('%016x', hash), json_group_array(id) FROM site "
    "WHERE ?1 IS NULL OR replace(file, rtrim(file, replace(file, '/', '')), "
    "'') IN (SELECT value FROM json_each(?1)) GROUP BY hash ORDER BY 1";

struct writer {
	struct psr_store *store;
	struct psr_text *out;
	size_t nsites;
	struct psr_err *err;
};

static bool is_known(const struct digest *d)
{
	uint64_t counted = 0;

	for (unsigned i = 0; i < PSR_CLASSES; i++)
		counted += d->counted[i];
	return counted >= KNOWN;
}

static int each_hot(void *ctx, int ncols, const char *const *names,
		    const char *const *v, const char *const *types)
{
	struct digest *d = ctx;

	(void)ncols;
	(void)names;
	(void)v;
	(void)types;
	psr_text_add(&d->text, "hot\n");
	return 0;
}

static int write_digest(struct writer *w, struct digest *d, const char *ids)
{
	struct values x = {.d = d, .put = -1, .size_class = -1};
	int ret = psr_store_query(w->store, counts_sql, &ids, 1, each_count, d,
				  w->err);

	if (!ret)
		ret = psr_store_query(w->store, times_sql, &ids, 1, each_time,
				      d, w->err);
	if (ret)
		return ret;
	put_variants(d);
	if (is_known(d))
		psr_text_add(&d->text, "known\n");
	ret = psr_store_query(w->store, hot_sql, &ids, 1, each_hot, d, w->err);
	if (!ret)
		ret = psr_store_query(w->store, values_sql, &ids, 1, each_value,
				      &x, w->err);
	put_values(&x);
	put_classes(&x, PSR_CLASSES - 1);
	if (!ret)
		ret = psr_store_query(w->store, branches_sql, &ids, 1,
				      each_branch, d, w->err);
	return ret;
}

static int each_site(void *ctx, int ncols, const char *const *names,
		     const char *const *v, const char *const *types)
{
	struct writer *w = ctx;
	struct digest *d = calloc(1, sizeof(*d));
	int ret;

	(void)ncols;
	(void)names;
	(void)types;
	if (!d)
		return psr_fail(w->err, -ENOMEM, "out of memory");
	d->smallest = PSR_SIZES;
	ret = write_digest(w, d, v[1]);
	if (!ret && d->text.failed)
		ret = psr_fail(w->err, -ENOMEM, "out of memory");
	if (!ret && d->text.n) {
		psr_text_add(w->out, "site %s\n%s", v[0], d->text.s);
		w->nsites++;
	}
	psr_text_free(&d->text);
	free(d);
	return ret;
}

int psr_profile_write(struct psr_store *store, const char *const *files,
		      size_t n, struct psr_text *out, size_t *nsites,
		      struct psr_err *err)
{
	struct writer w = {store, out, 0, err};
	struct psr_text list = {0};
	const char *param = NULL;
	int ret = 0;

	if (n) {
		for (size_t i = 0; i < n; i++) {
			psr_text_add(&list, i ? "," : "[");
			psr_text_json(&list, files[i]);
		}
		psr_text_add(&list, "]");
		param = list.s;
	}
	psr_text_add(out, "psr-profile 1\n");
	if (!list.failed)
		ret = psr_store_query(store, sites_sql, &param, 1, each_site,
				      &w, err);
	if (!ret && (list.failed || out->failed))
		ret = psr_fail(err, -ENOMEM, "out of memory");
	psr_text_free(&list);
	*nsites = w.nsites;
	return ret;
}
