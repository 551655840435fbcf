/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A small product, called often through a general function, and a walk with
 * one of two strides. */
#include <stdio.h>
#include <stdlib.h>

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

__attribute__((noinline)) void walk(long n, long stride, const float *x,
				    float *y)
{
	for (long i = 0; i < n; i++)
		y[i] += x[i * stride] * 0.5f;
}

int main(void)
{
	static double a[16], b[16], c[16];
	static float x[3 << 14], y[1 << 14];
	double sum = 0;

	for (int i = 0; i < 16; i++) {
		a[i] = i % 7 * 0.125;
		b[i] = i % 5 * 0.25;
	}
	for (int i = 0; i < 3 << 14; i++)
		x[i] = (float)(i % 97);
	for (int r = 0; r < 600000; r++)
		product(4, 4, 4, a, 4, b, 4, c, 4);
	for (int r = 0; r < 20000; r++)
		walk(1 << 14, 2 + r % 2, x, y);
	for (int i = 0; i < 16; i++)
		sum += c[i] * i;
	for (int i = 0; i < 1 << 14; i += 13)
		sum += y[i];
	printf("%.17g\n", sum);
	return 0;
}
