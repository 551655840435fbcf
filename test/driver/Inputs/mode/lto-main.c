/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* MODULE 1 has main(), both call every kernel. */
#include <stdio.h>
#include <stdlib.h>

#include "lto-kernels.h"

#define CALL(n)                                                                \
	sum##n(a, b, length);                                                  \
	s += mix##n((const int *)b, length);

static __attribute__((noinline)) void twice(double *x, long m)
{
	for (long i = 0; i < m; i++)
		x[i] = x[i] * 0.5 + MODULE;
}

#if MODULE == 1
extern inline void scale(double *x, double f, long m);

static __attribute__((noinline)) long use1(void)
#else
long use(void)
#endif
{
	long s = 0;

	KERNELS(CALL)
	twice(a, length);
	scale(b, 0.75, length);
	return s + (long)(norm(a, length) * 1024);
}

#if MODULE == 1
int main(int argc, char **argv)
{
	long rounds = argc > 1 ? atol(argv[1]) : 3;
	unsigned long s = 0;

	for (int i = 0; i < 1024; i++)
		b[i] = i % 37 / 8.0;
	while (rounds--)
		s = s * 31 + (unsigned long)use() + (unsigned long)use1();
	printf("%lu %.17g\n", s, a[7]);
}
#endif
