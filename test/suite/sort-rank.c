/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Ranks by counting how many are less: quadratic, for short lists.
 *
 * psr-bench sizes: 30 330000, 200 9700, 1000 380, 5000 16
 */
#include "bench.h"

void ranks(const double *v, int *rank, int n)
{
	for (int i = 0; i < n; i++) {
		int less = 0;

		for (int j = 0; j < n; j++)
			less += v[j] < v[i];
		rank[i] = less;
	}
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	double *v = bench_doubles(n);
	int *rank = bench_alloc(n * sizeof(*rank));

	bench_start();
	for (size_t r = 0; r < reps; r++) {
		ranks(v, rank, (int)n);
		v[r % n] = (double)rank[(r + 7) % n] / (double)n;
	}
	bench_stop();
	bench_sum(rank, n * sizeof(*rank));
	return bench_end();
}
