/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Reads rows of decimal numbers, separated by commas, and adds up each column.
 *
 * psr-bench sizes: 10 190000, 200 9400, 5000 240, 100000 11
 */
#include "bench.h"

size_t add_columns(const char *text, size_t n, int64_t *sums, size_t columns)
{
	size_t column = 0, rows = 0;
	int64_t v = 0;
	int negative = 0;

	for (size_t i = 0; i < n; i++) {
		char c = text[i];

		if (c >= '0' && c <= '9') {
			v = 10 * v + (c - '0');
		} else if (c == '-') {
			negative = 1;
		} else {
			if (column < columns)
				sums[column] += negative ? -v : v;
			column = c == ',' ? column + 1 : 0;
			rows += c == '\n';
			v = 0;
			negative = 0;
		}
	}
	return rows;
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	char *text = bench_alloc(n * 64);
	int64_t sums[6] = {0};
	size_t length = 0, rows = 0;

	for (size_t i = 0; i < 6 * n; i++)
		length += (size_t)sprintf(text + length, "%d%c",
					  (int)(bench_random() >> 44) - 500000,
					  i % 6 == 5 ? '\n' : ',');
	bench_start();
	for (size_t r = 0; r < reps; r++)
		rows += add_columns(text, length, sums, 6);
	bench_stop();
	bench_sum(sums, sizeof(sums));
	bench_sum(&rows, sizeof(rows));
	return bench_end();
}
