/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * All shortest paths by Floyd and Warshall.
 *
 * psr-bench sizes: 16 20000, 60 460, 160 27, 360 2
 */
#include "bench.h"

void floyd(int n, int *d)
{
	for (int k = 0; k < n; k++)
		for (int i = 0; i < n; i++)
			for (int j = 0; j < n; j++)
				if (d[i * n + k] + d[k * n + j] < d[i * n + j])
					d[i * n + j] =
					    d[i * n + k] + d[k * n + j];
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	int *source = bench_alloc(n * n * sizeof(*source));
	int *d = bench_alloc(n * n * sizeof(*d));

	for (size_t i = 0; i < n * n; i++)
		source[i] = (int)(bench_random() % 1000) + 1;
	bench_start();
	for (size_t r = 0; r < reps; r++) {
		memcpy(d, source, n * n * sizeof(*d));
		floyd((int)n, d);
	}
	bench_stop();
	bench_sum(d, n * n * sizeof(*d));
	return bench_end();
}
