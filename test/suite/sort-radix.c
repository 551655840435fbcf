/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Radix sort of 32-bit keys, eight bits at a time.
 *
 * psr-bench sizes: 100 74000, 3000 4900, 50000 270, 1000000 9
 */
#include "bench.h"

static void pass(const uint32_t *from, uint32_t *to, size_t n, int shift)
{
	size_t count[257] = {0};

	for (size_t i = 0; i < n; i++)
		count[(from[i] >> shift & 255) + 1]++;
	for (int d = 0; d < 256; d++)
		count[d + 1] += count[d];
	for (size_t i = 0; i < n; i++)
		to[count[from[i] >> shift & 255]++] = from[i];
}

void radix_sort(uint32_t *keys, uint32_t *scratch, size_t n)
{
	pass(keys, scratch, n, 0);
	pass(scratch, keys, n, 8);
	pass(keys, scratch, n, 16);
	pass(scratch, keys, n, 24);
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	uint32_t *source = (uint32_t *)bench_bytes(n * sizeof(*source));
	uint32_t *keys = bench_alloc(n * sizeof(*keys));
	uint32_t *scratch = bench_alloc(n * sizeof(*scratch));

	bench_start();
	for (size_t r = 0; r < reps; r++) {
		memcpy(keys, source, n * sizeof(*keys));
		radix_sort(keys, scratch, n);
	}
	bench_stop();
	bench_sum(keys, n * sizeof(*keys));
	return bench_end();
}
