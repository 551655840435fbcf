/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Threads that compute end otherwise than by themselves, at any instant:
 *   exit   the program ends, from its first thread
 *   exec   one of the others replaces the program
 *   leave  the first thread leaves, the others end the program later
 * The second argument is for how many microseconds they compute.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define THREADS 8

static char **args;
static useconds_t pause_us;
static _Atomic unsigned long sum;

static void *compute(void *unused)
{
	unsigned long v = 1;

	(void)unused;
	for (;;) {
		for (int i = 0; i < 1000; i++)
			v = v % 3 ? v * 3 + 1 : v / 3 + 7;
		atomic_fetch_add(&sum, v);
	}
	return NULL;
}

static void *after(void *unused)
{
	char *argv[] = {(char *)"echo", (char *)"done", NULL};

	(void)unused;
	usleep(pause_us);
	if (!strcmp(args[1], "exec"))
		execv("/bin/echo", argv);
	puts("done");
	exit(0);
}

int main(int argc, char **argv)
{
	pthread_t t;

	if (argc != 3)
		return 2;
	args = argv;
	pause_us = (useconds_t)atoi(argv[2]);
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&t, NULL, compute, NULL))
			return 1;
	if (!strcmp(argv[1], "exit"))
		after(NULL);
	if (pthread_create(&t, NULL, after, NULL))
		return 1;
	if (!strcmp(argv[1], "leave"))
		pthread_exit(NULL);
	compute(NULL);
}
