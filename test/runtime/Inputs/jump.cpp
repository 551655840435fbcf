/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Sites that are left by an exception or by longjmp, often in a timed call. */
#include <setjmp.h>
#include <stdio.h>

#define _Static_assert static_assert
#define _Thread_local thread_local
extern "C" {
#include "busy.h"
}

static jmp_buf back;
static int calls, jumps, throws;

static long leave(long n)
{
	calls++;
	if (calls % 3 == 0)
		throw n;
	if (calls % 3 == 1)
		longjmp(back, 1);
	return n;
}

extern "C" {
TEST_SITE(jumpy, 0xb7, one, two);
}

extern "C" TEST_VARIANT long jumpy_one(long n)
{
	return leave(n);
}

extern "C" TEST_VARIANT long jumpy_two(long n)
{
	return leave(n);
}

static long jumpy_original(long n)
{
	return leave(n);
}

static long jump(long n)
{
	if (setjmp(back)) {
		jumps++;
		return 1;
	}
	try {
		return TEST_CALL(jumpy, n);
	} catch (long thrown) {
		throws++;
		return thrown;
	}
}

int main(void)
{
	long total = 0;

	for (int i = 0; i < 3000; i++) {
		total += TEST_CALL(busy, 30000 + i % 3);
		total += jump(200000 + i % 5);
	}
	printf("%ld %d %d %d\n", total, calls, jumps, throws);
	return 0;
}
