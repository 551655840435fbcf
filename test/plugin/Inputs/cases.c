/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Nests with inputs that are small, each call's other ones. Prints a hash of the
 * results. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "hash.h"

#define SIZE 3000

static float x[SIZE], y[SIZE], w[16];
static int t[SIZE], u[SIZE];

#define NEST __attribute__((noinline)) static void

NEST filter(int n, int width, const float *weights, const float *from, float *to)
{
	for (int i = 0; i < n - width; i++) {
		float sum = 0;

		for (int k = 0; k < width; k++)
			sum += weights[k] * from[i + k];
		to[i] = sum;
	}
}

NEST pixels(int n, int channels, const int *from, int *to)
{
	for (int i = 0; i < n / 9; i++) {
		int sum = 0;

		for (int c = 0; c < channels; c++)
			sum += from[i * channels + c] >> 3;
		for (int c = 0; c < channels; c++)
			to[i * channels + c] = sum / channels;
	}
}

/* In place, so that each round needs the one before. */
NEST smooth(int n, int width, float *a)
{
	for (int i = width; i < n; i++)
		for (int k = 1; k <= width; k++)
			a[i] += 0.25f * a[i - k];
}

static void fill(void)
{
	uint32_t seed = 1;

	for (int i = 0; i < SIZE; i++) {
		seed = seed * 1664525u + 1013904223u;
		x[i] = (float)(seed >> 8) / 65536;
		t[i] = (int)(seed >> 8);
		y[i] = 0;
		u[i] = 0;
	}
	for (int i = 0; i < 16; i++)
		w[i] = 1.0f / (float)(i + 1);
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 9;

	for (int width = 1; width < 10; width++) {
		uint64_t h = HASH_BEGIN;

		fill();
		filter(n, width, w, x, y);
		pixels(n, width, t, u);
		smooth(n / 20, width, x);
		h = hash(y, sizeof(y), hash(x, sizeof(x), h));
		printf("%d %016llx\n", width,
		       (unsigned long long)hash(u, sizeof(u), h));
	}
	return 0;
}
