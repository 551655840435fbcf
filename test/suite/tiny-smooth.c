/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A moving average of integers with few weights, by a function for any number.
 *
 * psr-bench sizes: 3 6600, 5 4400, 7 3500, 11 3600
 */
#include "bench.h"

void smooth(const int *in, int *out, unsigned n, const int *weights,
	    unsigned width, int divisor)
{
	for (unsigned i = 0; i + width <= n; i++) {
		int sum = 0;

		for (unsigned k = 0; k < width; k++)
			sum += weights[k] * in[i + k];
		out[i] = sum / divisor;
	}
}

int main(int argc, char **argv)
{
	size_t width = bench_arg(argc, argv, 1);
	size_t reps = bench_arg(argc, argv, 2), n = 5000;
	int *in = bench_alloc(n * sizeof(*in)),
	    *out = bench_alloc(n * sizeof(*out));
	int *weights = bench_alloc(width * sizeof(*weights)), divisor = 0;

	for (size_t i = 0; i < n; i++)
		in[i] = (int)(bench_random() % 1000);
	for (size_t k = 0; k < width; k++)
		divisor += weights[k] =
		    1 + (int)(k < width / 2 ? k : width - k);
	bench_start();
	for (size_t r = 0; r < reps; r++) {
		smooth(in, out, (unsigned)n, weights, (unsigned)width, divisor);
		in[r % n] ^= out[r % 100] & 7;
	}
	bench_stop();
	bench_sum(out, n * sizeof(*out));
	return bench_end();
}
