/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* busy.h - a site `busy` whose variant "fast" takes half the time. */
#ifndef TEST_BUSY_H
#define TEST_BUSY_H

#include "site.h"

TEST_SITE(busy, 0xb5, fast, slow);

/* N work units, PASSES times over; the result does not depend on PASSES. */
static inline long turn(long n, int passes)
{
	unsigned long x = 0;

	for (int p = 0; p < passes; p++) {
		x = (unsigned long)n;
		for (long i = 0; i < n; i++) {
			x = x * 6364136223846793005u + 1442695040888963407u;
			__asm__ volatile("" : "+r"(x));
		}
	}
	return (long)(x >> 33);
}

TEST_VARIANT long busy_fast(long n)
{
	return turn(n, 1);
}

TEST_VARIANT long busy_slow(long n)
{
	return turn(n, 4);
}

static __attribute__((noinline)) long busy_original(long n)
{
	return turn(n, 2);
}

#endif
