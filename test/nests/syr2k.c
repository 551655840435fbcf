/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * An update of rank 2 k of one half of a matrix.
 *
 * psr-bench sizes: 13
 */
#include "../suite/bench.h"

#define M 200
#define N 240

__attribute__((noinline)) static void
syr2k(double alpha, double beta, double C[N][N], double A[N][M], double B[N][M])
{
	int i, j, k;

	for (i = 0; i < N; i++) {
		for (j = 0; j <= i; j++)
			C[i][j] *= beta;
		for (k = 0; k < M; k++)
			for (j = 0; j <= i; j++)
				C[i][j] += A[j][k] * alpha * B[i][k] +
					   B[j][k] * alpha * A[i][k];
	}
}

int main(int argc, char **argv)
{
	size_t reps = bench_arg(argc, argv, 1);
	double(*C)[N] = (void *)bench_doubles(N * N);
	double(*A)[M] = (void *)bench_doubles(N * M);
	double(*B)[M] = (void *)bench_doubles(N * M);

	bench_start();
	for (size_t round = 0; round < reps; round++)
		syr2k(1.5, 1.2, C, A, B);
	bench_stop();
	bench_sum(C, (N * N) * sizeof(double));
	bench_sum(A, (N * M) * sizeof(double));
	bench_sum(B, (N * M) * sizeof(double));
	return bench_end();
}
