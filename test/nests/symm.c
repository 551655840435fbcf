/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A symmetric matrix, of which one half is stored, times another.
 *
 * psr-bench sizes: 9
 */
#include "../suite/bench.h"

#define M 200
#define N 240

__attribute__((noinline)) static void
symm(double alpha, double beta, double C[M][N], double A[M][M], double B[M][N])
{
	int i, j, k;

	for (i = 0; i < M; i++)
		for (j = 0; j < N; j++) {
			double temp2 = 0;
			for (k = 0; k < i; k++) {
				C[k][j] += alpha * B[i][j] * A[i][k];
				temp2 += B[k][j] * A[i][k];
			}
			C[i][j] = beta * C[i][j] + alpha * B[i][j] * A[i][i] +
				  alpha * temp2;
		}
}

int main(int argc, char **argv)
{
	size_t reps = bench_arg(argc, argv, 1);
	double(*C)[N] = (void *)bench_doubles(M * N);
	double(*A)[M] = (void *)bench_doubles(M * M);
	double(*B)[N] = (void *)bench_doubles(M * N);

	bench_start();
	for (size_t round = 0; round < reps; round++)
		symm(1.5, 1.2, C, A, B);
	bench_stop();
	bench_sum(C, (M * N) * sizeof(double));
	bench_sum(A, (M * M) * sizeof(double));
	bench_sum(B, (M * N) * sizeof(double));
	return bench_end();
}
