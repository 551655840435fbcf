/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Calls of the C library's that PSR's stub needs, too. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int first(const char *name)
{
	const char *value = getenv(name);

	errno = 0;
	return value ? (int)strtol(value, NULL, 10) + errno : -1;
}

void *second(size_t n)
{
	sched_yield();
	return malloc(n);
}

int main(int argc, char **argv)
{
	double *a = second(1000 * sizeof(*a)), *b = second(1000 * sizeof(*b));

	if (!a || !b)
		return 1;
	memset(a, argc, 1000 * sizeof(*a));
	memset(b, first(argv[0]), 1000 * sizeof(*b));
#ifdef SITE
	for (int i = 0; i < 1000; i++)
		a[i] = a[i] * 3 + b[i];
#endif
	printf("%g %g\n", a[argc], b[argc]);
	return 0;
}
