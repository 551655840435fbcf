/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What samples count of a program's blocks and calls. Counts of many launches add
 * up; a function whose source has changed has another hash, and begins anew.
 */
#include <errno.h>
#include <string.h>

#include "store_sql.h"

#define COVERED "0.7" /* of what was executed, that must have been counted */
#define KNOWN   0.95 /* share of the samples in functions that are known */
#define WELL    100  /* 1/100 of what is wanted of a program: so is a function */
#define MORE    4    /* 1/4 of it more is wanted, where something new was met */
#define MOST    4    /* times as much, in all */

static const char function_sql[] =
    "INSERT INTO sampled_function(guid, hash, name) VALUES(?, ?, ?) "
    "ON CONFLICT DO UPDATE SET name = excluded.name RETURNING id";
static const char file_sql[] = "INSERT OR IGNORE INTO sampled_file VALUES(?, ?)";
static const char block_sql[] =
    "INSERT INTO sampled_block VALUES(?, ?, ?, ?, ?) "
    "ON CONFLICT DO UPDATE SET n = n + excluded.n";
static const char samples_sql[] =
    "UPDATE sampled_function SET samples = samples + ?2, "
    "executed = executed + ?3, covered = covered + ?4 WHERE id = ?1";
static const char program_sql[] =
    "INSERT INTO sampled_program VALUES(?, ?) "
    "ON CONFLICT DO UPDATE SET instructions = instructions + "
    "excluded.instructions";

struct saver {
	struct psr_store *s;
	sqlite3_stmt *function, *file, *block, *samples;
	struct psr_err *err;
};

static bool same_function(const struct psr_block *a, const struct psr_block *b)
{
	return a->guid == b->guid && a->hash == b->hash;
}

/* Where the function of BLOCKS[I] ends; *SUM of its counts. */
static size_t end_of(const struct psr_block *blocks, size_t n, size_t i,
		     uint64_t *sum)
{
	size_t end = i;

	*sum = 0;
	for (; end < n && same_function(&blocks[i], &blocks[end]); end++)
		*sum += *blocks[end].target ? 0 : blocks[end].n;
	return end;
}

static int save_function(struct saver *v, const struct psr_block *b, size_t n,
			 uint64_t sum)
{
	int64_t id;
	int ret;

	sqlite3_bind_int64(v->function, 1, (int64_t)b->guid);
	sqlite3_bind_int64(v->function, 2, (int64_t)b->hash);
	store_bind_text(v->function, 3, b->name);
	ret = store_id(v->s, v->function, &id, v->err);
	if (ret < 0)
		return ret;
	store_bind_text(v->file, 1, b->file);
	sqlite3_bind_int64(v->file, 2, id);
	ret = store_run(v->s, v->file, v->err);
	sqlite3_bind_int64(v->samples, 1, id);
	sqlite3_bind_int64(v->samples, 2, (int64_t)sum);
	sqlite3_bind_int64(v->samples, 3, (int64_t)b->executed);
	sqlite3_bind_int64(v->samples, 4, (int64_t)b->covered);
	if (!ret)
		ret = store_run(v->s, v->samples, v->err);
	for (size_t i = 0; i < n && sum && !ret; i++) {
		sqlite3_bind_int64(v->block, 1, id);
		store_bind_text(v->block, 2, b[i].path);
		sqlite3_bind_int64(v->block, 3, b[i].probe);
		store_bind_text(v->block, 4, b[i].target);
		sqlite3_bind_int64(v->block, 5, (int64_t)b[i].n);
		ret = store_run(v->s, v->block, v->err);
	}
	return ret;
}

static int save_all(struct saver *v, const struct psr_block *blocks, size_t n)
{
	static const char *const sql[] = {function_sql, file_sql, block_sql,
					  samples_sql};
	sqlite3_stmt **st[] = {&v->function, &v->file, &v->block, &v->samples};
	uint64_t sum;
	int ret = 0;

	for (size_t i = 0; i < PSR_COUNTOF(st) && !ret; i++)
		ret = store_prepare(v->s, sql[i], st[i], v->err);
	for (size_t i = 0, end; i < n && !ret; i = end) {
		end = end_of(blocks, n, i, &sum);
		if (sum || blocks[i].executed)
			ret = save_function(v, &blocks[i], end - i, sum);
	}
	for (size_t i = 0; i < PSR_COUNTOF(st); i++)
		sqlite3_finalize(*st[i]);
	return ret;
}

static int sampled(struct psr_store *s, uint64_t program, uint64_t *n,
		   struct psr_err *err)
{
	sqlite3_stmt *st = NULL;
	int64_t v = 0;
	int ret = store_prepare(
	    s, "SELECT instructions FROM sampled_program WHERE program = ?",
	    &st, err);

	*n = 0;
	if (ret < 0)
		return ret;
	sqlite3_bind_int64(st, 1, (int64_t)program);
	ret = store_id(s, st, &v, err);
	sqlite3_finalize(st);
	*n = (uint64_t)v;
	return ret;
}

/* A function that ... */
#define FUNCTION                                                               \
	"SELECT id FROM sampled_function WHERE guid = ? AND hash = ? AND "

struct tally {
	uint64_t samples, executed;
};

/*
 * *ALL that BLOCKS tell, and *KNOWN, of that what is of functions that SQL finds
 * with LEAST.
 */
static int count_known(struct psr_store *s, const char *sql, uint64_t least,
		       const struct psr_block *blocks, size_t n,
		       struct tally *all, struct tally *known,
		       struct psr_err *err)
{
	sqlite3_stmt *st = NULL;
	uint64_t sum;
	int64_t id;
	int ret = store_prepare(s, sql, &st, err);

	for (size_t i = 0, end; i < n && ret >= 0; i = end) {
		end = end_of(blocks, n, i, &sum);
		sqlite3_bind_int64(st, 1, (int64_t)blocks[i].guid);
		sqlite3_bind_int64(st, 2, (int64_t)blocks[i].hash);
		sqlite3_bind_int64(st, 3, (int64_t)least);
		ret = store_id(s, st, &id, err);
		all->samples += sum;
		all->executed += blocks[i].executed;
		known->samples += id ? sum : 0;
		known->executed += id ? blocks[i].executed : 0;
	}
	sqlite3_finalize(st);
	return ret;
}

/* Other programs told of nearly all of it, and as much as is wanted. */
static int is_known(struct psr_store *s, uint64_t wanted,
		    const struct psr_block *blocks, size_t n, bool *known,
		    struct psr_err *err)
{
	struct tally all = {0, 0}, old = {0, 0};
	int64_t most = 0;
	int ret = store_int(
	    s, "SELECT max(instructions) FROM sampled_program", &most, err);

	*known = false;
	if (ret < 0 || (uint64_t)most < wanted)
		return ret;
	ret = count_known(s, FUNCTION "samples >= ?", 1, blocks, n, &all, &old,
			  err);
	*known = ret >= 0 && (double)old.samples >= KNOWN * (double)all.samples;
	return ret;
}

/* Most of what was executed is of functions of which little is known. */
static int is_news(struct psr_store *s, uint64_t wanted,
		   const struct psr_block *blocks, size_t n, bool *news,
		   struct psr_err *err)
{
	struct tally all = {0, 0}, old = {0, 0};
	int ret = count_known(s, FUNCTION "executed >= ?", wanted / WELL, blocks,
			      n, &all, &old, err);

	*news = ret >= 0 && 2 * old.executed < all.executed;
	return ret;
}

/* Up to where a program is followed that was for N. */
static uint64_t next_rest(uint64_t n, uint64_t wanted)
{
	uint64_t more = wanted / MORE;

	return n < wanted ? wanted
			  : wanted + ((n - wanted) / more + 1) * more;
}

static bool rests(uint64_t n, uint64_t wanted)
{
	return n >= wanted && (n - wanted) % (wanted / MORE) == 0;
}

static int add_program(struct psr_store *s, uint64_t program, uint64_t n,
		       struct psr_err *err)
{
	sqlite3_stmt *st = NULL;
	int ret = store_prepare(s, program_sql, &st, err);

	if (ret < 0)
		return ret;
	sqlite3_bind_int64(st, 1, (int64_t)program);
	sqlite3_bind_int64(st, 2, (int64_t)n);
	ret = store_run(s, st, err);
	sqlite3_finalize(st);
	return ret;
}

/* *ADD: how many of INSTRUCTIONS count; 0: they tell nothing new. */
static int judge(struct psr_store *s, uint64_t before, uint64_t wanted,
		 uint64_t instructions, const struct psr_block *blocks,
		 size_t n, uint64_t *add, struct psr_err *err)
{
	uint64_t left = next_rest(before, wanted) - before;
	bool news = true;
	int ret = 0;

	if (rests(before, wanted)) {
		news = before < MOST * wanted;
		if (news)
			ret = is_news(s, wanted, blocks, n, &news, err);
	}
	*add = !news ? 0 : instructions < left ? instructions : left;
	return ret;
}

int psr_store_blocks_save(struct psr_store *s, uint64_t program,
			  uint64_t instructions, uint64_t wanted,
			  const struct psr_block *blocks, size_t n,
			  struct psr_err *err)
{
	struct saver v = {.s = s, .err = err};
	uint64_t before = 0, add = 0;
	bool known = false;
	int ret = store_need_write(s, err);

	if (!ret)
		ret = store_begin(s, err);
	if (ret < 0)
		return ret;
	ret = sampled(s, program, &before, err);
	if (!ret && !before)
		ret = is_known(s, wanted, blocks, n, &known, err);
	if (ret >= 0)
		ret = judge(s, before, wanted, instructions, blocks, n, &add,
			    err);
	if (ret >= 0 && !known && add)
		ret = save_all(&v, blocks, n);
	if (ret >= 0 && (known || add))
		ret = add_program(s, program, known ? wanted : add, err);
	return store_end(s, ret < 0 ? ret : 0, err);
}

int psr_store_sampled(struct psr_store *s, uint64_t program, uint64_t wanted,
		      uint64_t *n, uint64_t *half, enum psr_sampling *what,
		      struct psr_err *err)
{
	int ret = sampled(s, program, n, err);
	uint64_t all = *n < wanted ? wanted : wanted / MORE;

	*half = next_rest(*n, wanted) - all / 2;
	*what = !rests(*n, wanted)    ? PSR_SAMPLING_WANTED
		: *n < MOST * wanted ? PSR_SAMPLING_NEWS
				     : PSR_SAMPLING_DONE;
	return ret;
}

int psr_store_blocks_load(struct psr_store *s, const char *const *files,
			  size_t n,
			  int (*each)(void *ctx, const struct psr_block *b),
			  void *ctx, struct psr_err *err)
{
	char name[4096], path[8192], target[4096];
	sqlite3_stmt *st = NULL;
	int ret = store_prepare(
	    s,
	    "SELECT f.name, f.guid, f.hash, b.path, b.probe, b.target, "
	    "b.n FROM "
	    "sampled_file JOIN sampled_function f ON f.id = function JOIN "
	    "sampled_block b USING(function) WHERE file = ?1 AND "
	    "f.covered >= f.executed * " COVERED " AND f.id IN "
	    /* Of a function that changed, what it is now. */
	    "(SELECT max(f.id) FROM sampled_file JOIN sampled_function f "
	    "ON f.id = function WHERE file = ?1 GROUP BY f.guid) "
	    "ORDER BY f.name, b.path, b.probe, b.target",
	    &st, err);

	for (size_t i = 0; i < n && !ret; i++) {
		int rc = SQLITE_DONE;

		store_bind_text(st, 1, files[i]);
		while (!ret && (rc = sqlite3_step(st)) == SQLITE_ROW) {
			struct psr_block b = {.file = files[i],
					      .name = name,
					      .path = path,
					      .target = target};

			store_column_text(st, 0, name, sizeof(name));
			b.guid = (uint64_t)sqlite3_column_int64(st, 1);
			b.hash = (uint64_t)sqlite3_column_int64(st, 2);
			store_column_text(st, 3, path, sizeof(path));
			b.probe = (uint32_t)sqlite3_column_int64(st, 4);
			store_column_text(st, 5, target, sizeof(target));
			b.n = (uint64_t)sqlite3_column_int64(st, 6);
			ret = each(ctx, &b);
		}
		if (!ret)
			ret = store_done(s, rc, err);
		sqlite3_reset(st);
	}
	sqlite3_finalize(st);
	return ret;
}
