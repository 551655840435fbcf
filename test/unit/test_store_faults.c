/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Fails the n-th allocation, then the n-th operation on a file, for rising n
 * until all goes well: whatever happens, the store answers with an error,
 * leaks nothing, and the database stays sound with all that was committed.
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <sqlite3.h>

#include "store_help.h"

/* ---- What fails ---- */

enum fault { FAULT_MEMORY, FAULT_FILE_IO, FAULT_FILE_FULL };

static enum fault kind;
static long countdown; /* 0: nothing fails any more */
static bool sticky;    /* and then everything does */
static long in_use;    /* allocations */

static bool fails_now(bool is_memory)
{
	if ((kind == FAULT_MEMORY) != is_memory || countdown == 0)
		return false;
	if (countdown > 1) {
		countdown--;
		return false;
	}
	if (!sticky)
		countdown = 0;
	errno = is_memory ? ENOMEM : kind == FAULT_FILE_FULL ? ENOSPC : EIO;
	return true;
}

static sqlite3_mem_methods memory;

static void *fail_malloc(int n)
{
	void *p = fails_now(true) ? NULL : memory.xMalloc(n);

	in_use += p != NULL;
	return p;
}

static void fail_free(void *p)
{
	in_use -= p != NULL;
	memory.xFree(p);
}

static void *fail_realloc(void *p, int n)
{
	return fails_now(true) ? NULL : memory.xRealloc(p, n);
}

/* ---- A file system that passes on to the real one ---- */

struct fail_file {
	sqlite3_file base;
	sqlite3_file *real;
};

static sqlite3_vfs *disk;

static int disk_fault(void)
{
	if (!fails_now(false))
		return SQLITE_OK;
	return kind == FAULT_FILE_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

#define REAL(f) (((struct fail_file *)(f))->real)
#define PASS(call)                                                             \
	do {                                                                   \
		int fault = disk_fault();                                      \
		return fault ? fault : (call);                                 \
	} while (0)

static int f_close(sqlite3_file *f)
{
	return REAL(f)->pMethods->xClose(REAL(f));
}

static int f_read(sqlite3_file *f, void *buf, int n, sqlite3_int64 at)
{
	if (kind == FAULT_FILE_IO && fails_now(false))
		return SQLITE_IOERR_READ;
	return REAL(f)->pMethods->xRead(REAL(f), buf, n, at);
}

static int f_write(sqlite3_file *f, const void *buf, int n, sqlite3_int64 at)
{
	PASS(REAL(f)->pMethods->xWrite(REAL(f), buf, n, at));
}

static int f_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	PASS(REAL(f)->pMethods->xTruncate(REAL(f), size));
}

static int f_sync(sqlite3_file *f, int flags)
{
	/* No test here cuts the power: the disk need not be waited for. */
	(void)f;
	(void)flags;
	return disk_fault();
}

static int f_size(sqlite3_file *f, sqlite3_int64 *size)
{
	PASS(REAL(f)->pMethods->xFileSize(REAL(f), size));
}

static int f_lock(sqlite3_file *f, int how)
{
	PASS(REAL(f)->pMethods->xLock(REAL(f), how));
}

static int f_unlock(sqlite3_file *f, int how)
{
	return REAL(f)->pMethods->xUnlock(REAL(f), how);
}

static int f_reserved(sqlite3_file *f, int *out)
{
	PASS(REAL(f)->pMethods->xCheckReservedLock(REAL(f), out));
}

static int f_control(sqlite3_file *f, int op, void *arg)
{
	return REAL(f)->pMethods->xFileControl(REAL(f), op, arg);
}

static int f_sector(sqlite3_file *f)
{
	return REAL(f)->pMethods->xSectorSize(REAL(f));
}

static int f_traits(sqlite3_file *f)
{
	return REAL(f)->pMethods->xDeviceCharacteristics(REAL(f));
}

static int f_map(sqlite3_file *f, int page, int size, int extend,
		 void volatile **out)
{
	*out = NULL;
	PASS(REAL(f)->pMethods->xShmMap(REAL(f), page, size, extend, out));
}

static int f_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
	if ((flags & SQLITE_SHM_LOCK) && fails_now(false))
		return SQLITE_IOERR_SHMLOCK;
	return REAL(f)->pMethods->xShmLock(REAL(f), at, n, flags);
}

static void f_barrier(sqlite3_file *f)
{
	REAL(f)->pMethods->xShmBarrier(REAL(f));
}

static int f_unmap(sqlite3_file *f, int delete)
{
	return REAL(f)->pMethods->xShmUnmap(REAL(f), delete);
}

static const sqlite3_io_methods methods = {
    2,          f_close,   f_read,     f_write,   f_truncate, f_sync,   f_size,
    f_lock,     f_unlock,  f_reserved, f_control, f_sector,   f_traits, f_map,
    f_shm_lock, f_barrier, f_unmap,    NULL,      NULL};

static int v_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags,
		  int *out)
{
	struct fail_file *ff = (struct fail_file *)f;
	int rc = fails_now(false) ? SQLITE_CANTOPEN : SQLITE_OK;

	(void)v;
	f->pMethods = NULL;
	ff->real = (sqlite3_file *)(ff + 1);
	if (rc == SQLITE_OK)
		rc = disk->xOpen(disk, name, ff->real, flags, out);
	if (rc == SQLITE_OK)
		f->pMethods = &methods;
	return rc;
}

static int v_delete(sqlite3_vfs *v, const char *name, int sync)
{
	(void)v;
	PASS(disk->xDelete(disk, name, sync));
}

static int v_access(sqlite3_vfs *v, const char *name, int flags, int *out)
{
	(void)v;
	PASS(disk->xAccess(disk, name, flags, out));
}

static void install(void)
{
	static sqlite3_mem_methods mine;
	static sqlite3_vfs vfs;

	sqlite3_config(SQLITE_CONFIG_GETMALLOC, &memory);
	mine = memory;
	mine.xMalloc = fail_malloc;
	mine.xFree = fail_free;
	mine.xRealloc = fail_realloc;
	sqlite3_config(SQLITE_CONFIG_MALLOC, &mine);
	disk = sqlite3_vfs_find(NULL);
	vfs = *disk;
	vfs.zName = "fail";
	vfs.pNext = NULL;
	vfs.szOsFile = (int)sizeof(struct fail_file) + disk->szOsFile;
	vfs.xOpen = v_open;
	vfs.xDelete = v_delete;
	vfs.xAccess = v_access;
	sqlite3_vfs_register(&vfs, 1);
}

/* ---- What is tried ---- */

static int each_time(void *ctx, const struct psr_site_time *row)
{
	(void)ctx;
	(void)row;
	return 0;
}

static int each_reservation(void *ctx, const struct psr_reservation *r)
{
	(void)ctx;
	(void)r;
	return 0;
}

static int write_all(const char *path)
{
	struct psr_store *s = NULL;
	int ret = psr_store_open(path, PSR_STORE_WRITE, &s, &err);

	if (!ret)
		ret = record_one(s);
	if (!ret)
		ret = psr_store_maintain(s, &err);
	psr_store_close(s);
	return ret;
}

static int read_all(const char *path)
{
	static struct psr_history history[4];
	struct psr_store *s = NULL;
	size_t n;
	long number;
	int ret = psr_store_open(path, PSR_STORE_READ, &s, &err);

	if (!ret)
		ret = psr_store_history(s, &task, history, 4, &n, &err);
	if (!ret)
		ret =
		    psr_store_sites_load(s, "prog", "c", each_time, NULL, &err);
	if (!ret)
		ret = psr_store_reservations(s, each_reservation, NULL, &err);
	if (!ret)
		ret = psr_store_query(s, "SELECT x'00', t.* FROM runs t", NULL,
				      0, put_cell, &number, &err);
	psr_store_close(s);
	return ret;
}

static long count_runs(const char *path)
{
	struct psr_store *s = NULL;
	long n = 0;

	if (psr_store_open(path, PSR_STORE_READ, &s, &err))
		return 0;
	n = ask_number(s, "SELECT count(*) FROM run WHERE state = 'done'");
	psr_store_close(s);
	return n;
}

static bool expected(int ret)
{
	switch (kind) {
	case FAULT_MEMORY:
		return ret == -ENOMEM;
	case FAULT_FILE_FULL:
		return ret == -ENOSPC || ret == -EIO || ret == -ENOENT ||
		       ret == -EBUSY;
	default:
		return ret < 0;
	}
}

/* The first 64 one by one, then ever wider; all with the argument "all". */
static bool all;

static long next(long n)
{
	return all ? n + 1 : n + 1 + n / 64;
}

/* Fails the FIRST-th operation of ATTEMPT on PATH, then the next... */
static void walk(const char *path, int (*attempt)(const char *), bool anew)
{
	long goods = anew ? 0 : count_runs(path);
	long n, limit = 20000;

	for (n = 1; n < limit; n = next(n)) {
		long before;
		bool fired;
		int ret;

		if (anew)
			make_database(path, 0);
		before = in_use;
		countdown = n;
		ret = attempt(path);
		fired = sticky ? countdown == 1 : countdown == 0;
		countdown = 0;
		CHECK(ret <= 0 && (!ret || expected(ret)),
		      "fault %d at %ld: %d %s", kind, n, ret, err.text);
		CHECK(in_use == before, "fault %d at %ld: leak of %ld", kind, n,
		      in_use - before);
		if (attempt == write_all && !ret)
			goods++;
		if (!fired)
			break;
		if (n % 32 == 0)
			OK(psr_store_check(path, &err));
	}
	CHECK(n > 20 && n < limit, "%ld faults", n);
	OK(psr_store_check(path, &err));
	if (!anew && attempt == write_all)
		CHECK(count_runs(path) >= goods, "%ld runs of %ld",
		      count_runs(path), goods);
}

/* A database must come to be in spite of a failure at any step of it. */
static int create(const char *path)
{
	struct psr_store *s = NULL;
	int ret = psr_store_open(path, PSR_STORE_WRITE, &s, &err);

	psr_store_close(s);
	return ret;
}

static void walk_creation(const char *root)
{
	char path[600];
	bool fired = true;

	for (long n = 1; fired && n < 20000; n = next(n)) {
		int ret;

		snprintf(path, sizeof(path), "%s/new-%d-%ld.db", root, kind, n);
		countdown = n;
		ret = create(path);
		fired = countdown == 0;
		countdown = 0;
		CHECK(!ret || expected(ret), "creation %ld: %d %s", n, ret,
		      err.text);
		OK(create(path));
		OK(write_all(path));
		CHECK(count_runs(path) == 1, "creation %ld", n);
	}
}

int main(int argc, char **argv)
{
	char path[600];

	if (argc != 2 && argc != 3)
		return 2;
	all = argc == 3;
	install();
	for (kind = FAULT_MEMORY; kind <= FAULT_FILE_FULL; kind++) {
		snprintf(path, sizeof(path), "%s/psr-%d.db", argv[1], kind);
		make_database(path, 1);
		for (int again = 0; again < 2; again++) {
			sticky = again;
			walk(path, write_all, false);
			walk(path, read_all, false);
		}
		sticky = false;
		walk_creation(argv[1]);
	}
	return check_result();
}
