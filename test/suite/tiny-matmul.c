/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Products of many small matrices by a function for any size.
 *
 * psr-bench sizes: 2 5900, 3 2400, 4 2100, 8 330
 */
#include "bench.h"

static void multiply(const double *a, const double *b, double *c, int m, int n,
		     int k)
{
	for (int i = 0; i < m; i++)
		for (int j = 0; j < n; j++) {
			double sum = 0;

			for (int p = 0; p < k; p++)
				sum += a[i * k + p] * b[p * n + j];
			c[i * n + j] = sum;
		}
}

void multiply_all(const double *a, const double *b, double *c, int n,
		  size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t at = i * (size_t)n * (size_t)n;

		multiply(a + at, b + at, c + at, n, n, n);
	}
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	size_t count = 1000, size = count * n * n;
	double *a = bench_doubles(size), *b = bench_doubles(size);
	double *c = bench_doubles(size);

	bench_start();
	for (size_t r = 0; r < reps; r++) {
		multiply_all(a, b, c, (int)n, count);
		a[r % size] = 0.5 * c[(r * 7) % size] / (double)n;
	}
	bench_stop();
	bench_sum(c, size * sizeof(*c));
	return bench_end();
}
