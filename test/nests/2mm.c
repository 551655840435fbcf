/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Two matrix products.
 *
 * psr-bench sizes: 4
 */
#include "../suite/bench.h"

#define NI 180
#define NJ 190
#define NK 210
#define NL 220

__attribute__((noinline)) static void
two_products(double alpha, double beta, double tmp[NI][NJ], double A[NI][NK],
	     double B[NK][NJ], double C[NJ][NL], double D[NI][NL])
{
	int i, j, k;

	for (i = 0; i < NI; i++)
		for (j = 0; j < NJ; j++) {
			tmp[i][j] = 0;
			for (k = 0; k < NK; ++k)
				tmp[i][j] += alpha * A[i][k] * B[k][j];
		}
	for (i = 0; i < NI; i++)
		for (j = 0; j < NL; j++) {
			D[i][j] *= beta;
			for (k = 0; k < NJ; ++k)
				D[i][j] += tmp[i][k] * C[k][j];
		}
}

int main(int argc, char **argv)
{
	size_t reps = bench_arg(argc, argv, 1);
	double(*tmp)[NJ] = (void *)bench_doubles(NI * NJ);
	double(*A)[NK] = (void *)bench_doubles(NI * NK);
	double(*B)[NJ] = (void *)bench_doubles(NK * NJ);
	double(*C)[NL] = (void *)bench_doubles(NJ * NL);
	double(*D)[NL] = (void *)bench_doubles(NI * NL);

	bench_start();
	for (size_t round = 0; round < reps; round++)
		two_products(1.5, 1.2, tmp, A, B, C, D);
	bench_stop();
	bench_sum(tmp, (NI * NJ) * sizeof(double));
	bench_sum(A, (NI * NK) * sizeof(double));
	bench_sum(B, (NK * NJ) * sizeof(double));
	bench_sum(C, (NJ * NL) * sizeof(double));
	bench_sum(D, (NI * NL) * sizeof(double));
	return bench_end();
}
