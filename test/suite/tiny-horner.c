/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A polynomial of any degree at many places; here the degree is small.
 *
 * psr-bench sizes: 2 17000, 4 8300, 7 4800, 12 2700
 */
#include "bench.h"

void evaluate(const double *x, double *y, size_t n, const double *c, int degree)
{
	for (size_t i = 0; i < n; i++) {
		double v = c[degree];

		for (int k = degree - 1; k >= 0; k--)
			v = v * x[i] + c[k];
		y[i] = v;
	}
}

int main(int argc, char **argv)
{
	size_t degree = bench_arg(argc, argv, 1);
	size_t reps = bench_arg(argc, argv, 2), n = 4000;
	double *x = bench_doubles(n), *y = bench_doubles(n);
	double *c = bench_doubles(degree + 1);

	bench_start();
	for (size_t r = 0; r < reps; r++) {
		evaluate(x, y, n, c, (int)degree);
		c[r % degree] = y[r % n] / (double)(degree + 2);
	}
	bench_stop();
	bench_sum(y, n * sizeof(*y));
	return bench_end();
}
