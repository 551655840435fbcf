/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * C = alpha A A' + beta C on the lower triangle.
 *
 * psr-bench sizes: 20 31000, 64 1300, 170 74, 300 10
 */
#include "bench.h"

void syrk(size_t n, size_t m, double alpha, const double *a, double beta,
	  double *c)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j <= i; j++)
			c[i * n + j] *= beta;
		for (size_t k = 0; k < m; k++)
			for (size_t j = 0; j <= i; j++)
				c[i * n + j] +=
				    alpha * a[i * m + k] * a[j * m + k];
	}
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	double *a = bench_doubles(n * n), *c = bench_doubles(n * n);

	bench_start();
	for (size_t r = 0; r < reps; r++)
		syrk(n, n, 0.5, a, 0.25, c);
	bench_stop();
	bench_sum(c, n * n * sizeof(*c));
	return bench_end();
}
