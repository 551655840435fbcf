/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Assembles a sparse matrix's diagonal and right side from its elements: adds
 * to places that an index names.
 *
 * psr-bench sizes: 100 110000, 2000 5300, 30000 260, 300000 12
 */
#include "bench.h"

void assemble(const int *a, const int *b, const double *stiffness, size_t n,
	      double *diagonal, double *right)
{
	for (size_t e = 0; e < n; e++) {
		diagonal[a[e]] += stiffness[e];
		diagonal[b[e]] += stiffness[e];
		right[a[e]] += 0.5 * stiffness[e];
		right[b[e]] -= 0.5 * stiffness[e];
	}
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	int *a = bench_alloc(4 * n * sizeof(*a));
	int *b = bench_alloc(4 * n * sizeof(*b));
	double *s = bench_doubles(4 * n);
	double *diagonal = bench_doubles(n), *right = bench_doubles(n);

	for (size_t e = 0; e < 4 * n; e++) {
		a[e] = (int)(bench_random() % n);
		b[e] = (int)((size_t)a[e] + 1 < n ? a[e] + 1 : 0);
	}
	bench_start();
	for (size_t r = 0; r < reps; r++)
		assemble(a, b, s, 4 * n, diagonal, right);
	bench_stop();
	bench_sum(diagonal, n * sizeof(*diagonal));
	bench_sum(right, n * sizeof(*right));
	return bench_end();
}
