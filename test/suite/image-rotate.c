/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Turns a picture by a quarter: reads rows, writes columns.
 *
 * psr-bench sizes: 32 190000, 128 3000, 512 83, 1500 15
 */
#include "bench.h"

void rotate(const uint32_t *in, uint32_t *out, size_t w, size_t h)
{
	for (size_t y = 0; y < h; y++)
		for (size_t x = 0; x < w; x++)
			out[x * h + h - 1 - y] = in[y * w + x];
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	uint32_t *a = (uint32_t *)bench_bytes(n * n * sizeof(*a));
	uint32_t *b = bench_alloc(n * n * sizeof(*b));

	bench_start();
	for (size_t r = 0; r < reps; r++) {
		rotate(a, b, n, n);
		a[r % n] += b[r % (n * n)];
	}
	bench_stop();
	bench_sum(b, n * n * sizeof(*b));
	return bench_end();
}
