/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Levenshtein's distance of two words, row by row.
 *
 * psr-bench sizes: 16 240000, 100 6500, 500 260, 2500 10
 */
#include "bench.h"

int distance(const char *a, int m, const char *b, int n, int *row)
{
	for (int j = 0; j <= n; j++)
		row[j] = j;
	for (int i = 1; i <= m; i++) {
		int diagonal = row[0];

		row[0] = i;
		for (int j = 1; j <= n; j++) {
			int cost = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < cost)
				cost = row[j] + 1;
			if (row[j - 1] + 1 < cost)
				cost = row[j - 1] + 1;
			row[j] = cost;
		}
	}
	return row[n];
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	char *a = (char *)bench_bytes(n), *b = (char *)bench_bytes(n);
	int *row = bench_alloc((n + 1) * sizeof(*row));
	int sum = 0;

	for (size_t i = 0; i < n; i++) {
		a[i] &= 7;
		b[i] &= 7;
	}
	bench_start();
	for (size_t r = 0; r < reps; r++) {
		sum += distance(a, (int)n, b, (int)n, row);
		a[r % n] ^= 1;
	}
	bench_stop();
	bench_sum(&sum, sizeof(sum));
	return bench_end();
}
