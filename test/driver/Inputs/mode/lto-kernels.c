/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "lto-kernels.h"

double a[1024], b[1024];
volatile long length = 1000;

static void twice(double *x, long m) /* another module has its own */
{
	for (long i = 0; i < m; i++)
		x[i] += x[i] + 1;
}

#define TERMS(n)                                                               \
	for (long j = 0; j < n; j++)                                           \
		s += x[i] * (double)(j + 1)
#define KERNEL(n)                                                              \
	void sum##n(double *restrict y, const double *restrict x, long m)      \
	{                                                                      \
		for (long i = 0; i < m; i++) {                                 \
			double s = y[i];                                       \
                                                                               \
			TERMS(n);                                              \
			y[i] = s / n;                                          \
		}                                                              \
	}                                                                      \
	long mix##n(const int *x, long m)                                      \
	{                                                                      \
		long s = 0;                                                    \
                                                                               \
		for (long i = 0; i < m; i++)                                   \
			for (long j = 0; j < n; j++)                           \
				s += x[i] ^ j;                                 \
		return s;                                                      \
	}
KERNELS(KERNEL)

__attribute__((noinline)) double norm(const double *x, long m)
{
	double s = 0;

	twice(a, m);
	for (long i = 0; i < m; i++)
		s += x[i] > 0 ? x[i] : -x[i];
	return s;
}
