/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Models that were trained from the database, and what they are trained from.
 * A model is a name and bytes; what is in them is its reader's to check.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store_sql.h"

int psr_store_model_put(struct psr_store *s, const char *name, const void *data,
			size_t n, uint64_t samples, struct psr_err *err)
{
	sqlite3_stmt *st = NULL;
	int ret = store_begin(s, err);

	if (ret < 0)
		return ret;
	ret = store_prepare(s,
			    "INSERT OR REPLACE INTO model(name, made_ns, "
			    "samples, data) VALUES(?, ?, ?, ?)",
			    &st, err);
	if (!ret) {
		store_bind_text(st, 1, name);
		store_bind_u64(st, 2, store_now_ns());
		store_bind_u64(st, 3, samples);
		sqlite3_bind_blob64(st, 4, data, n, SQLITE_STATIC);
		ret = store_run(s, st, err);
	}
	sqlite3_finalize(st);
	return store_end(s, ret, err);
}

int psr_store_model_get(struct psr_store *s, const char *name, void **data,
			size_t *n, struct psr_err *err)
{
	sqlite3_stmt *st = NULL;
	int rc, ret = store_prepare(s, "SELECT data FROM model WHERE name = ?",
				    &st, err);

	*data = NULL;
	*n = 0;
	if (ret < 0)
		return ret;
	store_bind_text(st, 1, name);
	rc = sqlite3_step(st);
	if (rc == SQLITE_ROW) {
		size_t size = (size_t)sqlite3_column_bytes(st, 0);

		*data = malloc(size + 1);
		if (!*data)
			ret = psr_fail(err, -ENOMEM, "out of memory");
		else if (size)
			memcpy(*data, sqlite3_column_blob(st, 0), size);
		*n = ret ? 0 : size;
	} else {
		ret = store_done(s, rc, err);
		if (!ret)
			ret = psr_fail(err, -ENOENT, "no model '%s'", name);
	}
	sqlite3_finalize(st);
	return ret;
}

/*
 * Each variant beside the baseline's times at the same site, processor and
 * size. "name@2" is variant "name" on two threads.
 */
static const char pairs_sql[] =
    "SELECT s.hash, s.module, s.kind, s.depth, s.instructions, s.loads, "
    "s.stores, s.flops, s.branches, s.calls, s.load_bytes, s.store_bytes, "
    "c.name, t.size_class, v.variant, "
    "CAST(substr(t.variant, length(v.variant) + 2) AS INTEGER), "
    "v.isa, v.flags, t.n, t.median_ns, t.p25_ns, t.p75_ns, "
    "b.n, b.median_ns, b.p25_ns, b.p75_ns "
    "FROM site_time t JOIN site_time b ON b.site = t.site AND b.cpu = t.cpu "
    "AND b.size_class = t.size_class AND b.variant = 'baseline' "
    "JOIN site s ON s.id = t.site JOIN cpu c ON c.id = t.cpu "
    "JOIN site_variant v ON v.site = t.site AND v.variant = "
    "CASE instr(t.variant, '@') WHEN 0 THEN t.variant "
    "ELSE substr(t.variant, 1, instr(t.variant, '@') - 1) END "
    "WHERE t.variant <> 'baseline' AND t.median_ns > 0 AND b.median_ns > 0 "
    "AND s.instructions IS NOT NULL AND v.isa IS NOT NULL "
    "AND v.flags & 4 = 0 "
    "ORDER BY s.module, s.hash, c.name, t.size_class, t.variant";

static struct psr_timing read_timing(sqlite3_stmt *st, int i)
{
	return (struct psr_timing){
	    .n = (uint64_t)sqlite3_column_int64(st, i),
	    .median_ns = sqlite3_column_double(st, i + 1),
	    .p25_ns = sqlite3_column_double(st, i + 2),
	    .p75_ns = sqlite3_column_double(st, i + 3),
	};
}

static void read_site(sqlite3_stmt *st, int i, struct psr_site_info *s)
{
	uint16_t *const counts[] = {
	    &s->instructions, &s->loads, &s->stores,     &s->flops,
	    &s->branches,     &s->calls, &s->load_bytes, &s->store_bytes};

	s->kind = (uint8_t)sqlite3_column_int(st, i);
	s->depth = (uint8_t)sqlite3_column_int(st, i + 1);
	for (int k = 0; k < (int)PSR_COUNTOF(counts); k++)
		*counts[k] = (uint16_t)sqlite3_column_int(st, i + 2 + k);
}

static void read_pair(sqlite3_stmt *st, struct psr_pair *p)
{
	memset(p, 0, sizeof(*p));
	p->info.site = (uint64_t)sqlite3_column_int64(st, 0);
	store_column_text(st, 1, p->module, sizeof(p->module));
	read_site(st, 2, &p->info);
	store_column_text(st, 12, p->cpu, sizeof(p->cpu));
	p->size_class = (uint16_t)sqlite3_column_int(st, 13);
	store_column_text(st, 14, p->variant, sizeof(p->variant));
	p->threads = (uint32_t)sqlite3_column_int(st, 15);
	p->isa = (uint32_t)sqlite3_column_int64(st, 16);
	p->flags = (uint32_t)sqlite3_column_int64(st, 17);
	p->time = read_timing(st, 18);
	p->baseline = read_timing(st, 22);
}

int psr_store_pairs(struct psr_store *s,
		    int (*each)(void *ctx, const struct psr_pair *p), void *ctx,
		    struct psr_err *err)
{
	sqlite3_stmt *st = NULL;
	int ret = store_prepare(s, pairs_sql, &st, err);
	int rc = SQLITE_DONE;

	if (ret < 0)
		return ret;
	while (!ret && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct psr_pair p;

		read_pair(st, &p);
		ret = each(ctx, &p);
	}
	if (!ret)
		ret = store_done(s, rc, err);
	sqlite3_finalize(st);
	return ret;
}
