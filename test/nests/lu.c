/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * LU factorisation without pivots.
 *
 * psr-bench sizes: 8
 */
#include "../suite/bench.h"

#define N 300

__attribute__((noinline)) static void lu(double A[N][N])
{
	int i, j, k;

	for (i = 0; i < N; i++) {
		for (j = 0; j < i; j++) {
			for (k = 0; k < j; k++)
				A[i][j] -= A[i][k] * A[k][j];
			A[i][j] /= A[j][j];
		}
		for (j = i; j < N; j++)
			for (k = 0; k < i; k++)
				A[i][j] -= A[i][k] * A[k][j];
	}
}

int main(int argc, char **argv)
{
	size_t reps = bench_arg(argc, argv, 1);
	double(*A)[N] = (void *)bench_doubles(N * N);
	double(*start)[N] = bench_alloc((N * N) * sizeof(double));

	for (int i = 0; i < N; i++) {
		for (int j = 0; j < N; j++)
			A[i][j] *= 0.01;
		A[i][i] = 4.0 + N * 0.01;
	}
	memcpy(start, A, (N * N) * sizeof(double));
	bench_start();
	for (size_t round = 0; round < reps; round++) {
		memcpy(A, start, (N * N) * sizeof(double));
		lu(A);
	}
	bench_stop();
	bench_sum(A, (N * N) * sizeof(double));
	return bench_end();
}
