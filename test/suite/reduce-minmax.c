/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The range of a column, and where its largest value is.
 *
 * psr-bench sizes: 64 1100000, 2000 34000, 60000 1100, 2000000 33
 */
#include "bench.h"

void range(const float *v, int n, float *low, float *high, int *where)
{
	*low = *high = v[0];
	*where = 0;
	for (int i = 1; i < n; i++) {
		if (v[i] < *low)
			*low = v[i];
		if (v[i] > *high) {
			*high = v[i];
			*where = i;
		}
	}
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	float *v = bench_floats(n), low, high, sum = 0;
	int where;

	bench_start();
	for (size_t r = 0; r < reps; r++) {
		range(v, (int)n, &low, &high, &where);
		sum += high - low;
		v[where] = 0.5f * (high + low);
	}
	bench_stop();
	bench_sum(&sum, sizeof(sum));
	bench_sum(v, n * sizeof(*v));
	return bench_end();
}
