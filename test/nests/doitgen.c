/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A product of a tensor and a matrix.
 *
 * psr-bench sizes: 14
 */
#include "../suite/bench.h"

#define NQ 40
#define NR 50
#define NP 60

__attribute__((noinline)) static void doitgen(double A[NR][NQ][NP],
					      double C4[NP][NP], double sum[NP])
{
	int r, q, p, s;

	for (r = 0; r < NR; r++)
		for (q = 0; q < NQ; q++) {
			for (p = 0; p < NP; p++) {
				sum[p] = 0;
				for (s = 0; s < NP; s++)
					sum[p] += A[r][q][s] * C4[s][p];
			}
			for (p = 0; p < NP; p++)
				A[r][q][p] = sum[p];
		}
}

int main(int argc, char **argv)
{
	size_t reps = bench_arg(argc, argv, 1);
	double(*A)[NQ][NP] = (void *)bench_doubles(NR * NQ * NP);
	double(*C4)[NP] = (void *)bench_doubles(NP * NP);
	double *sum = bench_doubles(NP);

	bench_start();
	for (size_t round = 0; round < reps; round++)
		doitgen(A, C4, sum);
	bench_stop();
	bench_sum(A, (NR * NQ * NP) * sizeof(double));
	bench_sum(C4, (NP * NP) * sizeof(double));
	bench_sum(sum, NP * sizeof(double));
	return bench_end();
}
