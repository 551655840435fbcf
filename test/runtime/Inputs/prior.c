/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* prior [CALLS]: a site with the variants "noalias" and "scalar", of which
 * nothing is known. On descriptor 9 the order of calls: b, n and s, the same
 * ones in a row once, from the first that is not b on. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "site.h"

static char last = 'b';

TEST_SITE_FLAGS(sum, 0x99, scalar, 0, noalias);

static long spin(long n, long ns_per_1000, char which)
{
	struct timespec a, b;
	long ns = n / 1000 * ns_per_1000;

	if (which != last)
		dprintf(9, "%c", last = which);
	clock_gettime(CLOCK_MONOTONIC, &a);
	do
		clock_gettime(CLOCK_MONOTONIC, &b);
	while ((b.tv_sec - a.tv_sec) * 1000000000 + b.tv_nsec - a.tv_nsec < ns);
	return n ^ 42;
}

TEST_VARIANT long sum_noalias(long n)
{
	return spin(n, 250, 'n');
}

TEST_VARIANT long sum_scalar(long n)
{
	return spin(n, 750, 's');
}

static long sum_original(long n)
{
	return spin(n, 500, 'b');
}

int main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : 1000, total = 0;

	for (long i = 0; i < count; i++)
		total += TEST_CALL(sum, 200000 + i % 7);
	printf("%ld\n", total);
	dprintf(9, "\n");
	return 0;
}
