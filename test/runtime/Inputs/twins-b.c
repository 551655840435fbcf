/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdlib.h>

int other(int n);

static __attribute__((noinline)) int twin(int n)
{
	if (n > 3)
		srand((unsigned)n);
	else if (n < -3)
		abort();
	else if (n == 1)
		n += rand();
	return n;
}

int other(int n)
{
	return twin(2 * n);
}
