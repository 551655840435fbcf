/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A filter of few taps and a small product, through general functions:
 * profile [TAPS [SIZE]]. */
#include <stdio.h>
#include <stdlib.h>

#define N 4096

__attribute__((noinline)) void fir(long n, int taps, const float *h,
				   const float *x, float *y)
{
	for (long i = 0; i < n; i++) {
		float sum = 0;

		for (int k = 0; k < taps; k++)
			sum += h[k] * x[i + k];
		y[i] += sum;
	}
}

__attribute__((noinline)) void product(int n, int m, int k, const double *a,
				       int lda, const double *b, int ldb,
				       double *c, int ldc)
{
	for (int i = 0; i < n; i++)
		for (int p = 0; p < k; p++)
			for (int j = 0; j < m; j++)
				c[i * ldc + j] +=
				    a[i * lda + p] * b[p * ldb + j];
}

int main(int argc, char **argv)
{
	static float x[N + 16], y[N], h[16];
	static double a[64], b[64], c[64 + 8];
	int taps = argc > 1 ? atoi(argv[1]) : 5;
	int size = argc > 2 ? atoi(argv[2]) : 4;
	double sum = 0;

	for (int i = 0; i < N + 16; i++)
		x[i] = (float)(i % 97) * 0.37f;
	for (int i = 0; i < 16; i++)
		h[i] = (float)(i % 3) * 0.11f;
	for (int i = 0; i < 64; i++) {
		a[i] = i % 7 * 0.13;
		b[i] = i % 5 * 0.29;
	}
	for (int r = 0; r < 4000; r++)
		fir(N, taps, h, x, y);
	for (int r = 0; r < 500000; r++)
		product(size, size, size, a, size, b, size, c, size);
	/* In its own operand: memory that overlaps. */
	for (int r = 0; r < 10; r++)
		product(size, size, size, a, size, b, size, a + 1, size);
	for (int i = 0; i < N; i++)
		sum += (double)y[i] * (i % 11);
	for (int i = 0; i < 64; i++)
		sum += c[i] * (i % 3) + a[i];
	printf("%.17g\n", sum);
	return 0;
}
