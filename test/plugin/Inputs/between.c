/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Loops that read under a condition what lies between, or beside, what they
 * always read, up to the ends of what can be read at all. Prints a hash of the
 * results. */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "hash.h"

#define PAGE  4096
#define BYTES (2 * PAGE) /* of each array, and nothing at either side */

static unsigned char *a, *o;
static double *x, *y;
static int *t, *u;

#define NEST __attribute__((noinline)) static void

/* A game of life. */
NEST life(const unsigned char *now, unsigned char *next, unsigned w, unsigned h)
{
	for (unsigned j = 1; j + 1 < h; j++)
		for (unsigned i = 1; i + 1 < w; i++) {
			const unsigned char *up = now + (size_t)(j - 1) * w;
			const unsigned char *row = up + w, *down = row + w;
			int n = up[i - 1] + up[i] + up[i + 1] + row[i - 1] +
				row[i + 1] + down[i - 1] + down[i] +
				down[i + 1];

			next[(size_t)j * w + i] = n == 3 || (n == 2 && row[i]);
		}
}

NEST slopes(const double *from, double *to, int n)
{
	for (int i = 1; i < n - 1; i++) {
		double d = from[i + 1] - from[i - 1];

		if (d > 0)
			d *= from[i];
		to[i] = d;
	}
}

/* Two conditions, one within the other, and what is read for the first. */
NEST nested(const int *from, int *to, int n)
{
	for (int i = 2; i < n - 2; i++) {
		int s = from[i - 2] ^ from[i + 2];

		if (s & 1) {
			s += from[i - 1];
			if (s & 2)
				s -= 3 * from[i + 1];
		} else if (s & 4) {
			s ^= from[i];
		}
		to[i] = s;
	}
}

/* What it writes it may read. */
NEST in_place(int *p, int n)
{
	for (int i = 1; i < n - 1; i++) {
		int s = p[i - 1] + 5 * p[i + 1];

		p[i + 1] = s;
		if (s & 1)
			s += p[i];
		p[i - 1] = s;
	}
}

/* Only where it is asked for can the next one be read. */
NEST beside(const int *from, int *to, int n)
{
	for (int i = 0; i < n; i++) {
		int s = from[i];

		if (i + 1 < n)
			s += from[i + 1];
		to[i] = s;
	}
}

/* Between, but pages away. */
NEST far(const unsigned char *from, unsigned char *to, int n)
{
	for (int i = 0; i < n; i++) {
		int s = from[i] + from[i + PAGE + 1];

		if (s & 1)
			s += from[i + PAGE / 2];
		to[i] = (unsigned char)s;
	}
}

NEST volatiles(const volatile int *from, int *to, int n)
{
	for (int i = 1; i < n - 1; i++) {
		int s = from[i - 1] + from[i + 1];

		if (s & 1)
			s += from[i];
		to[i] = s;
	}
}

NEST writes(const int *from, int *to, int n)
{
	for (int i = 1; i < n - 1; i++) {
		int s = from[i - 1] + from[i + 1];

		if (s & 1) {
			to[i] = s;
			s += from[i];
		}
		to[i - 1] = s;
	}
}

static void *pages(void)
{
	char *p = mmap(NULL, BYTES + 2 * PAGE, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || mprotect(p + PAGE, BYTES, PROT_READ | PROT_WRITE))
		exit(1);
	return p + PAGE;
}

static void fill(void)
{
	uint32_t seed = 1;

	for (int i = 0; i < BYTES; i++) {
		seed = seed * 1664525u + 1013904223u;
		a[i] = seed >> 30 & 1;
		o[i] = 0;
	}
	for (int i = 0; i < BYTES / 8; i++) {
		seed = seed * 1664525u + 1013904223u;
		x[i] = (double)(int32_t)seed / 65536;
		y[i] = 0;
	}
	for (int i = 0; i < BYTES / 4; i++) {
		seed = seed * 1664525u + 1013904223u;
		t[i] = (int)(seed >> 8);
		u[i] = 0;
	}
}

#define RUN(call)                                                              \
	do {                                                                   \
		uint64_t h = HASH_BEGIN;                                       \
                                                                               \
		fill();                                                        \
		call;                                                          \
		h = hash(o, BYTES, hash(a, BYTES, h));                         \
		h = hash(y, BYTES, hash(x, BYTES, h));                         \
		h = hash(u, BYTES, hash(t, BYTES, h));                         \
		printf("%s %016llx\n", #call, (unsigned long long)h);          \
	} while (0)

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 9;
	unsigned un = n < 0 ? 0 : (unsigned)n;
	size_t bytes = (size_t)un * un, end = BYTES - bytes;

	a = pages(), o = pages(), x = pages(), y = pages();
	t = pages(), u = pages();
	RUN(life(a, o, un, un));
	RUN(life(a + end, o + end, un, un));
	RUN(life(a, o, BYTES / 4, 4));
	RUN(slopes(x, y, n));
	RUN(slopes(x, y, BYTES / 8));
	RUN(nested(t, u, n));
	RUN(nested(t, u, BYTES / 4));
	RUN(nested(t, t, BYTES / 4));
	RUN(in_place(t, n));
	RUN(in_place(t, BYTES / 4));
	RUN(beside(t, u, n));
	RUN(beside(t, u, BYTES / 4));
	RUN(far(a, o, n));
	RUN(far(a, o, PAGE - 1));
	RUN(volatiles(t, u, BYTES / 4));
	RUN(writes(t, u, BYTES / 4));
	RUN(writes(t, t, n));
	return 0;
}
