/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * LU factorisation with partial pivoting, in place.
 *
 * psr-bench sizes: 16 89000, 60 3100, 180 130, 420 10
 */
#include <math.h>

#include "bench.h"

static size_t pivot(const double *a, size_t n, size_t k)
{
	size_t best = k;

	for (size_t i = k + 1; i < n; i++)
		if (fabs(a[i * n + k]) > fabs(a[best * n + k]))
			best = i;
	return best;
}

void lu(double *a, size_t n, int *order)
{
	for (size_t k = 0; k < n; k++) {
		size_t p = pivot(a, n, k);

		order[k] = (int)p;
		for (size_t j = 0; p != k && j < n; j++) {
			double t = a[k * n + j];

			a[k * n + j] = a[p * n + j];
			a[p * n + j] = t;
		}
		for (size_t i = k + 1; i < n; i++) {
			double f = a[i * n + k] / a[k * n + k];

			a[i * n + k] = f;
			for (size_t j = k + 1; j < n; j++)
				a[i * n + j] -= f * a[k * n + j];
		}
	}
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	double *source = bench_doubles(n * n), *a = bench_doubles(n * n);
	int *order = bench_alloc(n * sizeof(*order));

	bench_start();
	for (size_t r = 0; r < reps; r++) {
		memcpy(a, source, n * n * sizeof(*a));
		lu(a, n, order);
	}
	bench_stop();
	bench_sum(a, n * n * sizeof(*a));
	bench_sum(order, n * sizeof(*order));
	return bench_end();
}
