/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* constants TAPS SIZE: prints the least ns that one call takes of a filter of
 * TAPS taps over 1024 samples, and of a product of SIZE by SIZE matrices, both
 * through general functions. test/bench/constants compares builds by it. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define N      1024
#define ROUNDS 200
#define CALLS  400

__attribute__((noinline)) void fir(long n, int taps, const float *h,
				   const float *x, float *y)
{
	for (long i = 0; i < n; i++) {
		float sum = 0;

		for (int k = 0; k < taps; k++)
			sum += h[k] * x[i + k];
		y[i] = sum;
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

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double least(double best, double start, int calls)
{
	double ns = (now() - start) / calls;

	return ns < best ? ns : best;
}

int main(int argc, char **argv)
{
	static float x[N + 64], y[N], h[64];
	static double a[1024], b[1024], c[1024];
	int taps = argc > 1 ? atoi(argv[1]) : 5;
	int size = argc > 2 ? atoi(argv[2]) : 4;
	double filter = 1e18, small = 1e18, start;

	if (taps > 64 || size > 32)
		return 2;
	for (int i = 0; i < N + 64; i++)
		x[i] = (float)(i % 97) * 0.37f;
	for (int i = 0; i < 64; i++)
		h[i] = (float)(i % 3) * 0.11f;
	for (int i = 0; i < 1024; i++)
		a[i] = b[i] = i % 7 * 0.13;
	for (int r = 0; r < ROUNDS; r++) {
		start = now();
		for (int i = 0; i < CALLS / 10; i++)
			fir(N, taps, h, x, y);
		filter = least(filter, start, CALLS / 10);
		start = now();
		for (int i = 0; i < CALLS; i++)
			product(size, size, size, a, size, b, size, c, size);
		small = least(small, start, CALLS);
	}
	fprintf(stderr, "%.17g %.17g\n", (double)y[N / 2], c[size]);
	printf("%.2f %.2f\n", filter, small);
	return 0;
}
