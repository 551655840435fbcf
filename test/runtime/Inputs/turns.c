/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Two sites in turn, of calls of some microseconds. */
#include <stdio.h>

#include "busy.h"

TEST_SITE(other, 0xc6, one, two);

TEST_VARIANT long other_one(long n)
{
	return turn(n, 1);
}

TEST_VARIANT long other_two(long n)
{
	return turn(n, 3);
}

static __attribute__((noinline)) long other_original(long n)
{
	return turn(n, 2);
}

int main(void)
{
	long sum = 0;

	for (int i = 0; i < 30000; i++) {
		sum += TEST_CALL(busy, 4000);
		sum += TEST_CALL(other, 4000);
	}
	printf("%ld\n", sum);
	return 0;
}
