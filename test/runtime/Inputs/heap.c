/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Works for some time, then allocates blocks of many sizes, and prints how many
 * of them do not follow the one before. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static float x[4096], y[4096];

__attribute__((noinline)) static void add(int n, float *a, const float *b)
{
	for (int i = 0; i < n; i++)
		a[i] += b[i] * 1.5f;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int main(int argc, char **argv)
{
	double end = now() + atof(argv[argc - 1]);
	unsigned apart = 0;

	while (now() < end)
		for (int i = 0; i < 1000; i++)
			add(4096, x, y);
	for (size_t size = 24; size <= 1000; size += 16) {
		char *last = NULL, *p;

		for (int i = 0; i < 32; i++, last = p) {
			p = malloc(size);
			apart += last && p != last + (size + 8 + 15) / 16 * 16;
		}
	}
	printf("%u apart\n", apart);
	return x[5] > 1;
}
