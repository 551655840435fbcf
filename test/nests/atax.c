/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A matrix and its transpose times a vector.
 *
 * psr-bench sizes: 45
 */
#include "../suite/bench.h"

#define M 1000
#define N 1100

__attribute__((noinline)) static void atax(double A[M][N], double x[N],
					   double y[N], double tmp[M])
{
	int i, j;

	for (i = 0; i < N; i++)
		y[i] = 0;
	for (i = 0; i < M; i++) {
		tmp[i] = 0;
		for (j = 0; j < N; j++)
			tmp[i] = tmp[i] + A[i][j] * x[j];
		for (j = 0; j < N; j++)
			y[j] = y[j] + A[i][j] * tmp[i];
	}
}

int main(int argc, char **argv)
{
	size_t reps = bench_arg(argc, argv, 1);
	double(*A)[N] = (void *)bench_doubles(M * N);
	double *x = bench_doubles(N);
	double *y = bench_doubles(N);
	double *tmp = bench_doubles(M);

	bench_start();
	for (size_t round = 0; round < reps; round++)
		atax(A, x, y, tmp);
	bench_stop();
	bench_sum(A, (M * N) * sizeof(double));
	bench_sum(x, N * sizeof(double));
	bench_sum(y, N * sizeof(double));
	bench_sum(tmp, M * sizeof(double));
	return bench_end();
}
