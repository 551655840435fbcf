/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Five-point Jacobi steps on a square plate, to and fro between two arrays.
 *
 * psr-bench sizes: 20 190000, 120 4600, 500 250, 1500 11
 */
#include "bench.h"

void jacobi(size_t n, const double *a, double *b)
{
	for (size_t i = 1; i + 1 < n; i++)
		for (size_t j = 1; j + 1 < n; j++)
			b[i * n + j] =
			    0.2 * (a[i * n + j] + a[i * n + j - 1] +
				   a[i * n + j + 1] + a[(i - 1) * n + j] +
				   a[(i + 1) * n + j]);
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	double *a = bench_doubles(n * n), *b = bench_doubles(n * n);

	bench_start();
	for (size_t r = 0; r < reps; r++) {
		jacobi(n, a, b);
		jacobi(n, b, a);
	}
	bench_stop();
	bench_sum(a, n * n * sizeof(*a));
	return bench_end();
}
