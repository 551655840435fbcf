/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Binary search in a sorted table, one key after the other.
 *
 * psr-bench sizes: 30 2600, 2000 1200, 100000 660, 4000000 190
 */
#include "bench.h"

size_t lower_bound(const uint64_t *table, size_t n, uint64_t key)
{
	size_t low = 0;

	while (n) {
		size_t half = n / 2;

		if (table[low + half] < key) {
			low += half + 1;
			n -= half + 1;
		} else {
			n = half;
		}
	}
	return low;
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	uint64_t *table = bench_alloc(n * sizeof(*table));
	uint64_t key = 0, sum = 0;

	for (size_t i = 0; i < n; i++)
		table[i] = key += bench_random() % 100;
	bench_start();
	for (size_t r = 0; r < reps * 1000; r++)
		sum += lower_bound(table, n, bench_random() % key);
	bench_stop();
	bench_sum(&sum, sizeof(sum));
	return bench_end();
}
