/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The store's ground floor: errors, transactions, binding, and who is alive.
 *
 * Every failure of SQLite becomes a negative errno and one line. Locks are
 * waited for with short sleeps and a deadline, whatever SQLite was built
 * with. A transaction holds SIGXFSZ off, so that a file size limit of the
 * user's program makes our write fail instead of killing the program.
 */
#include "store_sql.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "psr/proc.h"

static const struct {
	int sqlite, errnum;
} codes[] = {
    {SQLITE_NOTADB, EUCLEAN},    {SQLITE_CORRUPT, EUCLEAN},
    {SQLITE_BUSY, EBUSY},        {SQLITE_LOCKED, EBUSY},
    {SQLITE_PROTOCOL, EBUSY},    {SQLITE_FULL, ENOSPC},
    {SQLITE_NOMEM, ENOMEM},      {SQLITE_READONLY, EROFS},
    {SQLITE_PERM, EACCES},       {SQLITE_AUTH, EINVAL},
    {SQLITE_TOOBIG, E2BIG},      {SQLITE_INTERRUPT, EINTR},
    {SQLITE_CONSTRAINT, EINVAL}, {SQLITE_MISMATCH, EINVAL},
    {SQLITE_MISUSE, EINVAL},     {SQLITE_ERROR, EINVAL},
};

static int errno_of(sqlite3 *db, int rc)
{
	int code = rc & 0xff;

	/* The system's own word is best where SQLite has only "I/O error". */
	if (code == SQLITE_IOERR && rc == SQLITE_IOERR_NOMEM)
		return ENOMEM;
	if (code == SQLITE_CANTOPEN || code == SQLITE_IOERR) {
		int sys = db ? sqlite3_system_errno(db) : 0;

		return sys ? sys : EIO;
	}
	for (size_t i = 0; i < PSR_COUNTOF(codes); i++)
		if (codes[i].sqlite == code)
			return codes[i].errnum;
	return EIO;
}

int store_fail(struct psr_store *s, int rc, struct psr_err *err)
{
	int full = s->db ? sqlite3_extended_errcode(s->db) : rc;
	int num = errno_of(s->db, (full & 0xff) == (rc & 0xff) ? full : rc);

	if (num == EUCLEAN)
		s->corrupt = true;
	return psr_fail(err, -num, "%s: %s", s->path,
			num == EINVAL && s->db ? sqlite3_errmsg(s->db)
			: num == EUCLEAN       ? "damaged or no database"
			: num == EBUSY         ? "locked for too long"
					       : strerror(num));
}

int store_done(struct psr_store *s, int rc, struct psr_err *err)
{
	return rc == SQLITE_DONE || rc == SQLITE_OK ? 0
						    : store_fail(s, rc, err);
}

int store_prepare(struct psr_store *s, const char *sql, sqlite3_stmt **st,
		  struct psr_err *err)
{
	int rc;

	for (size_t i = 0; i < PSR_COUNTOF(s->warm); i++)
		if (s->warm[i].st && s->warm[i].sql == sql) {
			*st = s->warm[i].st;
			s->warm[i].st = NULL;
			return 0;
		}
	rc = sqlite3_prepare_v2(s->db, sql, -1, st, NULL);
	return rc == SQLITE_OK ? 0 : store_fail(s, rc, err);
}

void psr_store_alone(void)
{
	sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

void store_warm(struct psr_store *s, const char *sql)
{
	for (size_t i = 0; i < PSR_COUNTOF(s->warm); i++)
		if (!s->warm[i].st) {
			s->warm[i].sql = sql;
			if (sqlite3_prepare_v2(s->db, sql, -1, &s->warm[i].st,
					       NULL) != SQLITE_OK)
				s->warm[i].st = NULL;
			return;
		}
}

int store_exec(struct psr_store *s, const char *sql, struct psr_err *err)
{
	int rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : store_fail(s, rc, err);
}

int store_int(struct psr_store *s, const char *sql, int64_t *out,
	      struct psr_err *err)
{
	sqlite3_stmt *st = NULL;
	int ret = store_prepare(s, sql, &st, err);
	int rc;

	*out = 0;
	if (ret < 0)
		return ret;
	rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		*out = sqlite3_column_int64(st, 0);
	else
		ret = store_done(s, rc, err);
	sqlite3_finalize(st);
	return ret;
}

int store_run(struct psr_store *s, sqlite3_stmt *st, struct psr_err *err)
{
	int rc = sqlite3_step(st);
	int ret = rc == SQLITE_ROW ? 0 : store_done(s, rc, err);

	sqlite3_reset(st);
	return ret;
}

int store_id(struct psr_store *s, sqlite3_stmt *st, int64_t *id,
	     struct psr_err *err)
{
	int rc = sqlite3_step(st);
	int ret = 0;

	*id = rc == SQLITE_ROW ? sqlite3_column_int64(st, 0) : 0;
	if (rc == SQLITE_ROW)
		rc = sqlite3_step(st); /* lets RETURNING finish */
	if (rc != SQLITE_DONE)
		ret = store_fail(s, rc, err);
	sqlite3_reset(st);
	return ret;
}

int store_need_write(struct psr_store *s, struct psr_err *err)
{
	if (s->write)
		return 0;
	return psr_fail(err, -EROFS, "%s: opened to read only", s->path);
}

void store_signals_hold(struct psr_store *s)
{
	sigset_t xfsz, pending;

	sigemptyset(&xfsz);
	sigaddset(&xfsz, SIGXFSZ);
	sigpending(&pending);
	s->own_xfsz = !sigismember(&pending, SIGXFSZ) &&
		      !pthread_sigmask(SIG_BLOCK, &xfsz, &s->signals);
}

void store_signals_release(struct psr_store *s)
{
	static const struct timespec now = {0, 0};
	int saved = errno;
	sigset_t xfsz;

	if (!s->own_xfsz)
		return;
	sigemptyset(&xfsz);
	sigaddset(&xfsz, SIGXFSZ);
	if (!sigismember(&s->signals, SIGXFSZ))
		sigtimedwait(&xfsz, NULL, &now);
	pthread_sigmask(SIG_SETMASK, &s->signals, NULL);
	s->own_xfsz = false;
	errno = saved;
}

int store_begin(struct psr_store *s, struct psr_err *err)
{
	int ret = store_need_write(s, err);

	if (ret < 0)
		return ret;
	store_signals_hold(s);
	ret = store_exec(s, "BEGIN IMMEDIATE", err);
	if (ret < 0)
		store_signals_release(s);
	return ret;
}

int store_end(struct psr_store *s, int ret, struct psr_err *err)
{
	if (!ret)
		ret = store_exec(s, "COMMIT", err);
	/* SQLite may have rolled back by itself, when it was out of memory. */
	if (ret < 0 && !sqlite3_get_autocommit(s->db))
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	store_signals_release(s);
	return ret;
}

void store_bind_u64(sqlite3_stmt *st, int i, uint64_t value)
{
	if (value == PSR_NONE)
		sqlite3_bind_null(st, i);
	else
		sqlite3_bind_int64(
		    st, i, value > INT64_MAX ? INT64_MAX : (int64_t)value);
}

void store_bind_text(sqlite3_stmt *st, int i, const char *text)
{
	sqlite3_bind_text(st, i, text ? text : "", -1, SQLITE_STATIC);
}

uint64_t store_column_u64(sqlite3_stmt *st, int i)
{
	if (sqlite3_column_type(st, i) == SQLITE_NULL)
		return PSR_NONE;
	return (uint64_t)sqlite3_column_int64(st, i);
}

void store_column_text(sqlite3_stmt *st, int i, char *buf, size_t size)
{
	const void *text = sqlite3_column_text(st, i);
	size_t bytes = (size_t)sqlite3_column_bytes(st, i);

	if (bytes >= size)
		bytes = size - 1;
	if (text)
		memcpy(buf, text, bytes);
	buf[text ? bytes : 0] = 0;
}

static uint64_t clock_ns(clockid_t id)
{
	struct timespec t = {0, 0};

	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

uint64_t store_monotonic_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

uint64_t store_now_ns(void)
{
	return clock_ns(CLOCK_REALTIME);
}

void store_place_here(struct store_place *p)
{
	memset(p, 0, sizeof(*p));
	gethostname(p->host, sizeof(p->host) - 1);
	psr_proc_boot(p->boot, sizeof(p->boot));
	p->pid_namespace = psr_proc_pid_namespace();
}

bool store_alive(const struct store_place *here, const struct store_place *p,
		 pid_t owner, uint64_t owner_start)
{
	if (strcmp(here->boot, p->boot))
		return strcmp(here->host, p->host) != 0;
	if (here->pid_namespace != p->pid_namespace)
		return true;
	return psr_proc_start(owner) == owner_start;
}
