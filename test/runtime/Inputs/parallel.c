/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * parallel [CALLS]: a site whose variant "fast" runs on several threads, as
 * far as PSR is concerned. Prints the same sum whichever variant runs; who
 * ran how often, and on how many threads at most, goes to descriptor 9.
 * parallel fork: the same, half of the calls by a child, which prints its own.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "site.h"

#pragma weak __psr_threads
#pragma weak __psr_threads_done

static long original, fast, slow, declined;
static unsigned most, inner = 1;

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

static void *another(void *unused)
{
	(void)unused;
	inner = __psr_threads();
	return NULL;
}

TEST_VARIANT long sum_fast(long n)
{
	unsigned threads = __psr_threads ? __psr_threads() : 1;
	pthread_t t;

	if (threads < 2) {
		declined++;
		return spin(n, 500);
	}
	if (!fast++ && !pthread_create(&t, NULL, another, NULL))
		pthread_join(t, NULL);
	most = threads > most ? threads : most;
	n = spin(n, 250);
	__psr_threads_done();
	return n;
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
	dprintf(9, "%s: fast=%ld declined=%ld threads=%u inner=%u\n", who, fast,
		declined, most, inner);
	dprintf(9, "%s: mostly %s\n", who,
		fast > original ? "fast" : "original");
}

int main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : 0;
	pid_t child = -1;

	count = count ? count : 1000;
	if (argc > 1 && !strcmp(argv[1], "fork")) {
		sum(count);
		report("parent");
		fast = declined = original = 0;
		most = 1;
		child = fork();
		if (child)
			return waitpid(child, NULL, 0) != child;
	}
	printf("%ld\n", sum(count));
	report(child ? "alone" : "child");
	return 0;
}
