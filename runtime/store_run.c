/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Tasks and runs: a run is entered when it begins and completed when it
 * ends, each in one transaction. A run whose recorder died is "lost", which
 * the next run to begin finds out.
 *
 * The columns of record.def stand in the SQL in its order, so one loop over
 * psr_fields binds and reads them all.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "psr/proc.h"
#include "store_sql.h"

/* ---- The record's columns ---- */

#define U64(name, unit, text) ROW(name)
#define F64(name, unit, text) ROW(name)
#define STR(name, size, text) ROW(name)

static const char insert_sql[] =
    "INSERT INTO run(task, program, signature, owner, owner_start, "
    "pid_namespace"
#define ROW(name) ", " #name
#include "record.def"
#undef ROW
    ") VALUES(?, ?, ?, ?, ?, ?"
#define ROW(name) ", ?"
#include "record.def"
#undef ROW
    ")";

static const char update_sql[] =
    "UPDATE run SET task = ?, program = ?, signature = ?, owner = ?, "
    "owner_start = ?, pid_namespace = ?"
#define ROW(name) ", " #name " = ?"
#include "record.def"
#undef ROW
    " WHERE id = ? AND uuid = ?";

#define ROW(name) ", r." #name
static const char history_sql[] =
    "SELECT t.exact, t.pattern" PSR_HISTORY_FIELDS(
	ROW) " FROM run r JOIN task t ON t.id = r.task WHERE r.id IN ("
	     "SELECT id FROM (SELECT id FROM run WHERE signature = ?1 AND "
	     "state = 'done' ORDER BY id DESC LIMIT ?4) UNION "
	     "SELECT id FROM (SELECT id FROM run WHERE program = (SELECT id "
	     "FROM "
	     "program WHERE path = ?2 AND name = ?3) AND state = 'done' "
	     "ORDER BY id DESC LIMIT ?4)) ORDER BY r.id DESC LIMIT ?4";
#undef ROW

#undef U64
#undef F64
#undef STR

static const void *at(const struct psr_record *r, const struct psr_field *f)
{
	return (const char *)r + f->offset;
}

static void bind_field(sqlite3_stmt *st, int i, const struct psr_record *r,
		       const struct psr_field *f)
{
	const char *text = at(r, f);

	switch (f->kind) {
	case PSR_FIELD_U64:
		store_bind_u64(st, i, *(const uint64_t *)at(r, f));
		break;
	case PSR_FIELD_F64: /* SQLite makes NaN to NULL itself */
		sqlite3_bind_double(st, i, *(const double *)at(r, f));
		break;
	case PSR_FIELD_STR:
		if (*text)
			sqlite3_bind_text(st, i, text,
					  (int)strnlen(text, f->size),
					  SQLITE_STATIC);
		else
			sqlite3_bind_null(st, i);
		break;
	}
}

static void read_field(sqlite3_stmt *st, int i, struct psr_record *r,
		       const struct psr_field *f)
{
	void *p = (char *)r + f->offset;

	switch (f->kind) {
	case PSR_FIELD_U64:
		*(uint64_t *)p = store_column_u64(st, i);
		break;
	case PSR_FIELD_F64:
		*(double *)p = sqlite3_column_type(st, i) == SQLITE_NULL
				   ? NAN
				   : sqlite3_column_double(st, i);
		break;
	case PSR_FIELD_STR:
		store_column_text(st, i, p, f->size);
		break;
	}
}

/* ---- Tasks ---- */

static const char *const program_sql[] = {
    "SELECT id FROM program WHERE path = ?1 AND name = ?2",
    "INSERT INTO program(path, name) VALUES(?1, ?2) RETURNING id"};

static int program_id(struct psr_store *s, const struct psr_task *task,
		      int64_t *id, struct psr_err *err)
{
	const char *const *sql = program_sql;
	int ret = 0;

	*id = 0;
	for (size_t i = 0; i < PSR_COUNTOF(program_sql) && !ret && !*id; i++) {
		sqlite3_stmt *st = NULL;

		ret = store_prepare(s, sql[i], &st, err);
		if (ret < 0)
			break;
		store_bind_text(st, 1, task->path);
		store_bind_text(st, 2, task->name);
		ret = store_id(s, st, id, err);
		sqlite3_finalize(st);
	}
	return ret;
}

static const char *const task_sql[] = {
    "SELECT id FROM task WHERE program = ?1 AND signature = ?2 "
    "AND exact = ?3 AND pattern = ?4 AND arguments = ?5 "
    "AND environment = ?6",
    "INSERT INTO task(program, signature, exact, pattern, arguments, "
    "environment, command) VALUES(?1, ?2, ?3, ?4, ?5, ?6, "
    "coalesce((SELECT group_concat(CASE type WHEN 'object' THEN "
    "json_extract(value, '$.value') ELSE value END, ' ') FROM "
    "json_each(CASE WHEN json_valid(?5) THEN ?5 ELSE json_array(?5) "
    "END)), '')) RETURNING id"};

static int task_id(struct psr_store *s, const struct psr_task *task,
		   int64_t program, int64_t *id, struct psr_err *err)
{
	const char *const *sql = task_sql;
	int ret = 0;

	*id = 0;
	for (size_t i = 0; i < PSR_COUNTOF(task_sql) && !ret && !*id; i++) {
		sqlite3_stmt *st = NULL;

		ret = store_prepare(s, sql[i], &st, err);
		if (ret < 0)
			break;
		sqlite3_bind_int64(st, 1, program);
		sqlite3_bind_int64(st, 2, (int64_t)task->program);
		sqlite3_bind_int64(st, 3, (int64_t)task->exact);
		sqlite3_bind_int64(st, 4, (int64_t)task->pattern);
		store_bind_text(st, 5,
				task->arguments ? task->arguments : "[]");
		store_bind_text(st, 6,
				task->environment ? task->environment : "{}");
		ret = store_id(s, st, id, err);
		sqlite3_finalize(st);
	}
	return ret;
}

/* ---- Runs ---- */

/* A random (version 4) UUID. */
static void make_uuid(char *out, size_t size)
{
	unsigned char b[16];

	if (getrandom(b, sizeof(b), GRND_NONBLOCK) != sizeof(b))
		sqlite3_randomness(sizeof(b), b);
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	snprintf(out, size,
		 "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
		 "%02x%02x%02x%02x%02x%02x",
		 b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9],
		 b[10], b[11], b[12], b[13], b[14], b[15]);
}

/* Fills in what the store knows better than its caller. */
static void complete(struct psr_record *r, const struct store_place *here,
		     const char *state)
{
	if (!r->uuid[0])
		make_uuid(r->uuid, sizeof(r->uuid));
	if (!r->host[0])
		snprintf(r->host, sizeof(r->host), "%s", here->host);
	if (!r->boot[0])
		snprintf(r->boot, sizeof(r->boot), "%s", here->boot);
	if (r->started_ns == PSR_NONE)
		r->started_ns = store_now_ns();
	snprintf(r->state, sizeof(r->state), "%s", state);
}

/* Runs one of the two statements above; both begin with the same columns. */
static int write_run(struct psr_store *s, const char *sql,
		     const struct psr_task *task, int64_t program, int64_t id,
		     const struct psr_record *r, const struct store_place *here,
		     int64_t run, struct psr_err *err)
{
	sqlite3_stmt *st = NULL;
	int at = 7, ret = store_prepare(s, sql, &st, err);

	if (ret < 0)
		return ret;
	sqlite3_bind_int64(st, 1, id);
	sqlite3_bind_int64(st, 2, program);
	sqlite3_bind_int64(st, 3, (int64_t)task->program);
	sqlite3_bind_int64(st, 4, getpid());
	sqlite3_bind_int64(st, 5, (int64_t)psr_proc_start(getpid()));
	sqlite3_bind_int64(st, 6, (int64_t)here->pid_namespace);
	for (size_t i = 0; i < psr_nfields; i++)
		bind_field(st, at++, r, &psr_fields[i]);
	if (run) {
		sqlite3_bind_int64(st, at++, run);
		store_bind_text(st, at, r->uuid);
	}
	ret = store_run(s, st, err);
	sqlite3_finalize(st);
	return ret;
}

/*
 * Changes row *RUN, or adds one if *RUN is 0 or that row is no longer this
 * run's. Two statements: one that does both takes SQLite twice as long to
 * compile.
 */
static int put_run(struct psr_store *s, const struct psr_task *task,
		   const struct psr_record *r, const struct store_place *here,
		   int64_t *run, struct psr_err *err)
{
	int64_t program, id;
	int ret = program_id(s, task, &program, err);

	if (!ret)
		ret = task_id(s, task, program, &id, err);
	if (!ret && *run) {
		ret = write_run(s, update_sql, task, program, id, r, here, *run,
				err);
		if (ret < 0 || sqlite3_changes(s->db))
			return ret;
	}
	if (!ret)
		ret = write_run(s, insert_sql, task, program, id, r, here, 0,
				err);
	*run = ret ? 0 : sqlite3_last_insert_rowid(s->db);
	return ret;
}

static bool owner_lives(sqlite3_stmt *st, const struct store_place *here)
{
	struct store_place there;

	store_column_text(st, 1, there.host, sizeof(there.host));
	store_column_text(st, 2, there.boot, sizeof(there.boot));
	there.pid_namespace = (uint64_t)sqlite3_column_int64(st, 3);
	return store_alive(here, &there, sqlite3_column_int(st, 4),
			   (uint64_t)sqlite3_column_int64(st, 5));
}

int store_mark_lost(struct psr_store *s, const struct store_place *here,
		    struct psr_err *err)
{
	sqlite3_stmt *st = NULL, *mark = NULL;
	int ret = store_prepare(s,
				"SELECT id, host, boot, pid_namespace, owner, "
				"owner_start FROM run WHERE state = 'running'",
				&st, err);
	int rc = SQLITE_DONE;

	if (!ret)
		ret = store_prepare(
		    s, "UPDATE run SET state = 'lost' WHERE id = ?", &mark,
		    err);
	while (!ret && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		if (owner_lives(st, here))
			continue;
		sqlite3_bind_int64(mark, 1, sqlite3_column_int64(st, 0));
		ret = store_run(s, mark, err);
	}
	if (!ret)
		ret = store_done(s, rc, err);
	sqlite3_finalize(mark);
	sqlite3_finalize(st);
	return ret;
}

int psr_store_run_begin(struct psr_store *s, const struct psr_task *task,
			struct psr_record *r, int64_t *run, struct psr_err *err)
{
	struct store_place here;
	int ret;

	*run = 0;
	store_place_here(&here);
	complete(r, &here, "running");
	ret = store_begin(s, err);
	if (ret < 0)
		return ret;
	ret = store_mark_lost(s, &here, err);
	if (!ret)
		ret = put_run(s, task, r, &here, run, err);
	ret = store_end(s, ret, err);
	if (ret < 0)
		*run = 0;
	return ret;
}

void psr_store_warm(struct psr_store *s)
{
	store_warm(s, program_sql[0]);
	store_warm(s, task_sql[0]);
	store_warm(s, insert_sql);
}

/* ---- The end of a run ---- */

static int put_samples(struct psr_store *s, int64_t run,
		       const struct psr_run_detail *d, struct psr_err *err)
{
	sqlite3_stmt *st = NULL;
	int ret = store_prepare(
	    s, "INSERT OR REPLACE INTO sample VALUES(?, ?, ?, ?, ?, ?, ?)", &st,
	    err);

	for (size_t i = 0; i < d->nsamples && !ret; i++) {
		const struct psr_sample *p = &d->samples[i];

		sqlite3_bind_int64(st, 1, run);
		store_bind_u64(st, 2, p->at_ns);
		store_bind_u64(st, 3, p->memory_bytes);
		store_bind_u64(st, 4, p->cpu_ns);
		store_bind_u64(st, 5, p->read_bytes);
		store_bind_u64(st, 6, p->write_bytes);
		store_bind_u64(st, 7, p->threads);
		ret = store_run(s, st, err);
	}
	sqlite3_finalize(st);
	return ret;
}

static int put_adaptations(struct psr_store *s, int64_t run,
			   const struct psr_run_detail *d, struct psr_err *err)
{
	sqlite3_stmt *st = NULL;
	int ret = store_prepare(
	    s,
	    "INSERT INTO adaptation(run, at_ns, what, from_value, "
	    "to_value, reason) VALUES(?, ?, ?, ?, ?, ?)",
	    &st, err);

	for (size_t i = 0; i < d->nadaptations && !ret; i++) {
		const struct psr_adaptation *p = &d->adaptations[i];

		sqlite3_bind_int64(st, 1, run);
		store_bind_u64(st, 2, p->at_ns);
		store_bind_text(st, 3, p->what);
		store_bind_u64(st, 4, p->from);
		store_bind_u64(st, 5, p->to);
		store_bind_text(st, 6, p->reason);
		ret = store_run(s, st, err);
	}
	sqlite3_finalize(st);
	return ret;
}

static int put_files(struct psr_store *s, int64_t run,
		     const struct psr_run_detail *d, struct psr_err *err)
{
	sqlite3_stmt *file = NULL, *use = NULL;
	int ret = store_prepare(
	    s, "INSERT INTO file(path) VALUES(?) ON CONFLICT DO NOTHING", &file,
	    err);

	if (!ret)
		ret = store_prepare(s,
				    "INSERT OR REPLACE INTO run_file(run, "
				    "kind, bytes, file) SELECT ?, ?, ?, id "
				    "FROM file WHERE path = ?",
				    &use, err);
	for (size_t i = 0; i < d->nfiles && !ret; i++) {
		const struct psr_run_file *p = &d->files[i];

		store_bind_text(file, 1, p->path);
		ret = store_run(s, file, err);
		if (ret < 0)
			break;
		sqlite3_bind_int64(use, 1, run);
		store_bind_text(use, 2, p->kind);
		store_bind_u64(use, 3, p->bytes);
		store_bind_text(use, 4, p->path);
		ret = store_run(s, use, err);
	}
	sqlite3_finalize(use);
	sqlite3_finalize(file);
	return ret;
}

static int put_detail(struct psr_store *s, int64_t run,
		      const struct psr_run_detail *d, struct psr_err *err)
{
	int ret = d->nsamples ? put_samples(s, run, d, err) : 0;

	if (!ret && d->nadaptations)
		ret = put_adaptations(s, run, d, err);
	if (!ret && d->nfiles)
		ret = put_files(s, run, d, err);
	return ret;
}

int psr_store_run_end(struct psr_store *s, const struct psr_task *task,
		      int64_t run, int64_t reservation,
		      const struct psr_record *r,
		      const struct psr_run_detail *detail, struct psr_err *err)
{
	struct psr_record whole = *r;
	struct store_place here;
	int64_t row = run;
	int ret;

	if (run && !r->uuid[0])
		return psr_fail(err, -EINVAL, "run %lld ends without its uuid",
				(long long)run);
	store_place_here(&here);
	complete(&whole, &here, strcmp(r->state, "lost") ? "done" : "lost");
	ret = store_begin(s, err);
	if (ret < 0)
		return ret;
	ret = put_run(s, task, &whole, &here, &row, err);
	if (!ret && detail)
		ret = put_detail(s, row, detail, err);
	if (!ret && reservation)
		ret = store_delete_reservation(s, reservation, err);
	return store_end(s, ret, err);
}

/* ---- History ---- */

#define OFFSET(name) offsetof(struct psr_record, name),
static const size_t history_offsets[] = {PSR_HISTORY_FIELDS(OFFSET)};
#undef OFFSET

static const struct psr_field *field_at(size_t offset)
{
	size_t i = 0;

	while (psr_fields[i].offset != offset)
		i++;
	return &psr_fields[i];
}

int psr_store_history(struct psr_store *s, const struct psr_task *task,
		      struct psr_history *out, size_t max, size_t *n,
		      struct psr_err *err)
{
	const struct psr_field *fields[PSR_COUNTOF(history_offsets)];
	sqlite3_stmt *st = NULL;
	int ret = store_prepare(s, history_sql, &st, err);
	int rc = SQLITE_DONE;

	*n = 0;
	if (ret < 0)
		return ret;
	for (size_t i = 0; i < PSR_COUNTOF(fields); i++)
		fields[i] = field_at(history_offsets[i]);
	sqlite3_bind_int64(st, 1, (int64_t)task->program);
	store_bind_text(st, 2, task->path);
	store_bind_text(st, 3, task->name);
	sqlite3_bind_int64(st, 4, max > INT32_MAX ? INT32_MAX : (int64_t)max);
	while (*n < max && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct psr_history *h = &out[(*n)++];

		h->exact = (uint64_t)sqlite3_column_int64(st, 0);
		h->pattern = (uint64_t)sqlite3_column_int64(st, 1);
		psr_record_init(&h->r);
		for (size_t i = 0; i < PSR_COUNTOF(fields); i++)
			read_field(st, 2 + (int)i, &h->r, fields[i]);
	}
	if (rc != SQLITE_ROW)
		ret = store_done(s, rc, err);
	sqlite3_finalize(st);
	return ret;
}

int psr_store_unaided(struct psr_store *s, const struct psr_task *task,
		      double *ns, struct psr_err *err)
{
	static const char sql[] =
	    "SELECT max(r.wall_ns + coalesce((SELECT sum(base_ns - spent_ns) "
	    "FROM run_site WHERE run = r.id), 0)) FROM (SELECT id, task, "
	    "wall_ns FROM run WHERE signature = ?1 AND state = 'done' "
	    "ORDER BY id DESC LIMIT 16) r JOIN task t ON t.id = r.task "
	    "WHERE t.exact = ?2";
	sqlite3_stmt *st = NULL;
	int ret = store_prepare(s, sql, &st, err);
	int64_t whole = 0;

	*ns = 0;
	if (ret < 0)
		return ret;
	sqlite3_bind_int64(st, 1, (int64_t)task->program);
	sqlite3_bind_int64(st, 2, (int64_t)task->exact);
	ret = store_id(s, st, &whole, err);
	sqlite3_finalize(st);
	*ns = (double)whole;
	return ret;
}
