/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * QR by modified Gram-Schmidt: everything goes down the columns of matrices
 * that are stored by rows.
 *
 * psr-bench sizes: 16 29000, 50 810, 140 36, 320 2
 */
#include <math.h>

#include "bench.h"

void gram_schmidt(int m, int n, float *restrict a, float *restrict r,
		  float *restrict q)
{
	for (int k = 0; k < n; k++) {
		float norm = 0;

		for (int i = 0; i < m; i++)
			norm += a[i * n + k] * a[i * n + k];
		r[k * n + k] = sqrtf(norm);
		for (int i = 0; i < m; i++)
			q[i * n + k] = a[i * n + k] / r[k * n + k];
		for (int j = k + 1; j < n; j++) {
			r[k * n + j] = 0;
			for (int i = 0; i < m; i++)
				r[k * n + j] += q[i * n + k] * a[i * n + j];
			for (int i = 0; i < m; i++)
				a[i * n + j] -= q[i * n + k] * r[k * n + j];
		}
	}
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	float *source = bench_floats(n * n), *a = bench_floats(n * n);
	float *q = bench_floats(n * n), *t = bench_floats(n * n);

	bench_start();
	for (size_t r = 0; r < reps; r++) {
		memcpy(a, source, n * n * sizeof(*a));
		gram_schmidt((int)n, (int)n, a, t, q);
	}
	bench_stop();
	bench_sum(q, n * n * sizeof(*q));
	bench_sum(t, n * n * sizeof(*t));
	return bench_end();
}
