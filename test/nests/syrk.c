/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * An update of rank k of one half of a matrix.
 *
 * psr-bench sizes: 26
 */
#include "../suite/bench.h"

#define M 200
#define N 240

__attribute__((noinline)) static void syrk(double alpha, double beta,
					   double C[N][N], double A[N][M])
{
	int i, j, k;

	for (i = 0; i < N; i++) {
		for (j = 0; j <= i; j++)
			C[i][j] *= beta;
		for (k = 0; k < M; k++)
			for (j = 0; j <= i; j++)
				C[i][j] += alpha * A[i][k] * A[j][k];
	}
}

int main(int argc, char **argv)
{
	size_t reps = bench_arg(argc, argv, 1);
	double(*C)[N] = (void *)bench_doubles(N * N);
	double(*A)[M] = (void *)bench_doubles(N * M);

	bench_start();
	for (size_t round = 0; round < reps; round++)
		syrk(1.5, 1.2, C, A);
	bench_stop();
	bench_sum(C, (N * N) * sizeof(double));
	bench_sum(A, (N * M) * sizeof(double));
	return bench_end();
}
