/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Mixes eight tracks of 16-bit samples with their gains, clipped.
 *
 * psr-bench sizes: 64 480000, 1000 32000, 20000 1600, 400000 78
 */
#include "bench.h"

void mix(int16_t *out, const int16_t *const *tracks, const int *gain,
	 size_t ntracks, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int sum = 0;

		for (size_t t = 0; t < ntracks; t++)
			sum += tracks[t][i] * gain[t];
		sum >>= 10;
		if (sum > INT16_MAX)
			sum = INT16_MAX;
		if (sum < INT16_MIN)
			sum = INT16_MIN;
		out[i] = (int16_t)sum;
	}
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	int16_t *tracks[8], *out = bench_alloc(n * sizeof(*out));
	int gain[8];

	for (int t = 0; t < 8; t++) {
		tracks[t] = (int16_t *)bench_bytes(n * sizeof(int16_t));
		gain[t] = 300 + 40 * t;
	}
	bench_start();
	for (size_t r = 0; r < reps; r++) {
		mix(out, (const int16_t *const *)tracks, gain, 8, n);
		gain[r % 8] ^= out[r % n] & 3;
	}
	bench_stop();
	bench_sum(out, n * sizeof(*out));
	return bench_end();
}
