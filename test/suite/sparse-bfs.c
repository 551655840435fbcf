/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Distances in a graph by breadth-first search.
 *
 * psr-bench sizes: 100 210000, 2000 2800, 20000 230, 200000 12
 */
#include "bench.h"

struct graph {
	size_t n;
	unsigned *first, *to;
};

static void search(const struct graph *g, unsigned root, unsigned *queue,
		   unsigned *distance)
{
	size_t head = 0, tail = 0;

	memset(distance, 0xff, g->n * sizeof(*distance));
	distance[root] = 0;
	queue[tail++] = root;
	while (head < tail) {
		unsigned v = queue[head++];

		for (unsigned e = g->first[v]; e < g->first[v + 1]; e++) {
			unsigned w = g->to[e];

			if (distance[w] != ~0u)
				continue;
			distance[w] = distance[v] + 1;
			queue[tail++] = w;
		}
	}
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	struct graph g = {n, bench_alloc((n + 1) * sizeof(unsigned)),
			  bench_alloc(4 * n * sizeof(unsigned))};
	unsigned *queue = bench_alloc(n * sizeof(*queue));
	unsigned *distance = bench_alloc(n * sizeof(*distance));

	for (size_t i = 0; i <= n; i++)
		g.first[i] = (unsigned)(4 * i);
	for (size_t e = 0; e < 4 * n; e++)
		g.to[e] = (unsigned)(bench_random() % n);
	bench_start();
	for (size_t r = 0; r < reps; r++) {
		search(&g, (unsigned)(r % n), queue, distance);
		bench_sum(&distance[n / 2], sizeof(*distance));
	}
	bench_stop();
	return bench_end();
}
