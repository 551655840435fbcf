/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * kill PSR ROUNDS SEED PROGRAM [ARGUMENT...]: runs PROGRAM under `psr run`
 * ROUNDS times, and each time kills with SIGKILL, at a random instant, psr,
 * the program, or psr and its guard together. Prints how often each.
 */
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static size_t children(pid_t pid, pid_t *out, size_t max)
{
	char path[64];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	f = fopen(path, "r");
	while (f && n < max && fscanf(f, "%d", &out[n]) == 1)
		n++;
	if (f)
		fclose(f);
	return n;
}

static int is_guard(pid_t pid)
{
	char path[64], name[32] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	f = fopen(path, "r");
	if (f) {
		(void)!fgets(name, sizeof(name), f);
		fclose(f);
	}
	return !strncmp(name, "psr", 3); /* before its name is set, too */
}

/* Kills the children of PSR that are its guard (GUARD), or are not. */
static size_t kill_children(pid_t psr, int guard)
{
	pid_t pids[8];
	size_t n = children(psr, pids, 8), killed = 0;

	for (size_t i = 0; i < n; i++)
		if (is_guard(pids[i]) == guard)
			killed += !kill(pids[i], SIGKILL);
	return killed;
}

int main(int argc, char **argv)
{
	int rounds, counts[3] = {0};
	char **run;

	if (argc < 5)
		return 2;
	rounds = atoi(argv[2]);
	srandom((unsigned)atoi(argv[3]));
	run = argv + 2;
	run[0] = (char *)"psr";
	run[1] = (char *)"run";
	for (int i = 0; i < rounds; i++) {
		long us = random() % (i % 2 ? 60000 : 8000);
		int what = (int)(random() % 3);
		pid_t pid;

		if (posix_spawn(&pid, argv[1], NULL, NULL, run, environ))
			return 1;
		nanosleep(&(struct timespec){0, us * 1000}, NULL);
		if (what == 2)
			kill_children(pid, 1);
		/* Where there is no program yet, psr. */
		if (what || !kill_children(pid, 0))
			kill(pid, SIGKILL);
		counts[what]++;
		waitpid(pid, NULL, 0);
	}
	printf("%d programs, %d psr, %d psr and guard killed\n", counts[0],
	       counts[1], counts[2]);
	return 0;
}
