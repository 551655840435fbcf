/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The knapsack problem by dynamic programming, for 40 things.
 *
 * psr-bench sizes: 50 58000, 500 6500, 5000 570, 40000 70
 */
#include "bench.h"

long knapsack(const int *weight, const long *worth, int things, long *best,
	      int capacity)
{
	memset(best, 0, ((size_t)capacity + 1) * sizeof(*best));
	for (int t = 0; t < things; t++)
		for (int c = capacity; c >= weight[t]; c--) {
			long with = best[c - weight[t]] + worth[t];

			if (with > best[c])
				best[c] = with;
		}
	return best[capacity];
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	int weight[40];
	long worth[40], *best = bench_alloc((n + 1) * sizeof(*best)), sum = 0;

	for (int t = 0; t < 40; t++) {
		weight[t] = 1 + (int)(bench_random() % (n / 10));
		worth[t] = 1 + (long)(bench_random() % 100);
	}
	bench_start();
	for (size_t r = 0; r < reps; r++) {
		sum += knapsack(weight, worth, 40, best, (int)n);
		worth[r % 40] ^= 3;
	}
	bench_stop();
	bench_sum(&sum, sizeof(sum));
	return bench_end();
}
