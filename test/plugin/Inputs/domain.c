/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Square roots of what may be less than zero, and what errno is afterwards.
 * Prints a hash of the results. */
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "hash.h"

#define SIZE 5000

static double x[SIZE], y[SIZE];
static float v[SIZE], w[SIZE];

#define NEST __attribute__((noinline)) static void

NEST roots(const double *from, double *to, int n)
{
	for (int i = 0; i < n; i++)
		to[i] = sqrt(from[i]);
}

NEST halves(const float *from, float *to, int n)
{
	for (int i = 0; i < n; i++)
		to[i] = 0.5f * sqrtf(from[i]);
}

/* Only where it is asked for. */
NEST some(const double *from, double *to, int n)
{
	for (int i = 0; i < n; i++)
		to[i] = from[i] > -1 ? sqrt(from[i]) : from[i];
}

/* What is computed is not used, but for the last. */
NEST last(const double *from, double *to, int n)
{
	double r = 0;

	for (int i = 0; i < n; i++)
		r = sqrt(from[i]);
	to[0] = r;
}

NEST lengths(const float *points, float *to, int n, int dims)
{
	for (int i = 0; i < n / (dims ? dims : 1); i++) {
		float sum = -1;

		for (int d = 0; d < dims; d++)
			sum += points[i * dims + d] * points[i * dims + d];
		to[i] = sqrtf(sum);
	}
}

/* Both, and rows. */
NEST rows(const double *from, const float *also, double *to, int n)
{
	for (int j = 0; j < n; j++)
		for (int i = 0; i < n; i++)
			to[j * n + i] =
			    sqrt(from[i * n + j]) + sqrtf(also[j * n + i]);
}

static void fill(double least, int zero)
{
	uint32_t seed = 1;

	for (int i = 0; i < SIZE; i++) {
		seed = seed * 1664525u + 1013904223u;
		x[i] = least + (double)(seed >> 8) / 65536;
		v[i] = (float)x[i];
		y[i] = w[i] = 0;
	}
	if (zero)
		x[zero] = v[zero] = -0.0f;
	if (zero > 1)
		x[zero - 1] = v[zero - 1] = NAN;
}

/* Without the signs of what is no number. */
static uint64_t hash_all(uint64_t h)
{
	for (int i = 0; i < SIZE; i++) {
		if (y[i] != y[i])
			y[i] = 7;
		if (w[i] != w[i])
			w[i] = 7;
	}
	return hash(w, sizeof(w), hash(y, sizeof(y), h));
}

#define RUN(call)                                                              \
	for (int k = 0; k < 4; k++) {                                          \
		fill(k & 1 ? -3 : 0, k & 2 ? n / 2 : 0);                       \
		errno = ERANGE;                                                \
		call;                                                          \
		printf("%s %d: errno %d, %016llx\n", #call, k, errno,          \
		       (unsigned long long)hash_all(HASH_BEGIN));              \
	}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 9;
	int all = n * n < 0 ? 0 : n * n;

	RUN(roots(x, y, all));
	RUN(halves(v, w, all));
	RUN(some(x, y, all));
	RUN(last(x, y, all));
	RUN(lengths(v, w, all, 1));
	RUN(lengths(v, w, all, 3));
	RUN(rows(x, v, y, n));
	return 0;
}
