/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The table, a row a case as soon as it is measured, and what the whole came
 * to. A cell is the median of the ratios of clang's time to the build's, round
 * by round, with their quartiles: above 1, the build is faster.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"

static bool is_shown(const struct bench_options *o, size_t b)
{
	return b > 0 && (o->builds >> b & 1);
}

void bench_print_heading(const struct bench_options *o)
{
	puts("Times over those of clang -O3, above 1 faster: median and "
	     "quartiles.");
	for (size_t b = 0; b < bench_nbuilds; b++)
		if (is_shown(o, b))
			printf("  %-8s %s\n", bench_builds[b].name,
			       bench_builds[b].what);
	printf("\n%-20s %9s %9s", "program", "size", "clang ms");
	for (size_t b = 0; b < bench_nbuilds; b++)
		if (is_shown(o, b))
			printf("  %-15s", bench_builds[b].name);
	putchar('\n');
	fflush(stdout);
}

static void print_cell(const struct bench_options *o,
		       const struct bench_case *c, size_t b)
{
	const struct bench_cell *cell = &c->cells[b];
	struct bench_quartiles q = bench_speedup(o, c, b);
	const char *why = cell->why;

	if (!cell->ok || isnan(q.mid)) {
		printf("  %-15.*s", (int)strcspn(why, ":"), why);
		return;
	}
	printf("  %5.2f%c%4.2f-%4.2f", q.mid, cell->differs ? '!' : ' ', q.low,
	       q.high);
}

void bench_print_case(const struct bench_options *o, const struct bench_case *c)
{
	printf("%-20s %9s", c->program->name, c->size->label);
	if (!c->cells[0].ok) {
		printf("  clang's %s\n", c->cells[0].why);
		fflush(stdout);
		return;
	}
	printf(" %9.3f", 1e3 * bench_quartiles(bench_times(o, c, 0, 0)).mid);
	for (size_t b = 0; b < bench_nbuilds; b++)
		if (is_shown(o, b))
			print_cell(o, c, b);
	puts(c->varies ? "  answers vary" : "");
	fflush(stdout);
}

/* ---- Summary --------------------------------------------------------------
 */

/* Build B's median time by AS's clock; NAN: it failed, or is not wanted. */
static double median(const struct bench_options *o, const struct bench_case *c,
		     size_t b, size_t as)
{
	return c->cells[b].ok ? bench_quartiles(bench_times(o, c, b, as)).mid
			      : NAN;
}

/* How much faster than the faster of native and pgo B is; NAN: no such. */
static double over_best(const struct bench_options *o,
			const struct bench_case *c, size_t b)
{
	double native = median(o, c, bench_build_named("native"), b);
	double pgo = median(o, c, bench_build_named("pgo"), b);

	return fmin(native, pgo) / median(o, c, b, b); /* fmin() heeds no NAN */
}

static void add_finite(struct bench_list *l, double v)
{
	/* Without memory for it, a mean lacks one. */
	if (isfinite(v) && v > 0 && bench_list_add(l, v) < 0)
		return;
}

static void summarise_build(const struct bench_options *o,
			    const struct bench_case *cases, size_t n, size_t b,
			    struct bench_summary *out)
{
	struct bench_list over_clang = {0}, best = {0};

	out->lowest[b] = NAN;
	for (size_t i = 0; i < n; i++) {
		double r = bench_speedup(o, &cases[i], b).mid;

		add_finite(&over_clang, r);
		add_finite(&best, over_best(o, &cases[i], b));
		out->below[b] += r < BENCH_BAR;
		if (!(r >= out->lowest[b]) && !isnan(r)) {
			out->lowest[b] = r;
			out->lowest_case[b] = &cases[i];
		}
	}
	out->mean[b] = bench_geometric_mean(&over_clang);
	out->mean_best[b] = bench_geometric_mean(&best);
	bench_list_free(&over_clang);
	bench_list_free(&best);
}

static double sum(const struct bench_list *l)
{
	double s = 0;

	for (size_t i = 0; i < l->n; i++)
		s += l->v[i];
	return s;
}

/* What PSR's learning launches took, over as many of clang's and settled ones.
 */
static void summarise_learning(const struct bench_options *o,
			       const struct bench_case *cases, size_t n,
			       struct bench_summary *out)
{
	size_t psr = bench_build_named("psr");
	double learning = 0, plain = 0, settled = 0;

	for (size_t i = 0; i < n; i++) {
		const struct bench_list *l = &cases[i].cells[psr].learn;
		double a = median(o, &cases[i], 0, psr);
		double b = median(o, &cases[i], psr, psr);

		if (!l->n || isnan(a) || isnan(b))
			continue;
		learning += sum(l);
		plain += a * (double)l->n;
		settled += b * (double)l->n;
	}
	out->learning = plain > 0 ? learning / plain - 1 : NAN;
	out->regret = settled > 0 ? learning / settled - 1 : NAN;
}

double bench_oracle(const struct bench_case *c, size_t *best)
{
	double least = NAN;

	for (size_t v = 0; v < c->nvariants; v++) {
		double t = bench_quartiles(&c->variants[v].times).mid;

		if (!(t >= least) && !isnan(t)) {
			least = t;
			*best = v;
		}
	}
	return least / bench_quartiles(&c->chosen).mid;
}

static void summarise_oracle(const struct bench_case *cases, size_t n,
			     struct bench_summary *out)
{
	struct bench_list l = {0};

	out->oracle_lowest = NAN;
	for (size_t i = 0; i < n; i++) {
		size_t best;
		double share = bench_oracle(&cases[i], &best);

		add_finite(&l, share);
		out->oracle_lowest = fmin(out->oracle_lowest, share);
	}
	out->oracle = bench_geometric_mean(&l);
	out->oracle_cases = l.n;
	bench_list_free(&l);
}

void bench_summarise(const struct bench_options *o,
		     const struct bench_case *cases, size_t n,
		     struct bench_summary *out)
{
	*out = (struct bench_summary){.cases = n};
	for (size_t b = 0; b < bench_nbuilds; b++)
		summarise_build(o, cases, n, b, out);
	summarise_learning(o, cases, n, out);
	summarise_oracle(cases, n, out);
	for (size_t i = 0; i < n; i++) {
		out->wrong += cases[i].wrong;
		out->failed += cases[i].failed;
	}
}

static void print_means(const struct bench_options *o, const char *what,
			const double *means)
{
	printf("%-40s", what);
	for (size_t b = 0; b < bench_nbuilds; b++) {
		char text[16] = "-";

		if (!is_shown(o, b))
			continue;
		if (!isnan(means[b]))
			snprintf(text, sizeof(text), "%5.3f", means[b]);
		printf("  %-15s", text);
	}
	putchar('\n');
}

void bench_print_oracle(const struct bench_case *c)
{
	size_t best = 0;
	double share = bench_oracle(c, &best);

	if (!isnan(share))
		printf("%-20s %9s           oracle: %s; the choice reaches "
		       "%.3f of it\n",
		       c->program->name, c->size->label, c->variants[best].name,
		       share);
	fflush(stdout);
}

void bench_print_summary(const struct bench_options *o,
			 const struct bench_summary *s)
{
	putchar('\n');
	print_means(o, "geometric mean over clang", s->mean);
	if (!isnan(s->mean_best[0]))
		print_means(o, "over the better of native and pgo",
			    s->mean_best);
	print_means(o, "lowest", s->lowest);
	for (size_t b = 0; b < bench_nbuilds; b++)
		if (is_shown(o, b) && bench_builds[b].psr && s->lowest_case[b])
			printf("%s: lowest %.3f at %s %s; below %.2f: %zu of "
			       "%zu\n",
			       bench_builds[b].name, s->lowest[b],
			       s->lowest_case[b]->program->name,
			       s->lowest_case[b]->size->label, BENCH_BAR,
			       s->below[b], s->cases);
	if (!isnan(s->learning))
		printf("learning launches: %+.2f %% of clang's time, %+.2f %% "
		       "of the settled time\n",
		       100 * s->learning, 100 * s->regret);
	if (s->oracle_cases)
		printf("oracle: the choices reach %.3f of it, %.3f at least\n",
		       s->oracle, s->oracle_lowest);
	printf("wrong answers: %u; failed: %u\n", s->wrong, s->failed);
}
