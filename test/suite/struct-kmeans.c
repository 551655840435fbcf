/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * One step of k-means over points with attributes.
 *
 * psr-bench sizes: 50 150000, 1000 8000, 20000 400, 150000 53
 */
#include "bench.h"

struct point {
	double x, y, weight;
	int cluster;
	char name[20];
};

struct centre {
	double x, y, weight;
};

static int nearest(const struct point *p, const struct centre *c, int k)
{
	double least = 1e300;
	int best = 0;

	for (int i = 0; i < k; i++) {
		double dx = p->x - c[i].x, dy = p->y - c[i].y;
		double d = dx * dx + dy * dy;

		if (d < least) {
			least = d;
			best = i;
		}
	}
	return best;
}

void step(struct point *p, size_t n, struct centre *c, struct centre *next,
	  int k)
{
	for (int i = 0; i < k; i++)
		next[i] = (struct centre){0, 0, 1e-9};
	for (size_t i = 0; i < n; i++) {
		int at = nearest(&p[i], c, k);

		p[i].cluster = at;
		next[at].x += p[i].x * p[i].weight;
		next[at].y += p[i].y * p[i].weight;
		next[at].weight += p[i].weight;
	}
	for (int i = 0; i < k; i++) {
		c[i].x = next[i].x / next[i].weight;
		c[i].y = next[i].y / next[i].weight;
	}
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	struct point *p = bench_alloc(n * sizeof(*p));
	struct centre c[8], next[8];

	for (size_t i = 0; i < n; i++) {
		p[i].x = bench_uniform();
		p[i].y = bench_uniform();
		p[i].weight = bench_uniform();
	}
	for (size_t i = 0; i < 8; i++)
		c[i] = (struct centre){p[i].x, p[i].y, 0};
	bench_start();
	for (size_t r = 0; r < reps; r++) {
		step(p, n, c, next, 8);
		p[r % n].x = 1 - p[r % n].x;
	}
	bench_stop();
	bench_sum(c, sizeof(c));
	return bench_end();
}
