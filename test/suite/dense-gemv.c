/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * y = A x and x = A' y: once along the rows, once across them.
 *
 * psr-bench sizes: 32 98000, 200 1700, 900 72, 2500 6
 */
#include "bench.h"

void gemv(size_t n, const double *a, const double *x, double *y)
{
	for (size_t i = 0; i < n; i++) {
		double sum = 0;

		for (size_t j = 0; j < n; j++)
			sum += a[i * n + j] * x[j];
		y[i] = sum;
	}
}

void gemv_transposed(size_t n, const double *a, const double *y, double *x)
{
	for (size_t j = 0; j < n; j++)
		x[j] = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			x[j] += a[i * n + j] * y[i];
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	double *a = bench_doubles(n * n);
	double *x = bench_doubles(n), *y = bench_doubles(n);

	for (size_t i = 0; i < n * n; i++)
		a[i] *= 2 / (double)n;
	bench_start();
	for (size_t r = 0; r < reps; r++) {
		gemv(n, a, x, y);
		gemv_transposed(n, a, y, x);
	}
	bench_stop();
	bench_sum(x, n * sizeof(*x));
	return bench_end();
}
