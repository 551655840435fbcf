/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* sum [CALLS [WORK]]: calls one site and prints the same sum whichever
 * variant runs; the number of calls of each, and of timed ones, and the most
 * work that is not dispatched go to descriptor 9. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <time.h>
#include <unistd.h>

#include "site.h"

static long calls[3];

#ifndef SLOW
#define SLOW(n) 1000
#endif

#ifdef COUNTED
TEST_SITE_FLAGS(sum, 0x1234, fast, 4, slow);
#else
TEST_SITE(sum, 0x1234, fast, slow);
#endif

/* N work units of about NS nanoseconds each thousand. */
static long spin(long n, long ns_per_1000, int which)
{
	struct timespec a, b;
	long ns = n / 1000 * ns_per_1000;

	calls[which]++;
	clock_gettime(CLOCK_MONOTONIC, &a);
	do
		clock_gettime(CLOCK_MONOTONIC, &b);
	while ((b.tv_sec - a.tv_sec) * 1000000000 + b.tv_nsec - a.tv_nsec < ns);
	return n ^ 42;
}

TEST_VARIANT long sum_fast(long n)
{
	return spin(n, 250, 1);
}

TEST_VARIANT long sum_slow(long n)
{
	return spin(n, SLOW(n), 2);
}

static long sum_original(long n)
{
	return spin(n, 500, 0);
}

int main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : 1000;
	long work = argc > 2 ? atol(argv[2]) : 200000;
	long total = 0;

	for (long i = 0; i < count; i++)
		total += TEST_CALL(sum, work + i % 7);
#ifdef SECURE
	puts(getauxval(AT_SECURE) ? "secure" : "plain");
#endif
	printf("%ld\n", total);
	dprintf(9, "original=%ld fast=%ld slow=%ld timed=%ld small=%d\n",
		calls[0], calls[1], calls[2], test_timed,
		sum_table[PSR_TABLE_SMALL]);
	return 0;
}
