/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Sums over a linked list whose nodes lie in no order.
 *
 * psr-bench sizes: 50 1300000, 2000 11000, 30000 280, 500000 1
 */
#include "bench.h"

struct node {
	struct node *next;
	int64_t key, value;
};

int64_t walk(const struct node *n, int64_t least)
{
	int64_t sum = 0;

	for (; n; n = n->next)
		if (n->key >= least)
			sum += n->value;
	return sum;
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	struct node *nodes = bench_alloc(n * sizeof(*nodes));
	size_t *order = bench_alloc(n * sizeof(*order));
	int64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		order[i] = i;
	for (size_t i = n; i > 1; i--) {
		size_t j = bench_random() % i, t = order[i - 1];

		order[i - 1] = order[j];
		order[j] = t;
	}
	for (size_t i = 0; i < n; i++) {
		nodes[order[i]].next = i + 1 < n ? &nodes[order[i + 1]] : NULL;
		nodes[i].key = (int64_t)(bench_random() % 1000);
		nodes[i].value = (int64_t)i;
	}
	bench_start();
	for (size_t r = 0; r < reps; r++)
		sum += walk(&nodes[order[0]], (int64_t)(r % 1000));
	bench_stop();
	bench_sum(&sum, sizeof(sum));
	return bench_end();
}
