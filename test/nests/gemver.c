/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Two updates of rank 1, and products of vectors.
 *
 * psr-bench sizes: 16
 */
#include "../suite/bench.h"

#define N 1200

__attribute__((noinline)) static void
gemver(double alpha, double beta, double A[N][N], double u1[N], double v1[N],
       double u2[N], double v2[N], double w[N], double x[N], double y[N],
       double z[N])
{
	int i, j;

	for (i = 0; i < N; i++)
		for (j = 0; j < N; j++)
			A[i][j] = A[i][j] + u1[i] * v1[j] + u2[i] * v2[j];
	for (i = 0; i < N; i++)
		for (j = 0; j < N; j++)
			x[i] = x[i] + beta * A[j][i] * y[j];
	for (i = 0; i < N; i++)
		x[i] = x[i] + z[i];
	for (i = 0; i < N; i++)
		for (j = 0; j < N; j++)
			w[i] = w[i] + alpha * A[i][j] * x[j];
}

int main(int argc, char **argv)
{
	size_t reps = bench_arg(argc, argv, 1);
	double(*A)[N] = (void *)bench_doubles(N * N);
	double *u1 = bench_doubles(N);
	double *v1 = bench_doubles(N);
	double *u2 = bench_doubles(N);
	double *v2 = bench_doubles(N);
	double *w = bench_doubles(N);
	double *x = bench_doubles(N);
	double *y = bench_doubles(N);
	double *z = bench_doubles(N);

	bench_start();
	for (size_t round = 0; round < reps; round++)
		gemver(1.5, 1.2, A, u1, v1, u2, v2, w, x, y, z);
	bench_stop();
	bench_sum(A, (N * N) * sizeof(double));
	bench_sum(u1, N * sizeof(double));
	bench_sum(v1, N * sizeof(double));
	bench_sum(u2, N * sizeof(double));
	bench_sum(v2, N * sizeof(double));
	bench_sum(w, N * sizeof(double));
	bench_sum(x, N * sizeof(double));
	bench_sum(y, N * sizeof(double));
	bench_sum(z, N * sizeof(double));
	return bench_end();
}
