/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The inner product of two vectors; its additions stand in one order.
 *
 * psr-bench sizes: 100 1000000, 2000 34000, 50000 1300, 2000000 33
 */
#include "bench.h"

double dot(const double *x, const double *y, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += x[i] * y[i];
	return sum;
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	double *x = bench_doubles(n), *y = bench_doubles(n), sum = 0;

	bench_start();
	for (size_t r = 0; r < reps; r++) {
		x[r % n] += 0.5;
		sum += dot(x, y, n);
	}
	bench_stop();
	bench_sum(&sum, sizeof(sum));
	return bench_end();
}
