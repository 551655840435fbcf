/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Box blur of a grey image by running sums, rows first, columns then.
 *
 * psr-bench sizes: 32 14000, 128 910, 500 52, 1400 5
 */
#include "bench.h"

static void blur_line(const uint8_t *in, uint8_t *out, int n, int step,
		      int radius)
{
	int sum = 0, width = 2 * radius + 1;

	for (int i = -radius; i <= radius; i++)
		sum += in[(i < 0 ? 0 : i) * step];
	for (int i = 0; i < n; i++) {
		int leaves = i - radius < 0 ? 0 : i - radius;
		int enters = i + radius + 1 >= n ? n - 1 : i + radius + 1;

		out[i * step] = (uint8_t)(sum / width);
		sum += in[enters * step] - in[leaves * step];
	}
}

void box_blur(const uint8_t *in, uint8_t *tmp, uint8_t *out, int w, int h,
	      int radius)
{
	for (int y = 0; y < h; y++)
		blur_line(in + y * w, tmp + y * w, w, 1, radius);
	for (int x = 0; x < w; x++)
		blur_line(tmp + x, out + x, h, w, radius);
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	uint8_t *in = bench_bytes(n * n);
	uint8_t *tmp = bench_alloc(n * n), *out = bench_alloc(n * n);

	bench_start();
	for (size_t r = 0; r < reps; r++) {
		box_blur(in, tmp, out, (int)n, (int)n, 3);
		in[r % (n * n)] ^= out[r % n];
	}
	bench_stop();
	bench_sum(out, n * n);
	return bench_end();
}
