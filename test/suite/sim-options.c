/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A binomial tree's value for many options: the prices of each step from those
 * of the step after.
 *
 * psr-bench sizes: 20 7800, 400 390, 8000 19, 60000 3
 */
#include "bench.h"

static double value(double spot, double strike, double up, double down,
		    double p, double *v, int steps)
{
	double price = spot;

	for (int i = 0; i < steps; i++)
		price *= down;
	for (int i = 0; i <= steps; i++) {
		v[i] = price > strike ? price - strike : 0;
		price *= up / down;
	}
	for (int s = steps; s > 0; s--)
		for (int i = 0; i < s; i++)
			v[i] = p * v[i + 1] + (1 - p) * v[i];
	return v[0];
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	size_t steps = 40;
	double *v = bench_doubles(steps + 1), *strike = bench_doubles(n);
	double sum = 0;

	bench_start();
	for (size_t r = 0; r < reps; r++)
		for (size_t i = 0; i < n; i++)
			sum += value(100, 60 + 80 * strike[i], 1.02, 0.98, 0.5,
				     v, (int)steps);
	bench_stop();
	bench_sum(&sum, sizeof(sum));
	return bench_end();
}
