/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* stats.h - quantiles, which a stray interruption does not move. */
#ifndef STATS_H
#define STATS_H

#include <stdint.h>
#include <stdlib.h>
#include <time.h>

static inline int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

struct spread {
	double low, median, high; /* quartiles */
};

/* Sorts V in place. */
static inline struct spread spread_of(double *v, size_t n)
{
	qsort(v, n, sizeof(*v), compare_doubles);
	return (struct spread){v[n / 4],
			       n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2,
			       v[n - 1 - n / 4]};
}

static inline double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

#endif
