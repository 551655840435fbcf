/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * matmul N [REPS] [--time] - a chain of products of N by N matrices.
 *
 * Multiplies a running product by a fixed matrix REPS times, as one does to
 * follow a Markov chain, and prints a checksum of the last product's bits.
 */
#include "common.h"

/* c = a * b */
static void multiply(size_t n, const double *restrict a,
		     const double *restrict b, double *restrict c)
{
	memset(c, 0, n * n * sizeof(*c));
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++)
			for (size_t j = 0; j < n; j++)
				c[i * n + j] += a[i * n + k] * b[k * n + j];
}

/* Makes each row's sum 1: long chains then neither vanish nor grow. */
static void rescale(size_t n, double *m)
{
	for (size_t i = 0; i < n; i++) {
		double sum = 0;

		for (size_t j = 0; j < n; j++)
			sum += m[i * n + j];
		for (size_t j = 0; j < n; j++)
			m[i * n + j] *= 1 / sum;
	}
}

static void fill(size_t n, double *m, uint64_t seed)
{
	for (size_t i = 0; i < n * n; i++)
		m[i] = 0.5 + uniform(&seed);
}

int main(int argc, char **argv)
{
	bool timed = wants_time(&argc, argv);
	size_t n, reps;
	double *a, *b, *c;

	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: matmul N [REPS] [--time]\n");
		return 2;
	}
	n = size_arg("matmul", argv[1], 1, 20000);
	reps = argc > 2 ? size_arg("matmul", argv[2], 1, 1000000000) : 1;
	phase(timed, NULL);
	a = grab("matmul", n * n, sizeof(*a));
	b = grab("matmul", n * n, sizeof(*b));
	c = grab("matmul", n * n, sizeof(*c));
	fill(n, a, 1);
	fill(n, b, 2);
	rescale(n, b);
	phase(timed, "fill");
	for (size_t r = 0; r < reps; r++) {
		double *t = a;

		multiply(n, a, b, c);
		a = c;
		c = t;
	}
	phase(timed, "multiply");
	printf("matmul %zu %zu %016llx\n", n, reps,
	       (unsigned long long)checksum(FNV_START, a, n * n));
	free(a);
	free(b);
	free(c);
	return 0;
}
