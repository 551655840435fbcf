/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A filter of 63 taps over a block of samples.
 *
 * psr-bench sizes: 256 7000, 2000 900, 20000 90, 200000 9
 */
#include "bench.h"

void fir(const float *in, float *out, int n, const float *taps, int ntaps)
{
	for (int i = 0; i < n; i++) {
		float sum = 0;

		for (int k = 0; k < ntaps; k++)
			sum += taps[k] * in[i + k];
		out[i] = sum;
	}
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	size_t ntaps = 63;
	float *in = bench_floats(n + ntaps), *out = bench_floats(n);
	float *taps = bench_floats(ntaps);

	bench_start();
	for (size_t r = 0; r < reps; r++) {
		fir(in, out, (int)n, taps, (int)ntaps);
		in[r % n] = out[n - 1 - r % n] / (float)ntaps;
	}
	bench_stop();
	bench_sum(out, n * sizeof(*out));
	return bench_end();
}
