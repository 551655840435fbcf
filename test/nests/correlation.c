/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Correlation of columns.
 *
 * psr-bench sizes: 6
 */
#include <math.h>

#include "../suite/bench.h"

#define M 260
#define N 280

__attribute__((noinline)) static void correlation(double data[N][M],
						  double corr[M][M],
						  double mean[M],
						  double stddev[M])
{
	int i, j, k;
	double fn = N, eps = 0.1;

	for (j = 0; j < M; j++) {
		mean[j] = 0;
		for (i = 0; i < N; i++)
			mean[j] += data[i][j];
		mean[j] /= fn;
	}
	for (j = 0; j < M; j++) {
		stddev[j] = 0;
		for (i = 0; i < N; i++)
			stddev[j] +=
			    (data[i][j] - mean[j]) * (data[i][j] - mean[j]);
		stddev[j] /= fn;
		stddev[j] = sqrt(stddev[j]);
		stddev[j] = stddev[j] <= eps ? 1.0 : stddev[j];
	}
	for (i = 0; i < N; i++)
		for (j = 0; j < M; j++) {
			data[i][j] -= mean[j];
			data[i][j] /= sqrt(fn) * stddev[j];
		}
	for (i = 0; i < M - 1; i++) {
		corr[i][i] = 1.0;
		for (j = i + 1; j < M; j++) {
			corr[i][j] = 0;
			for (k = 0; k < N; k++)
				corr[i][j] += data[k][i] * data[k][j];
			corr[j][i] = corr[i][j];
		}
	}
	corr[M - 1][M - 1] = 1.0;
}

int main(int argc, char **argv)
{
	size_t reps = bench_arg(argc, argv, 1);
	double(*data)[M] = (void *)bench_doubles(N * M);
	double(*corr)[M] = (void *)bench_doubles(M * M);
	double *mean = bench_doubles(M);
	double *stddev = bench_doubles(M);

	bench_start();
	for (size_t round = 0; round < reps; round++)
		correlation(data, corr, mean, stddev);
	bench_stop();
	bench_sum(data, (N * M) * sizeof(double));
	bench_sum(corr, (M * M) * sizeof(double));
	bench_sum(mean, M * sizeof(double));
	bench_sum(stddev, M * sizeof(double));
	return bench_end();
}
