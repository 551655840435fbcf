/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Distances from one point to many, in a space of any dimension.
 *
 * psr-bench sizes: 2 13000, 3 11000, 4 10000, 9 4500
 */
#include <math.h>

#include "bench.h"

static float distance(const float *a, const float *b, int dims)
{
	float sum = 0;

	for (int d = 0; d < dims; d++)
		sum += (a[d] - b[d]) * (a[d] - b[d]);
	return sqrtf(sum);
}

void distances(const float *points, int n, int dims, const float *from,
	       float *out)
{
	for (int i = 0; i < n; i++)
		out[i] = distance(points + i * dims, from, dims);
}

int main(int argc, char **argv)
{
	size_t dims = bench_arg(argc, argv, 1);
	size_t reps = bench_arg(argc, argv, 2), n = 3000;
	float *points = bench_floats(n * dims), *from = bench_floats(dims);
	float *out = bench_floats(n);

	bench_start();
	for (size_t r = 0; r < reps; r++) {
		distances(points, (int)n, (int)dims, from, out);
		from[r % dims] = 0.5f * out[r % n];
	}
	bench_stop();
	bench_sum(out, n * sizeof(*out));
	return bench_end();
}
