/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Finds the first entry that fits a query, in a table without order.
 *
 * psr-bench sizes: 60 2600000, 1000 360000, 20000 20000, 500000 810
 */
#include "bench.h"

struct entry {
	uint16_t kind;
	uint16_t flags;
	uint32_t id;
};

long find(const struct entry *table, long n, uint16_t kind, uint32_t id)
{
	for (long i = 0; i < n; i++)
		if (table[i].id == id && table[i].kind == kind)
			return i;
	return -1;
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	struct entry *table = bench_alloc(n * sizeof(*table));
	long sum = 0;

	for (size_t i = 0; i < n; i++) {
		table[i].kind = (uint16_t)(i % 5);
		table[i].id = (uint32_t)i;
	}
	bench_start();
	for (size_t r = 0; r < reps; r++) {
		uint32_t id = (uint32_t)(bench_random() % n);

		sum += find(table, (long)n, (uint16_t)(id % 5), id);
	}
	bench_stop();
	bench_sum(&sum, sizeof(sum));
	return bench_end();
}
