/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * parallel [CALLS]: a site whose variant "fast" runs on several threads, as
 * far as PSR is concerned. Prints the same sum whichever variant runs; who
 * ran how often, and on how many threads at most, goes to descriptor 9.
 * parallel fork: the same, half of the calls by a child, which prints its own.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "site.h"

#pragma weak __psr_parallel

static long original, fast, slow, declined;
static bool pinned;
static int inner; /* another thread had threads, too */
static _Atomic long at_once, most;

TEST_SITE_FLAGS(sum, 0x77, fast, 2, slow);

/* N work units of about NS nanoseconds each thousand. */
static long spin(long n, long ns_per_1000)
{
	struct timespec a, b;
	long ns = n / 1000 * ns_per_1000;

	clock_gettime(CLOCK_MONOTONIC, &a);
	do
		clock_gettime(CLOCK_MONOTONIC, &b);
	while ((b.tv_sec - a.tv_sec) * 1000000000 + b.tv_nsec - a.tv_nsec < ns);
	return n ^ 42;
}

/* Its iterations are work units; nothing else than time is spent. */
static void range(void *context, int64_t first, int64_t last)
{
	long n = atomic_fetch_add(&at_once, 1) + 1;

	(void)context;
	if (n > most)
		most = n;
	spin(last - first, 100); /* however loaded the machine is */
	atomic_fetch_sub(&at_once, 1);
}

static void *another(void *unused)
{
	(void)unused;
	inner = __psr_parallel(range, NULL, 1000);
	return NULL;
}

/* While it has the threads; until there are two of them, or two seconds. */
static void nested(void *context, int64_t first, int64_t last)
{
	pthread_t t;

	if (!first && !pthread_create(&t, NULL, another, NULL))
		pthread_join(t, NULL);
	range(context, first, last);
	atomic_fetch_add(&at_once, 1);
	for (int i = 0; i < 2000 && most < 2; i++) {
		range(context, first, last);
		usleep(1000);
	}
	atomic_fetch_sub(&at_once, 1);
}

TEST_VARIANT long sum_fast(long n)
{
	if (!__psr_parallel ||
	    !__psr_parallel(pinned && !fast ? nested : range, NULL, n)) {
		declined++;
		return spin(n, 500);
	}
	fast++;
	return n ^ 42;
}

TEST_VARIANT long sum_slow(long n)
{
	slow++;
	return spin(n, 1000);
}

static long sum_original(long n)
{
	original++;
	return spin(n, 500);
}

static long sum(long count)
{
	long total = 0;

	for (long i = 0; i < count; i++)
		total += TEST_CALL(sum, 200000 + i % 7);
	return total;
}

static void report(const char *who)
{
	dprintf(9, "%s: fast=%ld declined=%ld threads=%ld inner=%d\n", who,
		fast, declined, (long)most, inner);
	dprintf(9, "%s: mostly %s\n", who,
		fast > original ? "fast" : "original");
}

int main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : 0;
	pid_t child = -1;

	pinned = count == 9;
	count = count ? count : 1000;
	if (argc > 1 && !strcmp(argv[1], "fork")) {
		sum(count);
		report("parent");
		fast = declined = original = 0;
		most = 0;
		child = fork();
		if (child)
			return waitpid(child, NULL, 0) != child;
	}
	printf("%ld\n", sum(count));
	report(child ? "alone" : "child");
	return 0;
}
