// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Meets a site with floating-point exceptions unmasked, rounding upwards; its
// own loop has no such arithmetic, so no flag may rise. Prints what it is left
// with.
#define _GNU_SOURCE
#include <fenv.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

__attribute__((noinline)) static void add(long n, int *y, const int *x)
{
	for (long i = 0; i < n; i++)
		y[i] = y[i] * 3 + x[i];
}

int main(void)
{
	static int x[4096], y[4096];
	struct timespec from, now;

	fesetround(FE_UPWARD);
	feclearexcept(FE_ALL_EXCEPT);
	feenableexcept(FE_DIVBYZERO | FE_INVALID | FE_OVERFLOW);
	clock_gettime(CLOCK_MONOTONIC, &from);
	do {
		for (int k = 0; k < 1000; k++)
			add(64 << k % 7, y, x);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while ((now.tv_sec - from.tv_sec) * 1000000000L + now.tv_nsec -
		     from.tv_nsec <
		 400000000);
	printf("flags %d rounding %d traps %d\n", fetestexcept(FE_ALL_EXCEPT),
	       fegetround() == FE_UPWARD,
	       fegetexcept() == (FE_DIVBYZERO | FE_INVALID | FE_OVERFLOW));
	return 0;
}
