/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Prediction is a table of members. Each turns past runs into samples of
 * what the next run may use; the member with the least cost on the runs it
 * was not shown is asked. Its offset covers the spread of its samples, and
 * its confidence is the share of past runs for which the ask it would have
 * made at the time sufficed, with Laplace's one success and one failure
 * added, so that few runs never look certain.
 *
 * The cost of an ask is PREDICTION.md's: what is wasted, plus the price of
 * failing. More members, mixing and recalibration fit into the same table.
 */
#include "predict.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEARN 40        /* latest runs that members learn from */
#define JUDGE 10        /* latest runs that they are judged on */
#define DECAY 0.97      /* weight of a judgement, per run of age */
#define RHO   0.5       /* price of a failure, as share of the peak */
#define PHI   1e9       /* and in bytes */
#define FLOOR 1048576.0 /* bytes: less is noise */
#define ALL   SIZE_MAX  /* leave no run out */

enum { BYTES, NUMBER, SQUARE, PRODUCT, NSIZES };

struct point {
	uint64_t exact, pattern;
	uint64_t bytes;
	double x[NSIZES]; /* NaN: does not have it */
	double y;
};

/* The runs that a member may look at, oldest first. */
struct window {
	const struct point *p;
	size_t n;
	size_t except; /* this one not; ALL: all */
};

struct samples {
	size_t n;
	double s[LEARN];
};

struct answer {
	double p50, p95, ask;
};

static bool visible(const struct window *w, size_t i)
{
	return i != w->except;
}

static bool like(uint64_t a, uint64_t b)
{
	double d = fabs((double)a - (double)b);

	return d <= 0.02 * (double)(a > b ? a : b);
}

/* The same arguments on inputs of the same size. */
static bool sample_same(const struct window *w, const struct point *q, int size,
			struct samples *out)
{
	(void)size;
	out->n = 0;
	for (size_t i = w->n; i-- > 0 && out->n < 16;) {
		const struct point *p = &w->p[i];

		if (visible(w, i) && p->exact == q->exact &&
		    like(p->bytes, q->bytes))
			out->s[out->n++] = p->y;
	}
	return out->n > 0;
}

/* The latest runs of the program, whatever they did. */
static bool sample_recent(const struct window *w, const struct point *q,
			  int size, struct samples *out)
{
	(void)q, (void)size;
	out->n = 0;
	for (size_t i = w->n; i-- > 0 && out->n < 32;)
		if (visible(w, i))
			out->s[out->n++] = w->p[i].y;
	return out->n > 0;
}

/* Sums of a straight line's least squares. */
struct line {
	double n, mx, my, sxx, sxy, low, high;
	double slope;
};

static bool on_line(const struct window *w, size_t i, int size,
		    const struct point *q, bool same_pattern)
{
	return visible(w, i) && isfinite(w->p[i].x[size]) &&
	       (!same_pattern || w->p[i].pattern == q->pattern);
}

static bool fit(const struct window *w, const struct point *q, int size,
		bool same_pattern, struct line *f)
{
	*f = (struct line){.low = INFINITY};
	for (size_t i = 0; i < w->n; i++) {
		const struct point *p = &w->p[i];
		double dx, dy;

		if (!on_line(w, i, size, q, same_pattern))
			continue;
		f->n++;
		dx = p->x[size] - f->mx;
		dy = p->y - f->my;
		f->mx += dx / f->n;
		f->my += dy / f->n;
		f->sxx += dx * (p->x[size] - f->mx);
		f->sxy += dx * (p->y - f->my);
		f->low = fmin(f->low, p->y);
		f->high = fmax(f->high, p->y);
	}
	if (f->n < 2 || f->sxx <= 1e-9 * f->mx * f->mx)
		return false;
	f->slope = f->sxy / f->sxx;
	return f->slope > 0;
}

static double line_at(const struct line *f, double x)
{
	double y = f->my + f->slope * (x - f->mx);

	return fmin(fmax(y, f->low / 2), 4 * f->high);
}

/*
 * A straight line over one measure of size. A sample is the line's value
 * here plus how far a past run was from the line through all others.
 */
static bool sample_line(const struct window *w, const struct point *q, int size,
			struct samples *out)
{
	size_t least = w->except == ALL ? 3 : 2, same = 0;
	struct line f;
	double here;

	out->n = 0;
	if (!isfinite(q->x[size]))
		return false;
	for (size_t i = 0; i < w->n; i++)
		same += on_line(w, i, size, q, true);
	if (!fit(w, q, size, same >= 3, &f) || f.n < (double)least)
		return false;
	here = line_at(&f, q->x[size]);
	for (size_t i = 0; i < w->n; i++) {
		double x, lever, off;

		if (!on_line(w, i, size, q, same >= 3))
			continue;
		x = w->p[i].x[size];
		lever = 1 / f.n + (x - f.mx) * (x - f.mx) / f.sxx;
		off = w->p[i].y - (f.my + f.slope * (x - f.mx));
		off /= fmax(1 - lever, .05);
		out->s[out->n++] = fmax(here + off, f.low / 2);
	}
	return true;
}

/* In order of preference where costs are equal. */
static const struct member {
	const char *name;
	bool (*sample)(const struct window *, const struct point *, int size,
		       struct samples *);
	int size;
} members[] = {
    {"same-arguments", sample_same, 0},
    {"line-bytes", sample_line, BYTES},
    {"line-number", sample_line, NUMBER},
    {"line-number^2", sample_line, SQUARE},
    {"line-product", sample_line, PRODUCT},
    {"recent-max", sample_recent, 0},
};
#define NMEMBERS PSR_COUNTOF(members)
#define RECENT   (NMEMBERS - 1)

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/*
 * How far beyond the largest sample the next run may go: twice the relative
 * spread, which one sample leaves at 14 % and many equal ones bring to 0.
 */
static double margin(const struct samples *s)
{
	double n = (double)s->n, sum = 0, sq = 0, var;

	for (size_t i = 0; i < s->n; i++) {
		sum += s->s[i];
		sq += s->s[i] * s->s[i];
	}
	if (!(sum > 0))
		return .3;
	var = fmax(n * sq / (sum * sum) - 1, 0);
	return fmin(2 * sqrt((.01 + n * var) / (1 + n)), .3);
}

static double ask_of(const struct samples *s)
{
	double top = 0;

	for (size_t i = 0; i < s->n; i++)
		top = fmax(top, s->s[i]);
	return top * (1 + margin(s));
}

static double quantile(const double *sorted, size_t n, double q)
{
	size_t k = (size_t)ceil(q * (double)n);

	return sorted[k ? k - 1 : 0];
}

static struct answer answer(struct samples *s)
{
	struct answer a = {.ask = ask_of(s)};

	qsort(s->s, s->n, sizeof(s->s[0]), by_value);
	a.p50 = quantile(s->s, s->n, .5);
	a.p95 = fmin(a.ask, s->s[s->n - 1] * (1 + margin(s) / 2));
	if (s->n >= 20)
		a.p95 = quantile(s->s, s->n, .95);
	return a;
}

/* What asking for A would have cost when the run needed Y bytes. */
static double cost_of_bytes(double a, double y, double largest)
{
	double c = 0, b = fmax(1.05 * largest, 1.2 * a);

	a += FLOOR;
	while (a < y) {
		c += a + RHO * y + PHI;
		a = b;
		b = 2 * b + FLOOR;
	}
	return fmin((c + a - y) / (y + PHI), 5);
}

/* Being off by a factor is equally bad both ways. */
static double cost_of_time(double a, double y, double largest)
{
	(void)largest;
	return fmin(fabs(log(fmax(a, 1) / fmax(y, 1))), 3);
}

typedef double cost_fn(double a, double y, double largest);

struct judgement {
	double cost, weight;
	double hits, trials;
};

static double largest_but(const struct point *p, size_t n, size_t except)
{
	double m = 0;

	for (size_t i = 0; i < n; i++)
		if (i != except)
			m = fmax(m, p[i].y);
	return m;
}

/* Charges each member for run I as if it had not been seen. */
static void judge_run(const struct point *p, size_t n, size_t i, cost_fn *cost,
		      struct judgement *j)
{
	const struct window others = {p, n, i}, before = {p, i, ALL};
	double weight = pow(DECAY, (double)(n - 1 - i));
	double top = largest_but(p, n, i);
	struct samples s;
	double fallback;

	if (!sample_recent(&others, &p[i], 0, &s))
		return;
	fallback = cost(ask_of(&s), p[i].y, top);
	for (size_t m = 0; m < NMEMBERS; m++) {
		const struct member *me = &members[m];
		double c = fallback;

		if (me->sample(&others, &p[i], me->size, &s))
			c = cost(ask_of(&s), p[i].y, top);
		j[m].cost += weight * c;
		j[m].weight += weight;
		if (!me->sample(&before, &p[i], me->size, &s))
			continue;
		j[m].trials++;
		j[m].hits += ask_of(&s) + FLOOR >= p[i].y;
	}
}

/* The member that speaks here and has cost least. */
static size_t choose(const struct point *p, size_t n, const struct point *q,
		     const struct judgement *j)
{
	const struct window all = {p, n, ALL};
	double best = INFINITY;
	size_t chosen = RECENT;
	struct samples s;

	for (size_t m = 0; m < NMEMBERS; m++) {
		double c = j[m].weight ? j[m].cost / j[m].weight : 0;

		if (!members[m].sample(&all, q, members[m].size, &s))
			continue;
		if (c < .98 * best) {
			best = c;
			chosen = m;
		}
	}
	return chosen;
}

static void predict_sized(const struct point *p, size_t n,
			  const struct point *q, cost_fn *cost,
			  struct psr_figure *out, char *name, size_t size)
{
	const struct window all = {p, n, ALL};
	struct judgement j[NMEMBERS] = {0};
	struct samples s;
	struct answer a;
	size_t m;

	if (!n)
		return;
	for (size_t i = n > JUDGE ? n - JUDGE : 0; i < n; i++)
		judge_run(p, n, i, cost, j);
	m = choose(p, n, q, j);
	if (!members[m].sample(&all, q, members[m].size, &s))
		return;
	a = answer(&s);
	*out = (struct psr_figure){true, a.p50, a.p95, a.ask,
				   (j[m].hits + 1) / (j[m].trials + 2)};
	snprintf(name, size, "%s", members[m].name);
}

/* ---- Quantities --------------------------------------------------------- */

static double value(const struct psr_record *r, size_t offset, bool is_f64)
{
	uint64_t u;
	double d;

	if (is_f64) {
		memcpy(&d, (const char *)r + offset, sizeof(d));
		return d;
	}
	memcpy(&u, (const char *)r + offset, sizeof(u));
	return u == PSR_NONE ? NAN : (double)u;
}

static void sizes_of(double x[NSIZES], uint64_t bytes, double max, double prod)
{
	x[BYTES] = bytes && bytes != PSR_NONE ? (double)bytes : NAN;
	x[NUMBER] = max > 0 ? max : NAN;
	x[SQUARE] = max > 0 ? max * max : NAN;
	x[PRODUCT] = prod > 0 ? prod : NAN;
}

/* The latest runs that have the quantity, oldest first. */
static size_t points(const struct psr_history *h, size_t n, size_t offset,
		     struct point *out)
{
	size_t k = 0, last = 0;

	while (last < n && k < LEARN)
		k += isfinite(value(&h[last++].r, offset, false));
	for (size_t i = last, at = 0; i-- > 0;) {
		const struct psr_record *r = &h[i].r;
		struct point *p = &out[at];

		p->y = value(r, offset, false);
		if (!isfinite(p->y))
			continue;
		p->exact = h[i].exact;
		p->pattern = h[i].pattern;
		p->bytes = r->input_bytes == PSR_NONE ? 0 : r->input_bytes;
		sizes_of(p->x, p->bytes, r->argument_max, r->argument_product);
		at++;
	}
	return k;
}

/* Quantities without a size of their own: the most of like runs. */
static struct psr_figure recent(const struct psr_features *f,
				const struct psr_history *h, size_t n,
				size_t offset, bool is_f64)
{
	double hits = 0, trials = 0, top = -1;
	struct samples s = {0};
	bool same = false;
	struct answer a;

	for (size_t i = 0; i < n; i++)
		same |= h[i].pattern == f->pattern &&
			isfinite(value(&h[i].r, offset, is_f64));
	for (size_t i = n; i-- > 0;) {
		double y = value(&h[i].r, offset, is_f64);

		if (!isfinite(y) || (same && h[i].pattern != f->pattern))
			continue;
		if (top >= 0) {
			trials++;
			hits += y <= top * 1.1;
		}
		top = fmax(top, y);
		if (s.n == 32)
			memmove(s.s, s.s + 1, --s.n * sizeof(s.s[0]));
		s.s[s.n++] = y;
	}
	if (!s.n)
		return (struct psr_figure){0};
	a = answer(&s);
	return (struct psr_figure){true, a.p50, a.p95, s.s[s.n - 1] * 1.1,
				   (hits + 1) / (trials + 2)};
}

/* Cores come whole: 1.04 busy cores are one, 1.3 are two. */
static void predict_cores(const struct psr_features *f,
			  const struct psr_history *h, size_t n,
			  struct psr_figure *out)
{
	*out = recent(f, h, n, offsetof(struct psr_record, cores_peak), true);
	if (out->known)
		out->ask = fmax(ceil(out->ask / 1.1 - .05), 1);
}

static void predict_bottleneck(const struct psr_history *h, size_t n, char *out,
			       size_t size)
{
	size_t best = 0;

	if (n > 8)
		n = 8;
	for (size_t i = 0; i < n; i++) {
		size_t votes = 0;

		for (size_t k = 0; k < n; k++)
			votes += !strcmp(h[i].r.bottleneck, h[k].r.bottleneck);
		if (*h[i].r.bottleneck && votes > best) {
			best = votes;
			snprintf(out, size, "%s", h[i].r.bottleneck);
		}
	}
}

void psr_predict(const struct psr_features *f, const struct psr_history *h,
		 size_t n, struct psr_request *out)
{
#define FIELD(name) offsetof(struct psr_record, name)
	struct point p[LEARN], q = {.exact = f->exact,
				    .pattern = f->pattern,
				    .bytes = f->input_bytes};
	size_t k;

	memset(out, 0, sizeof(*out));
	if (n > PSR_PREDICT_WINDOW)
		n = PSR_PREDICT_WINDOW;
	sizes_of(q.x, f->input_bytes, f->argument_max, f->argument_product);
	k = points(h, n, FIELD(peak_bytes), p);
	predict_sized(p, k, &q, cost_of_bytes, &out->memory_bytes,
		      out->predictor, sizeof(out->predictor));
	if (out->memory_bytes.known)
		out->memory_bytes.ask += FLOOR;
	out->runs = n;
	k = points(h, n, FIELD(wall_ns), p);
	predict_sized(p, k, &q, cost_of_time, &out->wall_ns,
		      out->wall_predictor, sizeof(out->wall_predictor));
	out->wall_ns.p95 = fmax(out->wall_ns.ask, out->wall_ns.p95);
	out->stack_bytes = recent(f, h, n, FIELD(stack_bytes), false);
	out->heap_bytes = recent(f, h, n, FIELD(heap_bytes), false);
	out->data_bytes = recent(f, h, n, FIELD(data_bytes), false);
	out->read_rate = recent(f, h, n, FIELD(read_rate_peak), false);
	out->write_rate = recent(f, h, n, FIELD(write_rate_peak), false);
	predict_cores(f, h, n, &out->cores);
	predict_bottleneck(h, n, out->bottleneck, sizeof(out->bottleneck));
#undef FIELD
}
