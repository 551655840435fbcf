/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A request in the two forms that others read: JSON by the published schema
 * (docs/request.schema.json) and the fields of the run's record.
 */
#include <math.h>
#include <stdio.h>

#include "predict.h"

static void add_figure(struct psr_text *t, const char *name, const char *unit,
		       const struct psr_figure *f, const char *end)
{
	psr_text_add(t, "\"%s\": {\"unit\": \"%s\", \"p50\": ", name, unit);
	psr_text_f64(t, f->known ? f->p50 : NAN);
	psr_text_add(t, ", \"p95\": ");
	psr_text_f64(t, f->known ? f->p95 : NAN);
	psr_text_add(t, ", \"ask\": ");
	psr_text_f64(t, f->known ? f->ask : NAN);
	psr_text_add(t, ", \"confidence\": ");
	psr_text_f64(t, f->known ? f->confidence : 0);
	psr_text_add(t, "}%s", end);
}

static void add_string(struct psr_text *t, const char *s)
{
	if (s && *s)
		psr_text_json(t, s);
	else
		psr_text_add(t, "null");
}

static void add_task(const struct psr_task *task, const struct psr_features *f,
		     struct psr_text *t)
{
	psr_text_add(t, "  \"task\": {\n    \"name\": ");
	psr_text_json(t, task->name);
	psr_text_add(t, ",\n    \"path\": ");
	psr_text_json(t, task->path);
	psr_text_add(t,
		     ",\n    \"program\": \"%016llx\",\n"
		     "    \"exact\": \"%016llx\",\n"
		     "    \"pattern\": \"%016llx\",\n",
		     (unsigned long long)task->program,
		     (unsigned long long)task->exact,
		     (unsigned long long)task->pattern);
	psr_text_add(t, "    \"arguments\": %s,\n    \"environment\": %s,\n",
		     task->arguments, task->environment);
	psr_text_add(t, "    \"input_bytes\": ");
	psr_text_u64(t, task->input_bytes);
	psr_text_add(t, ",\n    \"argument_max\": ");
	psr_text_f64(t, f->argument_max);
	psr_text_add(t, ",\n    \"argument_product\": ");
	psr_text_f64(t, f->argument_product);
	psr_text_add(t, "\n  },\n");
}

void psr_request_json(const struct psr_task *task, const struct psr_features *f,
		      const struct psr_request *r, struct psr_text *t)
{
	psr_text_add(t, "{\n  \"version\": 1,\n");
	add_task(task, f, t);
	psr_text_add(t, "  \"memory\": {\n    ");
	add_figure(t, "total", "bytes", &r->memory_bytes, ",\n    ");
	add_figure(t, "stack", "bytes", &r->stack_bytes, ",\n    ");
	add_figure(t, "heap", "bytes", &r->heap_bytes, ",\n    ");
	add_figure(t, "data", "bytes", &r->data_bytes, "\n  },\n  ");
	add_figure(t, "cpu", "cores", &r->cores, ",\n  ");
	psr_text_add(t, "\"storage\": {\n    ");
	add_figure(t, "read", "bytes/s", &r->read_rate, ",\n    ");
	add_figure(t, "write", "bytes/s", &r->write_rate, "\n  },\n  ");
	add_figure(t, "duration", "ns", &r->wall_ns, ",\n");
	psr_text_add(t, "  \"network\": null,\n  \"gpu\": null,\n"
			"  \"bottleneck\": ");
	add_string(t, r->bottleneck);
	psr_text_add(t, ",\n  \"from\": {\"runs\": %zu, \"memory\": ", r->runs);
	add_string(t, r->predictor);
	psr_text_add(t, ", \"duration\": ");
	add_string(t, r->wall_predictor);
	psr_text_add(t, "}\n}\n");
}

static uint64_t whole(const struct psr_figure *f, double v)
{
	return f->known ? (uint64_t)fmin(fmax(v, 0), 9e18) : PSR_NONE;
}

void psr_request_record(const struct psr_request *r, struct psr_record *rec)
{
	const struct psr_figure *m = &r->memory_bytes, *w = &r->wall_ns;

	rec->ask_memory_bytes = whole(m, m->ask);
	rec->p50_memory_bytes = whole(m, m->p50);
	rec->p95_memory_bytes = whole(m, m->p95);
	rec->confidence_memory = m->known ? m->confidence : 0;
	rec->ask_cores = r->cores.known ? r->cores.ask : NAN;
	rec->confidence_cores = r->cores.known ? r->cores.confidence : 0;
	rec->p50_wall_ns = whole(w, w->p50);
	rec->p95_wall_ns = whole(w, w->p95);
	rec->confidence_wall = w->known ? w->confidence : 0;
	rec->ask_read_rate = whole(&r->read_rate, r->read_rate.ask);
	rec->ask_write_rate = whole(&r->write_rate, r->write_rate.ask);
	snprintf(rec->predictor, sizeof(rec->predictor), "%s", r->predictor);
	rec->predicted_from = r->runs;
	snprintf(rec->bottleneck_predicted, sizeof(rec->bottleneck_predicted),
		 "%s", r->bottleneck);
}
