/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * C = A B in single precision with dot products: the order of the additions is
 * fixed, and B is walked down its columns.
 *
 * psr-bench sizes: 20 21000, 60 530, 150 27, 260 5
 */
#include "bench.h"

static void multiply(const float *a, const float *b, float *c, int n)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++) {
			float sum = 0;

			for (int k = 0; k < n; k++)
				sum += a[i * n + k] * b[k * n + j];
			c[i * n + j] = sum;
		}
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	float *a = bench_floats(n * n), *b = bench_floats(n * n);
	float *c = bench_floats(n * n);

	bench_start();
	for (size_t r = 0; r < reps; r++) {
		multiply(a, b, c, (int)n);
		a[r % (n * n)] += 0.25f;
	}
	bench_stop();
	bench_sum(c, n * n * sizeof(*c));
	return bench_end();
}
