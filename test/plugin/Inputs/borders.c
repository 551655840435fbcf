/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Loops that ask in each iteration whether they are within borders: wherever
 * these lie, and however they are asked for. Prints a hash of the results. */
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"

#define N 128

static unsigned char a[N * N], o[N * N];
static double x[N * N], y[N * N];
static int t[N];
static long last;
static int rows = 2;

#define NEST __attribute__((noinline)) static void

static int clamp(int v, int low, int high)
{
	return v < low ? low : v > high ? high : v;
}

NEST blur(int w, int h)
{
	for (int j = 0; j < h; j++)
		for (int i = 0; i < w; i++) {
			int sum = 0;

			for (int v = -1; v <= 1; v++)
				for (int u = -1; u <= 1; u++)
					sum += a[clamp(j + v, 0, h - 1) * N +
						 clamp(i + u, 0, w - 1)];
			o[j * N + i] = (unsigned char)(sum / 9);
		}
}

/* What is clamped is what the loop counts. */
NEST smooth(long w, long h)
{
	for (long j = 0; j < h; j++)
		for (long i = 0; i < w; i++) {
			double sum = 0;

			for (long u = -1; u <= 1; u++) {
				long at = i + u;

				at = at < 0 ? 0 : at > w - 1 ? w - 1 : at;
				sum += x[j * N + at];
			}
			y[j * N + i] = sum * 0.125;
		}
}

NEST heat(int w, int h)
{
	for (int j = 0; j < h; j++)
		for (int i = 0; i < w; i++) {
			double left = i > 0 ? x[j * N + i - 1] : 0;
			double right = i < w - 1 ? x[j * N + i + 1] : 0;
			double up = j > 0 ? x[(j - 1) * N + i] : 0;

			y[j * N + i] = x[j * N + i] * 0.5 +
				       (left + right + up) * 0.125;
		}
}

/* The sum leaves the loop; all borders are anywhere. */
NEST window(long n, long from, long to, long odd)
{
	for (long r = 0; r < rows * N; r += N) {
		double sum = 0;
		long seen = -1;

		for (long i = 0; i < n; i++) {
			if (i >= from && i < to) {
				sum += x[r + i];
				seen = i;
			}
			if (i == odd)
				sum = sum * 0.5;
			if (i != 0)
				y[r + i] = sum;
		}
		y[r] = sum;
		last = seen;
	}
}

NEST unsigned_window(unsigned n, unsigned from, unsigned many)
{
	for (unsigned i = 0; i < n; i++)
		y[i] = i - from < many ? x[i] : -x[i];
}

/* Past the end of int, and round. */
NEST wraps(int n, unsigned from, int top)
{
	for (int r = 0; r < rows * N; r += N)
		for (int i = 0; i < n; i++) {
			int v = (int)(from + (unsigned)i * 3);

			t[i & (N - 1)] += v < top ? i : v > 5 ? 2 : 3;
			y[r + i] = v < 0 ? x[r + i] : 2 * x[r + i];
		}
}

NEST narrow(int n, int from)
{
	for (int i = 0; i < n; i++) {
		signed char c = (signed char)(from + i);
		unsigned char u = (unsigned char)(from + i);

		y[i] = (c < 20 ? x[i] : 0) + (u < 200 ? 1 : x[i + 1]);
	}
}

NEST steps(long n, long m)
{
	for (long i = 0; i < n; i += 3) {
		long k = 2 * i - 5;

		k = k < 0 ? 0 : k > m ? m : k;
		y[i] = x[k] + (i < 4 ? 1 : 0) + (i + 4 >= n ? 2 : 0);
	}
}

NEST extremes(long n, long from)
{
	for (long i = 0; i < n; i++) {
		long v = (long)((unsigned long)from + (unsigned long)i);

		y[i] = (v < LONG_MAX - 2 ? x[i] : 1) +
		       (v > LONG_MIN + 3 ? x[i] : 2) +
		       ((unsigned long)v < 7 ? 4 : 8) + (v == -1 ? 16 : 0);
	}
}

/* At the beginning, further in than clang peels. */
NEST beginning(long n, long from)
{
	for (long i = 0; i < n; i++) {
		long v = i + from;

		y[i] = (i > 6 ? x[i - 7] : 1) + (i != 5 ? x[i] : 2) +
		       (v <= 8 ? 4 : x[i]) + ((unsigned long)v > 6 ? 8 : x[i]) +
		       (v == 9 ? 16 : 0) + (v >= 11 ? x[i] : 32);
	}
}

/* In place: what one part writes, the next one reads. */
NEST chain(int n, int m)
{
	for (int r = 0; r < rows * N; r += N)
		for (int i = 0; i < n; i++)
			x[r + i + 1] = x[r + (i > m ? m : i)] * 0.75 +
				       (i > 2 ? x[r + i - 2] : 1);
}

static void fill(void)
{
	uint64_t s = 9;

	for (int i = 0; i < N * N; i++) {
		s = s * UINT64_C(6364136223846793005) + 1442695040888963407;
		a[i] = (unsigned char)(s >> 56);
		x[i] = (double)(int64_t)s * 0x1p-60;
		y[i] = 0;
		o[i] = 0;
	}
	memset(t, 0, sizeof(t));
	last = 0;
}

#define RUN(call)                                                              \
	do {                                                                   \
		uint64_t h = HASH_BEGIN;                                       \
                                                                               \
		fill();                                                        \
		call;                                                          \
		h = hash(o, sizeof(o), hash(x, sizeof(x), h));                 \
		h = hash(y, sizeof(y), hash(t, sizeof(t), h));                 \
		printf("%s %016llx %ld\n", #call, (unsigned long long)h,       \
		       last);                                                  \
	} while (0)

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 9;
	static const long at[] = {LONG_MIN, -3, 0, 1, 2, 5, 30, LONG_MAX};
	unsigned un = n < 0 ? 0 : (unsigned)n;

	rows += argc > 2;
	RUN(blur(n, n));
	RUN(blur(n, 2));
	RUN(smooth(n, n));
	RUN(smooth(n, 2));
	RUN(heat(n, n));
	for (int i = 0; i < 8; i++)
		for (int k = 0; k < 8; k++) {
			RUN(window(n, at[i], at[k], at[(i + k) % 8]));
			RUN(unsigned_window(un, (unsigned)at[i],
					    (unsigned)at[k]));
			RUN(wraps(n, (unsigned)INT_MAX - (unsigned)at[i] % 64,
				  (int)at[k]));
		}
	for (int i = -300; i < 300; i += 7)
		RUN(narrow(n, i));
	for (int i = 0; i < 8; i++) {
		RUN(steps(n, at[i] & 63));
		RUN(extremes(n, (long)((unsigned long)at[i] - 4)));
		RUN(extremes(n, (long)((unsigned long)at[i] - 1)));
		RUN(wraps(n, (unsigned)INT_MIN - 9, (int)at[i]));
		RUN(beginning(n, at[i] & 15));
		RUN(chain(n, (int)(at[i] & 31)));
	}
	return 0;
}
