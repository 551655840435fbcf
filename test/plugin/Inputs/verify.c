/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A nest that writes memory, one with a result, and one that cannot be
 * verified. */
#include <stdio.h>

#define N 1000

__attribute__((noinline)) void axpy(float *y, const float *x, float alpha,
				    long n)
{
	for (long i = 0; i < n; i++)
		y[i] = y[i] + alpha * x[i];
}

__attribute__((noinline)) unsigned sum(const unsigned *x, long n)
{
	unsigned s = 0;

	for (long i = 0; i < n; i++)
		s += x[i] * 3u;
	return s;
}

__attribute__((noinline)) void scatter(float *y, const int *at, long n)
{
#pragma clang loop vectorize(assume_safety)
	for (long i = 0; i < n; i++)
		y[at[i]] = y[at[i]] * 2 + 1;
}

/* An argument: the sums are no numbers. */
int main(int argc, char **argv)
{
	static float x[N], y[N];
	static unsigned u[N];
	static int at[N];
	unsigned total = 0;
	float all = 0, alpha = argc > 1 ? (float)__builtin_nan("") : 0.25f;

	(void)argv;
	for (int i = 0; i < N; i++) {
		x[i] = (float)i / 8;
		y[i] = (float)(N - i);
		u[i] = (unsigned)i * i;
		at[i] = N - 1 - i;
	}
	for (int k = 0; k < 40; k++) {
		axpy(y, x, alpha, N - k);
		total += sum(u, N - 2 * k);
		scatter(y, at, N);
	}
	for (int i = 0; argc == 1 && i < N; i++)
		all += y[i];
	printf("%.9g %u\n", (double)all, total);
	return 0;
}
