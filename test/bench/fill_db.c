/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * fill_db FILE RUNS [MODULE]: enters RUNS runs of 50 programs, each with
 * samples, an adaptation, files and site times, as 'psr run' would have; the
 * last programs' times are also entered for MODULE. Then prints what opening
 * and the hot questions cost, median of 101, in microseconds.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "psr/store.h"

enum { PROGRAMS = 50, TIMES = 101 };

static struct psr_err err;

static void must(int ret)
{
	if (ret >= 0)
		return;
	fprintf(stderr, "fill_db: %s\n", err.text);
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void task_of(unsigned i, struct psr_task *t)
{
	static char name[16], path[64], arguments[64];
	unsigned p = i % PROGRAMS;

	snprintf(name, sizeof(name), "prog%u", p);
	snprintf(path, sizeof(path), "/usr/local/bin/prog%u", p);
	snprintf(arguments, sizeof(arguments), "[\"--size\",%u]", i % 1000);
	*t = (struct psr_task){.program = p * UINT64_C(0x9e3779b97f4a7c15),
			       .exact = i % 1000 + 1000 * p,
			       .pattern = p,
			       .name = name,
			       .path = path,
			       .arguments = arguments,
			       .environment = "{\"OMP_NUM_THREADS\":\"2\"}",
			       .input_bytes = i};
}

static void record_of(unsigned i, struct psr_record *r)
{
	psr_record_init(r);
	for (size_t f = 0; f < psr_nfields; f++) {
		char *at = (char *)r + psr_fields[f].offset;

		if (psr_fields[f].kind == PSR_FIELD_U64)
			*(uint64_t *)at = (i * 2654435761U) >> (f % 24);
		else if (psr_fields[f].kind == PSR_FIELD_F64)
			*(double *)at = 1.0 / (1 + (i + f) % 64);
	}
	strcpy(r->backend, "cgroup-v1");
	strcpy(r->predictor, "line");
}

static void enter_run(struct psr_store *s, unsigned i)
{
	struct psr_sample samples[8];
	struct psr_adaptation a = {1000, "memory", 1 << 20, 1 << 21, "90 %"};
	struct psr_run_file files[] = {{"input", "/data/input", 1 << 20},
				       {"library", "/lib/libc.so.6", 1 << 21}};
	struct psr_run_detail d = {samples, PSR_COUNTOF(samples), &a, 1,
				   files,   PSR_COUNTOF(files)};
	struct psr_record r;
	struct psr_task t;

	for (unsigned k = 0; k < PSR_COUNTOF(samples); k++)
		samples[k] =
		    (struct psr_sample){k * 100000000, k << 20, k, k, k, 1};
	task_of(i, &t);
	record_of(i, &r);
	must(psr_store_run_end(s, &t, 0, 0, &r, &d, &err));
	if (i % 500 == 499)
		must(psr_store_maintain(s, &err));
}

static void enter_sites(struct psr_store *s, const char *module)
{
	static const char *const names[] = {"baseline", "scalar", "v3-w256",
					    "v4-w512", "v3-i4"};
	static struct psr_site_time times[20 * 4 * 5];
	struct psr_site_batch b = {.module = module,
				   .cpu = "bench",
				   .pid = getpid(),
				   .times = times,
				   .ntimes = PSR_COUNTOF(times)};

	for (unsigned i = 0; i < PSR_COUNTOF(times); i++) {
		struct psr_site_time *t = &times[i];

		t->site = i / 20 * UINT64_C(0x9e3779b97f4a7c15);
		t->size_class = (uint16_t)(16 + i / 5 % 4);
		strcpy(t->variant, names[i % 5]);
		t->n = t->nring = PSR_RING;
		t->total_ns = 1e6;
		for (unsigned k = 0; k < PSR_RING; k++)
			t->ring[k] = 1.0F + (float)(i % 5) / 8;
	}
	must(psr_store_sites_save(s, &b, &err));
}

/* ---- What it costs ---- */

static const char *file;
static struct psr_history history[256];
static size_t rows;

static int count_row(void *ctx, const struct psr_site_time *row)
{
	(void)ctx;
	(void)row;
	rows++;
	return 0;
}

static void open_close(struct psr_store *s)
{
	(void)s;
}

static void load_sites(struct psr_store *s)
{
	must(psr_store_sites_load(s, "prog7", "bench", count_row, NULL, &err));
}

static void load_history(struct psr_store *s)
{
	struct psr_task t;
	size_t n;

	task_of(7, &t);
	must(psr_store_history(s, &t, history, 256, &n, &err));
}

static void save_sites(struct psr_store *s)
{
	enter_sites(s, "prog7");
}

static void begin_end(struct psr_store *s)
{
	struct psr_record r;
	struct psr_task t;
	int64_t run;

	task_of(7, &t);
	record_of(7, &r);
	must(psr_store_run_begin(s, &t, &r, &run, &err));
	must(psr_store_run_end(s, &t, run, 0, &r, NULL, &err));
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void measure(const char *what, unsigned flags,
		    void (*body)(struct psr_store *))
{
	uint64_t ns[TIMES];

	for (int i = 0; i < TIMES; i++) {
		struct psr_store *s;
		uint64_t start = now_ns();

		must(psr_store_open(file, flags, &s, &err));
		body(s);
		psr_store_close(s);
		ns[i] = now_ns() - start;
	}
	qsort(ns, TIMES, sizeof(ns[0]), by_value);
	printf("%-34s %8.0f %8.0f\n", what, (double)ns[TIMES / 2] / 1e3,
	       (double)ns[TIMES * 95 / 100] / 1e3);
}

int main(int argc, char **argv)
{
	struct psr_store *s;
	char module[16];

	if (argc < 3)
		return 2;
	file = argv[1];
	must(psr_store_open(file, PSR_STORE_WRITE, &s, &err));
	for (unsigned i = 0; i < (unsigned)atoi(argv[2]); i++)
		enter_run(s, i);
	for (unsigned p = 0; p < PROGRAMS; p++) {
		snprintf(module, sizeof(module), "prog%u", p);
		enter_sites(s, module);
	}
	if (argc > 3)
		enter_sites(s, argv[3]);
	must(psr_store_maintain(s, &err));
	psr_store_close(s);
	printf("%-34s %8s %8s\n", "open, ..., close", "median", "95 %");
	measure("nothing, reading", PSR_STORE_READ, open_close);
	measure("nothing, writing", PSR_STORE_WRITE, open_close);
	measure("load 400 site times", PSR_STORE_READ, load_sites);
	measure("load 256 runs of history", PSR_STORE_READ, load_history);
	measure("begin and end a run", PSR_STORE_WRITE, begin_end);
	measure("save 400 site times", PSR_STORE_WRITE, save_sites);
	measure("nothing, with that log", PSR_STORE_READ, open_close);
	return 0;
}
