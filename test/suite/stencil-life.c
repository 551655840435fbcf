/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Conway's game of life, a byte a cell.
 *
 * psr-bench sizes: 32 26000, 128 840, 512 25, 1000 6
 */
#include "bench.h"

void generation(const uint8_t *now, uint8_t *next, unsigned w, unsigned h)
{
	for (unsigned y = 1; y + 1 < h; y++) {
		const uint8_t *up = now + (size_t)(y - 1) * w;
		const uint8_t *row = up + w;
		const uint8_t *down = row + w;
		uint8_t *out = next + (size_t)y * w;

		for (unsigned x = 1; x + 1 < w; x++) {
			int n = up[x - 1] + up[x] + up[x + 1] + row[x - 1] +
				row[x + 1] + down[x - 1] + down[x] +
				down[x + 1];

			out[x] = n == 3 || (n == 2 && row[x]);
		}
	}
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	uint8_t *a = bench_bytes(n * n), *b = bench_alloc(n * n);

	for (size_t i = 0; i < n * n; i++)
		a[i] &= 1;
	bench_start();
	for (size_t r = 0; r < reps; r++) {
		generation(a, b, (unsigned)n, (unsigned)n);
		generation(b, a, (unsigned)n, (unsigned)n);
	}
	bench_stop();
	bench_sum(a, n * n);
	return bench_end();
}
