/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Orthogonalisation by Gram and Schmidt.
 *
 * psr-bench sizes: 5
 */
#include <math.h>

#include "../suite/bench.h"

#define M 200
#define N 240

__attribute__((noinline)) static void
gramschmidt(double A[M][N], double R[N][N], double Q[M][N])
{
	int i, j, k;
	double nrm;

	for (k = 0; k < N; k++) {
		nrm = 0;
		for (i = 0; i < M; i++)
			nrm += A[i][k] * A[i][k];
		R[k][k] = sqrt(nrm);
		for (i = 0; i < M; i++)
			Q[i][k] = A[i][k] / R[k][k];
		for (j = k + 1; j < N; j++) {
			R[k][j] = 0;
			for (i = 0; i < M; i++)
				R[k][j] += Q[i][k] * A[i][j];
			for (i = 0; i < M; i++)
				A[i][j] = A[i][j] - Q[i][k] * R[k][j];
		}
	}
}

int main(int argc, char **argv)
{
	size_t reps = bench_arg(argc, argv, 1);
	double(*A)[N] = (void *)bench_doubles(M * N);
	double(*R)[N] = (void *)bench_doubles(N * N);
	double(*Q)[N] = (void *)bench_doubles(M * N);
	double(*start)[N] = bench_alloc((M * N) * sizeof(double));

	for (int i = 0; i < M; i++)
		for (int j = 0; j < N; j++)
			A[i][j] +=
			    (i == j) * 3.0 + 0.001 * ((i * 7 + j * j) % M);
	memcpy(start, A, (M * N) * sizeof(double));
	bench_start();
	for (size_t round = 0; round < reps; round++) {
		memcpy(A, start, (M * N) * sizeof(double));
		gramschmidt(A, R, Q);
	}
	bench_stop();
	bench_sum(A, (M * N) * sizeof(double));
	bench_sum(R, (N * N) * sizeof(double));
	bench_sum(Q, (M * N) * sizeof(double));
	return bench_end();
}
