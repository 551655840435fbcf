/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Jacobi's relaxation of a row.
 *
 * psr-bench sizes: 182
 */
#include "../suite/bench.h"

#define N  2000
#define TS 500

__attribute__((noinline)) static void jacobi_1d(double A[N], double B[N])
{
	int i;
	int t;

	for (t = 0; t < TS; t++) {
		for (i = 1; i < N - 1; i++)
			B[i] = 0.33333 * (A[i - 1] + A[i] + A[i + 1]);
		for (i = 1; i < N - 1; i++)
			A[i] = 0.33333 * (B[i - 1] + B[i] + B[i + 1]);
	}
}

int main(int argc, char **argv)
{
	size_t reps = bench_arg(argc, argv, 1);
	double *A = bench_doubles(N);
	double *B = bench_doubles(N);

	bench_start();
	for (size_t round = 0; round < reps; round++)
		jacobi_1d(A, B);
	bench_stop();
	bench_sum(A, N * sizeof(double));
	bench_sum(B, N * sizeof(double));
	return bench_end();
}
