/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Cholesky factorisation of an array of rows, as in many a statistics program.
 *
 * psr-bench sizes: 16 83000, 60 2800, 180 100, 420 7
 */
#include <math.h>

#include "bench.h"

int cholesky(double **a, int n)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j <= i; j++) {
			double sum = a[i][j];

			for (int k = 0; k < j; k++)
				sum -= a[i][k] * a[j][k];
			if (i > j)
				a[i][j] = sum / a[j][j];
			else if (sum > 0)
				a[i][i] = sqrt(sum);
			else
				return -1;
		}
	return 0;
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	double *source = bench_doubles(n * n), *a = bench_doubles(n * n);
	double **rows = bench_alloc(n * sizeof(*rows));
	int failed = 0;

	for (size_t i = 0; i < n; i++) {
		rows[i] = a + i * n;
		source[i * n + i] += (double)n;
	}
	bench_start();
	for (size_t r = 0; r < reps; r++) {
		memcpy(a, source, n * n * sizeof(*a));
		failed |= cholesky(rows, (int)n);
	}
	bench_stop();
	bench_sum(a, n * n * sizeof(*a));
	return failed ? 1 : bench_end();
}
