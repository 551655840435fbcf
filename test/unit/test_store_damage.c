/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What may lie where the database should: each case says what reading and
 * writing answer, and whether the file is set aside, replaced or untouched.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "store_help.h"

static char dir[512], path[560];

static void run_sql(const char *sql)
{
	sqlite3 *db;

	CHECK(sqlite3_open(path, &db) == SQLITE_OK, "open");
	CHECK(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s: %s",
	      sql, sqlite3_errmsg(db));
	sqlite3_close(db);
}

/* Everything into the one file, so that the case damages what counts. */
static void settle(void)
{
	run_sql("PRAGMA wal_checkpoint(TRUNCATE)");
}

static void overwrite(off_t at, const char *bytes, size_t n)
{
	int fd = open(path, O_WRONLY);

	CHECK(fd >= 0 && pwrite(fd, bytes, n, at) == (ssize_t)n, "write");
	close(fd);
}

static void make_missing(void)
{
}

static void make_empty(void)
{
	close(open(path, O_WRONLY | O_CREAT, 0600));
}

static void make_garbage(void)
{
	char junk[10000];

	make_empty();
	for (size_t i = 0; i < sizeof(junk); i++)
		junk[i] = (char)(i * 2654435761U >> 24);
	overwrite(0, junk, sizeof(junk));
}

static void make_text(void)
{
	make_empty();
	overwrite(0, "hello\n", 6);
}

static void make_sound(void)
{
	make_database(path, 3);
}

/* Sound, but all is in the log still, and its index is gone. */
static void make_unsettled(void)
{
	char name[600];

	make_database(path, 3);
	snprintf(name, sizeof(name), "%s-shm", path);
	unlink(name);
}

static void make_newer(void)
{
	make_sound();
	settle();
	run_sql("PRAGMA user_version = 99; CREATE TABLE future(x)");
}

static void make_foreign(void)
{
	run_sql("CREATE TABLE bookmarks(url)");
}

static void make_truncated(void)
{
	struct stat st;

	make_sound();
	settle();
	CHECK(!stat(path, &st) && !truncate(path, st.st_size / 2), "cut");
}

static void make_cut_short(void)
{
	make_sound();
	settle();
	CHECK(!truncate(path, 50), "cut");
}

static void make_odd_tail(void)
{
	struct stat st;

	make_sound();
	settle();
	CHECK(!stat(path, &st) && !truncate(path, st.st_size - 1000), "cut");
}

static void make_bad_schema(void)
{
	char zeros[3000] = {0};

	make_sound();
	settle();
	overwrite(100, zeros, sizeof(zeros));
}

/* Not seen when it is opened: one table's first page is damaged. */
static void make_bad_table(void)
{
	struct psr_store *s = NULL;
	char junk[4096];
	long page;

	make_sound();
	settle();
	OK(psr_store_open(path, PSR_STORE_READ, &s, &err));
	page = ask_number(s, "SELECT rootpage FROM sqlite_schema "
			     "WHERE name = 'task'");
	psr_store_close(s);
	memset(junk, 0x55, sizeof(junk));
	overwrite((page - 1) * 4096, junk, sizeof(junk));
}

static void make_directory(void)
{
	mkdir(path, 0700);
}

static void make_fifo(void)
{
	CHECK(!mkfifo(path, 0600), "fifo");
}

static void make_dangling(void)
{
	CHECK(!symlink("elsewhere", path), "link");
}

static void make_older(void)
{
	static const char *const account[] = {
	    "ALTER TABLE site_time DROP COLUMN spent_ns",
	    "ALTER TABLE site_time DROP COLUMN base_ns",
	    "ALTER TABLE site_time DROP COLUMN lost_ns",
	    "ALTER TABLE site_time DROP COLUMN pairs",
	    "ALTER TABLE site_time DROP COLUMN ratio",
	    "ALTER TABLE run_site DROP COLUMN spent_ns",
	    "ALTER TABLE run_site DROP COLUMN base_ns",
	    "ALTER TABLE run_site DROP COLUMN lost_ns"};

	make_sound();
	settle();
	run_sql("DROP VIEW runs; DROP VIEW sites; DROP VIEW site_times;"
		"DROP VIEW choices; DROP VIEW gains;"
		"ALTER TABLE site_variant DROP COLUMN isa;"
		"ALTER TABLE site_variant DROP COLUMN flags");
	for (size_t i = 0; i < PSR_COUNTOF(account); i++)
		run_sql(account[i]);
	run_sql("ALTER TABLE run DROP COLUMN rollback_reason;"
		"ALTER TABLE run DROP COLUMN counters;"
		"DROP TABLE site_count; DROP TABLE site_value;"
		"DROP TABLE site_branch; DROP TABLE model;"
		"DROP TABLE sampled_block; DROP TABLE sampled_file;"
		"DROP TABLE sampled_function; DROP TABLE sampled_program;"
		"PRAGMA user_version = 1");
}

static const struct {
	const char *name;
	void (*make)(void);
	int reading, writing;
	int aside; /* files set aside */
	long runs; /* after writing one more; -1: not written */
} cases[] = {
    {"missing", make_missing, -ENOENT, 0, 0, 1},
    {"empty", make_empty, -ENOENT, 0, 0, 1},
    {"sound", make_sound, 0, 0, 0, 4},
    {"unsettled", make_unsettled, 0, 0, 0, 4},
    {"garbage", make_garbage, -EUCLEAN, 0, 1, 1},
    {"text", make_text, -EUCLEAN, 0, 1, 1},
    {"newer", make_newer, -EPROTO, -EPROTO, 0, -1},
    {"foreign", make_foreign, -EUCLEAN, -EUCLEAN, 0, -1},
    {"truncated", make_truncated, -EUCLEAN, 0, 1, 1},
    {"cut short", make_cut_short, -EUCLEAN, 0, 1, 1},
    {"odd tail", make_odd_tail, -EUCLEAN, 0, 1, 1},
    {"bad schema", make_bad_schema, -EUCLEAN, 0, 1, 1},
    {"directory", make_directory, -EISDIR, -EISDIR, 0, -1},
    {"fifo", make_fifo, -EINVAL, -EINVAL, 0, -1},
    {"dangling", make_dangling, -ENOENT, -ENOENT, 0, -1},
    {"older", make_older, 0, 0, 0, 4},
};

static int count_aside(void)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	int n = 0;

	while (d && (e = readdir(d)))
		if (strstr(e->d_name, ".corrupt-") &&
		    !strstr(e->d_name, "-wal") && !strstr(e->d_name, "-shm"))
			n++;
	closedir(d);
	return n;
}

static void fresh(const char *root, const char *name)
{
	snprintf(dir, sizeof(dir), "%s/%s", root, name);
	snprintf(path, sizeof(path), "%s/psr.db", dir);
	CHECK(!mkdir(dir, 0755), "%s", dir);
}

static void checksum(uint64_t *sum)
{
	FILE *f = fopen(path, "r");
	int c;

	*sum = 0;
	while (f && (c = fgetc(f)) != EOF)
		*sum = *sum * 31 + (uint64_t)c;
	if (f)
		fclose(f);
}

/* Some damage shows when it is read, not when it is opened. */
static int read_all(void)
{
	struct psr_store *s = NULL;
	long n;
	int ret = psr_store_open(path, PSR_STORE_READ, &s, &err);

	if (!ret)
		ret = psr_store_query(s, "SELECT count(*) FROM runs", NULL, 0,
				      put_cell, &n, &err);
	psr_store_close(s);
	return ret;
}

static void test_case(const char *root, size_t i)
{
	struct psr_store *s = NULL;
	uint64_t before = 0, after = 0;
	struct stat st;
	int ret;

	fresh(root, cases[i].name);
	cases[i].make();
	if (!lstat(path, &st) && S_ISREG(st.st_mode))
		checksum(&before);
	ret = read_all();
	CHECK(ret == cases[i].reading, "%s: reading: %d %s", cases[i].name, ret,
	      err.text);
	ret = psr_store_open(path, PSR_STORE_WRITE, &s, &err);
	CHECK(ret == cases[i].writing, "%s: writing: %d %s", cases[i].name, ret,
	      err.text);
	if (s) {
		OK(record_one(s));
		CHECK(ask_number(s, "SELECT count(*) FROM run") ==
			  cases[i].runs,
		      "%s", cases[i].name);
		CHECK(ask_number(s, "SELECT count(*) FROM runs") ==
			  cases[i].runs,
		      "%s: views", cases[i].name);
		psr_store_close(s);
		OK(psr_store_check(path, &err));
	} else if (!lstat(path, &st) && S_ISREG(st.st_mode)) {
		checksum(&after);
		CHECK(before == after, "%s: it was touched", cases[i].name);
	}
	CHECK(count_aside() == cases[i].aside, "%s: %d set aside",
	      cases[i].name, count_aside());
}

/* Damage that only a statement meets: set aside when the store closes. */
static void test_late(const char *root)
{
	struct psr_store *s = NULL;
	int ret;

	fresh(root, "late");
	make_bad_table();
	FAILS(-EUCLEAN, psr_store_check(path, &err));
	CHECK(count_aside() == 0, "a check moves nothing");
	OK(psr_store_open(path, PSR_STORE_WRITE, &s, &err));
	ret = record_one(s);
	CHECK(ret == -EUCLEAN, "%d: %s", ret, err.text);
	psr_store_close(s);
	CHECK(count_aside() == 1, "%d", count_aside());
	OK(psr_store_open(path, PSR_STORE_WRITE, &s, &err));
	OK(record_one(s));
	psr_store_close(s);
}

/* The log holds the newest pages; damage to it loses them, no more. */
static void test_bad_log(const char *root)
{
	struct psr_store *s = NULL;
	char name[600];
	struct stat st;

	fresh(root, "bad-log");
	make_sound();
	settle();
	OK(psr_store_open(path, PSR_STORE_WRITE, &s, &err));
	OK(record_one(s));
	OK(record_one(s));
	psr_store_close(s);
	snprintf(name, sizeof(name), "%s-shm", path);
	unlink(name);
	snprintf(name, sizeof(name), "%s-wal", path);
	CHECK(!stat(name, &st) && !truncate(name, st.st_size - 5000), "cut");
	OK(psr_store_open(path, PSR_STORE_WRITE, &s, &err));
	CHECK(ask_number(s, "SELECT count(*) FROM run") >= 4, "runs");
	OK(record_one(s));
	psr_store_close(s);
	OK(psr_store_check(path, &err));
}

/* In a child without root's rights over files, where there is root. */
static void as_nobody(void (*body)(void))
{
	pid_t pid = fork();
	int status = 1;

	if (!pid) {
		check_failures = 0;
		if (geteuid() == 0 && (setgid(65534) || setuid(65534)))
			_exit(99);
		body();
		_exit(check_result());
	}
	waitpid(pid, &status, 0);
	CHECK(status == 0, "status %d", status);
}

static void read_only_file(void)
{
	struct psr_store *s = NULL;

	FAILS(-EACCES, psr_store_open(path, PSR_STORE_WRITE, &s, &err));
	OK(psr_store_open(path, PSR_STORE_READ, &s, &err));
	CHECK(s && ask_number(s, "SELECT count(*) FROM run") == 3, "runs");
	psr_store_close(s);
}

static void unreadable(void)
{
	struct psr_store *s = NULL;

	FAILS(-EACCES, psr_store_open(path, PSR_STORE_READ, &s, &err));
	FAILS(-EACCES, psr_store_open(path, PSR_STORE_WRITE, &s, &err));
}

static void test_rights(const char *root)
{
	chmod(root, 0755);
	fresh(root, "read-only");
	make_sound();
	settle();
	chmod(path, 0444);
	chmod(dir, 0555);
	as_nobody(read_only_file);
	CHECK(count_aside() == 0, "sound");
	chmod(path, 0);
	as_nobody(unreadable);
	chmod(path, 0600);
	chmod(dir, 0);
	as_nobody(unreadable);
	chmod(dir, 0755);
	/* With a log that nobody may index: it must not be read without. */
	fresh(root, "read-only-log");
	make_sound();
	chmod(path, 0444);
	chmod(dir, 0555);
	as_nobody(unreadable);
	chmod(dir, 0755);
}

/* Writes until the disk is full; it must stay sound, and work when not. */
static void test_full_disk(const char *root)
{
	struct psr_store *s = NULL;
	char ballast[600];
	int ret = 0, fd;

	fresh(root, "full");
	if (unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("psr", dir, "tmpfs", 0, "size=1m")) {
		CHECK(0, "no private mount: %s", strerror(errno));
		return;
	}
	snprintf(ballast, sizeof(ballast), "%s/ballast", dir);
	fd = open(ballast, O_WRONLY | O_CREAT, 0600);
	CHECK(!posix_fallocate(fd, 0, 1 << 20) || errno, "full");
	while (write(fd, ballast, 1) == 1)
		;
	close(fd);
	FAILS(-ENOSPC, psr_store_open(path, PSR_STORE_WRITE, &s, &err));
	unlink(ballast);
	OK(psr_store_open(path, PSR_STORE_WRITE, &s, &err));
	for (int i = 0; i < 10000 && !ret; i++)
		ret = record_one(s);
	CHECK(ret == -ENOSPC, "%d: %s", ret, err.text);
	CHECK(ask_number(s, "SELECT count(*) FROM run") > 3, "runs");
	psr_store_close(s);
	CHECK(count_aside() == 0, "full is not damaged");
	OK(psr_store_check(path, &err));
	umount(dir);
}

/* A file size limit of the program: an error, no signal, mask kept. */
static void test_file_size(const char *root)
{
	struct rlimit limit = {200000, RLIM_INFINITY};
	struct psr_store *s = NULL;
	sigset_t mask;
	int ret = 0;

	fresh(root, "limit");
	OK(psr_store_open(path, PSR_STORE_WRITE, &s, &err));
	CHECK(!setrlimit(RLIMIT_FSIZE, &limit), "limit");
	for (int i = 0; i < 10000 && !ret; i++)
		ret = record_one(s);
	CHECK(ret == -EFBIG || ret == -EIO, "%d: %s", ret, err.text);
	limit.rlim_cur = RLIM_INFINITY;
	setrlimit(RLIMIT_FSIZE, &limit);
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	CHECK(!sigismember(&mask, SIGXFSZ), "mask");
	OK(record_one(s));
	psr_store_close(s);
	OK(psr_store_check(path, &err));
}

/* Names that SQLite would take for something else. */
static void test_names(const char *root)
{
	static const char *const names[] = {":memory:", "file:x?mode=memory",
					    "a%20b?c#d", "\xff\xfe"};
	struct psr_store *s = NULL;
	struct stat st;
	char cwd[512];

	fresh(root, "names");
	CHECK(getcwd(cwd, sizeof(cwd)) && !chdir(dir), "cd");
	for (size_t i = 0; i < PSR_COUNTOF(names); i++) {
		OK(psr_store_open(names[i], PSR_STORE_WRITE, &s, &err));
		CHECK(!chdir("/"), "cd");
		OK(record_one(s));
		psr_store_close(s);
		CHECK(!chdir(dir) && !stat(names[i], &st) && st.st_size > 0,
		      "%s", names[i]);
		OK(psr_store_open(names[i], PSR_STORE_READ, &s, &err));
		psr_store_close(s);
	}
	memset(cwd, 'x', sizeof(cwd) - 1);
	cwd[sizeof(cwd) - 1] = 0;
	FAILS(-ENAMETOOLONG, psr_store_open(cwd, PSR_STORE_WRITE, &s, &err));
}

/* A program without standard descriptors has none afterwards. */
static void test_low_descriptors(const char *root)
{
	int status = -1;
	pid_t pid;

	fresh(root, "low");
	pid = fork();
	if (!pid) {
		struct psr_store *s = NULL;
		int bad = 0;

		for (int fd = 0; fd < 16; fd++)
			close(fd);
		bad |= psr_store_open(path, PSR_STORE_WRITE, &s, &err) != 0;
		for (int fd = 0; fd < 3; fd++)
			bad |= (fcntl(fd, F_GETFD) >= 0) << (fd + 1);
		bad |= (record_one(s) != 0) << 4;
		bad |= (psr_store_maintain(s, &err) != 0) << 5;
		psr_store_close(s);
		for (int fd = 0; fd < 16; fd++)
			bad |= (fcntl(fd, F_GETFD) >= 0) << 6;
		_exit(bad);
	}
	waitpid(pid, &status, 0);
	CHECK(status == 0, "status %x", status);
	OK(psr_store_check(path, &err));
}

static void test_place(void)
{
	static const struct {
		const char *db, *data, *home, *want;
		int ret;
	} places[] = {
	    {"/a", "/b", "/c", "/a", 0},
	    {"", "/b", "/c", "/b/psr/psr.db", 0},
	    {NULL, NULL, "/c", "/c/.local/share/psr/psr.db", 0},
	    {NULL, NULL, NULL, "", -ENOENT},
	    {NULL, NULL, "/ccccccccccccccccccccccccccc", "", -ENAMETOOLONG},
	};
	char buf[32];

	for (size_t i = 0; i < PSR_COUNTOF(places); i++) {
		const char *const values[] = {places[i].db, places[i].data,
					      places[i].home};
		static const char *const names[] = {"PSR_DB", "XDG_DATA_HOME",
						    "HOME"};

		for (size_t k = 0; k < 3; k++)
			if (!values[k])
				unsetenv(names[k]);
			else
				setenv(names[k], values[k], 1);
		FAILS(places[i].ret, psr_store_path(buf, sizeof(buf), &err));
		CHECK(places[i].ret || !strcmp(buf, places[i].want), "%s", buf);
	}
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[2], "full")) {
		test_full_disk(argv[1]);
		return check_result();
	}
	if (argc != 2)
		return 2;
	for (size_t i = 0; i < PSR_COUNTOF(cases); i++)
		test_case(argv[1], i);
	test_late(argv[1]);
	test_bad_log(argv[1]);
	test_rights(argv[1]);
	test_file_size(argv[1]);
	test_names(argv[1]);
	test_low_descriptors(argv[1]);
	test_place();
	return check_result();
}
