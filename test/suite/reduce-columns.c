/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Means and deviations of the columns of a table.
 *
 * psr-bench sizes: 16 180000, 64 15000, 300 720, 1200 29
 */
#include <math.h>

#include "bench.h"

void describe(const double *table, size_t rows, size_t columns, double *mean,
	      double *deviation)
{
	memset(mean, 0, columns * sizeof(*mean));
	memset(deviation, 0, columns * sizeof(*deviation));
	for (size_t i = 0; i < rows; i++)
		for (size_t j = 0; j < columns; j++)
			mean[j] += table[i * columns + j];
	for (size_t j = 0; j < columns; j++)
		mean[j] /= (double)rows;
	for (size_t i = 0; i < rows; i++)
		for (size_t j = 0; j < columns; j++) {
			double d = table[i * columns + j] - mean[j];

			deviation[j] += d * d;
		}
	for (size_t j = 0; j < columns; j++)
		deviation[j] = sqrt(deviation[j] / (double)(rows - 1));
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	size_t rows = 2 * n;
	double *table = bench_doubles(rows * n);
	double *mean = bench_doubles(n), *deviation = bench_doubles(n);

	bench_start();
	for (size_t r = 0; r < reps; r++) {
		describe(table, rows, n, mean, deviation);
		table[r % (rows * n)] += deviation[r % n];
	}
	bench_stop();
	bench_sum(mean, n * sizeof(*mean));
	bench_sum(deviation, n * sizeof(*deviation));
	return bench_end();
}
