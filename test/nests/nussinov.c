/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * RNA folding by Nussinov.
 *
 * psr-bench sizes: 4
 */
#include "../suite/bench.h"

#define N         500
#define MAX(a, b) ((a) >= (b) ? (a) : (b))

__attribute__((noinline)) static void nussinov(int seq[N], int table[N][N])
{
	int i, j, k;

	for (i = N - 1; i >= 0; i--)
		for (j = i + 1; j < N; j++) {
			if (j - 1 >= 0)
				table[i][j] = MAX(table[i][j], table[i][j - 1]);
			if (i + 1 < N)
				table[i][j] = MAX(table[i][j], table[i + 1][j]);
			if (j - 1 >= 0 && i + 1 < N) {
				if (i < j - 1)
					table[i][j] = MAX(
					    table[i][j],
					    table[i + 1][j - 1] +
						(seq[i] + seq[j] == 3 ? 1 : 0));
				else
					table[i][j] = MAX(table[i][j],
							  table[i + 1][j - 1]);
			}
			for (k = i + 1; k < j; k++)
				table[i][j] = MAX(
				    table[i][j], table[i][k] + table[k + 1][j]);
		}
}

int main(int argc, char **argv)
{
	size_t reps = bench_arg(argc, argv, 1);
	int *seq = bench_alloc(N * sizeof(int));
	int(*table)[N] = (void *)bench_alloc((N * N) * sizeof(int));
	int(*start)[N] = bench_alloc((N * N) * sizeof(int));

	for (int i = 0; i < N; i++) {
		seq[i] = (i + 1) % 4;
		for (int j = 0; j < N; j++)
			table[i][j] = 0;
	}
	memcpy(start, table, (N * N) * sizeof(int));
	bench_start();
	for (size_t round = 0; round < reps; round++) {
		memcpy(table, start, (N * N) * sizeof(int));
		nussinov(seq, table);
	}
	bench_stop();
	bench_sum(seq, N * sizeof(int));
	bench_sum(table, (N * N) * sizeof(int));
	return bench_end();
}
