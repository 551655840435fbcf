/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Gauss and Seidel's relaxation of a plane.
 *
 * psr-bench sizes: 6
 */
#include "../suite/bench.h"

#define N  300
#define TS 10

__attribute__((noinline)) static void seidel_2d(double A[N][N])
{
	int i, j;
	int t;

	for (t = 0; t <= TS - 1; t++)
		for (i = 1; i <= N - 2; i++)
			for (j = 1; j <= N - 2; j++)
				A[i][j] =
				    (A[i - 1][j - 1] + A[i - 1][j] +
				     A[i - 1][j + 1] + A[i][j - 1] + A[i][j] +
				     A[i][j + 1] + A[i + 1][j - 1] +
				     A[i + 1][j] + A[i + 1][j + 1]) /
				    9.0;
}

int main(int argc, char **argv)
{
	size_t reps = bench_arg(argc, argv, 1);
	double(*A)[N] = (void *)bench_doubles(N * N);

	bench_start();
	for (size_t round = 0; round < reps; round++)
		seidel_2d(A);
	bench_stop();
	bench_sum(A, (N * N) * sizeof(double));
	return bench_end();
}
