/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * B = alpha L' B for a lower triangular L with ones on its diagonal.
 *
 * psr-bench sizes: 24 20000, 72 600, 200 21, 300 6
 */
#include "bench.h"

void trmm(int m, int n, double alpha, const double *l, double *b)
{
	for (int i = 0; i < m; i++)
		for (int j = 0; j < n; j++) {
			for (int k = i + 1; k < m; k++)
				b[i * n + j] += l[k * m + i] * b[k * n + j];
			b[i * n + j] = alpha * b[i * n + j];
		}
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	double *l = bench_doubles(n * n), *b = bench_doubles(n * n);

	for (size_t i = 0; i < n * n; i++)
		l[i] = (l[i] - 0.5) / (double)n;
	bench_start();
	for (size_t r = 0; r < reps; r++)
		trmm((int)n, (int)n, r % 2 ? 0.9 : 1.1, l, b);
	bench_stop();
	bench_sum(b, n * n * sizeof(*b));
	return bench_end();
}
