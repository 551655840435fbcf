/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Shortest paths by Floyd and Warshall.
 *
 * psr-bench sizes: 4
 */
#include "../suite/bench.h"

#define N 300

__attribute__((noinline)) static void floyd(int path[N][N])
{
	int i, j, k;

	for (k = 0; k < N; k++)
		for (i = 0; i < N; i++)
			for (j = 0; j < N; j++)
				path[i][j] =
				    path[i][j] < path[i][k] + path[k][j]
					? path[i][j]
					: path[i][k] + path[k][j];
}

int main(int argc, char **argv)
{
	size_t reps = bench_arg(argc, argv, 1);
	int(*path)[N] = (void *)bench_alloc((N * N) * sizeof(int));
	int(*start)[N] = bench_alloc((N * N) * sizeof(int));

	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++) {
			path[i][j] = i * j % 7 + 1;
			if ((i + j) % 13 == 0 || (i + j) % 7 == 0 ||
			    (i + j) % 11 == 0)
				path[i][j] = 999;
		}
	memcpy(start, path, (N * N) * sizeof(int));
	bench_start();
	for (size_t round = 0; round < reps; round++) {
		memcpy(path, start, (N * N) * sizeof(int));
		floyd(path);
	}
	bench_stop();
	bench_sum(path, (N * N) * sizeof(int));
	return bench_end();
}
