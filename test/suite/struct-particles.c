/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Moves particles: of what each of them knows, place and speed are needed.
 *
 * psr-bench sizes: 100 670000, 2000 30000, 30000 1500, 200000 130
 */
#include "bench.h"

struct particle {
	double x, y, z;
	double vx, vy, vz;
	double mass, charge, age;
	int kind, cell;
	char label[16];
	struct particle *neighbour;
};

void move(struct particle *p, int n, double dt, double gravity)
{
	for (int i = 0; i < n; i++) {
		p[i].vy -= gravity * dt;
		p[i].x += p[i].vx * dt;
		p[i].y += p[i].vy * dt;
		p[i].z += p[i].vz * dt;
	}
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	struct particle *p = bench_alloc(n * sizeof(*p));

	for (size_t i = 0; i < n; i++) {
		p[i].x = bench_uniform();
		p[i].vx = bench_uniform();
		p[i].vy = bench_uniform();
		p[i].vz = bench_uniform();
		p[i].kind = (int)(i % 3);
	}
	bench_start();
	for (size_t r = 0; r < reps; r++)
		move(p, (int)n, 0.01, 9.81);
	bench_stop();
	bench_sum(p, n * sizeof(*p));
	return bench_end();
}
