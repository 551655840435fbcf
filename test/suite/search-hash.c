/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Counts words' hashes in a table with open addressing.
 *
 * psr-bench sizes: 50 21000, 2000 21000, 50000 11000, 1000000 61
 */
#include "bench.h"

struct slot {
	uint64_t key;
	uint64_t count;
};

static void count(struct slot *table, size_t mask, uint64_t key)
{
	size_t i = (key * UINT64_C(0x9e3779b97f4a7c15)) >> 20 & mask;

	while (table[i].count && table[i].key != key)
		i = (i + 1) & mask;
	table[i].key = key;
	table[i].count++;
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	size_t size = 1;
	struct slot *table;

	while (size < 2 * n)
		size *= 2;
	table = bench_alloc(size * sizeof(*table));
	bench_start();
	for (size_t r = 0; r < reps * 1000; r++)
		count(table, size - 1, bench_random() % n + 1);
	bench_stop();
	bench_sum(table, size * sizeof(*table));
	return bench_end();
}
