/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Lists of times, and what is said of them: quartiles and means. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "bench.h"

int bench_list_add(struct bench_list *l, double v)
{
	if (l->n == l->room) {
		size_t room = l->room ? 2 * l->room : 16;
		double *more = realloc(l->v, room * sizeof(*more));

		if (!more)
			return -ENOMEM;
		l->v = more;
		l->room = room;
	}
	l->v[l->n++] = v;
	return 0;
}

void bench_list_free(struct bench_list *l)
{
	free(l->v);
	*l = (struct bench_list){0};
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Of N sorted values, with SHARE of them below. */
static double quantile(const double *v, size_t n, double share)
{
	double at = share * (double)(n - 1);
	size_t i = (size_t)at;
	double rest = at - (double)i;

	return i + 1 < n ? v[i] + rest * (v[i + 1] - v[i]) : v[n - 1];
}

/* Sorts the N values at V. */
static struct bench_quartiles quartiles(double *v, size_t n)
{
	if (!n)
		return (struct bench_quartiles){NAN, NAN, NAN};
	qsort(v, n, sizeof(*v), by_value);
	return (struct bench_quartiles){
	    quantile(v, n, 0.25), quantile(v, n, 0.5), quantile(v, n, 0.75)};
}

struct bench_quartiles bench_quartiles(const struct bench_list *l)
{
	struct bench_quartiles q;
	struct bench_list copy = {0};

	for (size_t i = 0; i < l->n; i++)
		if (bench_list_add(&copy, l->v[i]) < 0)
			break;
	q = quartiles(copy.v, copy.n);
	bench_list_free(&copy);
	return q;
}

struct bench_quartiles bench_ratios(const struct bench_list *a,
				    const struct bench_list *b)
{
	struct bench_quartiles q;
	struct bench_list copy = {0};

	for (size_t i = 0; i < a->n && i < b->n; i++)
		if (a->v[i] > 0 && b->v[i] > 0 &&
		    bench_list_add(&copy, a->v[i] / b->v[i]) < 0)
			break;
	q = quartiles(copy.v, copy.n);
	bench_list_free(&copy);
	return q;
}

double bench_geometric_mean(const struct bench_list *l)
{
	double sum = 0;

	for (size_t i = 0; i < l->n; i++)
		sum += log(l->v[i]);
	return l->n ? exp(sum / (double)l->n) : NAN;
}
