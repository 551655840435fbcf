/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The same as bench_report.c prints, and every single time, as JSON. */
#include <math.h>
#include <stdio.h>

#include "bench.h"
#include "psr/cpu.h"

static void add_quartiles(struct psr_text *t, const char *name,
			  struct bench_quartiles q)
{
	psr_text_add(t, ", \"%s\": [", name);
	psr_text_f64(t, q.low);
	psr_text_add(t, ", ");
	psr_text_f64(t, q.mid);
	psr_text_add(t, ", ");
	psr_text_f64(t, q.high);
	psr_text_add(t, "]");
}

static void add_list(struct psr_text *t, const char *name,
		     const struct bench_list *l)
{
	psr_text_add(t, ", \"%s\": [", name);
	for (size_t i = 0; i < l->n; i++) {
		psr_text_add(t, i ? ", " : "");
		psr_text_f64(t, l->v[i]);
	}
	psr_text_add(t, "]");
}

static void add_cell(const struct bench_options *o, const struct bench_case *c,
		     size_t b, struct psr_text *t)
{
	const struct bench_cell *cell = &c->cells[b];

	psr_text_add(t, "%s\n      ", b ? "," : "");
	psr_text_json(t, bench_builds[b].name);
	psr_text_add(t, ": {\"ok\": %s", cell->ok ? "true" : "false");
	if (!cell->ok) {
		psr_text_add(t, ", \"why\": ");
		psr_text_json(t, cell->why);
	}
	psr_text_add(t, ", \"same_answer\": %s",
		     cell->differs ? "false" : "true");
	add_quartiles(t, "speedup", bench_speedup(o, c, b));
	add_quartiles(t, "seconds", bench_quartiles(bench_times(o, c, b, b)));
	add_list(t, "wall_s", &cell->wall);
	add_list(t, "cpu_s", &cell->cpu);
	if (bench_builds[b].psr)
		add_list(t, "learning_s", &cell->learn);
	psr_text_add(t, "}");
}

static void add_oracle(const struct bench_case *c, struct psr_text *t)
{
	size_t best = 0;
	double share = bench_oracle(c, &best);

	psr_text_add(t, ",\n     \"oracle\": {\"best\": ");
	psr_text_json(t, c->variants[best].name);
	psr_text_add(t, ", \"reached\": ");
	psr_text_f64(t, share);
	add_list(t, "chosen_s", &c->chosen);
	psr_text_add(t, ", \"variants_s\": {");
	for (size_t v = 0; v < c->nvariants; v++) {
		psr_text_add(t, v ? ", " : "");
		psr_text_json(t, c->variants[v].name);
		psr_text_add(t, ": ");
		psr_text_f64(t, bench_quartiles(&c->variants[v].times).mid);
	}
	psr_text_add(t, "}}");
}

static void add_case(const struct bench_options *o, const struct bench_case *c,
		     struct psr_text *t)
{
	psr_text_add(t, "    {\"program\": ");
	psr_text_json(t, c->program->name);
	psr_text_add(t, ", \"size\": ");
	psr_text_json(t, c->size->label);
	psr_text_add(t, ", \"arguments\": [");
	for (size_t i = 0; i < c->size->args.n; i++) {
		psr_text_add(t, i ? ", " : "");
		psr_text_json(t, c->size->args.v[i]);
	}
	psr_text_add(t,
		     "], \"answers_vary\": %s, \"wrong\": %u,\n"
		     "     \"builds\": {",
		     c->varies ? "true" : "false", c->wrong);
	for (size_t b = 0; b < bench_nbuilds; b++)
		if (o->builds >> b & 1)
			add_cell(o, c, b, t);
	psr_text_add(t, "}");
	if (c->nvariants)
		add_oracle(c, t);
	psr_text_add(t, "}");
}

static void add_figures(const struct bench_options *o, const char *name,
			const double *v, struct psr_text *t)
{
	bool first = true;

	psr_text_add(t, ",\n    \"%s\": {", name);
	for (size_t b = 1; b < bench_nbuilds; b++)
		if (o->builds >> b & 1) {
			psr_text_add(t, first ? "" : ", ");
			first = false;
			psr_text_json(t, bench_builds[b].name);
			psr_text_add(t, ": ");
			psr_text_f64(t, v[b]);
		}
	psr_text_add(t, "}");
}

static void add_summary(const struct bench_options *o,
			const struct bench_summary *s, struct psr_text *t)
{
	psr_text_add(t,
		     "  \"summary\": {\"cases\": %zu, \"wrong\": %u, "
		     "\"failed\": %u",
		     s->cases, s->wrong, s->failed);
	add_figures(o, "mean_over_clang", s->mean, t);
	add_figures(o, "mean_over_better_of_native_and_pgo", s->mean_best, t);
	add_figures(o, "lowest", s->lowest, t);
	psr_text_add(t, ",\n    \"learning_over_clang\": ");
	psr_text_f64(t, s->learning);
	psr_text_add(t, ", \"learning_over_settled\": ");
	psr_text_f64(t, s->regret);
	psr_text_add(t, ", \"oracle_reached\": ");
	psr_text_f64(t, s->oracle);
	psr_text_add(t, ", \"oracle_reached_lowest\": ");
	psr_text_f64(t, s->oracle_lowest);
	psr_text_add(t, "}");
}

void bench_json(const struct bench_options *o, const struct bench_setup *s,
		const struct bench_case *cases, size_t n,
		const struct bench_summary *sum, struct psr_text *t)
{
	char cpu[PSR_CPU_KEY];

	psr_cpu_key(cpu);
	psr_text_add(t, "{\n  \"psr\": \"" PSR_VERSION "\", \"cpu\": ");
	psr_text_json(t, cpu);
	psr_text_add(t, ", \"suite\": ");
	psr_text_json(t, s->suite);
	psr_text_add(t,
		     ",\n  \"rounds\": %u, \"learn\": %u, \"threads\": %u, "
		     "\"clock\": \"%s\", \"launch\": \"%s\",\n",
		     o->rounds, o->learn, o->threads, o->wall ? "wall" : "cpu",
		     bench_launched_name(o->launched));
	add_summary(o, sum, t);
	psr_text_add(t, ",\n  \"cases\": [\n");
	for (size_t i = 0; i < n; i++) {
		add_case(o, &cases[i], t);
		psr_text_add(t, i + 1 < n ? ",\n" : "\n");
	}
	psr_text_add(t, "  ]\n}\n");
}
