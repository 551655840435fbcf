/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Fields in two dimensions, by finite differences.
 *
 * psr-bench sizes: 30
 */
#include "../suite/bench.h"

#define NX 200
#define NY 240
#define TM 30

__attribute__((noinline)) static void fdtd_2d(double ex[NX][NY],
					      double ey[NX][NY],
					      double hz[NX][NY],
					      double fict[TM])
{
	int i, j;
	int t;

	for (t = 0; t < TM; t++) {
		for (j = 0; j < NY; j++)
			ey[0][j] = fict[t];
		for (i = 1; i < NX; i++)
			for (j = 0; j < NY; j++)
				ey[i][j] =
				    ey[i][j] - 0.5 * (hz[i][j] - hz[i - 1][j]);
		for (i = 0; i < NX; i++)
			for (j = 1; j < NY; j++)
				ex[i][j] =
				    ex[i][j] - 0.5 * (hz[i][j] - hz[i][j - 1]);
		for (i = 0; i < NX - 1; i++)
			for (j = 0; j < NY - 1; j++)
				hz[i][j] =
				    hz[i][j] - 0.7 * (ex[i][j + 1] - ex[i][j] +
						      ey[i + 1][j] - ey[i][j]);
	}
}

int main(int argc, char **argv)
{
	size_t reps = bench_arg(argc, argv, 1);
	double(*ex)[NY] = (void *)bench_doubles(NX * NY);
	double(*ey)[NY] = (void *)bench_doubles(NX * NY);
	double(*hz)[NY] = (void *)bench_doubles(NX * NY);
	double *fict = bench_doubles(TM);

	bench_start();
	for (size_t round = 0; round < reps; round++)
		fdtd_2d(ex, ey, hz, fict);
	bench_stop();
	bench_sum(ex, (NX * NY) * sizeof(double));
	bench_sum(ey, (NX * NY) * sizeof(double));
	bench_sum(hz, (NX * NY) * sizeof(double));
	bench_sum(fict, TM * sizeof(double));
	return bench_end();
}
