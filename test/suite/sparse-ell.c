/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * y = A x for a sparse matrix in the ELLPACK format: the same number of entries
 * in each row, stored by columns.
 *
 * psr-bench sizes: 100 190000, 2000 8700, 30000 540, 300000 46
 */
#include "bench.h"

void ell_multiply(size_t n, size_t width, const unsigned *column,
		  const float *value, const float *x, float *y)
{
	memset(y, 0, n * sizeof(*y));
	for (size_t k = 0; k < width; k++)
		for (size_t i = 0; i < n; i++)
			y[i] += value[k * n + i] * x[column[k * n + i]];
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	size_t width = 6;
	unsigned *column = bench_alloc(width * n * sizeof(*column));
	float *value = bench_floats(width * n);
	float *x = bench_floats(n), *y = bench_floats(n);

	for (size_t k = 0; k < width * n; k++)
		column[k] = (unsigned)((k % n + bench_random() % 64) % n);
	bench_start();
	for (size_t r = 0; r < reps; r++) {
		ell_multiply(n, width, column, value, x, y);
		x[r % n] = 1 / (1 + y[r % n]);
	}
	bench_stop();
	bench_sum(y, n * sizeof(*y));
	return bench_end();
}
