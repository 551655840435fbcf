/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Electromagnetic waves in two dimensions: three fields, updated in turn.
 *
 * psr-bench sizes: 24 100000, 100 6000, 400 360, 1100 23
 */
#include "bench.h"

void fdtd(int nx, int ny, double *ex, double *ey, double *hz, double source)
{
	for (int j = 0; j < ny; j++)
		ey[j] = source;
	for (int i = 1; i < nx; i++)
		for (int j = 0; j < ny; j++)
			ey[i * ny + j] -=
			    0.5 * (hz[i * ny + j] - hz[(i - 1) * ny + j]);
	for (int i = 0; i < nx; i++)
		for (int j = 1; j < ny; j++)
			ex[i * ny + j] -=
			    0.5 * (hz[i * ny + j] - hz[i * ny + j - 1]);
	for (int i = 0; i < nx - 1; i++)
		for (int j = 0; j < ny - 1; j++)
			hz[i * ny + j] -=
			    0.7 * (ex[i * ny + j + 1] - ex[i * ny + j] +
				   ey[(i + 1) * ny + j] - ey[i * ny + j]);
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	double *ex = bench_doubles(n * n), *ey = bench_doubles(n * n);
	double *hz = bench_doubles(n * n);

	bench_start();
	for (size_t r = 0; r < reps; r++)
		fdtd((int)n, (int)n, ex, ey, hz, (double)(r % 10));
	bench_stop();
	bench_sum(hz, n * n * sizeof(*hz));
	return bench_end();
}
