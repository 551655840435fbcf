/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Lays one picture over another by its alpha channel, four bytes a pixel.
 *
 * psr-bench sizes: 32 16000, 128 1000, 500 67, 1600 6
 */
#include "bench.h"

struct pixel {
	uint8_t r, g, b, a;
};

static uint8_t mix(uint8_t over, uint8_t under, int alpha)
{
	return (uint8_t)((over * alpha + under * (255 - alpha) + 127) / 255);
}

void blend(const struct pixel *over, struct pixel *under, int n)
{
	for (int i = 0; i < n; i++) {
		under[i].r = mix(over[i].r, under[i].r, over[i].a);
		under[i].g = mix(over[i].g, under[i].g, over[i].a);
		under[i].b = mix(over[i].b, under[i].b, over[i].a);
	}
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	struct pixel *over = (void *)bench_bytes(n * n * sizeof(*over));
	struct pixel *under = (void *)bench_bytes(n * n * sizeof(*under));

	bench_start();
	for (size_t r = 0; r < reps; r++)
		blend(over, under, (int)(n * n));
	bench_stop();
	bench_sum(under, n * n * sizeof(*under));
	return bench_end();
}
