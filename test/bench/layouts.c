/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * layouts KERNEL SIZE ROUNDS CALLS - calls one kernel that goes through
 * strided memory in rounds, CALLS times, and prints a hash of what it computed.
 * test/bench/layouts times it.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NI __attribute__((noinline))

struct item {
	float weight;
	int key;
	double place[2], speed[2];
	char name[24];
};

/* One field of 64 bytes. */
NI static void blend(long n, long rounds, const struct item *p, float *out)
{
	for (long r = 0; r < rounds; r++)
		for (long i = 0; i < n; i++)
			out[i] = out[i] * 0.5f + p[i].weight;
}

/* Two fields are read, one is written. */
NI static void move(long n, long rounds, struct item *p)
{
	for (long r = 0; r < rounds; r++)
		for (long i = 0; i < n; i++)
			p[i].place[0] += 0.001 * p[i].speed[0];
}

/* As many bounds as rounds. */
NI static long count(long n, long rounds, const struct item *p,
		     const float *bounds)
{
	long c = 0;

	for (long r = 0; r < rounds; r++)
		for (long i = 0; i < n; i++)
			c += p[i].key > (int)bounds[r];
	return c;
}

/* From as many points as rounds. */
NI static void distances(long n, long rounds, const struct item *p,
			 const double *x, const double *y, double *out)
{
	for (long r = 0; r < rounds; r++)
		for (long i = 0; i < n; i++) {
			double dx = p[i].place[0] - x[r];
			double dy = p[i].place[1] - y[r];

			out[r * n + i] = dx * dx + dy * dy;
		}
}

/* SIZE by SIZE, by dot products with the columns. */
NI static void product(long n, const double *a, const double *b, double *c)
{
	for (long i = 0; i < n; i++)
		for (long j = 0; j < n; j++) {
			double s = 0;

			for (long k = 0; k < n; k++)
				s += a[i * n + k] * b[k * n + j];
			c[i * n + j] = s;
		}
}

NI static void columns(long n, long rounds, const int *a, int *sums)
{
	for (long r = 0; r < rounds; r++)
		for (long j = 0; j < n; j++) {
			int s = 0;

			for (long i = 0; i < n; i++)
				s += a[i * n + j] ^ (int)r;
			sums[r * n + j] = s;
		}
}

static void *room(size_t bytes)
{
	void *p = malloc(bytes + 64);

	if (!p)
		abort();
	return memset(p, 0, bytes + 64);
}

static void fill(double *p, size_t n)
{
	uint32_t x = 1;

	while (n--) {
		x = x * 1664525u + 1013904223u;
		*p++ = (double)(x >> 8) / 4096;
	}
}

static uint64_t hash(uint64_t h, const void *at, size_t n)
{
	const unsigned char *p = at;

	while (n--)
		h = (h ^ *p++) * UINT64_C(1099511628211);
	return h;
}

int main(int argc, char **argv)
{
	const char *kernel = argc == 5 ? argv[1] : "";
	long n = argc == 5 ? atol(argv[2]) : 0;
	long rounds = argc == 5 ? atol(argv[3]) : 0;
	long calls = argc == 5 ? atol(argv[4]) : 0, c = 0;
	size_t items = (size_t)n * sizeof(struct item);
	size_t square = (size_t)n * (size_t)n * 8;
	size_t table = strcmp(kernel, "distances") && strcmp(kernel, "columns")
			   ? 0
			   : (size_t)n * (size_t)rounds * 8;
	int is_matrix =
	    !strcmp(kernel, "product") || !strcmp(kernel, "columns");
	size_t bytes = is_matrix ? square : items;
	void *in = room(bytes), *out = room(bytes + table),
	     *other = room(bytes);
	double *points = room((size_t)rounds * 16);

	fill(in, bytes / 8);
	fill(other, bytes / 8);
	fill(points, (size_t)rounds * 2);
	for (long i = 0; i < calls; i++) {
		if (!strcmp(kernel, "blend"))
			blend(n, rounds, in, out);
		else if (!strcmp(kernel, "overlap")) /* no copy is allowed */
			blend(n, rounds, in, (float *)in + 2);
		else if (!strcmp(kernel, "move"))
			move(n, rounds, in);
		else if (!strcmp(kernel, "count"))
			c += count(n - i % 2, rounds, in, (float *)points);
		else if (!strcmp(kernel, "distances"))
			distances(n, rounds, in, points, points + rounds, out);
		else if (!strcmp(kernel, "product"))
			product(n, in, other, out);
		else if (!strcmp(kernel, "columns"))
			columns(n, rounds, in, out);
		else
			return fprintf(stderr, "usage: layouts KERNEL SIZE "
					       "ROUNDS CALLS\n"),
			       2;
	}
	printf("%016llx\n",
	       (unsigned long long)hash(
		   hash(hash((uint64_t)c, in, bytes), out, bytes), out, table));
	return 0;
}
