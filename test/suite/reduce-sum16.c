/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Sum, and sum of squares, of 16-bit samples.
 *
 * psr-bench sizes: 100 1000000, 3000 34000, 60000 1700, 4000000 25
 */
#include "bench.h"

struct power {
	int64_t sum, squares;
};

struct power power(const int16_t *s, size_t n)
{
	struct power p = {0, 0};

	for (size_t i = 0; i < n; i++) {
		p.sum += s[i];
		p.squares += s[i] * s[i];
	}
	return p;
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	int16_t *s = (int16_t *)bench_bytes(n * sizeof(*s));
	struct power total = {0, 0};

	bench_start();
	for (size_t r = 0; r < reps; r++) {
		struct power p = power(s, n);

		total.sum += p.sum;
		total.squares ^= p.squares;
		s[r % n] ^= 5;
	}
	bench_stop();
	bench_sum(&total, sizeof(total));
	return bench_end();
}
