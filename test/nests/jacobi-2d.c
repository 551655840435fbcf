/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Jacobi's relaxation of a plane.
 *
 * psr-bench sizes: 18
 */
#include "../suite/bench.h"

#define N  250
#define TS 40

__attribute__((noinline)) static void jacobi_2d(double A[N][N], double B[N][N])
{
	int i, j;
	int t;

	for (t = 0; t < TS; t++) {
		for (i = 1; i < N - 1; i++)
			for (j = 1; j < N - 1; j++)
				B[i][j] =
				    0.2 * (A[i][j] + A[i][j - 1] + A[i][1 + j] +
					   A[1 + i][j] + A[i - 1][j]);
		for (i = 1; i < N - 1; i++)
			for (j = 1; j < N - 1; j++)
				A[i][j] =
				    0.2 * (B[i][j] + B[i][j - 1] + B[i][1 + j] +
					   B[1 + i][j] + B[i - 1][j]);
	}
}

int main(int argc, char **argv)
{
	size_t reps = bench_arg(argc, argv, 1);
	double(*A)[N] = (void *)bench_doubles(N * N);
	double(*B)[N] = (void *)bench_doubles(N * N);

	bench_start();
	for (size_t round = 0; round < reps; round++)
		jacobi_2d(A, B);
	bench_stop();
	bench_sum(A, (N * N) * sizeof(double));
	bench_sum(B, (N * N) * sizeof(double));
	return bench_end();
}
