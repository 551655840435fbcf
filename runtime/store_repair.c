/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Judges a database and sets a damaged one aside.
 *
 * Nothing is ever deleted or overwritten, and a file is only moved after a
 * full check, made under the exclusive lock, found damage in it: so of many
 * processes that meet a damaged file one moves it, and the others find a
 * free place or a sound new file.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store_sql.h"

static int first_text(struct psr_store *s, const char *sql, char *buf,
		      size_t size, struct psr_err *err)
{
	sqlite3_stmt *st = NULL;
	int ret = store_prepare(s, sql, &st, err);
	int rc;

	buf[0] = 0;
	if (ret < 0)
		return ret;
	rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		store_column_text(st, 0, buf, size);
	else
		ret = store_done(s, rc, err);
	sqlite3_finalize(st);
	return ret;
}

int store_integrity(struct psr_store *s, struct psr_err *err)
{
	char text[160];
	int ret =
	    first_text(s, "PRAGMA integrity_check(1)", text, sizeof(text), err);

	if (ret < 0)
		return ret;
	if (strcmp(text, "ok")) {
		text[strcspn(text, "\n")] = 0;
		return psr_fail(err, -EUCLEAN, "%s: damaged: %s", s->path,
				text);
	}
	return 0;
}

int psr_store_check(const char *path, struct psr_err *err)
{
	struct psr_store *s = NULL;
	char table[64];
	int ret = psr_store_open(path, PSR_STORE_READ, &s, err);

	if (!ret)
		ret = store_integrity(s, err);
	if (!ret)
		ret = first_text(s, "PRAGMA foreign_key_check", table,
				 sizeof(table), err);
	if (!ret && table[0])
		ret = psr_fail(err, -EUCLEAN,
			       "%s: damaged: a row of %s refers to none",
			       s->path, table);
	psr_store_close(s);
	return ret;
}

/* 0: damaged; -EEXIST: sound or newer; else unknown. */
static int judge(const char *path, struct psr_err *err)
{
	struct psr_store s = {0};
	int64_t version = 0, application = 0;
	int ret;

	snprintf(s.path, sizeof(s.path), "%s", path);
	ret = store_connect(&s, path, SQLITE_OPEN_READWRITE, err);
	if (!ret)
		ret = store_int(&s, "PRAGMA user_version", &version, err);
	if (!ret)
		ret = store_int(&s, "PRAGMA application_id", &application, err);
	if (!ret && application == STORE_APPLICATION_ID &&
	    version > PSR_SCHEMA_VERSION)
		ret = -EEXIST;
	else if (!ret)
		ret = store_integrity(&s, err);
	sqlite3_close(s.db);
	if (ret == -EUCLEAN)
		return 0;
	return ret ? ret : -EEXIST;
}

/* PATH.corrupt-TIME, not yet taken. */
static void name_aside(const char *path, char *out, size_t size)
{
	char when[32] = "";
	time_t now = time(NULL);
	struct tm tm;

	if (gmtime_r(&now, &tm))
		strftime(when, sizeof(when), "%Y%m%dT%H%M%SZ", &tm);
	snprintf(out, size, "%s.corrupt-%s", path, when);
	for (int i = 2; access(out, F_OK) == 0 && i < 1000; i++)
		snprintf(out, size, "%s.corrupt-%s.%d", path, when, i);
}

/*
 * The log goes first: a file without its log is damaged as before when we
 * are killed here, but a new file must never meet an old log.
 */
static int move(const char *path, struct psr_err *err)
{
	static const char *const parts[] = {"-wal", "-shm", ""};
	char aside[PATH_MAX + 64], from[PATH_MAX + 8], to[PATH_MAX + 80];

	name_aside(path, aside, sizeof(aside));
	for (size_t i = 0; i < PSR_COUNTOF(parts); i++) {
		snprintf(from, sizeof(from), "%s%s", path, parts[i]);
		snprintf(to, sizeof(to), "%s%s", aside, parts[i]);
		if (rename(from, to) < 0 && errno != ENOENT)
			return psr_fail(err, -errno,
					"%s: damaged, and cannot be set "
					"aside: %s",
					path, strerror(errno));
	}
	return 0;
}

int store_set_aside(const char *path, struct psr_err *err)
{
	struct stat st;
	int lock = store_lock(path, LOCK_EX, true);
	int ret;

	if (lock < 0)
		return psr_fail(err, -EUCLEAN,
				"%s: damaged, and cannot be set aside", path);
	if (stat(path, &st) < 0)
		ret = errno == ENOENT ? -EEXIST : -errno;
	else if (!S_ISREG(st.st_mode))
		ret = -EEXIST;
	else if (st.st_size == 0)
		ret = -EEXIST;
	else
		ret = judge(path, err);
	if (!ret)
		ret = move(path, err);
	close(lock);
	return ret;
}
