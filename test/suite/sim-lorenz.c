/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Many trajectories of the Lorenz system, a step at a time, in separate arrays.
 *
 * psr-bench sizes: 10 7900000, 200 460000, 4000 22000, 60000 1500
 */
#include "bench.h"

void lorenz(double *x, double *y, double *z, int n, double dt)
{
	for (int i = 0; i < n; i++) {
		double dx = 10 * (y[i] - x[i]);
		double dy = x[i] * (28 - z[i]) - y[i];
		double dz = x[i] * y[i] - 8.0 / 3 * z[i];

		x[i] += dt * dx;
		y[i] += dt * dy;
		z[i] += dt * dz;
	}
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	double *x = bench_doubles(n), *y = bench_doubles(n);
	double *z = bench_doubles(n);

	bench_start();
	for (size_t r = 0; r < reps; r++)
		lorenz(x, y, z, (int)n, 0.005);
	bench_stop();
	bench_sum(x, n * sizeof(*x));
	bench_sum(z, n * sizeof(*z));
	return bench_end();
}
