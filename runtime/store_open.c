/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Opens, creates and closes the profile database.
 *
 * Any number of processes may start at once on a missing, outdated or
 * damaged database. Opening holds a shared flock on FILE-lock for its few
 * system calls; creating, migrating and setting aside hold it exclusively,
 * so that nobody joins one file with another's log. The lock lies in a file
 * of its own because closing any descriptor of the database itself would
 * drop the locks of the process's other connections to it.
 *
 * No checkpoint runs on commit or close (an exit costs 0.3 ms instead of
 * 12 ms); see psr_store_maintain(). Nothing here starts threads, keeps
 * descriptors after close or changes SQLite's global state.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "schema.h"
#include "store_sql.h"

enum {
	LOG_BYTES_DUE = 256 << 10, /* psr_store_maintain() acts */
	LOG_BYTES_MOST = 2 << 20,  /* whoever writes must act */
};

static _Atomic uint64_t busy_ms = 10000;

/* ---- Connection ---- */

void psr_store_patience(uint64_t ms)
{
	busy_ms = ms;
}

uint64_t store_busy_ms(void)
{
	return busy_ms;
}

static void sleep_ns(long ns)
{
	struct timespec t = {0, ns};

	nanosleep(&t, NULL);
}

/* Sleeps 0.2, 0.4 ... 25 ms; gives up after store_busy_ms(). */
static int on_busy(void *ctx, int count)
{
	struct psr_store *s = ctx;
	uint64_t now = store_monotonic_ns();

	if (count == 0)
		s->busy_since_ns = now;
	if (now - s->busy_since_ns > store_busy_ms() * UINT64_C(1000000))
		return 0;
	sleep_ns(count < 7 ? 200000L << count : 25000000L);
	return 1;
}

static int on_commit(void *ctx, sqlite3 *db, const char *name, int pages)
{
	(void)db;
	(void)name;
	((struct psr_store *)ctx)->log_pages = pages;
	return SQLITE_OK;
}

int store_connect(struct psr_store *s, const char *path, int flags,
		  struct psr_err *err)
{
	int rc = sqlite3_open_v2(
	    path, &s->db,
	    flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, NULL);

	if (rc != SQLITE_OK)
		return store_fail(s, rc, err);
	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_busy_handler(s->db, on_busy, s);
	sqlite3_wal_hook(s->db, on_commit, s); /* no automatic checkpoint */
	return 0;
}

static void disconnect(struct psr_store *s)
{
	for (size_t i = 0; i < PSR_COUNTOF(s->warm); i++) {
		sqlite3_finalize(s->warm[i].st);
		s->warm[i].st = NULL;
	}
	sqlite3_close(s->db);
	s->db = NULL;
}

/* ---- The lock on opening ---- */

static int flock_wait(int fd, int how)
{
	uint64_t start = store_monotonic_ns();

	while (flock(fd, how | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		if (store_monotonic_ns() - start >
		    store_busy_ms() * UINT64_C(1000000))
			return -EBUSY;
		sleep_ns(500000);
	}
	return 0;
}

int store_lock(const char *path, int how, bool create)
{
	char name[PATH_MAX + 8];
	int flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
	int fd, ret;

	snprintf(name, sizeof(name), "%s-lock", path);
	flags |= create ? O_RDWR | O_CREAT : O_RDONLY;
	fd = open(name, flags, 0600);
	if (fd < 0 && create)
		fd = open(name, flags & ~(O_RDWR | O_CREAT));
	if (fd < 0)
		return -ENOENT;
	ret = flock_wait(fd, how);
	if (ret == 0)
		return fd;
	close(fd);
	/* A file system without flock: go on without. */
	return ret == -EBUSY ? ret : -ENOENT;
}

static void unlock(int fd)
{
	if (fd >= 0)
		close(fd);
}

/* ---- Where ---- */

/* mkdir -p for the directory of PATH, private to the user. */
static int make_directories(const char *path, struct psr_err *err)
{
	char dir[PATH_MAX];

	snprintf(dir, sizeof(dir), "%s", path);
	for (char *p = dir + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = 0;
		if (mkdir(dir, 0700) < 0 && errno != EEXIST &&
		    access(dir, X_OK) < 0)
			return psr_fail(err, -errno, "%s: %s", dir,
					strerror(errno));
		*p = '/';
	}
	return 0;
}

/*
 * An absolute path without links, as SQLite names the log beside it, and
 * which neither a change of directory nor a name like ":memory:" or
 * "file:..." can turn into something else.
 */
static int resolve(const char *path, bool create, char *out,
		   struct psr_err *err)
{
	char dir[PATH_MAX], real[PATH_MAX];
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	int n;

	if (strlen(path) >= PATH_MAX - 64)
		return psr_fail(err, -ENAMETOOLONG, "%.60s...: name too long",
				path);
	if (!*base)
		return psr_fail(err, -EISDIR, "'%s' names no file", path);
	if (realpath(path, out))
		return 0;
	if (create) {
		int ret = make_directories(path, err);

		if (ret < 0)
			return ret;
	}
	snprintf(dir, sizeof(dir), "%.*s", slash ? (int)(slash - path) + 1 : 1,
		 slash ? path : ".");
	if (!realpath(dir, real))
		return psr_fail(err, -errno, "%s: %s", path, strerror(errno));
	n = snprintf(out, PATH_MAX, "%s/%s", real[1] ? real : "", base);
	if (n < 0 || n >= PATH_MAX - 64)
		return psr_fail(err, -ENAMETOOLONG, "%.60s...: name too long",
				path);
	return 0;
}

/* ---- Looking at what is there ---- */

/* Before SQLite opens it: a FIFO would block, a device makes no sense. */
static int look_outside(const char *path, struct psr_err *err)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return psr_fail(err, -errno, "%s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return psr_fail(err, -EISDIR, "%s: is a directory", path);
	if (!S_ISREG(st.st_mode))
		return psr_fail(err, -EINVAL, "%s: is not a regular file",
				path);
	if (st.st_size == 0)
		return psr_fail(err, -ENOENT, "%s: is empty", path);
	return 0;
}

/* -ENOENT: empty; -EPROTO: newer; -ESTALE: older; -EUCLEAN: not ours. */
static int look_inside(struct psr_store *s, struct psr_err *err)
{
	int64_t version, application, tables;
	int ret = store_int(s, "PRAGMA user_version", &version, err);

	if (!ret)
		ret = store_int(s, "PRAGMA application_id", &application, err);
	if (ret < 0)
		return ret;
	if (application == STORE_APPLICATION_ID) {
		if (version > PSR_SCHEMA_VERSION)
			return psr_fail(err, -EPROTO,
					"%s: written by a newer PSR (format "
					"%lld; this one knows %d)",
					s->path, (long long)version,
					PSR_SCHEMA_VERSION);
		if (version < PSR_SCHEMA_VERSION)
			return psr_fail(err, -ESTALE,
					"%s: format %lld is too old to read "
					"only",
					s->path, (long long)version);
		return 0;
	}
	ret = store_int(s, "SELECT count(*) FROM sqlite_schema", &tables, err);
	if (ret < 0)
		return ret;
	if (application == 0 && version == 0 && tables == 0)
		return psr_fail(err, -ENOENT, "%s: is empty", s->path);
	return psr_fail(err, -EUCLEAN, "%s: is the database of another program",
			s->path);
}

/* ---- Opening ---- */

static int not_writable(struct psr_store *s, struct psr_err *err)
{
	int num = access(s->path, W_OK) < 0 ? errno : EROFS;

	return psr_fail(err, -num, "%s: %s", s->path, strerror(num));
}

static int configure(struct psr_store *s, struct psr_err *err)
{
	return store_exec(s,
			  s->write ? "PRAGMA synchronous = NORMAL;"
				     "PRAGMA temp_store = MEMORY"
				   : "PRAGMA temp_store = MEMORY",
			  err);
}

/* Opens what is there, of the right version. */
static int open_present(struct psr_store *s, struct psr_err *err)
{
	int ret = look_outside(s->path, err);

	if (ret < 0)
		return ret;
	ret = store_connect(
	    s, s->path, s->write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY,
	    err);
	if (!ret && s->write && sqlite3_db_readonly(s->db, "main") == 1)
		ret = not_writable(s, err);
	if (!ret)
		ret = look_inside(s, err);
	if (!ret)
		ret = configure(s, err);
	if (ret < 0)
		disconnect(s);
	return ret;
}

/*
 * A database whose directory cannot take the log's index, such as one on
 * read-only media, can be read as it lies if it has no log.
 */
static int open_immutable(struct psr_store *s, struct psr_err *err)
{
	static const char hex[] = "0123456789ABCDEF";
	char uri[3 * PATH_MAX + 32], log[PATH_MAX + 8], *p = uri;
	struct stat st;
	int ret;

	snprintf(log, sizeof(log), "%s-wal", s->path);
	if (stat(log, &st) == 0 && st.st_size > 0)
		return -EACCES;
	p += sprintf(p, "file:");
	for (const char *c = s->path; *c; c++) {
		*p++ = '%';
		*p++ = hex[(unsigned char)*c >> 4];
		*p++ = hex[(unsigned char)*c & 15];
	}
	sprintf(p, "?immutable=1");
	ret =
	    store_connect(s, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, err);
	if (!ret)
		ret = look_inside(s, err);
	if (ret < 0)
		disconnect(s);
	return ret;
}

static int open_shared(struct psr_store *s, struct psr_err *err)
{
	int lock = store_lock(s->path, LOCK_SH, s->write);
	int ret;

	if (lock == -EBUSY)
		return psr_fail(err, -EBUSY, "%s: locked for too long",
				s->path);
	ret = open_present(s, err);
	if ((ret == -EACCES || ret == -EROFS || ret == -EPERM) && !s->write) {
		struct psr_err ignored;
		int again = open_immutable(s, &ignored);

		if (!again)
			ret = 0;
	}
	unlock(lock);
	return ret;
}

/* ---- Creating and migrating ---- */

/* Everything that differs between this format and an older one. */
static int add_columns(struct psr_store *s, struct psr_err *err)
{
	static const char *const types[] = {"INTEGER", "REAL", "TEXT"};
	char sql[128];
	int ret = 0;

	for (size_t i = 0; i < psr_nfields && !ret; i++) {
		int rc = sqlite3_table_column_metadata(s->db, "main", "run",
						       psr_fields[i].name, NULL,
						       NULL, NULL, NULL, NULL);

		if (rc == SQLITE_OK)
			continue;
		snprintf(sql, sizeof(sql), "ALTER TABLE run ADD COLUMN %s %s",
			 psr_fields[i].name, types[psr_fields[i].kind]);
		ret = store_exec(s, sql, err);
	}
	return ret;
}

static int drop_views(struct psr_store *s, struct psr_err *err)
{
	char sql[160] = "";
	int ret;

	do {
		sqlite3_stmt *st = NULL;

		ret = store_prepare(s,
				    "SELECT name FROM sqlite_schema "
				    "WHERE type = 'view' LIMIT 1",
				    &st, err);
		if (ret < 0)
			return ret;
		sql[0] = 0;
		if (sqlite3_step(st) == SQLITE_ROW)
			sqlite3_snprintf(sizeof(sql), sql, "DROP VIEW \"%w\"",
					 sqlite3_column_text(st, 0));
		sqlite3_finalize(st);
		if (sql[0])
			ret = store_exec(s, sql, err);
	} while (sql[0] && !ret);
	return ret;
}

static int migrate_from(struct psr_store *s, int64_t version,
			struct psr_err *err)
{
	int ret = 0;

	for (const struct psr_migration *m = psr_migrations; m->version; m++)
		if (m->version > version && !ret)
			ret = store_exec(s, m->sql, err);
	if (!ret)
		ret = add_columns(s, err);
	if (!ret)
		ret = drop_views(s, err);
	return ret;
}

static int write_schema(struct psr_store *s, bool old, struct psr_err *err)
{
	char sql[96];
	int64_t version;
	int ret = store_begin(s, err);

	if (ret < 0)
		return ret;
	ret = store_int(s, "PRAGMA user_version", &version, err);
	if (!ret && old)
		ret = migrate_from(s, version, err);
	else if (!ret)
		ret = store_exec(s, psr_schema_sql, err);
	if (!ret)
		ret = store_exec(s, psr_views_sql, err);
	snprintf(sql, sizeof(sql),
		 "PRAGMA application_id = %d; PRAGMA user_version = %d",
		 STORE_APPLICATION_ID, PSR_SCHEMA_VERSION);
	if (!ret)
		ret = store_exec(s, sql, err);
	return store_end(s, ret, err);
}

/* The file is made here first because SQLite would make it 0644. */
static int create_file(const char *path, struct psr_err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 && errno != EEXIST)
		return psr_fail(err, -errno, "%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return 0;
}

static int create_or_migrate(struct psr_store *s, bool old, struct psr_err *err)
{
	int64_t unused;
	int ret = create_file(s->path, err);

	if (!ret)
		ret = store_connect(s, s->path, SQLITE_OPEN_READWRITE, err);
	if (!ret && sqlite3_db_readonly(s->db, "main") == 1)
		ret = not_writable(s, err);
	if (!ret) /* the answer is the mode's name */
		ret = store_int(s, "PRAGMA journal_mode = WAL", &unused, err);
	if (!ret)
		ret = configure(s, err);
	if (!ret)
		ret = write_schema(s, old, err);
	if (ret < 0)
		disconnect(s);
	return ret;
}

static int open_exclusive(struct psr_store *s, struct psr_err *err)
{
	int lock = store_lock(s->path, LOCK_EX, true);
	int ret;

	if (lock == -EBUSY)
		return psr_fail(err, -EBUSY, "%s: locked for too long",
				s->path);
	ret = open_present(s, err); /* another process was first */
	if (ret == -ENOENT || ret == -ESTALE)
		ret = create_or_migrate(s, ret == -ESTALE, err);
	unlock(lock);
	return ret;
}

/*
 * A damaged file is set aside and the place looked at again, where another
 * process may meanwhile have made a new one.
 */
static int open_write(struct psr_store *s, struct psr_err *err)
{
	int ret, aside = 0;

	for (int attempt = 0; attempt < 3; attempt++) {
		s->corrupt = false;
		ret = open_shared(s, err);
		if (ret == -ENOENT || ret == -ESTALE)
			ret = open_exclusive(s, err);
		if (ret != -EUCLEAN || !s->corrupt)
			return ret;
		aside = store_set_aside(s->path, err);
		if (aside < 0 && aside != -EEXIST)
			return aside;
	}
	return psr_fail(err, -EUCLEAN, "%s: damaged", s->path);
}

/* An older database is migrated even for reading, if that can be. */
static int open_read(struct psr_store *s, struct psr_err *err)
{
	struct psr_store *writer = NULL;
	int ret = open_shared(s, err);

	if (ret != -ESTALE)
		return ret;
	ret = psr_store_open(s->path, PSR_STORE_WRITE, &writer, err);
	psr_store_close(writer);
	return ret < 0 ? ret : open_shared(s, err);
}

/*
 * A program may have closed its standard descriptors, and SQLite would fill
 * them for good, with /dev/null. So they are taken while files are opened,
 * and given back: the program finds them as it left them.
 */
void store_take_low(int taken[3])
{
	int saved = errno;

	for (int i = 0; i < 3; i++)
		taken[i] = -1;
	for (int i = 0; i < 3; i++) {
		if (fcntl(i, F_GETFD) >= 0)
			continue;
		taken[i] = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (taken[i] == i)
			continue;
		if (taken[i] >= 0) /* another thread was quicker */
			close(taken[i]);
		taken[i] = -1;
	}
	errno = saved;
}

void store_give_low(const int taken[3])
{
	for (int i = 0; i < 3; i++)
		if (taken[i] >= 0)
			close(taken[i]);
}

/*
 * SQLite keeps a process's locks by file, and a child would believe to hold
 * its parent's. So whoever has inherited an open store gets no other.
 */
static atomic_int stores_open;
static atomic_int stores_owner; /* process ID */

static bool enter_process(void)
{
	int self = getpid();

	if (atomic_load(&stores_open) && atomic_load(&stores_owner) != self)
		return false;
	atomic_store(&stores_owner, self);
	atomic_fetch_add(&stores_open, 1);
	return true;
}

static void leave_process(void)
{
	atomic_fetch_sub(&stores_open, 1);
}

int psr_store_open(const char *path, unsigned flags, struct psr_store **out,
		   struct psr_err *err)
{
	char place[PATH_MAX];
	struct psr_store *s;
	int taken[3], ret = 0;

	*out = NULL;
	if (!path) {
		ret = psr_store_path(place, sizeof(place), err);
		path = place;
	}
	if (ret < 0)
		return ret;
	if (!enter_process())
		return psr_fail(err, -EBUSY, "%s: open since before a fork",
				path);
	s = sqlite3_malloc(sizeof(*s));
	if (!s) {
		leave_process();
		return psr_fail(err, -ENOMEM, "%s: out of memory", path);
	}
	memset(s, 0, sizeof(*s));
	s->write = flags & PSR_STORE_WRITE;
	store_take_low(taken);
	ret = resolve(path, s->write, s->path, err);
	if (!ret)
		ret = s->write ? open_write(s, err) : open_read(s, err);
	store_give_low(taken);
	if (ret < 0) {
		sqlite3_free(s);
		leave_process();
	} else {
		*out = s;
	}
	return ret;
}

/* ---- Checkpoints and closing ---- */

/*
 * Moves the log into the database, then, if nobody is in the way, empties
 * it: the next process to open would else read it all again.
 */
static int checkpoint(struct psr_store *s, struct psr_err *err)
{
	int rc = sqlite3_wal_checkpoint_v2(
	    s->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);

	if (rc == SQLITE_OK) {
		sqlite3_busy_handler(s->db, NULL, NULL);
		rc = sqlite3_wal_checkpoint_v2(
		    s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
		sqlite3_busy_handler(s->db, on_busy, s);
	}
	if (rc == SQLITE_OK)
		s->log_pages = 0;
	return rc == SQLITE_OK || (rc & 0xff) == SQLITE_BUSY
		   ? 0
		   : store_fail(s, rc, err);
}

int psr_store_maintain(struct psr_store *s, struct psr_err *err)
{
	char log[PATH_MAX + 8];
	struct stat st;
	int ret = store_need_write(s, err);

	if (ret < 0)
		return ret;
	snprintf(log, sizeof(log), "%s-wal", s->path);
	if (stat(log, &st) < 0 || st.st_size < LOG_BYTES_DUE)
		return 0;
	return checkpoint(s, err);
}

void psr_store_close(struct psr_store *s)
{
	struct psr_err ignored;
	int taken[3], saved = errno;

	if (!s)
		return;
	if (s->write && !s->corrupt &&
	    s->log_pages > LOG_BYTES_MOST / STORE_PAGE_BYTES)
		(void)!checkpoint(s, &ignored);
	disconnect(s);
	if (s->write && s->corrupt) {
		store_take_low(taken);
		(void)!store_set_aside(s->path, &ignored);
		store_give_low(taken);
	}
	sqlite3_free(s);
	leave_process();
	errno = saved;
}
