/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* store_help.h - what the store's tests share. */
#ifndef PSR_STORE_HELP_H
#define PSR_STORE_HELP_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "psr/proc.h"
#include "psr/store.h"
#include "store_check.h"

static const struct psr_task task = {.program = 1,
				     .exact = 2,
				     .pattern = 3,
				     .name = "prog",
				     .path = "/usr/bin/prog",
				     .arguments = "[]",
				     .environment = "{}"};

static inline int put_cell(void *ctx, int n, const char *const *names,
			   const char *const *values, const char *const *types)
{
	(void)n;
	(void)names;
	(void)types;
	*(long *)ctx = values[0] ? atol(values[0]) : -1;
	return 0;
}

/* The number that SQL answers; -1: none. */
static inline long ask_number(struct psr_store *s, const char *sql)
{
	long out = -1;

	OK(psr_store_query(s, sql, NULL, 0, put_cell, &out, &err));
	return out;
}

/* One run and one site's times, through every writing call. */
static inline int record_one(struct psr_store *s)
{
	static const struct psr_sample sample = {1, 2, 3, 4, 5, 6};
	static const struct psr_adaptation adaptation = {1, "memory", 2, 3,
							 "x"};
	static const struct psr_run_file file = {"input", "/x", 1};
	static const struct psr_variant_info variants[] = {{"scalar", 0, 0}};
	const struct psr_run_detail detail = {&sample, 1,     &adaptation,
					      1,       &file, 1};
	const struct psr_site_info info = {
	    .site = 9, .function = "f", .nvariants = 1, .variants = variants};
	const struct psr_site_time time = {.site = 9,
					   .size_class = 8,
					   .variant = "scalar",
					   .n = 1,
					   .total_ns = 1,
					   .nring = 1,
					   .ring = {1}};
	const struct psr_site_batch batch = {.module = "prog",
					     .cpu = "c",
					     .pid = getpid(),
					     .info = &info,
					     .ninfo = 1,
					     .times = &time,
					     .ntimes = 1};
	struct psr_reservation want = {.owner = getpid(),
				       .owner_start = psr_proc_start(getpid()),
				       .memory_bytes = 1};
	const struct psr_pool_size size = {1 << 30, 1 << 30};
	struct psr_record r;
	int64_t run;
	int ret;

	psr_record_init(&r);
	ret = psr_store_reserve(s, &size, &want, NULL, NULL, &err);
	if (!ret)
		ret = psr_store_run_begin(s, &task, &r, &run, &err);
	if (!ret) {
		want.memory_bytes = 2;
		ret = psr_store_reservation_set(s, &size, &want, &err);
	}
	if (!ret)
		ret = psr_store_sites_save(s, &batch, &err);
	if (!ret)
		ret = psr_store_run_end(s, &task, run, want.id, &r, &detail,
					&err);
	return ret;
}

/* Makes a database of RUNS runs at PATH, anew. */
static inline void make_database(const char *path, int runs)
{
	static const char *const parts[] = {"", "-wal", "-shm"};
	struct psr_store *s = NULL;
	char name[600];

	for (size_t i = 0; i < PSR_COUNTOF(parts); i++) {
		snprintf(name, sizeof(name), "%s%s", path, parts[i]);
		unlink(name);
	}
	OK(psr_store_open(path, PSR_STORE_WRITE, &s, &err));
	if (!s)
		exit(1);
	while (runs-- > 0)
		OK(record_one(s));
	psr_store_close(s);
}

#endif
