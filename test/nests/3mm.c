/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Three matrix products.
 *
 * psr-bench sizes: 3
 */
#include "../suite/bench.h"

#define NI 180
#define NJ 190
#define NK 200
#define NL 210
#define NM 220

__attribute__((noinline)) static void
three_products(double E[NI][NJ], double A[NI][NK], double B[NK][NJ],
	       double F[NJ][NL], double C[NJ][NM], double D[NM][NL],
	       double G[NI][NL])
{
	int i, j, k;

	for (i = 0; i < NI; i++)
		for (j = 0; j < NJ; j++) {
			E[i][j] = 0;
			for (k = 0; k < NK; ++k)
				E[i][j] += A[i][k] * B[k][j];
		}
	for (i = 0; i < NJ; i++)
		for (j = 0; j < NL; j++) {
			F[i][j] = 0;
			for (k = 0; k < NM; ++k)
				F[i][j] += C[i][k] * D[k][j];
		}
	for (i = 0; i < NI; i++)
		for (j = 0; j < NL; j++) {
			G[i][j] = 0;
			for (k = 0; k < NJ; ++k)
				G[i][j] += E[i][k] * F[k][j];
		}
}

int main(int argc, char **argv)
{
	size_t reps = bench_arg(argc, argv, 1);
	double(*E)[NJ] = (void *)bench_doubles(NI * NJ);
	double(*A)[NK] = (void *)bench_doubles(NI * NK);
	double(*B)[NJ] = (void *)bench_doubles(NK * NJ);
	double(*F)[NL] = (void *)bench_doubles(NJ * NL);
	double(*C)[NM] = (void *)bench_doubles(NJ * NM);
	double(*D)[NL] = (void *)bench_doubles(NM * NL);
	double(*G)[NL] = (void *)bench_doubles(NI * NL);

	bench_start();
	for (size_t round = 0; round < reps; round++)
		three_products(E, A, B, F, C, D, G);
	bench_stop();
	bench_sum(E, (NI * NJ) * sizeof(double));
	bench_sum(A, (NI * NK) * sizeof(double));
	bench_sum(B, (NK * NJ) * sizeof(double));
	bench_sum(F, (NJ * NL) * sizeof(double));
	bench_sum(C, (NJ * NM) * sizeof(double));
	bench_sum(D, (NM * NL) * sizeof(double));
	bench_sum(G, (NI * NL) * sizeof(double));
	return bench_end();
}
