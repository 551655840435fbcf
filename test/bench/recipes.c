/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * recipes KERNEL SIZE CALLS - calls one kernel CALLS times and prints a hash of
 * what it computed. Without arguments: the kernels, with sizes and calls and
 * the recipes to compare. test/bench/recipes times them.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NI __attribute__((noinline)) static void

struct memory {
	long n;
	double *a, *b, *c; /* n * n each */
};

NI product(long n, const double *a, const double *b, double *c)
{
	for (long i = 0; i < n; i++)
		for (long j = 0; j < n; j++) {
			double sum = 0;

			for (long k = 0; k < n; k++)
				sum += a[i * n + k] * b[k * n + j];
			c[i * n + j] = sum;
		}
}

/* The same, but the inner two loops go down the columns. */
NI product_jki(long n, const double *a, const double *b, double *c)
{
	for (long j = 0; j < n; j++)
		for (long k = 0; k < n; k++)
			for (long i = 0; i < n; i++)
				c[i * n + j] += a[i * n + k] * b[k * n + j];
}

NI rows(long n, const double *a, const double *b, double *c)
{
	for (long i = 0; i < n; i++) {
		double sum = 0;

		for (long k = 0; k < n; k++)
			sum += a[i * n + k] * b[k];
		c[i] = sum;
	}
}

NI columns(long n, const double *a, double *c)
{
	for (long j = 0; j < n; j++) {
		double sum = 0;

		for (long i = 0; i < n; i++)
			sum += a[i * n + j];
		c[j] = sum;
	}
}

NI transpose(long n, const double *a, double *c)
{
	for (long i = 0; i < n; i++)
		for (long j = 0; j < n; j++)
			c[j * n + i] = a[i * n + j];
}

NI by_columns(long n, const double *a, double *c)
{
	for (long j = 0; j < n; j++)
		for (long i = 0; i < n; i++)
			c[i * n + j] = c[i * n + j] * 0.5 + a[i * n + j];
}

NI triad(long n, const double *a, const double *b, double *c)
{
	for (long i = 0; i < n * n; i++)
		c[i] = a[i] + 3 * b[i];
}

NI scale_rows(long n, const double *a, double *c)
{
	for (long i = 0; i < n; i++)
		for (long j = 0; j < n; j++)
			c[i * n + j] = a[i * n + j] * 0.5;
}

/* 32 bits of each double's fraction as an index. */
static uint32_t *indices(long n, const double *a)
{
	uint32_t *x = malloc((size_t)(n * n) * sizeof(*x));

	if (!x)
		exit(1);
	for (long i = 0; i < n * n; i++) {
		uint64_t bits;

		memcpy(&bits, &a[i], sizeof(bits));
		x[i] = (uint32_t)(bits >> 20) % (uint32_t)(n * n);
	}
	return x;
}

NI gather(long n, const uint32_t *at, const double *a, double *sum)
{
	double s = *sum;

	for (long i = 0; i < n * n; i++)
		s += a[at[i]];
	*sum = s;
}

NI histogram(long n, const uint32_t *at, double *c)
{
	for (long i = 0; i < n * n; i++)
		c[at[i]] += 1;
}

static int clamped(long v, long high)
{
	return (int)(v < 0 ? 0 : v > high ? high : v);
}

NI clamp(long n, const double *a, double *c)
{
	for (long i = 0; i < n; i++)
		for (long j = 0; j < n; j++) {
			double sum = 0;

			for (long y = -1; y <= 1; y++)
				for (long x = -1; x <= 1; x++)
					sum += a[clamped(i + y, n - 1) * n +
						 clamped(j + x, n - 1)];
			c[i * n + j] = sum * 0.125;
		}
}

static void do_clamp(struct memory *m)
{
	clamp(m->n, m->a, m->c);
}

/* A byte is what its neighbours are, if these agree. */
NI speckles(long n, const uint8_t *a, uint8_t *c)
{
	for (long i = 0; i < n; i++)
		for (long j = 1; j < 8 * n - 1; j++) {
			const uint8_t *at = &a[8 * n * i + j];

			c[8 * n * i + j] = at[-1] == at[1] ? at[-1] : at[0];
		}
}

static void do_speckles(struct memory *m)
{
	speckles(m->n, (const uint8_t *)m->a, (uint8_t *)m->c);
}

/* Of what may be less than zero, for all the compiler knows. */
NI roots(long n, const double *a, double *c)
{
	for (long i = 0; i < n; i++)
		c[i] = sqrt(a[i]);
}

static void do_roots(struct memory *m)
{
	for (long i = 0; i < m->n * m->n; i++)
		m->b[i] = m->a[i] * m->a[i];
	for (int k = 0; k < 20; k++)
		roots(m->n * m->n, m->b, m->c);
}

static void do_triad(struct memory *m)
{
	triad(m->n, m->a, m->b, m->c);
}

static void do_scale_rows(struct memory *m)
{
	scale_rows(m->n, m->a, m->c);
}

static void do_gather(struct memory *m)
{
	uint32_t *at = indices(m->n, m->b);

	for (int i = 0; i < 4; i++)
		gather(m->n, at, m->a, m->c);
	free(at);
}

static void do_histogram(struct memory *m)
{
	uint32_t *at = indices(m->n, m->b);

	for (int i = 0; i < 4; i++)
		histogram(m->n, at, m->c);
	free(at);
}

static void do_product(struct memory *m)
{
	product(m->n, m->a, m->b, m->c);
}

static void do_product_jki(struct memory *m)
{
	product_jki(m->n, m->a, m->b, m->c);
}

static void do_rows(struct memory *m)
{
	rows(m->n, m->a, m->b, m->c);
}

static void do_columns(struct memory *m)
{
	columns(m->n, m->a, m->c);
}

static void do_transpose(struct memory *m)
{
	transpose(m->n, m->a, m->c);
}

static void do_by_columns(struct memory *m)
{
	by_columns(m->n, m->a, m->c);
}

#define WIDTHS	 "v3-w256 v3-w256-i4 v4-w512"
#define STREAM	 "v3-w256 v4-w512 nontemporal-v3-w128"
#define INDIRECT "v4-w512 prefetch32"
#define BORDERS	 "v3-w256 v4-w512 split-v3-w256"
#define BETWEEN	 "v3-w256 v4-w512 ifconv-v3-w128 ifconv-v3-w256"
#define LOOPS	 "jam4-v3-w256 jam8-v3-w256 interchange-v3-w256 polly32-v3-w256"

static const struct kernel {
	const char *name;
	void (*call)(struct memory *m);
	long size, calls;
	const char *recipes;
} kernels[] = {
    {"product", do_product, 256, 2, LOOPS},
    {"product-jki", do_product_jki, 256, 2, LOOPS},
    {"rows", do_rows, 500, 1000, LOOPS},
    {"columns", do_columns, 500, 1000, LOOPS},
    {"transpose", do_transpose, 500, 200, LOOPS},
    {"by-columns", do_by_columns, 500, 200, LOOPS},
    {"clamp", do_clamp, 500, 200, BORDERS},
    {"speckles", do_speckles, 500, 200, BETWEEN},
    {"roots", do_roots, 50, 2000, WIDTHS},
    {"triad", do_triad, 2000, 20, STREAM},
    {"triad", do_triad, 500, 2000, STREAM},
    {"scale-rows", do_scale_rows, 2000, 20, STREAM},
    {"gather", do_gather, 3000, 2, INDIRECT},
    {"histogram", do_histogram, 3000, 2, INDIRECT},
};

static double *fill(size_t n, uint64_t seed)
{
	double *a = malloc(n * sizeof(*a));

	if (!a)
		exit(1);
	for (size_t i = 0; i < n; i++) {
		seed = seed * UINT64_C(6364136223846793005) + 1;
		a[i] = (double)(int64_t)seed * 0x1p-62;
	}
	return a;
}

static int run(const struct kernel *k, long n, long calls)
{
	size_t size = (size_t)n * (size_t)n;
	struct memory m = {n, fill(size, 1), fill(size, 2), fill(size, 3)};
	uint64_t h = 1;

	while (calls-- > 0)
		k->call(&m);
	for (size_t i = 0; i < size * sizeof(*m.c); i++)
		h = (h ^ ((const unsigned char *)m.c)[i]) *
		    UINT64_C(1099511628211);
	printf("%016llx\n", (unsigned long long)h);
	free(m.a);
	free(m.b);
	free(m.c);
	return 0;
}

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(kernels) / sizeof(*kernels); i++) {
		const struct kernel *k = &kernels[i];

		if (argc == 1)
			printf("%s %ld %ld %s\n", k->name, k->size, k->calls,
			       k->recipes);
		else if (argc == 4 && !strcmp(argv[1], k->name))
			return run(k, atol(argv[2]), atol(argv[3]));
	}
	return argc == 1 ? 0 : 2;
}
