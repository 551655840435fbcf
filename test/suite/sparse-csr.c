/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * y = A x for a sparse matrix in compressed rows, some eight entries each.
 *
 * psr-bench sizes: 100 190000, 2000 8500, 30000 140, 300000 8
 */
#include "bench.h"

struct csr {
	int n;
	int *start, *column;
	double *value;
};

void csr_multiply(const struct csr *a, const double *x, double *y)
{
	for (int i = 0; i < a->n; i++) {
		double sum = 0;

		for (int k = a->start[i]; k < a->start[i + 1]; k++)
			sum += a->value[k] * x[a->column[k]];
		y[i] = sum;
	}
}

static struct csr random_matrix(size_t n)
{
	struct csr a = {(int)n, bench_alloc((n + 1) * sizeof(int)),
			bench_alloc(16 * n * sizeof(int)),
			bench_doubles(16 * n)};
	int k = 0;

	for (size_t i = 0; i < n; i++) {
		a.start[i] = k;
		for (size_t m = bench_random() % 16; m; m--)
			a.column[k++] = (int)(bench_random() % n);
	}
	a.start[n] = k;
	return a;
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	struct csr a = random_matrix(n);
	double *x = bench_doubles(n), *y = bench_doubles(n);

	bench_start();
	for (size_t r = 0; r < reps; r++) {
		csr_multiply(&a, x, y);
		x[r % n] = 1 / (1 + y[r % n]);
	}
	bench_stop();
	bench_sum(y, n * sizeof(*y));
	return bench_end();
}
