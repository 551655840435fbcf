/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Works at a site for so many milliseconds, and says in which of them PSR's
 * runtime woke, or "never".
 */
#define _GNU_SOURCE
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int is_runtime(struct dl_phdr_info *info, size_t size, void *found)
{
	(void)size;
	*(int *)found |= strstr(info->dlpi_name, "/libpsrrt.so") != NULL;
	return 0;
}

static float x[1024], y[1024];

__attribute__((noinline)) static void work(int n, float by)
{
	for (int i = 0; i < n; i++)
		y[i] = x[i] * by + y[i] * 0.5f + y[i] * x[i] * 0.25f;
}

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
	double start = now_ms(), end = start + (argc > 1 ? atof(argv[1]) : 1);
	double woke = 0;
	int found = 0;

	while (now_ms() < end) {
		for (int i = 0; i < 50; i++)
			work(1024, 1.5f);
		if (found)
			continue;
		dl_iterate_phdr(is_runtime, &found);
		woke = now_ms() - start;
	}
	if (found)
		printf("%d\n", (int)woke);
	else
		puts("never");
	return y[7] != y[7];
}
