/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Convolves a grey image with any small kernel; here it is 3 by 3.
 *
 * psr-bench sizes: 24 20000, 80 1600, 300 110, 1000 10
 */
#include "bench.h"

void convolve(const float *in, float *out, int w, int h, const float *kernel,
	      int kw, int kh)
{
	for (int y = 0; y + kh <= h; y++)
		for (int x = 0; x + kw <= w; x++) {
			float sum = 0;

			for (int j = 0; j < kh; j++)
				for (int i = 0; i < kw; i++)
					sum += kernel[j * kw + i] *
					       in[(y + j) * w + x + i];
			out[y * w + x] = sum;
		}
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	float *in = bench_floats(n * n), *out = bench_floats(n * n);
	float *kernel = bench_floats(9);
	int side = argc > 3 ? (int)bench_arg(argc, argv, 3) : 3;

	bench_start();
	for (size_t r = 0; r < reps; r++) {
		convolve(in, out, (int)n, (int)n, kernel, side, side);
		kernel[r % 9] = out[r % n] * 0.25f;
	}
	bench_stop();
	bench_sum(out, n * n * sizeof(*out));
	return bench_end();
}
