/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Forward substitution.
 *
 * psr-bench sizes: 37
 */
#include "../suite/bench.h"

#define N 1200

__attribute__((noinline)) static void trisolv(double L[N][N], double x[N],
					      double b[N])
{
	int i, j;

	for (i = 0; i < N; i++) {
		x[i] = b[i];
		for (j = 0; j < i; j++)
			x[i] -= L[i][j] * x[j];
		x[i] = x[i] / L[i][i];
	}
}

int main(int argc, char **argv)
{
	size_t reps = bench_arg(argc, argv, 1);
	double(*L)[N] = (void *)bench_doubles(N * N);
	double *x = bench_doubles(N);
	double *b = bench_doubles(N);

	for (int i = 0; i < N; i++) {
		for (int j = 0; j < N; j++)
			L[i][j] *= 0.001;
		L[i][i] = 2.0;
	}
	bench_start();
	for (size_t round = 0; round < reps; round++)
		trisolv(L, x, b);
	bench_stop();
	bench_sum(L, (N * N) * sizeof(double));
	bench_sum(x, N * sizeof(double));
	bench_sum(b, N * sizeof(double));
	return bench_end();
}
