/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Relaxes loads over many passes: each node is large, two of its fields are
 * used.
 *
 * psr-bench sizes: 100 82000, 2000 2800, 20000 200, 100000 32
 */
#include "bench.h"

struct node {
	float load, capacity;
	float history[12];
	int id, group;
	void *owner;
};

static float total(const struct node *nodes, size_t n)
{
	float sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += nodes[i].load;
	return sum;
}

void relax(struct node *nodes, size_t n, int passes)
{
	for (int pass = 0; pass < passes; pass++)
		for (size_t i = 0; i < n; i++) {
			float excess = nodes[i].load - nodes[i].capacity;

			nodes[i].load -= 0.125f * excess;
		}
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	struct node *nodes = bench_alloc(n * sizeof(*nodes));
	float sum = 0;

	for (size_t i = 0; i < n; i++) {
		nodes[i].load = (float)bench_uniform();
		nodes[i].capacity = (float)bench_uniform();
		nodes[i].id = (int)i;
	}
	bench_start();
	for (size_t r = 0; r < reps; r++) {
		nodes[r % n].load += 1;
		relax(nodes, n, 16);
		sum += total(nodes, n);
	}
	bench_stop();
	bench_sum(&sum, sizeof(sum));
	bench_sum(nodes, n * sizeof(*nodes));
	return bench_end();
}
