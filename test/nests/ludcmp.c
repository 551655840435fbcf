/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * LU factorisation and the solution of a system.
 *
 * psr-bench sizes: 8
 */
#include "../suite/bench.h"

#define N 300

__attribute__((noinline)) static void ludcmp(double A[N][N], double b[N],
					     double x[N], double y[N])
{
	int i, j, k;
	double w;

	for (i = 0; i < N; i++) {
		for (j = 0; j < i; j++) {
			w = A[i][j];
			for (k = 0; k < j; k++)
				w -= A[i][k] * A[k][j];
			A[i][j] = w / A[j][j];
		}
		for (j = i; j < N; j++) {
			w = A[i][j];
			for (k = 0; k < i; k++)
				w -= A[i][k] * A[k][j];
			A[i][j] = w;
		}
	}
	for (i = 0; i < N; i++) {
		w = b[i];
		for (j = 0; j < i; j++)
			w -= A[i][j] * y[j];
		y[i] = w;
	}
	for (i = N - 1; i >= 0; i--) {
		w = y[i];
		for (j = i + 1; j < N; j++)
			w -= A[i][j] * x[j];
		x[i] = w / A[i][i];
	}
}

int main(int argc, char **argv)
{
	size_t reps = bench_arg(argc, argv, 1);
	double(*A)[N] = (void *)bench_doubles(N * N);
	double *b = bench_doubles(N);
	double *x = bench_doubles(N);
	double *y = bench_doubles(N);
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
		ludcmp(A, b, x, y);
	}
	bench_stop();
	bench_sum(A, (N * N) * sizeof(double));
	bench_sum(b, N * sizeof(double));
	bench_sum(x, N * sizeof(double));
	bench_sum(y, N * sizeof(double));
	return bench_end();
}
