/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A chain of second-order filters, each sample after the one before.
 *
 * psr-bench sizes: 64 74000, 1000 4200, 20000 210, 400000 10
 */
#include "bench.h"

struct biquad {
	float b0, b1, b2, a1, a2, z1, z2;
};

void filter(struct biquad *f, int stages, float *samples, int n)
{
	for (int s = 0; s < stages; s++)
		for (int i = 0; i < n; i++) {
			float x = samples[i], y = f[s].b0 * x + f[s].z1;

			f[s].z1 = f[s].b1 * x - f[s].a1 * y + f[s].z2;
			f[s].z2 = f[s].b2 * x - f[s].a2 * y;
			samples[i] = y;
		}
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	struct biquad f[4];
	float *in = bench_floats(n), *samples = bench_floats(n);

	for (int s = 0; s < 4; s++)
		f[s] = (struct biquad){0.3f, 0.4f, 0.3f, -0.2f, 0.17f, 0, 0};
	bench_start();
	for (size_t r = 0; r < reps; r++) {
		memcpy(samples, in, n * sizeof(*in));
		filter(f, 4, samples, (int)n);
	}
	bench_stop();
	bench_sum(samples, n * sizeof(*samples));
	return bench_end();
}
