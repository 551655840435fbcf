/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * IMA ADPCM: four bits a sample, each step by the last one's.
 *
 * psr-bench sizes: 64 140000, 1000 8800, 20000 390, 400000 11
 */
#include "bench.h"

static const int index_step[8] = {-1, -1, -1, -1, 2, 4, 6, 8};

static int steps[89];

static int clamp(int v, int low, int high)
{
	return v < low ? low : v > high ? high : v;
}

void encode(const int16_t *in, uint8_t *out, size_t n)
{
	int predicted = 0, index = 0;

	for (size_t i = 0; i < n; i++) {
		int step = steps[index], delta = in[i] - predicted, code = 0;
		int change = step >> 3;

		if (delta < 0) {
			code = 8;
			delta = -delta;
		}
		for (int bit = 4; bit; bit >>= 1, step >>= 1)
			if (delta >= step) {
				code |= bit;
				delta -= step;
				change += step;
			}
		predicted += code & 8 ? -change : change;
		predicted = clamp(predicted, INT16_MIN, INT16_MAX);
		index = clamp(index + index_step[code & 7], 0, 88);
		out[i] = (uint8_t)code;
	}
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	int16_t *in = bench_alloc(n * sizeof(*in));
	uint8_t *out = bench_alloc(n);
	int level = 0;

	steps[0] = 7;
	for (int i = 1; i < 89; i++)
		steps[i] = steps[i - 1] * 11 / 10 + 1;
	for (size_t i = 0; i < n; i++) {
		level += (int)(bench_random() % 2001) - 1000 - level / 16;
		in[i] = (int16_t)level;
	}
	bench_start();
	for (size_t r = 0; r < reps; r++) {
		encode(in, out, n);
		in[r % n] = (int16_t)(in[r % n] + out[r % n]);
	}
	bench_stop();
	bench_sum(out, n);
	return bench_end();
}
