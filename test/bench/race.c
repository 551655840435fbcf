/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * race [-n ROUNDS] [-w WARMUPS] [-e PERCENT] [-p CPU] [-r|-d] A... ::: B...
 *
 * Runs two commands in turn, ROUNDS times, the first of each round
 * alternating, so that whatever else the machine does hits both alike.
 * Prints one line:
 *
 *   wall_a wall_b low median high  cpu_a cpu_b low median high  same|DIFFER
 *
 * with medians in milliseconds and the quartiles of the rounds' ratios A/B:
 * above 1, B is faster. "cpu" is user plus system time, of B's children
 * too: on a shared machine the steadier of the two. With -r a line for each
 * round instead: wall_a wall_b cpu_a cpu_b same|DIFFER, in ms. With -d the
 * quartiles are those of the differences B - A in ms. Outputs on stdout are
 * compared byte by byte. Fails if a command cannot start or exits non-zero.
 * With -e it stops before ROUNDS, but not before the 7th, once the median
 * ratio of CPU times is known to PERCENT (two standard errors).
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sched.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stats.h"

extern char **environ;

struct lap {
	double wall_ms, cpu_ms;
};

struct options {
	size_t rounds, warmups;
	double percent; /* 0: all rounds */
	bool raw, difference;
};

static void fail(const char *what)
{
	fprintf(stderr, "race: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double ms(struct timeval t)
{
	return (double)t.tv_sec * 1e3 + (double)t.tv_usec * 1e-3;
}

/* Runs ARGV with its stdout in OUT, which is emptied first. */
static struct lap run(char **argv, int out)
{
	posix_spawn_file_actions_t actions;
	struct rusage use;
	struct lap lap;
	double start;
	int status, rc;
	pid_t pid;

	if (ftruncate(out, 0) || lseek(out, 0, SEEK_SET))
		fail("output");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, out, 1);
	start = now_ns();
	rc = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
	if (rc) {
		errno = rc;
		fail(argv[0]);
	}
	while (wait4(pid, &status, 0, &use) < 0)
		if (errno != EINTR)
			fail("wait");
	lap.wall_ms = (now_ns() - start) * 1e-6;
	lap.cpu_ms = ms(use.ru_utime) + ms(use.ru_stime);
	posix_spawn_file_actions_destroy(&actions);
	if (status) {
		fprintf(stderr, "race: %s: %s %d\n", argv[0],
			WIFSIGNALED(status) ? "signal" : "exit status",
			WIFSIGNALED(status) ? WTERMSIG(status)
					    : WEXITSTATUS(status));
		exit(1);
	}
	return lap;
}

static bool same_contents(int a, int b)
{
	struct stat sa, sb;
	void *pa, *pb;
	bool same;

	if (fstat(a, &sa) || fstat(b, &sb))
		fail("output");
	if (sa.st_size != sb.st_size || !sa.st_size)
		return sa.st_size == sb.st_size;
	pa = mmap(NULL, (size_t)sa.st_size, PROT_READ, MAP_SHARED, a, 0);
	pb = mmap(NULL, (size_t)sb.st_size, PROT_READ, MAP_SHARED, b, 0);
	if (pa == MAP_FAILED || pb == MAP_FAILED)
		fail("output");
	same = !memcmp(pa, pb, (size_t)sa.st_size);
	munmap(pa, (size_t)sa.st_size);
	munmap(pb, (size_t)sb.st_size);
	return same;
}

static void print_spread(const double *a, const double *b, size_t n,
			 bool difference)
{
	double *v = malloc(3 * n * sizeof(*v));
	struct spread s, sa, sb;

	if (!v)
		fail("memory");
	for (size_t i = 0; i < n; i++) {
		v[i] = difference ? b[i] - a[i] : a[i] / b[i];
		v[n + i] = a[i];
		v[2 * n + i] = b[i];
	}
	s = spread_of(v, n);
	sa = spread_of(v + n, n);
	sb = spread_of(v + 2 * n, n);
	printf("%.4f %.4f %.4f %.4f %.4f ", sa.median, sb.median, s.low,
	       s.median, s.high);
	free(v);
}

/* Two standard errors of the median ratio A/B, in percent of it. */
static double uncertainty(const double *a, const double *b, size_t n)
{
	double *v = malloc(n * sizeof(*v)), e;
	struct spread s;

	if (!v)
		fail("memory");
	for (size_t i = 0; i < n; i++)
		v[i] = a[i] / b[i];
	s = spread_of(v, n);
	/* Of a normal sample: sigma = IQR / 1.35, error 1.25 sigma / sqrt n. */
	e = 200 * 1.25 * (s.high - s.low) / 1.35 / sqrt((double)n) / s.median;
	free(v);
	return e;
}

static bool race(const struct options *o, char **cmd[2])
{
	int out[2] = {memfd_create("a", 0), memfd_create("b", 0)};
	double *t = calloc(4 * o->rounds, sizeof(*t));
	bool same = true;
	size_t done = 0;

	if (out[0] < 0 || out[1] < 0 || !t)
		fail("memory");
	for (size_t r = 0; r < o->rounds + o->warmups; r++) {
		struct lap lap[2];
		size_t i = r - o->warmups;
		bool agree;

		lap[r % 2] = run(cmd[r % 2], out[r % 2]);
		lap[!(r % 2)] = run(cmd[!(r % 2)], out[!(r % 2)]);
		agree = same_contents(out[0], out[1]);
		same = same && agree;
		if (r < o->warmups)
			continue;
		for (size_t k = 0; k < 2; k++) {
			t[k * o->rounds + i] = lap[k].wall_ms;
			t[(2 + k) * o->rounds + i] = lap[k].cpu_ms;
		}
		if (o->raw) {
			printf("%.4f %.4f %.4f %.4f %s\n", lap[0].wall_ms,
			       lap[1].wall_ms, lap[0].cpu_ms, lap[1].cpu_ms,
			       agree ? "same" : "DIFFER");
			fflush(stdout);
		}
		done = i + 1;
		if (o->percent > 0 && done >= 7 &&
		    uncertainty(t + 2 * o->rounds, t + 3 * o->rounds, done) <
			o->percent)
			break;
	}
	if (!o->raw) {
		print_spread(t, t + o->rounds, done, o->difference);
		print_spread(t + 2 * o->rounds, t + 3 * o->rounds, done,
			     o->difference);
		printf("%s\n", same ? "same" : "DIFFER");
	}
	free(t);
	return same;
}

static void pin(const char *text)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)atoi(text), &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		fail("pin");
}

static void usage(void)
{
	fprintf(stderr, "usage: race [-n ROUNDS] [-w WARMUPS] "
			"[-e PERCENT] [-p CPU] [-r|-d] A... ::: B...\n");
	exit(2);
}

int main(int argc, char **argv)
{
	struct options o = {.rounds = 11};
	char **cmd[2];
	int c;

	while ((c = getopt(argc, argv, "+n:w:e:p:rd")) != -1) {
		if (c == 'n')
			o.rounds = (size_t)atol(optarg);
		else if (c == 'w')
			o.warmups = (size_t)atol(optarg);
		else if (c == 'e')
			o.percent = atof(optarg);
		else if (c == 'p')
			pin(optarg);
		else if (c == 'r')
			o.raw = true;
		else if (c == 'd')
			o.difference = true;
		else
			usage();
	}
	cmd[0] = cmd[1] = argv + optind;
	while (*cmd[1] && strcmp(*cmd[1], ":::"))
		cmd[1]++;
	if (!o.rounds || cmd[0] == cmd[1] || !cmd[1][0] || !cmd[1][1])
		usage();
	*cmd[1]++ = NULL;
	return race(&o, cmd) ? 0 : 1;
}
