/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A triangular matrix times another, in place.
 *
 * psr-bench sizes: 16
 */
#include "../suite/bench.h"

#define M 200
#define N 240

__attribute__((noinline)) static void trmm(double alpha, double A[M][M],
					   double B[M][N])
{
	int i, j, k;

	for (i = 0; i < M; i++)
		for (j = 0; j < N; j++) {
			for (k = i + 1; k < M; k++)
				B[i][j] += A[k][i] * B[k][j];
			B[i][j] = alpha * B[i][j];
		}
}

int main(int argc, char **argv)
{
	size_t reps = bench_arg(argc, argv, 1);
	double(*A)[M] = (void *)bench_doubles(M * M);
	double(*B)[N] = (void *)bench_doubles(M * N);
	double(*start)[N] = bench_alloc((M * N) * sizeof(double));

	memcpy(start, B, (M * N) * sizeof(double));
	bench_start();
	for (size_t round = 0; round < reps; round++) {
		memcpy(B, start, (M * N) * sizeof(double));
		trmm(1.5, A, B);
	}
	bench_stop();
	bench_sum(A, (M * M) * sizeof(double));
	bench_sum(B, (M * N) * sizeof(double));
	return bench_end();
}
