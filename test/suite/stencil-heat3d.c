/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Heat in a cube, single precision, seven points.
 *
 * psr-bench sizes: 10 92000, 24 5300, 64 250, 140 16
 */
#include "bench.h"

struct grid {
	int nx, ny, nz;
	float *cells;
};

static inline float *cell(const struct grid *g, int x, int y, int z)
{
	return &g->cells[((size_t)z * g->ny + y) * g->nx + x];
}

void heat(const struct grid *from, struct grid *to, float k)
{
	for (int z = 1; z < from->nz - 1; z++)
		for (int y = 1; y < from->ny - 1; y++)
			for (int x = 1; x < from->nx - 1; x++) {
				float here = *cell(from, x, y, z);

				*cell(to, x, y, z) =
				    here +
				    k * (*cell(from, x - 1, y, z) +
					 *cell(from, x + 1, y, z) +
					 *cell(from, x, y - 1, z) +
					 *cell(from, x, y + 1, z) +
					 *cell(from, x, y, z - 1) +
					 *cell(from, x, y, z + 1) - 6 * here);
			}
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	struct grid a = {(int)n, (int)n, (int)n, bench_floats(n * n * n)};
	struct grid b = {(int)n, (int)n, (int)n, bench_floats(n * n * n)};

	bench_start();
	for (size_t r = 0; r < reps; r++) {
		heat(&a, &b, 0.1f);
		heat(&b, &a, 0.1f);
	}
	bench_stop();
	bench_sum(a.cells, n * n * n * sizeof(*a.cells));
	return bench_end();
}
