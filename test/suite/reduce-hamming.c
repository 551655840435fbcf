/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The nearest of many bit strings by Hamming distance.
 *
 * psr-bench sizes: 8 510000, 100 43000, 4000 1100, 100000 43
 */
#include "bench.h"

static unsigned distance(const uint32_t *a, const uint32_t *b, size_t words)
{
	unsigned d = 0;

	for (size_t i = 0; i < words; i++)
		d += (unsigned)__builtin_popcount(a[i] ^ b[i]);
	return d;
}

size_t nearest(const uint32_t *all, size_t n, size_t words,
	       const uint32_t *query)
{
	size_t best = 0;
	unsigned least = ~0u;

	for (size_t i = 0; i < n; i++) {
		unsigned d = distance(all + i * words, query, words);

		if (d < least) {
			least = d;
			best = i;
		}
	}
	return best;
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	size_t words = 32;
	uint32_t *all = (uint32_t *)bench_bytes(n * words * sizeof(*all));
	uint32_t *query = (uint32_t *)bench_bytes(words * sizeof(*query));

	bench_start();
	for (size_t r = 0; r < reps; r++)
		query[r % words] ^= (uint32_t)nearest(all, n, words, query) + 1;
	bench_stop();
	bench_sum(query, words * sizeof(*query));
	return bench_end();
}
