// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Nests whose outermost loop may be shared out, and others that look like it:
// rows, columns, blocks, triangles, strides up and down, reductions, results
// of the last iteration; sizes that make iterations meet. Prints what they
// compute. Argument: size.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define NI __attribute__((noinline))

static unsigned hash(const void *p, size_t n)
{
	const uint32_t *w = p;
	unsigned h = 1;

	for (size_t i = 0; i < n / 4; i++)
		h = h * 31 + w[i];
	return h;
}

/* N rows of M, each STRIDE after the one before: they overlap if it is less. */
NI static void rows(int n, int m, long stride, const float *a, float *b)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < m; j++)
			b[i * stride + j] = b[i * stride + j] * 0.5f + a[j];
}

/* Columns of a row length that may be too small for them. */
NI static void columns(int n, int m, long stride, const float *restrict a,
		       float *restrict b)
{
	for (int j = 0; j < m; j++)
		for (int i = 0; i < n; i++)
			b[i * stride + j] += a[i] * 0.25f;
}

/* Each column is a recurrence of its own. */
NI static void sweep(int n, int m, float *restrict b)
{
	for (int j = 0; j < m; j++)
		for (int i = 1; i < n; i++)
			b[i * m + j] += b[(i - 1) * m + j] * 0.5f;
}

/* The middle one of three dimensions. */
NI static void middle(int n, int m, const float *restrict a, float *restrict b)
{
	for (int j = 0; j < m; j++)
		for (int i = 0; i < n; i++)
			for (int k = 0; k < 8; k++)
				b[(i * m + j) * 8 + k] += a[k] * 3;
}

NI static void backwards(int n, int m, const float *a, float *b)
{
	for (int i = n; i-- > 0;)
		for (int j = m; j-- > 0;)
			b[i * m + j] = a[i * m + j] - 1;
}

NI static void triangle(int n, const unsigned *a, unsigned *b)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < i; j++)
			b[i * n + j] += a[j * n + i] * 3;
}

NI static void upper(int n, const unsigned *a, unsigned *b)
{
	for (int i = 0; i < n; i++)
		for (int j = i; j < n; j++)
			b[i * n + j] += a[i] ^ a[j];
}

NI static void product(int n, const float *a, const float *b, float *c)
{
	for (int i = 0; i < n; i++)
		for (int k = 0; k < n; k++)
			for (int j = 0; j < n; j++)
				c[i * n + j] += a[i * n + k] * b[k * n + j];
}

NI static void flat(long n, const double *a, double *b)
{
	for (long i = 0; i < n; i++)
		b[i] = b[i] * 3.0 + a[i];
}

/* Three interleaved channels. */
NI static void channels(int n, const uint8_t *restrict a, uint8_t *restrict b)
{
	for (int c = 0; c < 3; c++)
		for (int i = 0; i < n; i++)
			b[i * 3 + c] = (uint8_t)(a[i] * (c + 1));
}

NI static int last_row(int n, int m, const int *restrict a, int *restrict b)
{
	int sum = 7;

	for (int i = 0; i < n; i++) {
		sum = i;
		for (int j = 0; j < m; j++)
			sum += a[i * m + j] >> 8;
		b[i] = sum;
	}
	return sum;
}

struct sums {
	int sum, small;
	unsigned least, most, all, any, odd;
	int low, high;
	_Bool seen;
	short narrow;
};

NI static void reduce(int n, int m, const int *a, struct sums *s)
{
	struct sums r = *s;

	for (int i = 0; i < n; i++)
		for (int j = 0; j < m; j++) {
			int v = a[i * m + j];
			unsigned u = (unsigned)v;

			r.sum = (int)((unsigned)r.sum + u);
			r.small -= v > 5;
			r.least = u < r.least ? u : r.least;
			r.most = u > r.most ? u : r.most;
			r.low = v < r.low ? v : r.low;
			r.high = v > r.high ? v : r.high;
			r.all &= u;
			r.any |= u;
			r.odd ^= u;
			r.narrow = (short)(r.narrow + v);
			r.seen |= v == 123456;
		}
	*s = r;
}

/* No signed overflow as it stands, but with other sums on the way. */
NI static int close_to_the_edge(int n, const int *a)
{
	int sum = -2147483647 - 1;

	for (int i = 0; i < n; i++)
		for (int j = 0; j < 4; j++)
			sum += a[i * 4 + j] & 1 ? 1073741823 / (2 * n) : 0;
	return sum;
}

static float *fill(float *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (float)(i * 2654435761u >> 20) * 0.125f - 100;
	return p;
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 20, m = n > 0 ? n : 1;
	size_t room = (size_t)m * (size_t)m * 8 + 64;
	float *a = malloc(room * 4), *b = malloc(room * 4);
	struct sums s = {1, 2, 9, 3, ~0u, 4, 5, 6, 7, 0, 8};

	if (!a || !b)
		return 1;
	fill(a, room);
	fill(b, room);
	for (long stride = -1; stride <= m + 2; stride += m > 40 ? 40 : 1)
		if (stride >= 0) {
			rows(n, n, stride, a, b);
			columns(n, n, stride, a, b);
		}
	rows(n, n, -m, a, b + (long)m * m);
	printf("rows %u\n", hash(b, room * 4));
	sweep(n, n, b);
	middle(n, n, a, b);
	backwards(n, n, a, b);
	printf("order %u\n", hash(b, room * 4));
	triangle(n, (unsigned *)a, (unsigned *)b);
	upper(n, (unsigned *)a, (unsigned *)b);
	printf("triangles %u\n", hash(b, room * 4));
	fill(b, room);
	product(n < 60 ? n : 60, a, fill(a, room), b);
	product(n < 60 ? n : 60, a, b, b + m);
	flat((long)n * n, (double *)a, (double *)b);
	flat((long)n * n - 1, (double *)a, (double *)a + 1);
	channels(n * n, (uint8_t *)a, (uint8_t *)b);
	printf("more %u %u\n", hash(a, room * 4), hash(b, room * 4));
	printf("last %d\n", last_row(n, n, (int *)a, (int *)b));
	reduce(n, n, (int *)a, &s);
	printf("sums %d %d %u %u %u %u %u %d %d %d %d\n", s.sum, s.small,
	       s.least, s.most, s.all, s.any, s.odd, s.low, s.high, s.seen,
	       s.narrow);
	printf("edge %d\n", close_to_the_edge(m, (int *)b));
	free(a);
	free(b);
	return 0;
}
