/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A matrix times a vector, and its transpose times another.
 *
 * psr-bench sizes: 15
 */
#include "../suite/bench.h"

#define M 1000
#define N 1100

__attribute__((noinline)) static void
bicg(double A[N][M], double s[M], double q[N], double p[M], double r[N])
{
	int i, j;

	for (i = 0; i < M; i++)
		s[i] = 0;
	for (i = 0; i < N; i++) {
		q[i] = 0;
		for (j = 0; j < M; j++) {
			s[j] = s[j] + r[i] * A[i][j];
			q[i] = q[i] + A[i][j] * p[j];
		}
	}
}

int main(int argc, char **argv)
{
	size_t reps = bench_arg(argc, argv, 1);
	double(*A)[M] = (void *)bench_doubles(N * M);
	double *s = bench_doubles(M);
	double *q = bench_doubles(N);
	double *p = bench_doubles(M);
	double *r = bench_doubles(N);

	bench_start();
	for (size_t round = 0; round < reps; round++)
		bicg(A, s, q, p, r);
	bench_stop();
	bench_sum(A, (N * M) * sizeof(double));
	bench_sum(s, M * sizeof(double));
	bench_sum(q, N * sizeof(double));
	bench_sum(p, M * sizeof(double));
	bench_sum(r, N * sizeof(double));
	return bench_end();
}
