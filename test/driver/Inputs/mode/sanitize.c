/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* sanitize N: N 1000 is fine, other numbers show what each sanitizer is for. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static double *x, *y;
static int *last;

struct pair {
	long a, b;
};

/* Its arguments need not be initialised, and are not. */
__attribute__((weak)) void leave_traces(struct pair p, struct pair q,
					struct pair r)
{
	(void)p, (void)q, (void)r;
}

__attribute__((noinline)) void axpy(const long *n)
{
	double *to = y, *from = x;
	struct pair p;
	long m = *n;

	leave_traces(p, p, p);
	for (long i = 0; i < m; i++)
		to[i] += 3 * from[i]; /* address, thread */
}

/* A site as a whole: its loop is not one that is vectorised. */
__attribute__((noinline, annotate("psr"))) int sum(int n)
{
	int s = 0;

	for (int i = 1; i <= n; i++)
		s += last[i & 1] * (1 << 20) / i; /* undefined */
	return s;
}

static void *thread(void *n)
{
	axpy(n);
	return NULL;
}

int main(int argc, char **argv)
{
	long n = argc > 1 ? atol(argv[1]) : 1000;
	long fine = 1000;
	pthread_t t;

	last = calloc(2, sizeof(*last));
	x = malloc(1000 * sizeof(*x));
	y = malloc(1000 * sizeof(*y));
	if (n == 999) { /* one is not initialised */
		n = 1000;
		x++;
		y++;
		x[-1] = y[-1] = 0;
		for (int i = 0; i < 999; i++)
			y[i] = i == 500 ? x[i] : 0, x[i] = i;
		n = 999;
	} else {
		for (int i = 0; i < 1000; i++)
			x[i] = i, y[i] = 0;
	}
	last[0] = last[1] = n == 998 ? 1 << 20 : 1; 
	if (n == 997 && !pthread_create(&t, NULL, thread, &fine)) {
		axpy(&fine);
		pthread_join(t, NULL);
	} else if (!pthread_create(&t, NULL, thread, &n)) {
		pthread_join(t, NULL);
		axpy(&n);
	}
	printf("%d\n", sum(1000));
	printf("%.17g\n", y[500] > 0 ? y[500] : 0); /* memory */
}
