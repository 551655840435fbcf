/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A query over a table of orders: revenue where two conditions hold.
 *
 * psr-bench sizes: 100 740000, 3000 7500, 50000 290, 500000 30
 */
#include "bench.h"

struct order {
	int64_t id;
	int32_t quantity, price, discount, day;
	char status, priority;
	char customer[26];
};

int64_t revenue(const struct order *o, size_t n, int from, int to)
{
	int64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		if (o[i].day >= from && o[i].day < to && o[i].quantity < 24)
			sum += (int64_t)o[i].price * o[i].discount;
	return sum;
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	struct order *o = bench_alloc(n * sizeof(*o));
	int64_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		o[i].quantity = (int)(bench_random() % 50);
		o[i].price = (int)(bench_random() % 10000);
		o[i].discount = (int)(bench_random() % 10);
		o[i].day = (int)(bench_random() % 2000);
	}
	bench_start();
	for (size_t r = 0; r < reps; r++) {
		int from = (int)(r * 37 % 1600);

		sum += revenue(o, n, from, from + 365);
	}
	bench_stop();
	bench_sum(&sum, sizeof(sum));
	return bench_end();
}
