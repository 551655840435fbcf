/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What counted variants tell: calls, values of inputs, branches. All of it
 * adds up over processes, within the transaction that saves the times.
 *
 * Of each input the PSR_VALUES most frequent values are kept. A rare value
 * may be dropped and come again, so that its count is too small, never too
 * large; the count of calls is exact, and with it a lower bound of any
 * value's share.
 */
#include <math.h>

#include "store_sql.h"

#define SITE "(SELECT id FROM site WHERE module = ?1 AND hash = ?2)"

/* Nothing is added where the site itself is not known. */
static const char count_sql[] =
    "INSERT INTO site_count SELECT id, ?3, ?4, ?5 FROM site "
    "WHERE module = ?1 AND hash = ?2 ON CONFLICT DO UPDATE SET "
    "calls = calls + excluded.calls, counted = counted + excluded.counted";
static const char value_sql[] =
    "INSERT INTO site_value SELECT id, ?3, ?4, ?5, ?6 FROM site "
    "WHERE module = ?1 AND hash = ?2 "
    "ON CONFLICT DO UPDATE SET n = n + excluded.n";
static const char trim_sql[] =
    "DELETE FROM site_value WHERE site = " SITE " AND size_class = ?3 AND "
    "(input, value) IN (SELECT input, value FROM (SELECT input, value, "
    "row_number() OVER (PARTITION BY input ORDER BY n DESC, value) AS place "
    "FROM site_value WHERE site = " SITE " AND size_class = ?3) "
    "WHERE place > ?4)";
static const char branch_sql[] =
    "INSERT INTO site_branch SELECT id, ?3, ?4, ?5 FROM site "
    "WHERE module = ?1 AND hash = ?2 ON CONFLICT DO UPDATE SET "
    "taken = taken + excluded.taken, "
    "not_taken = not_taken + excluded.not_taken";

struct saver {
	struct psr_store *s;
	const char *module;
	sqlite3_stmt *count, *value, *trim, *branch;
};

static void bind_site(const struct saver *v, sqlite3_stmt *st, uint64_t site,
		      int third)
{
	store_bind_text(st, 1, v->module);
	sqlite3_bind_int64(st, 2, (int64_t)site);
	sqlite3_bind_int(st, 3, third);
}

static int save_values(const struct saver *v, const struct psr_site_count *c,
		       struct psr_err *err)
{
	int ret = 0;

	for (size_t i = 0; i < c->nvalues && !ret; i++) {
		bind_site(v, v->value, c->site, c->size_class);
		sqlite3_bind_int(v->value, 4, c->values[i].input);
		sqlite3_bind_int64(v->value, 5, c->values[i].value);
		store_bind_u64(v->value, 6, c->values[i].n);
		ret = store_run(v->s, v->value, err);
	}
	if (ret || !c->nvalues)
		return ret;
	bind_site(v, v->trim, c->site, c->size_class);
	sqlite3_bind_int(v->trim, 4, PSR_VALUES);
	return store_run(v->s, v->trim, err);
}

static int save_count(const struct saver *v, const struct psr_site_count *c,
		      struct psr_err *err)
{
	int ret;

	bind_site(v, v->count, c->site, c->size_class);
	sqlite3_bind_double(v->count, 4, isfinite(c->calls) ? c->calls : 0);
	store_bind_u64(v->count, 5, c->counted);
	ret = store_run(v->s, v->count, err);
	return ret ? ret : save_values(v, c, err);
}

static int save_branch(const struct saver *v, const struct psr_site_branch *b,
		       struct psr_err *err)
{
	bind_site(v, v->branch, b->site, b->branch);
	store_bind_u64(v->branch, 4, b->taken);
	store_bind_u64(v->branch, 5, b->not_taken);
	return store_run(v->s, v->branch, err);
}

int store_counts_save(struct psr_store *s, const struct psr_site_batch *b,
		      struct psr_err *err)
{
	struct saver v = {.s = s, .module = b->module};
	int ret = 0;

	if (!b->ncounts && !b->nbranches)
		return 0;
	ret = store_prepare(s, count_sql, &v.count, err);
	if (!ret)
		ret = store_prepare(s, value_sql, &v.value, err);
	if (!ret)
		ret = store_prepare(s, trim_sql, &v.trim, err);
	if (!ret)
		ret = store_prepare(s, branch_sql, &v.branch, err);
	for (size_t i = 0; i < b->ncounts && !ret; i++)
		ret = save_count(&v, &b->counts[i], err);
	for (size_t i = 0; i < b->nbranches && !ret; i++)
		ret = save_branch(&v, &b->branches[i], err);
	sqlite3_finalize(v.count);
	sqlite3_finalize(v.value);
	sqlite3_finalize(v.trim);
	sqlite3_finalize(v.branch);
	return ret;
}

int psr_store_counts_load(struct psr_store *s, const char *module,
			  int (*each)(void *ctx, uint64_t site,
				      uint16_t size_class, uint64_t counted),
			  void *ctx, struct psr_err *err)
{
	sqlite3_stmt *st = NULL;
	int ret = store_prepare(
	    s,
	    "SELECT s.hash, c.size_class, c.counted FROM site s "
	    "JOIN site_count c ON c.site = s.id WHERE s.module = ?",
	    &st, err);
	int rc = SQLITE_DONE;

	if (ret < 0)
		return ret;
	store_bind_text(st, 1, module);
	while (!ret && (rc = sqlite3_step(st)) == SQLITE_ROW)
		ret = each(ctx, (uint64_t)sqlite3_column_int64(st, 0),
			   (uint16_t)sqlite3_column_int(st, 1),
			   (uint64_t)sqlite3_column_int64(st, 2));
	if (!ret)
		ret = store_done(s, rc, err);
	sqlite3_finalize(st);
	return ret;
}
