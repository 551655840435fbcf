/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Covariance of columns.
 *
 * psr-bench sizes: 6
 */
#include "../suite/bench.h"

#define M 240
#define N 260

__attribute__((noinline)) static void
covariance(double data[N][M], double cov[M][M], double mean[M])
{
	int i, j, k;
	double fn = N;

	for (j = 0; j < M; j++) {
		mean[j] = 0;
		for (i = 0; i < N; i++)
			mean[j] += data[i][j];
		mean[j] /= fn;
	}
	for (i = 0; i < N; i++)
		for (j = 0; j < M; j++)
			data[i][j] -= mean[j];
	for (i = 0; i < M; i++)
		for (j = i; j < M; j++) {
			cov[i][j] = 0;
			for (k = 0; k < N; k++)
				cov[i][j] += data[k][i] * data[k][j];
			cov[i][j] /= fn - 1.0;
			cov[j][i] = cov[i][j];
		}
}

int main(int argc, char **argv)
{
	size_t reps = bench_arg(argc, argv, 1);
	double(*data)[M] = (void *)bench_doubles(N * M);
	double(*cov)[M] = (void *)bench_doubles(M * M);
	double *mean = bench_doubles(M);

	bench_start();
	for (size_t round = 0; round < reps; round++)
		covariance(data, cov, mean);
	bench_stop();
	bench_sum(data, (N * M) * sizeof(double));
	bench_sum(cov, (M * M) * sizeof(double));
	bench_sum(mean, M * sizeof(double));
	return bench_end();
}
