/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Colour to grey: three bytes become one.
 *
 * psr-bench sizes: 32 88000, 128 5500, 500 360, 2000 21
 */
#include "bench.h"

void to_grey(const uint8_t *rgb, uint8_t *grey, size_t pixels)
{
	for (size_t i = 0; i < pixels; i++)
		grey[i] = (uint8_t)((77 * rgb[3 * i] + 150 * rgb[3 * i + 1] +
				     29 * rgb[3 * i + 2] + 128) >>
				    8);
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	uint8_t *rgb = bench_bytes(3 * n * n), *grey = bench_alloc(n * n);

	bench_start();
	for (size_t r = 0; r < reps; r++) {
		to_grey(rgb, grey, n * n);
		rgb[r % n] ^= grey[r % n];
	}
	bench_stop();
	bench_sum(grey, n * n);
	return bench_end();
}
