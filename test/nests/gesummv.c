/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The sum of two matrices times a vector.
 *
 * psr-bench sizes: 16
 */
#include "../suite/bench.h"

#define N 1000

__attribute__((noinline)) static void gesummv(double alpha, double beta,
					      double A[N][N], double B[N][N],
					      double tmp[N], double x[N],
					      double y[N])
{
	int i, j;

	for (i = 0; i < N; i++) {
		tmp[i] = 0;
		y[i] = 0;
		for (j = 0; j < N; j++) {
			tmp[i] = A[i][j] * x[j] + tmp[i];
			y[i] = B[i][j] * x[j] + y[i];
		}
		y[i] = alpha * tmp[i] + beta * y[i];
	}
}

int main(int argc, char **argv)
{
	size_t reps = bench_arg(argc, argv, 1);
	double(*A)[N] = (void *)bench_doubles(N * N);
	double(*B)[N] = (void *)bench_doubles(N * N);
	double *tmp = bench_doubles(N);
	double *x = bench_doubles(N);
	double *y = bench_doubles(N);

	bench_start();
	for (size_t round = 0; round < reps; round++)
		gesummv(1.5, 1.2, A, B, tmp, x, y);
	bench_stop();
	bench_sum(A, (N * N) * sizeof(double));
	bench_sum(B, (N * N) * sizeof(double));
	bench_sum(tmp, N * sizeof(double));
	bench_sum(x, N * sizeof(double));
	bench_sum(y, N * sizeof(double));
	return bench_end();
}
