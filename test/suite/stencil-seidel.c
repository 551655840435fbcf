/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Gauss-Seidel: each point needs its left neighbour's new value.
 *
 * psr-bench sizes: 20 50000, 100 900, 300 91, 900 10
 */
#include "bench.h"

void seidel(size_t n, double *a)
{
	for (size_t i = 1; i + 1 < n; i++)
		for (size_t j = 1; j + 1 < n; j++)
			a[i * n + j] = (a[(i - 1) * n + j] + a[i * n + j - 1] +
					a[i * n + j] + a[i * n + j + 1] +
					a[(i + 1) * n + j]) /
				       5;
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	double *a = bench_doubles(n * n);

	bench_start();
	for (size_t r = 0; r < reps; r++)
		seidel(n, a);
	bench_stop();
	bench_sum(a, n * n * sizeof(*a));
	return bench_end();
}
