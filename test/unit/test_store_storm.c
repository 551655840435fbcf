/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Many processes on one database: 64 at once on a missing one, on a damaged
 * one, all recording; then writers killed at random instants. No run that
 * was acknowledged may be missing, no error seen, the file sound.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "store_help.h"

enum { PROCESSES = 64, RUNS = 5, KILLS = 200 };

static char path[560];

/* Shared with the children. */
static struct shared {
	long acknowledged; /* runs whose end returned 0 */
	int failures;
	char message[256];
} * shared;

static void place(const char *root, const char *name)
{
	snprintf(path, sizeof(path), "%s/%s/psr/psr.db", root, name);
	memset(shared, 0, sizeof(*shared));
}

static int record(int runs)
{
	struct psr_store *s = NULL;
	int ret = psr_store_open(path, PSR_STORE_WRITE, &s, &err);

	for (int i = 0; i < runs && !ret; i++) {
		ret = record_one(s);
		if (!ret)
			__atomic_add_fetch(&shared->acknowledged, 1,
					   __ATOMIC_SEQ_CST);
	}
	psr_store_close(s);
	return ret;
}

/* A child that waits for GATE to close, then opens and records RUNS times. */
static pid_t start(int gate, int runs)
{
	pid_t pid = fork();
	char c;

	if (pid)
		return pid;
	(void)!read(gate, &c, 1);
	for (int i = 0; i < runs; i++) {
		if (record(1) == 0)
			continue;
		__atomic_add_fetch(&shared->failures, 1, __ATOMIC_SEQ_CST);
		memcpy(shared->message, err.text, sizeof(err.text));
	}
	_exit(0);
}

static long stored(void)
{
	struct psr_store *s = NULL;
	long n = -1;

	OK(psr_store_open(path, PSR_STORE_READ, &s, &err));
	if (s)
		n = ask_number(s, "SELECT count(*) FROM run "
				  "WHERE state = 'done'");
	psr_store_close(s);
	return n;
}

static long sampled(void)
{
	struct psr_store *s = NULL;
	long n = -1;

	OK(psr_store_open(path, PSR_STORE_READ, &s, &err));
	if (s)
		n = ask_number(s, "SELECT n FROM site_time");
	psr_store_close(s);
	return n;
}

static void all_at_once(void)
{
	int gate[2];

	CHECK(!pipe(gate), "pipe");
	for (int i = 0; i < PROCESSES; i++)
		CHECK(start(gate[0], RUNS) > 0, "fork");
	/* The children hold the writing end, too: one byte each. */
	for (int i = 0; i < PROCESSES; i++)
		CHECK(write(gate[1], "", 1) == 1, "gate");
	while (wait(NULL) > 0)
		;
	close(gate[0]);
	close(gate[1]);
	CHECK(shared->failures == 0, "%d failures: %s", shared->failures,
	      shared->message);
	CHECK(shared->acknowledged == PROCESSES * RUNS, "%ld recorded",
	      shared->acknowledged);
	CHECK(stored() == PROCESSES * RUNS, "%ld stored", stored());
	CHECK(sampled() == PROCESSES * RUNS, "%ld sampled", sampled());
	OK(psr_store_check(path, &err));
}

static int count_aside(void)
{
	char dir[600];
	struct dirent *e;
	DIR *d;
	int n = 0;

	snprintf(dir, sizeof(dir), "%s", path);
	*strrchr(dir, '/') = 0;
	d = opendir(dir);
	while (d && (e = readdir(d)))
		n += strstr(e->d_name, ".corrupt-") &&
		     !strstr(e->d_name, "-wal") && !strstr(e->d_name, "-shm");
	closedir(d);
	return n;
}

static void test_missing(const char *root)
{
	place(root, "missing");
	all_at_once();
	CHECK(count_aside() == 0, "%d set aside", count_aside());
}

static void test_damaged(const char *root)
{
	char junk[8192], log[600];
	int fd;

	place(root, "damaged");
	make_database(path, 1);
	snprintf(log, sizeof(log), "%s-wal", path);
	unlink(log); /* which would heal it */
	memset(junk, 'x', sizeof(junk));
	fd = open(path, O_WRONLY | O_TRUNC);
	CHECK(write(fd, junk, sizeof(junk)) == sizeof(junk), "junk");
	close(fd);
	all_at_once();
	CHECK(count_aside() == 1, "%d set aside", count_aside());
}

/* Records until it is killed. */
static pid_t start_endless(void)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	for (;;) {
		struct psr_store *s = NULL;

		if (record(3)) {
			__atomic_add_fetch(&shared->failures, 1,
					   __ATOMIC_SEQ_CST);
			memcpy(shared->message, err.text, sizeof(err.text));
			_exit(1);
		}
		if (!psr_store_open(path, PSR_STORE_WRITE, &s, &err))
			(void)!psr_store_maintain(s, &err);
		psr_store_close(s);
	}
}

static void pause_us(long us)
{
	struct timespec t = {0, us * 1000};

	nanosleep(&t, NULL);
}

static long leaked(void)
{
	const struct psr_pool_size size = {1 << 30, 1 << 30};
	struct psr_reservation want = {.owner = getpid(),
				       .owner_start = psr_proc_start(getpid()),
				       .memory_bytes = 1 << 30};
	struct psr_store *s = NULL;
	struct psr_record r;
	int64_t run;
	long n;

	/* All memory can be had, and no run is left running but this. */
	OK(psr_store_open(path, PSR_STORE_WRITE, &s, &err));
	OK(psr_store_reserve(s, &size, &want, NULL, NULL, &err));
	psr_record_init(&r);
	OK(psr_store_run_begin(s, &task, &r, &run, &err));
	n = ask_number(s, "SELECT count(*) FROM run WHERE state = 'running'") -
	    1 + ask_number(s, "SELECT count(*) FROM reservation") - 1;
	psr_store_close(s);
	return n;
}

static void test_kills(const char *root, unsigned seed)
{
	pid_t pids[4];

	place(root, "kills");
	srandom(seed);
	for (size_t i = 0; i < PSR_COUNTOF(pids); i++)
		pids[i] = start_endless();
	for (int i = 0; i < KILLS; i++) {
		size_t k = (size_t)random() % PSR_COUNTOF(pids);

		pause_us(random() % 12000);
		kill(pids[k], SIGKILL);
		waitpid(pids[k], NULL, 0);
		if (i % 25 == 24)
			OK(psr_store_check(path, &err));
		pids[k] = start_endless();
	}
	for (size_t i = 0; i < PSR_COUNTOF(pids); i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	CHECK(shared->failures == 0, "seed %u: %d failures: %s", seed,
	      shared->failures, shared->message);
	CHECK(shared->acknowledged > KILLS / 4, "%ld recorded",
	      shared->acknowledged);
	CHECK(stored() >= shared->acknowledged, "seed %u: %ld of %ld", seed,
	      stored(), shared->acknowledged);
	CHECK(stored() <= shared->acknowledged + KILLS + 4, "%ld of %ld",
	      stored(), shared->acknowledged);
	CHECK(leaked() == 0, "%ld leaked", leaked());
	CHECK(count_aside() == 0, "%d set aside", count_aside());
	OK(psr_store_check(path, &err));
	printf("%ld runs, %d kills\n", shared->acknowledged, KILLS);
}

int main(int argc, char **argv)
{
	unsigned seed =
	    argc > 2 ? (unsigned)atoi(argv[2]) : (unsigned)time(NULL);

	if (argc < 2)
		return 2;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 1;
	test_missing(argv[1]);
	test_damaged(argv[1]);
	test_kills(argv[1], seed);
	return check_result();
}
