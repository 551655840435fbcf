/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Questions in SQL. An authoriser lets nothing through that could change a
 * database, open a file or load code; rows are handed on as they come.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store_sql.h"

static const char *const harmless_pragmas[] = {
    "table_info",   "table_xinfo",    "table_list",
    "index_list",   "index_info",     "foreign_key_list",
    "user_version", "application_id", "page_count"};

static int allow(void *ctx, int action, const char *a, const char *b,
		 const char *db, const char *trigger)
{
	(void)ctx;
	(void)db;
	(void)trigger;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_READ:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_FUNCTION:
		return b && !sqlite3_stricmp(b, "load_extension") ? SQLITE_DENY
								  : SQLITE_OK;
	case SQLITE_UPDATE: /* how a table-valued function introduces
			     * itself; a true update is not "read-only" */
		return sqlite3_stricmp(a, "sqlite_master") ? SQLITE_DENY
							   : SQLITE_OK;
	case SQLITE_PRAGMA:
		for (size_t i = 0; i < PSR_COUNTOF(harmless_pragmas); i++)
			if (!sqlite3_stricmp(a, harmless_pragmas[i]))
				return SQLITE_OK;
		return SQLITE_DENY;
	default:
		return SQLITE_DENY;
	}
}

/* Prepares the one statement in SQL, which has NPARAMS parameters. */
static int prepare_one(struct psr_store *s, const char *sql, size_t nparams,
		       sqlite3_stmt **st, struct psr_err *err)
{
	sqlite3_stmt *second = NULL;
	const char *tail = sql;
	int rc;

	sqlite3_set_authorizer(s->db, allow, NULL);
	rc = sqlite3_prepare_v2(s->db, sql, -1, st, &tail);
	if (rc == SQLITE_OK && *st)
		rc = sqlite3_prepare_v2(s->db, tail, -1, &second, NULL);
	sqlite3_set_authorizer(s->db, NULL, NULL);
	if (rc == SQLITE_AUTH)
		return psr_fail(err, -EINVAL, "only questions are allowed: %s",
				sqlite3_errmsg(s->db));
	if (rc != SQLITE_OK && (rc & 0xff) == SQLITE_ERROR && !second)
		return psr_fail(err, -EINVAL, "SQL: %s", sqlite3_errmsg(s->db));
	if (rc != SQLITE_OK)
		return store_fail(s, rc, err);
	if (!*st)
		return psr_fail(err, -EINVAL, "SQL: no statement");
	if (second) {
		sqlite3_finalize(second);
		return psr_fail(err, -EINVAL, "SQL: more than one statement");
	}
	if (!sqlite3_stmt_readonly(*st))
		return psr_fail(err, -EINVAL, "SQL: it would write");
	if ((size_t)sqlite3_bind_parameter_count(*st) != nparams)
		return psr_fail(err, -EINVAL,
				"SQL: %d parameters wanted, %zu given",
				sqlite3_bind_parameter_count(*st), nparams);
	return 0;
}

static const char *type_name(int type)
{
	switch (type) {
	case SQLITE_INTEGER:
		return "integer";
	case SQLITE_FLOAT:
		return "real";
	case SQLITE_TEXT:
		return "text";
	case SQLITE_BLOB:
		return "blob";
	default:
		return "null";
	}
}

/* A blob as hex, in memory of its own. */
static char *hex(const unsigned char *blob, int bytes)
{
	static const char digits[] = "0123456789abcdef";
	char *out = sqlite3_malloc64(2 * (sqlite3_uint64)bytes + 1);

	for (int i = 0; out && i < bytes; i++) {
		out[2 * i] = digits[blob[i] >> 4];
		out[2 * i + 1] = digits[blob[i] & 15];
	}
	if (out)
		out[2 * bytes] = 0;
	return out;
}

struct row {
	int n;
	const char **names, **values, **types;
	char **owned; /* hex of blobs */
};

static int row_alloc(struct row *r, sqlite3_stmt *st)
{
	size_t cells;

	r->n = sqlite3_column_count(st);
	cells = (size_t)r->n + 1;
	r->names = sqlite3_malloc64(4 * cells * sizeof(char *));
	if (!r->names)
		return -ENOMEM;
	memset(r->names, 0, 4 * cells * sizeof(char *));
	r->values = r->names + cells;
	r->types = r->values + cells;
	r->owned = (char **)(r->types + cells);
	for (int i = 0; i < r->n; i++) {
		r->names[i] = sqlite3_column_name(st, i);
		if (!r->names[i])
			return -ENOMEM;
	}
	return 0;
}

static void row_clear(struct row *r)
{
	for (int i = 0; i < r->n; i++) {
		sqlite3_free(r->owned[i]);
		r->owned[i] = NULL;
	}
}

static void row_free(struct row *r)
{
	if (r->names)
		row_clear(r);
	sqlite3_free(r->names);
}

static int row_read(struct row *r, sqlite3_stmt *st)
{
	for (int i = 0; i < r->n; i++) {
		int type = sqlite3_column_type(st, i);

		r->types[i] = type_name(type);
		r->values[i] = NULL;
		if (type == SQLITE_NULL)
			continue;
		if (type == SQLITE_BLOB)
			r->values[i] = r->owned[i] =
			    hex(sqlite3_column_blob(st, i),
				sqlite3_column_bytes(st, i));
		else
			r->values[i] = (const char *)sqlite3_column_text(st, i);
		if (!r->values[i])
			return -ENOMEM;
	}
	return 0;
}

static int each_row(struct psr_store *s, sqlite3_stmt *st,
		    psr_store_row_fn *each, void *ctx, struct psr_err *err)
{
	struct row row = {0};
	int ret = row_alloc(&row, st);
	int rc = SQLITE_DONE;
	bool ours = true; /* RET is the store's, not EACH's */

	while (!ret && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		ret = row_read(&row, st);
		if (!ret) {
			ret =
			    each(ctx, row.n, row.names, row.values, row.types);
			ours = ret == 0;
		}
		row_clear(&row);
	}
	if (ret && ours)
		psr_fail(err, ret, "%s: out of memory", s->path);
	if (!ret)
		ret = store_done(s, rc, err);
	row_free(&row);
	return ret;
}

int psr_store_query(struct psr_store *s, const char *sql,
		    const char *const *params, size_t nparams,
		    psr_store_row_fn *each, void *ctx, struct psr_err *err)
{
	sqlite3_stmt *st = NULL;
	int ret = prepare_one(s, sql, nparams, &st, err);

	for (size_t i = 0; i < nparams && !ret; i++)
		if (params[i])
			sqlite3_bind_text(st, (int)i + 1, params[i], -1,
					  SQLITE_STATIC);
	if (!ret)
		ret = each_row(s, st, each, ctx, err);
	sqlite3_finalize(st);
	return ret;
}

int psr_store_columns(struct psr_store *s, const char *sql, size_t nparams,
		      psr_store_row_fn *each, void *ctx, struct psr_err *err)
{
	struct row row = {0};
	sqlite3_stmt *st = NULL;
	int ret = prepare_one(s, sql, nparams, &st, err);

	if (!ret) {
		ret = row_alloc(&row, st);
		if (ret < 0)
			psr_fail(err, ret, "%s: out of memory", s->path);
		else
			ret = each(ctx, row.n, row.names, NULL, row.types);
	}
	row_free(&row);
	sqlite3_finalize(st);
	return ret;
}
