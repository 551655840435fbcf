/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The Mandelbrot set, point by point until it escapes.
 *
 * psr-bench sizes: 12 1700, 40 300, 120 38, 300 6
 */
#include "bench.h"

static int escape(double cr, double ci, int most)
{
	double x = 0, y = 0;
	int i = 0;

	for (; i < most && x * x + y * y < 4; i++) {
		double t = x * x - y * y + cr;

		y = 2 * x * y + ci;
		x = t;
	}
	return i;
}

void mandelbrot(int *out, int n, double zoom)
{
	for (int y = 0; y < n; y++)
		for (int x = 0; x < n; x++)
			out[y * n + x] = escape(-0.7 + zoom * (x - n / 2) / n,
						zoom * (y - n / 2) / n, 200);
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	int *out = bench_alloc(n * n * sizeof(*out));
	double zoom = 3;

	bench_start();
	for (size_t r = 0; r < reps; r++) {
		mandelbrot(out, (int)n, zoom);
		zoom *= 0.999;
	}
	bench_stop();
	bench_sum(out, n * n * sizeof(*out));
	return bench_end();
}
