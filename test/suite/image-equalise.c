/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Equalises a grey image's histogram: counts, then looks each pixel up.
 *
 * psr-bench sizes: 32 52000, 128 5000, 500 350, 1800 26
 */
#include "bench.h"

void equalise(uint8_t *pixels, size_t n)
{
	unsigned histogram[256] = {0}, below = 0;
	uint8_t map[256];

	for (size_t i = 0; i < n; i++)
		histogram[pixels[i]]++;
	for (int v = 0; v < 256; v++) {
		map[v] = (uint8_t)((uint64_t)below * 255 / n);
		below += histogram[v];
	}
	for (size_t i = 0; i < n; i++)
		pixels[i] = map[pixels[i]];
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	uint8_t *pixels = bench_bytes(n * n);

	bench_start();
	for (size_t r = 0; r < reps; r++) {
		pixels[r % n] ^= 85;
		equalise(pixels, n * n);
	}
	bench_stop();
	bench_sum(pixels, n * n);
	return bench_end();
}
