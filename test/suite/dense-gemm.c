/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * C = alpha A B + beta C, row by row, as it stands in textbooks.
 *
 * psr-bench sizes: 24 21000, 64 1400, 160 90, 400 5
 */
#include "bench.h"

void gemm(size_t m, size_t n, size_t k, double alpha, const double *a,
	  const double *b, double beta, double *c)
{
	for (size_t i = 0; i < m; i++) {
		for (size_t j = 0; j < n; j++)
			c[i * n + j] *= beta;
		for (size_t p = 0; p < k; p++)
			for (size_t j = 0; j < n; j++)
				c[i * n + j] +=
				    alpha * a[i * k + p] * b[p * n + j];
	}
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	double *a = bench_doubles(n * n), *b = bench_doubles(n * n);
	double *c = bench_doubles(n * n);

	bench_start();
	for (size_t r = 0; r < reps; r++)
		gemm(n, n, n, 1.5, a, b, 0.5, c);
	bench_stop();
	bench_sum(c, n * n * sizeof(*c));
	return bench_end();
}
