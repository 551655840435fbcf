/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A matrix and its transpose times two vectors.
 *
 * psr-bench sizes: 27
 */
#include "../suite/bench.h"

#define N 1000

__attribute__((noinline)) static void
mvt(double A[N][N], double x1[N], double x2[N], double y1[N], double y2[N])
{
	int i, j;

	for (i = 0; i < N; i++)
		for (j = 0; j < N; j++)
			x1[i] = x1[i] + A[i][j] * y1[j];
	for (i = 0; i < N; i++)
		for (j = 0; j < N; j++)
			x2[i] = x2[i] + A[j][i] * y2[j];
}

int main(int argc, char **argv)
{
	size_t reps = bench_arg(argc, argv, 1);
	double(*A)[N] = (void *)bench_doubles(N * N);
	double *x1 = bench_doubles(N);
	double *x2 = bench_doubles(N);
	double *y1 = bench_doubles(N);
	double *y2 = bench_doubles(N);

	bench_start();
	for (size_t round = 0; round < reps; round++)
		mvt(A, x1, x2, y1, y2);
	bench_stop();
	bench_sum(A, (N * N) * sizeof(double));
	bench_sum(x1, N * sizeof(double));
	bench_sum(x2, N * sizeof(double));
	bench_sum(y1, N * sizeof(double));
	bench_sum(y2, N * sizeof(double));
	return bench_end();
}
