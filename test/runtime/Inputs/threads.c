/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Eight threads in one site, which is interrupted by a signal handler that
 * is in it too, and which calls itself. Prints one number. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

#include "busy.h"

static _Atomic long total;
static _Atomic int wrong;
static long expected;

TEST_SITE(outer, 0xb6, plain, other);

static long nest(long n)
{
	long t = 0;

	for (int i = 0; i < 3; i++)
		t += TEST_CALL(busy, n);
	return t;
}

TEST_VARIANT long outer_plain(long n)
{
	return nest(n);
}

TEST_VARIANT long outer_other(long n)
{
	return nest(n);
}

static long outer_original(long n)
{
	return nest(n);
}

static long recurse(int depth)
{
	return depth ? recurse(depth - 1) + TEST_CALL(outer, 20000 + depth) : 0;
}

static void on_alarm(int sig)
{
	(void)sig;
	if (TEST_CALL(busy, 30000) != expected)
		atomic_store(&wrong, 1);
}

static void *thread(void *arg)
{
	for (int i = 0; i < 60; i++)
		atomic_fetch_add(&total, recurse(4));
	return arg;
}

int main(void)
{
	struct sigaction sa = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
	struct itimerval each_ms = {{0, 1000}, {0, 1000}};
	pthread_t t[8];

	expected = busy_original(30000);
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &each_ms, NULL);
	for (int i = 0; i < 8; i++)
		if (pthread_create(&t[i], NULL, thread, NULL))
			abort();
	for (int i = 0; i < 8; i++)
		pthread_join(t[i], NULL);
	printf("%ld %d\n", total, wrong);
	return 0;
}
