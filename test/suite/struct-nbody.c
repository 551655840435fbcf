/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Gravity between all pairs of bodies.
 *
 * psr-bench sizes: 8 220000, 50 5800, 300 160, 1500 6
 */
#include <math.h>

#include "bench.h"

struct body {
	double x, y, z, vx, vy, vz, mass, radius;
};

void attract(struct body *b, int n, double dt)
{
	for (int i = 0; i < n; i++) {
		double ax = 0, ay = 0, az = 0;

		for (int j = 0; j < n; j++) {
			double dx = b[j].x - b[i].x, dy = b[j].y - b[i].y;
			double dz = b[j].z - b[i].z;
			double d2 = dx * dx + dy * dy + dz * dz + 0.01;
			double f = b[j].mass / (d2 * sqrt(d2));

			ax += f * dx;
			ay += f * dy;
			az += f * dz;
		}
		b[i].vx += dt * ax;
		b[i].vy += dt * ay;
		b[i].vz += dt * az;
	}
	for (int i = 0; i < n; i++) {
		b[i].x += dt * b[i].vx;
		b[i].y += dt * b[i].vy;
		b[i].z += dt * b[i].vz;
	}
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	struct body *b = (void *)bench_doubles(8 * n);

	bench_start();
	for (size_t r = 0; r < reps; r++)
		attract(b, (int)n, 1e-3);
	bench_stop();
	bench_sum(b, n * sizeof(*b));
	return bench_end();
}
