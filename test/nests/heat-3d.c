/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Heat in three dimensions.
 *
 * psr-bench sizes: 13
 */
#include "../suite/bench.h"

#define N  40
#define TS 40

__attribute__((noinline)) static void heat_3d(double A[N][N][N],
					      double B[N][N][N])
{
	int i, j, k;
	int t;

	for (t = 1; t <= TS; t++) {
		for (i = 1; i < N - 1; i++)
			for (j = 1; j < N - 1; j++)
				for (k = 1; k < N - 1; k++)
					B[i][j][k] = 0.125 * (A[i + 1][j][k] -
							      2.0 * A[i][j][k] +
							      A[i - 1][j][k]) +
						     0.125 * (A[i][j + 1][k] -
							      2.0 * A[i][j][k] +
							      A[i][j - 1][k]) +
						     0.125 * (A[i][j][k + 1] -
							      2.0 * A[i][j][k] +
							      A[i][j][k - 1]) +
						     A[i][j][k];
		for (i = 1; i < N - 1; i++)
			for (j = 1; j < N - 1; j++)
				for (k = 1; k < N - 1; k++)
					A[i][j][k] = 0.125 * (B[i + 1][j][k] -
							      2.0 * B[i][j][k] +
							      B[i - 1][j][k]) +
						     0.125 * (B[i][j + 1][k] -
							      2.0 * B[i][j][k] +
							      B[i][j - 1][k]) +
						     0.125 * (B[i][j][k + 1] -
							      2.0 * B[i][j][k] +
							      B[i][j][k - 1]) +
						     B[i][j][k];
	}
}

int main(int argc, char **argv)
{
	size_t reps = bench_arg(argc, argv, 1);
	double(*A)[N][N] = (void *)bench_doubles(N * N * N);
	double(*B)[N][N] = (void *)bench_doubles(N * N * N);

	bench_start();
	for (size_t round = 0; round < reps; round++)
		heat_3d(A, B);
	bench_stop();
	bench_sum(A, (N * N * N) * sizeof(double));
	bench_sum(B, (N * N * N) * sizeof(double));
	return bench_end();
}
