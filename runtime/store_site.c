/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Sites and their times. Many processes add to one row: each reads, merges
 * and writes it within one transaction that took the write lock first, so
 * nothing is lost. What is not a number is dropped, never stored.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "psr/proc.h"
#include "store_sql.h"

/* ---- Loading ---- */

/* ROOM floats at most, else none. */
static uint32_t read_floats(sqlite3_stmt *st, int i, float *out, size_t room)
{
	const void *blob = sqlite3_column_blob(st, i);
	size_t bytes = (size_t)sqlite3_column_bytes(st, i);

	if (!blob || bytes % sizeof(float) || bytes > room * sizeof(float))
		return 0;
	memcpy(out, blob, bytes);
	return (uint32_t)(bytes / sizeof(float));
}

int psr_store_sites_load(struct psr_store *s, const char *module,
			 const char *cpu,
			 int (*each)(void *ctx,
				     const struct psr_site_time *row),
			 void *ctx, struct psr_err *err)
{
	sqlite3_stmt *st = NULL;
	int ret = store_prepare(
	    s,
	    "SELECT s.hash, t.size_class, t.variant, t.n, t.total_ns, "
	    "t.spent_ns, t.ring, t.pairs "
	    "FROM site s JOIN site_time t ON t.site = s.id WHERE s.module = ? AND "
	    "t.cpu = (SELECT id FROM cpu WHERE name = ?)",
	    &st, err);
	int rc = SQLITE_DONE;

	if (ret < 0)
		return ret;
	store_bind_text(st, 1, module);
	store_bind_text(st, 2, cpu);
	while (!ret && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct psr_site_time row = {0};

		row.site = (uint64_t)sqlite3_column_int64(st, 0);
		row.size_class = (uint16_t)sqlite3_column_int(st, 1);
		store_column_text(st, 2, row.variant, sizeof(row.variant));
		row.n = (uint64_t)sqlite3_column_int64(st, 3);
		row.total_ns = sqlite3_column_double(st, 4);
		row.spent_ns = sqlite3_column_double(st, 5);
		row.nring = read_floats(st, 6, row.ring, PSR_RING);
		row.npairs = read_floats(st, 7, row.pairs, PSR_PAIRS);
		ret = each(ctx, &row);
	}
	if (!ret)
		ret = store_done(s, rc, err);
	sqlite3_finalize(st);
	return ret;
}

/* ---- Merging ---- */

static int by_value(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

/* Linear between the two samples around P. */
static double quantile(const float *sorted, uint32_t n, double p)
{
	double at = p * (n - 1);
	uint32_t low = (uint32_t)at;
	uint32_t high = low + 1 < n ? low + 1 : low;

	return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
}

/* Appends the valid ones of COUNT samples to the *N of RING, which has ROOM,
 * keeping the latest. */
static void append(float *ring, uint32_t *n, uint32_t room, const float *news,
		   uint32_t count)
{
	for (uint32_t i = 0; i < count && i < room; i++) {
		if (!isfinite(news[i]) || news[i] < 0)
			continue;
		if (*n == room)
			memmove(ring, ring + 1, --*n * sizeof(ring[0]));
		ring[(*n)++] = news[i];
	}
}

struct site_saver {
	struct psr_store *s;
	sqlite3_stmt *find, *add, *time, *put, *note;
	int64_t cpu, run;
};

static const struct {
	size_t offset;
	const char *sql;
} saver_sql[] = {
    {offsetof(struct site_saver, find),
     "SELECT id FROM site WHERE module = ? AND hash = ?"},
    {offsetof(struct site_saver, add),
     "INSERT INTO site(module, hash) VALUES(?, ?) RETURNING id"},
    {offsetof(struct site_saver, time),
     "SELECT n, total_ns, ring, spent_ns, base_ns, lost_ns, pairs "
     "FROM site_time WHERE site = ? AND cpu = ? AND size_class = ? AND variant = ?"},
    {offsetof(struct site_saver, put),
     "INSERT OR REPLACE INTO site_time(site, cpu, size_class, variant, n, "
     "total_ns, p25_ns, median_ns, p75_ns, ring, spent_ns, base_ns, lost_ns, "
     "pairs, ratio) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
    {offsetof(struct site_saver, note),
     "INSERT INTO run_site(run, site, size_class, variant, n, total_ns, "
     "chosen, spent_ns, base_ns, lost_ns) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
     "ON CONFLICT DO UPDATE SET n = n + excluded.n, "
     "total_ns = total_ns + excluded.total_ns, chosen = excluded.chosen, "
     "spent_ns = spent_ns + excluded.spent_ns, "
     "base_ns = base_ns + excluded.base_ns, lost_ns = lost_ns + "
     "excluded.lost_ns"},
};

static sqlite3_stmt **saver_statement(struct site_saver *v, size_t i)
{
	return (sqlite3_stmt **)((char *)v + saver_sql[i].offset);
}

static int saver_open(struct site_saver *v, struct psr_err *err)
{
	int ret = 0;

	for (size_t i = 0; i < PSR_COUNTOF(saver_sql) && !ret; i++)
		ret = store_prepare(v->s, saver_sql[i].sql,
				    saver_statement(v, i), err);
	return ret;
}

static void saver_close(struct site_saver *v)
{
	for (size_t i = 0; i < PSR_COUNTOF(saver_sql); i++)
		sqlite3_finalize(*saver_statement(v, i));
}

static int site_row(struct site_saver *v, const char *module, uint64_t hash,
		    int64_t *id, struct psr_err *err)
{
	sqlite3_stmt *const both[] = {v->find, v->add};
	int ret = 0;

	*id = 0;
	for (size_t i = 0; i < PSR_COUNTOF(both) && !ret && !*id; i++) {
		store_bind_text(both[i], 1, module);
		sqlite3_bind_int64(both[i], 2, (int64_t)hash);
		ret = store_id(v->s, both[i], id, err);
	}
	return ret;
}

static void bind_key(sqlite3_stmt *st, int64_t first, int64_t second,
		     const struct psr_site_time *t)
{
	sqlite3_bind_int64(st, 1, first);
	sqlite3_bind_int64(st, 2, second);
	sqlite3_bind_int(st, 3, t->size_class);
	sqlite3_bind_text(st, 4, t->variant,
			  (int)strnlen(t->variant, sizeof(t->variant)),
			  SQLITE_STATIC);
}

static void bind_account(sqlite3_stmt *st, int i, const struct psr_site_time *t)
{
	sqlite3_bind_double(st, i, t->spent_ns);
	sqlite3_bind_double(st, i + 1, t->base_ns);
	sqlite3_bind_double(st, i + 2, t->lost_ns);
}

static int read_time(struct site_saver *v, int64_t site,
		     const struct psr_site_time *t, struct psr_site_time *old,
		     struct psr_err *err)
{
	int ret = 0, rc;

	memset(old, 0, sizeof(*old));
	bind_key(v->time, site, v->cpu, t);
	rc = sqlite3_step(v->time);
	if (rc == SQLITE_ROW) {
		old->n = (uint64_t)sqlite3_column_int64(v->time, 0);
		old->total_ns = sqlite3_column_double(v->time, 1);
		old->nring = read_floats(v->time, 2, old->ring, PSR_RING);
		old->spent_ns = sqlite3_column_double(v->time, 3);
		old->base_ns = sqlite3_column_double(v->time, 4);
		old->lost_ns = sqlite3_column_double(v->time, 5);
		old->npairs = read_floats(v->time, 6, old->pairs, PSR_PAIRS);
	} else {
		ret = store_done(v->s, rc, err);
	}
	sqlite3_reset(v->time);
	return ret;
}

/* The median where there are enough of them to go by. */
static void bind_pairs(sqlite3_stmt *st, int i, const struct psr_site_time *t)
{
	float sorted[PSR_PAIRS];

	sqlite3_bind_blob(st, i, t->pairs, (int)(t->npairs * sizeof(float)),
			  SQLITE_STATIC);
	if (!t->npairs)
		sqlite3_bind_zeroblob(st, i, 0);
	sqlite3_bind_null(st, i + 1);
	if (t->npairs < PSR_SURE_PAIRS)
		return;
	memcpy(sorted, t->pairs, sizeof(sorted));
	qsort(sorted, t->npairs, sizeof(sorted[0]), by_value);
	sqlite3_bind_double(st, i + 1, quantile(sorted, t->npairs, 0.5));
}

static int write_time(struct site_saver *v, int64_t site,
		      const struct psr_site_time *t,
		      const struct psr_site_time *sum, struct psr_err *err)
{
	static const double quantiles[] = {0.25, 0.5, 0.75};
	float sorted[PSR_RING];
	int ret;

	memcpy(sorted, sum->ring, sizeof(sorted));
	qsort(sorted, sum->nring, sizeof(sorted[0]), by_value);
	bind_key(v->put, site, v->cpu, t);
	store_bind_u64(v->put, 5, sum->n);
	sqlite3_bind_double(v->put, 6, sum->total_ns);
	for (int i = 0; i < 3; i++) {
		if (sum->nring)
			sqlite3_bind_double(
			    v->put, 7 + i,
			    quantile(sorted, sum->nring, quantiles[i]));
		else
			sqlite3_bind_null(v->put, 7 + i);
	}
	sqlite3_bind_blob(v->put, 10, sum->ring,
			  (int)(sum->nring * sizeof(float)), SQLITE_STATIC);
	if (!sum->nring)
		sqlite3_bind_zeroblob(v->put, 10, 0);
	bind_account(v->put, 11, sum);
	bind_pairs(v->put, 14, sum);
	ret = store_run(v->s, v->put, err);
	sqlite3_clear_bindings(v->put);
	return ret;
}

static int note_run(struct site_saver *v, int64_t site,
		    const struct psr_site_time *t, struct psr_err *err)
{
	if (!v->run)
		return 0;
	bind_key(v->note, v->run, site, t);
	store_bind_u64(v->note, 5, t->n);
	sqlite3_bind_double(v->note, 6, t->total_ns);
	sqlite3_bind_int64(v->note, 7, t->chosen);
	bind_account(v->note, 8, t);
	return store_run(v->s, v->note, err);
}

static double number_or_0(double x)
{
	return isfinite(x) ? x : 0;
}

static int save_time(struct site_saver *v, const char *module,
		     const struct psr_site_time *given, struct psr_err *err)
{
	struct psr_site_time sum, news = *given, *t = &news;
	int64_t site;
	bool any;
	int ret;

	t->total_ns = number_or_0(t->total_ns);
	t->spent_ns = number_or_0(t->spent_ns);
	t->base_ns = number_or_0(t->base_ns);
	t->lost_ns = number_or_0(t->lost_ns);
	/* Else only whether it is chosen. */
	any = t->n || t->nring || t->spent_ns != 0 || t->base_ns != 0 ||
	      t->lost_ns != 0;

	if (!any && !v->run)
		return 0;
	ret = site_row(v, module, t->site, &site, err);
	if (!ret && !any)
		return note_run(v, site, t, err);
	if (!ret)
		ret = read_time(v, site, t, &sum, err);
	if (ret < 0)
		return ret;
	sum.n += t->n;
	sum.total_ns += t->total_ns;
	sum.spent_ns += t->spent_ns;
	sum.base_ns += t->base_ns;
	sum.lost_ns += t->lost_ns;
	append(sum.ring, &sum.nring, PSR_RING, t->ring, t->nring);
	append(sum.pairs, &sum.npairs, PSR_PAIRS, t->pairs, t->npairs);
	ret = write_time(v, site, t, &sum, err);
	if (!ret)
		ret = note_run(v, site, t, err);
	return ret;
}

/* ---- What is known statically ---- */

static const char info_sql[] =
    "UPDATE site SET function = ?2, file = ?3, line = ?4, kind = ?5, "
    "depth = ?6, instructions = ?7, loads = ?8, stores = ?9, flops = ?10, "
    "branches = ?11, calls = ?12, load_bytes = ?13, store_bytes = ?14 "
    "WHERE id = ?1 AND (function, file, line, kind, depth, instructions, "
    "loads, stores, flops, branches, calls, load_bytes, store_bytes) "
    "IS NOT (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";

static int save_variants(struct psr_store *s, int64_t site,
			 const struct psr_site_info *info, struct psr_err *err)
{
	sqlite3_stmt *st = NULL;
	int ret =
	    store_prepare(s,
			  "INSERT INTO site_variant(site, variant, isa, flags) "
			  "VALUES(?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
			  "isa = excluded.isa, flags = excluded.flags",
			  &st, err);

	for (uint16_t i = 0; i < info->nvariants && !ret; i++) {
		sqlite3_bind_int64(st, 1, site);
		store_bind_text(st, 2, info->variants[i].name);
		sqlite3_bind_int64(st, 3, info->variants[i].isa);
		sqlite3_bind_int64(st, 4, info->variants[i].flags);
		ret = store_run(s, st, err);
	}
	sqlite3_finalize(st);
	return ret;
}

static int save_info(struct site_saver *v, const char *module,
		     const struct psr_site_info *info, struct psr_err *err)
{
	const uint32_t numbers[] = {
	    info->line,  info->kind,       info->depth,      info->instructions,
	    info->loads, info->stores,     info->flops,      info->branches,
	    info->calls, info->load_bytes, info->store_bytes};
	sqlite3_stmt *st = NULL;
	int64_t site;
	int ret = site_row(v, module, info->site, &site, err);

	if (!ret)
		ret = store_prepare(v->s, info_sql, &st, err);
	if (ret < 0)
		return ret;
	sqlite3_bind_int64(st, 1, site);
	sqlite3_bind_text(st, 2, info->function, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 3, info->file, -1, SQLITE_STATIC);
	for (size_t i = 0; i < PSR_COUNTOF(numbers); i++)
		sqlite3_bind_int64(st, 4 + (int)i, numbers[i]);
	ret = store_run(v->s, st, err);
	sqlite3_finalize(st);
	return ret ? ret : save_variants(v->s, site, info, err);
}

/* ---- Which run it belongs to ---- */

/* The running run that PROCESS records or is the program of; 0: none. */
static int run_of(struct psr_store *s, sqlite3_stmt *st, pid_t process,
		  int64_t *run, struct psr_err *err)
{
	sqlite3_bind_int64(st, 3, process);
	sqlite3_bind_int64(st, 4, (int64_t)psr_proc_start(process));
	return store_id(s, st, run, err);
}

int psr_store_is_recording(struct psr_store *s, bool *any, struct psr_err *err)
{
	int64_t found;
	int ret = store_int(s, "SELECT 1 FROM run WHERE state = 'running'",
			    &found, err);

	*any = !ret && found;
	return ret;
}

static int find_run(struct psr_store *s, pid_t pid, int64_t *run,
		    struct psr_err *err)
{
	struct store_place here;
	sqlite3_stmt *st = NULL;
	bool any;
	int ret = psr_store_is_recording(s, &any, err);

	*run = 0;
	if (ret < 0 || !any)
		return ret;
	store_place_here(&here);
	ret = store_prepare(
	    s,
	    "SELECT id FROM run WHERE state = 'running' AND boot = ?1 "
	    "AND pid_namespace = ?2 AND ((owner = ?3 AND owner_start = "
	    "?4) OR pid = ?3) ORDER BY id DESC LIMIT 1",
	    &st, err);
	if (ret < 0)
		return ret;
	store_bind_text(st, 1, here.boot);
	sqlite3_bind_int64(st, 2, (int64_t)here.pid_namespace);
	for (int depth = 0; pid > 1 && depth < 64 && !ret && !*run; depth++) {
		ret = run_of(s, st, pid, run, err);
		pid = psr_proc_parent(pid);
	}
	sqlite3_finalize(st);
	return ret;
}

static int cpu_row(struct psr_store *s, const char *name, int64_t *id,
		   struct psr_err *err)
{
	static const char *const sql[] = {
	    "SELECT id FROM cpu WHERE name = ?",
	    "INSERT INTO cpu(name) VALUES(?) RETURNING id"};
	int ret = 0;

	*id = 0;
	for (size_t i = 0; i < PSR_COUNTOF(sql) && !ret && !*id; i++) {
		sqlite3_stmt *st = NULL;

		ret = store_prepare(s, sql[i], &st, err);
		if (ret < 0)
			break;
		store_bind_text(st, 1, name);
		ret = store_id(s, st, id, err);
		sqlite3_finalize(st);
	}
	return ret;
}

int psr_store_sites_save(struct psr_store *s, const struct psr_site_batch *b,
			 struct psr_err *err)
{
	struct site_saver v = {.s = s};
	int ret = store_begin(s, err);

	if (ret < 0)
		return ret;
	ret = cpu_row(s, b->cpu, &v.cpu, err);
	if (!ret)
		ret = find_run(s, b->pid, &v.run, err);
	if (!ret)
		ret = saver_open(&v, err);
	for (size_t i = 0; i < b->ninfo && !ret; i++)
		ret = save_info(&v, b->module, &b->info[i], err);
	for (size_t i = 0; i < b->ntimes && !ret; i++)
		ret = save_time(&v, b->module, &b->times[i], err);
	if (!ret)
		ret = store_counts_save(s, b, err);
	saver_close(&v);
	return store_end(s, ret, err);
}
