/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Gauss' elimination for many small systems, by a function for any size.
 *
 * psr-bench sizes: 2 8700, 3 4000, 4 2200, 6 990
 */
#include "bench.h"

static void solve(double *a, double *b, int n)
{
	for (int k = 0; k < n; k++)
		for (int i = k + 1; i < n; i++) {
			double f = a[i * n + k] / a[k * n + k];

			for (int j = k; j < n; j++)
				a[i * n + j] -= f * a[k * n + j];
			b[i] -= f * b[k];
		}
	for (int i = n - 1; i >= 0; i--) {
		for (int j = i + 1; j < n; j++)
			b[i] -= a[i * n + j] * b[j];
		b[i] /= a[i * n + i];
	}
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	size_t count = 500;
	double *source = bench_doubles(count * n * n);
	double *right = bench_doubles(count * n), *a, *b;

	a = bench_doubles(count * n * n);
	b = bench_doubles(count * n);
	for (size_t i = 0; i < count * n; i++)
		source[i * n + i % n] += (double)n;
	bench_start();
	for (size_t r = 0; r < reps; r++) {
		memcpy(a, source, count * n * n * sizeof(*a));
		memcpy(b, right, count * n * sizeof(*b));
		for (size_t s = 0; s < count; s++)
			solve(a + s * n * n, b + s * n, (int)n);
		right[r % (count * n)] += 0.5 * b[r % (count * n)];
	}
	bench_stop();
	bench_sum(b, count * n * sizeof(*b));
	return bench_end();
}
