/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A Toeplitz system by Durbin's recursion.
 *
 * psr-bench sizes: 17
 */
#include "../suite/bench.h"

#define N 2000

__attribute__((noinline)) static void durbin(double r[N], double y[N],
					     double z[N])
{
	int i, k;
	double al, be, su;

	y[0] = -r[0];
	be = 1;
	al = -r[0];
	for (k = 1; k < N; k++) {
		be = (1 - al * al) * be;
		su = 0;
		for (i = 0; i < k; i++)
			su += r[k - i - 1] * y[i];
		al = -(r[k] + su) / be;
		for (i = 0; i < k; i++)
			z[i] = y[i] + al * y[k - i - 1];
		for (i = 0; i < k; i++)
			y[i] = z[i];
		y[k] = al;
	}
}

int main(int argc, char **argv)
{
	size_t reps = bench_arg(argc, argv, 1);
	double *r = bench_doubles(N);
	double *y = bench_doubles(N);
	double *z = bench_doubles(N);

	for (int i = 0; i < N; i++)
		r[i] = 1.0 / (i + 3);
	bench_start();
	for (size_t round = 0; round < reps; round++)
		durbin(r, y, z);
	bench_stop();
	bench_sum(r, N * sizeof(double));
	bench_sum(y, N * sizeof(double));
	bench_sum(z, N * sizeof(double));
	return bench_end();
}
