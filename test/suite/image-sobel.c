/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Edges of a grey image by Sobel's operators.
 *
 * psr-bench sizes: 32 35000, 128 3200, 500 250, 1800 17
 */
#include <stdlib.h>

#include "bench.h"

struct image {
	int width, height, stride;
	uint8_t *pixels;
};

void sobel(const struct image *in, struct image *out)
{
	for (int y = 1; y < in->height - 1; y++) {
		const uint8_t *p = in->pixels + y * in->stride;
		uint8_t *q = out->pixels + y * out->stride;
		int s = in->stride;

		for (int x = 1; x < in->width - 1; x++) {
			int gx = p[x + 1 - s] - p[x - 1 - s] +
				 2 * (p[x + 1] - p[x - 1]) + p[x + 1 + s] -
				 p[x - 1 + s];
			int gy = p[x - 1 + s] - p[x - 1 - s] +
				 2 * (p[x + s] - p[x - s]) + p[x + 1 + s] -
				 p[x + 1 - s];
			int g = abs(gx) + abs(gy);

			q[x] = (uint8_t)(g > 255 ? 255 : g);
		}
	}
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	struct image a = {(int)n, (int)n, (int)n, bench_bytes(n * n)};
	struct image b = {(int)n, (int)n, (int)n, bench_alloc(n * n)};

	bench_start();
	for (size_t r = 0; r < reps; r++) {
		sobel(&a, &b);
		a.pixels[r % n] ^= b.pixels[n + r % n];
	}
	bench_stop();
	bench_sum(b.pixels, n * n);
	return bench_end();
}
