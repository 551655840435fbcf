/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A matrix product, added to a matrix.
 *
 * psr-bench sizes: 54
 */
#include "../suite/bench.h"

#define NI 200
#define NJ 220
#define NK 240

__attribute__((noinline)) static void gemm(double alpha, double beta,
					   double C[NI][NJ], double A[NI][NK],
					   double B[NK][NJ])
{
	int i, j, k;

	for (i = 0; i < NI; i++) {
		for (j = 0; j < NJ; j++)
			C[i][j] *= beta;
		for (k = 0; k < NK; k++)
			for (j = 0; j < NJ; j++)
				C[i][j] += alpha * A[i][k] * B[k][j];
	}
}

int main(int argc, char **argv)
{
	size_t reps = bench_arg(argc, argv, 1);
	double(*C)[NJ] = (void *)bench_doubles(NI * NJ);
	double(*A)[NK] = (void *)bench_doubles(NI * NK);
	double(*B)[NJ] = (void *)bench_doubles(NK * NJ);

	bench_start();
	for (size_t round = 0; round < reps; round++)
		gemm(1.5, 1.2, C, A, B);
	bench_stop();
	bench_sum(C, (NI * NJ) * sizeof(double));
	bench_sum(A, (NI * NK) * sizeof(double));
	bench_sum(B, (NK * NJ) * sizeof(double));
	return bench_end();
}
