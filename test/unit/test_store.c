/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Every call of the store, in the directory named on the command line, where
 * the database stays; with a second argument it stays small.
 */
#include "psr/store.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "psr/proc.h"
#include "store_check.h"

static const struct psr_task task = {
    .program = UINT64_C(0xfedcba9876543210),
    .exact = UINT64_MAX,
    .pattern = 7,
    .name = "prog",
    .path = "/usr/bin/prog",
    .arguments = "[\"a\",1]",
    .environment = "{}",
    .input_bytes = 1000,
};

/* The first cell of a question, as text. */
static char cell[256];

static int keep_cell(void *ctx, int n, const char *const *names,
		     const char *const *values, const char *const *types)
{
	(void)ctx;
	(void)n;
	(void)names;
	(void)types;
	snprintf(cell, sizeof(cell), "%s", values[0] ? values[0] : "NULL");
	return 0;
}

static const char *ask(struct psr_store *s, const char *sql)
{
	cell[0] = 0;
	OK(psr_store_query(s, sql, NULL, 0, keep_cell, NULL, &err));
	return cell;
}

#define ASK(s, sql, want)                                                      \
	CHECK(!strcmp(ask(s, sql), want), "%s: '%s', not '%s'", sql, cell, want)

static void fill(struct psr_record *r)
{
	psr_record_init(r);
	for (size_t i = 0; i < psr_nfields; i++) {
		const struct psr_field *f = &psr_fields[i];
		char *at = (char *)r + f->offset;

		if (f->kind == PSR_FIELD_U64)
			*(uint64_t *)at = 1000 + i;
		else if (f->kind == PSR_FIELD_F64)
			*(double *)at = 0.5 + (double)i;
		else
			snprintf(at, f->size, "text %zu", i);
	}
	r->uuid[0] = r->host[0] = r->boot[0] = 0;
}

static int same_row(void *ctx, int ncols, const char *const *names,
		    const char *const *values, const char *const *types)
{
	const struct psr_record *r = ctx;

	(void)types;
	CHECK((size_t)ncols == psr_nfields, "%d columns", ncols);
	for (size_t i = 0; i < psr_nfields; i++) {
		const struct psr_field *f = &psr_fields[i];
		const void *x = (const char *)r + f->offset;
		const char *y = values[i] ? values[i] : "";

		CHECK(!strcmp(names[i], f->name), "column %s", names[i]);
		CHECK(f->kind == PSR_FIELD_STR ? !strcmp(x, y)
		      : f->kind == PSR_FIELD_U64
			  ? *(const uint64_t *)x == strtoull(y, NULL, 10)
			  : *(const double *)x == strtod(y, NULL),
		      "field %s is %s", f->name, y);
	}
	return 0;
}

/* The latest run has R in all columns of record.def, and history in some. */
static void check_same(struct psr_store *s, struct psr_record *r,
		       const struct psr_record *h)
{
	static const char sql[] = "SELECT uuid"
#define U64(name, unit, text) ROW(name)
#define F64(name, unit, text) ROW(name)
#define STR(name, size, text) ROW(name)
#define ROW(name)             ", " #name
#include "record.def"
#undef ROW
#undef U64
#undef F64
#undef STR
				  " FROM run ORDER BY id DESC LIMIT 1";
	char all[sizeof(sql)];

	/* The first comma goes: uuid is record.def's first field. */
	snprintf(all, sizeof(all), "SELECT %s", strchr(sql, ',') + 2);
	OK(psr_store_query(s, all, NULL, 0, same_row, r, &err));
#define SAME(name)                                                             \
	CHECK(!memcmp(&r->name, &h->name, sizeof(r->name)), "history'"         \
							    "s " #name);
	PSR_HISTORY_FIELDS(SAME)
#undef SAME
}

static void test_round_trip(struct psr_store *s)
{
	struct psr_record r, none;
	struct psr_history h[4];
	int64_t run, run2;
	size_t n;

	fill(&r);
	OK(psr_store_run_begin(s, &task, &r, &run, &err));
	CHECK(strlen(r.uuid) == 36 && r.uuid[14] == '4', "uuid %s", r.uuid);
	CHECK(r.host[0] && strlen(r.boot) == 36, "host and boot");
	CHECK(!strcmp(r.state, "running"), "state %s", r.state);
	OK(psr_store_history(s, &task, h, 4, &n, &err));
	CHECK(n == 0, "a run that is not done is no history");
	r.peak_bytes = 1 << 20;
	OK(psr_store_run_end(s, &task, run, 0, &r, NULL, &err));
	strcpy(r.state, "done");
	OK(psr_store_history(s, &task, h, 4, &n, &err));
	CHECK(n == 1 && h[0].exact == task.exact && h[0].pattern == 7, "n %zu",
	      n);
	check_same(s, &r, &h[0].r);

	/* A record of nothing but what the store fills in; never begun. */
	psr_record_init(&none);
	OK(psr_store_run_end(s, &task, 0, 0, &none, NULL, &err));
	OK(psr_store_history(s, &task, h, 4, &n, &err));
	CHECK(n == 2 && h[0].r.peak_bytes == PSR_NONE &&
		  isnan(h[0].r.cores_peak) && !h[0].r.bottleneck[0],
	      "n %zu", n);
	ASK(s, "SELECT count(*) FROM run WHERE peak_bytes IS NULL", "1");
	ASK(s, "SELECT count(*) FROM task", "1");
	ASK(s, "SELECT command FROM task", "a 1");

	/* Ending twice changes the row, and adds none. */
	OK(psr_store_run_begin(s, &task, &none, &run2, &err));
	OK(psr_store_run_end(s, &task, run2, 0, &none, NULL, &err));
	none.exit_status = 3;
	OK(psr_store_run_end(s, &task, run2, 0, &none, NULL, &err));
	ASK(s,
	    "SELECT count(*) || ' ' || max(exit_status) FROM run WHERE "
	    "id = (SELECT max(id) FROM run)",
	    "1 3");
	none.uuid[0] = 0;
	FAILS(-EINVAL, psr_store_run_end(s, &task, run2, 0, &none, NULL, &err));
}

/* Arguments as words, whatever JSON they came as, or none. */
static void test_commands(struct psr_store *s)
{
	static const struct {
		const char *arguments, *command;
	} commands[] = {
	    {"[{\"type\": \"number\", \"value\": \"9\", \"number\": 9}, "
	     "{\"type\": \"path\", \"value\": \"/x y\"}]",
	     "9 /x y"},
	    {"[]", ""},
	    {NULL, ""},
	    {"no JSON", "no JSON"},
	    {"[\"\\u00e9\", 2]", "\u00e9 2"},
	};

	for (size_t i = 0; i < PSR_COUNTOF(commands); i++) {
		struct psr_task t = task;
		struct psr_record r;

		t.path = "/usr/bin/other";
		t.program = 99 + i;
		t.arguments = commands[i].arguments;
		psr_record_init(&r);
		OK(psr_store_run_end(s, &t, 0, 0, &r, NULL, &err));
		ASK(s, "SELECT arguments FROM runs LIMIT 1",
		    commands[i].command);
	}
}

static void test_history(struct psr_store *s)
{
	struct psr_task rebuilt = task, copied = task, other = task;
	struct psr_history h[8];
	struct psr_record r;
	size_t n;

	rebuilt.program++;
	OK(psr_store_history(s, &rebuilt, h, 8, &n, &err));
	CHECK(n == 3, "a rebuilt program: %zu", n);
	copied.path = "/opt/prog";
	OK(psr_store_history(s, &copied, h, 8, &n, &err));
	CHECK(n == 3, "a copied program: %zu", n);
	other.program++;
	other.path = "/opt/prog";
	OK(psr_store_history(s, &other, h, 8, &n, &err));
	CHECK(n == 0, "another program: %zu", n);
	psr_record_init(&r);
	r.wall_ns = 77;
	OK(psr_store_run_end(s, &rebuilt, 0, 0, &r, NULL, &err));
	OK(psr_store_history(s, &task, h, 2, &n, &err));
	CHECK(n == 2 && h[0].r.wall_ns == 77 && h[1].r.wall_ns != 77,
	      "newest first, at most 2: %zu", n);
	OK(psr_store_history(s, &task, h, 0, &n, &err));
	CHECK(n == 0, "none asked for");
}

static void test_detail(struct psr_store *s)
{
	static const struct psr_sample samples[] = {
	    {0, 1, 2, 3, 4, 5}, {100, 10, PSR_NONE, 30, 40, 50}};
	static const struct psr_adaptation adaptations[] = {
	    {50, "memory", 100, 200, "90 % used"},
	    {60, "rollback", 200, PSR_NONE, NULL}};
	static const struct psr_run_file files[] = {
	    {"input", "/data/x", 5},
	    {"library", "/lib/libc.so.6", PSR_NONE},
	    {"input", "/data/x", 6}};
	const struct psr_run_detail detail = {samples, 2,     adaptations,
					      2,       files, 3};
	struct psr_record r;
	int64_t run;

	psr_record_init(&r);
	OK(psr_store_run_begin(s, &task, &r, &run, &err));
	OK(psr_store_run_end(s, &task, run, 0, &r, &detail, &err));
	ASK(s, "SELECT sum(memory_bytes) || ' ' || count(cpu_ns) FROM sample",
	    "11 1");
	ASK(s,
	    "SELECT group_concat(coalesce(to_value, 'none')) FROM "
	    "adaptation",
	    "200,none");
	ASK(s,
	    "SELECT group_concat(path || ' ' || coalesce(bytes, '?')) FROM "
	    "dependencies",
	    "/data/x 6,/lib/libc.so.6 ?");
}

/* Runs BODY in a child that dies after it; none of ours is open then. */
static void in_child(struct psr_store **s, const char *path,
		     int (*body)(struct psr_store *own))
{
	int status = -1;
	pid_t pid;

	psr_store_close(*s);
	pid = fork();
	if (!pid) {
		struct psr_store *own;

		_exit(psr_store_open(path, PSR_STORE_WRITE, &own, &err) ||
		      body(own));
	}
	waitpid(pid, &status, 0);
	CHECK(status == 0, "status %x", status);
	OK(psr_store_open(path, PSR_STORE_WRITE, s, &err));
}

static int only_begin(struct psr_store *own)
{
	struct psr_record r;
	int64_t run;

	psr_record_init(&r);
	return psr_store_run_begin(own, &task, &r, &run, &err);
}

static void test_lost(struct psr_store **s, const char *path)
{
	struct psr_record r;
	int64_t run;

	in_child(s, path, only_begin);
	ASK(*s, "SELECT count(*) FROM run WHERE state = 'running'", "1");
	psr_record_init(&r);
	OK(psr_store_run_begin(*s, &task, &r, &run, &err));
	ASK(*s, "SELECT count(*) FROM run WHERE state = 'lost'", "1");
	ASK(*s, "SELECT count(*) FROM run WHERE state = 'running'", "1");
	OK(psr_store_run_end(*s, &task, run, 0, &r, NULL, &err));
}

/* SQLite would take the parent's locks for the child's. */
static void test_fork(const char *path)
{
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		struct psr_store *own = NULL;

		_exit(psr_store_open(path, PSR_STORE_WRITE, &own, &err) !=
			  -EBUSY ||
		      own != NULL);
	}
	waitpid(pid, &status, 0);
	CHECK(status == 0, "status %x", status);
}

static struct psr_site_time loaded[8];
static size_t nloaded;

static int keep_time(void *ctx, const struct psr_site_time *row)
{
	(void)ctx;
	if (nloaded < PSR_COUNTOF(loaded))
		loaded[nloaded++] = *row;
	return 0;
}

static int stop(void *ctx, const struct psr_site_time *row)
{
	(void)ctx;
	(void)row;
	return 42;
}

static void load(struct psr_store *s, const char *module, const char *cpu)
{
	nloaded = 0;
	OK(psr_store_sites_load(s, module, cpu, keep_time, NULL, &err));
}

static void test_sites(struct psr_store *s)
{
	static const struct psr_variant_info variants[] = {{"v3-w256", 2, 0},
							   {"scalar", 0, 4}};
	const struct psr_site_info info = {.site = UINT64_MAX - 5,
					   .function = "gemm",
					   .file = "/src/g.c",
					   .line = 12,
					   .depth = 3,
					   .flops = 2,
					   .nvariants = 2,
					   .variants = variants};
	struct psr_site_time t = {.site = UINT64_MAX - 5,
				  .size_class = 20,
				  .variant = "baseline",
				  .n = 20,
				  .total_ns = 100,
				  .spent_ns = 2e9,
				  .base_ns = 3e9,
				  .lost_ns = 5e8,
				  .nring = 20};
	struct psr_site_batch b = {.module = "prog",
				   .cpu = "v4",
				   .pid = getpid(),
				   .info = &info,
				   .ninfo = 1,
				   .times = &t,
				   .ntimes = 1};
	struct psr_record r;
	int64_t run;

	for (uint32_t i = 0; i < 20; i++)
		t.ring[i] = (float)i;
	OK(psr_store_sites_save(s, &b, &err));
	ASK(s, "SELECT count(*) FROM run_site", "0");
	t.chosen = true;
	for (uint32_t i = 0; i < 20; i++)
		t.ring[i] = (float)(20 + i);
	t.ring[19] = NAN; /* dropped */
	t.lost_ns = -1e8; /* the best of now was not known then */
	psr_record_init(&r);
	OK(psr_store_run_begin(s, &task, &r, &run, &err));
	OK(psr_store_sites_save(s, &b, &err));
	OK(psr_store_sites_save(s,
				&(struct psr_site_batch){.module = "other",
							 .cpu = "v4",
							 .pid = 1,
							 .times = &t,
							 .ntimes = 1},
				&err));
	OK(psr_store_run_end(s, &task, run, 0, &r, NULL, &err));
	load(s, "prog", "v4");
	CHECK(nloaded == 1 && loaded[0].n == 40 && loaded[0].total_ns == 200,
	      "%zu rows", nloaded);
	CHECK(loaded[0].site == info.site && loaded[0].size_class == 20, "key");
	CHECK(loaded[0].nring == 32 && loaded[0].ring[0] == 7 &&
		  loaded[0].ring[31] == 38,
	      "ring of %u: %g..%g", loaded[0].nring, (double)loaded[0].ring[0],
	      (double)loaded[0].ring[31]);
	ASK(s,
	    "SELECT p25_ns || ' ' || median_ns || ' ' || p75_ns FROM "
	    "site_time WHERE n = 40",
	    "14.75 22.5 30.25");
	ASK(s, "SELECT n || ' ' || total_ns FROM run_site", "20 100.0");
	ASK(s, "SELECT count(*) || sum(chosen) FROM run_site", "11");
	ASK(s,
	    "SELECT function || line || depth FROM site WHERE module = "
	    "'prog'",
	    "gemm123");
	ASK(s,
	    "SELECT spent_ns || ' ' || base_ns || ' ' || lost_ns FROM "
	    "site_time WHERE n = 40",
	    "4000000000.0 6000000000.0 400000000.0");
	ASK(s,
	    "SELECT spent_s || ' ' || baseline_s || ' ' || speedup || ' ' "
	    "|| regret FROM gains",
	    "2.0 3.0 1.5 0.0");
	ASK(s, "SELECT regret FROM sites WHERE module = 'prog'", "0.1");
	ASK(s, "SELECT group_concat(variant || isa || flags) FROM site_variant",
	    "scalar04,v3-w25620");
	ASK(s, "SELECT share FROM choices", "1.0");
	load(s, "prog", "v3");
	CHECK(nloaded == 0, "another processor");
	load(s, "none", "v4");
	CHECK(nloaded == 0, "another module");
	FAILS(42, psr_store_sites_load(s, "prog", "v4", stop, NULL, &err));
}

static struct psr_pair pairs[8];
static size_t npairs;

static int keep_pair(void *ctx, const struct psr_pair *p)
{
	(void)ctx;
	if (npairs < PSR_COUNTOF(pairs))
		pairs[npairs] = *p;
	npairs++;
	return 0;
}

/* Variants beside the baseline; what only counts is not among them. */
static void test_pairs(struct psr_store *s)
{
	static const struct psr_variant_info variants[] = {
	    {"v3-w256", 3, 1}, {"parallel", 0, 3}, {"counted", 0, 4}};
	static const char *const names[] = {"baseline", "counted", "parallel@4",
					    "v3-w256"};
	const struct psr_site_info info = {.site = 78,
					   .depth = 2,
					   .instructions = 30,
					   .store_bytes = 8,
					   .nvariants = 3,
					   .variants = variants};
	struct psr_site_time t[4];
	struct psr_site_batch b = {.module = "pairs",
				   .cpu = "x-v3",
				   .pid = 1,
				   .info = &info,
				   .ninfo = 1,
				   .times = t,
				   .ntimes = 4};

	for (size_t i = 0; i < 4; i++) {
		t[i] = (struct psr_site_time){.site = 78,
					      .size_class = 12,
					      .n = 1,
					      .nring = 1,
					      .ring = {4 - (float)i}};
		strcpy(t[i].variant, names[i]);
	}
	OK(psr_store_sites_save(s, &b, &err));
	npairs = 0;
	OK(psr_store_pairs(s, keep_pair, NULL, &err));
	CHECK(npairs == 2, "%zu pairs", npairs);
	CHECK(!strcmp(pairs[0].variant, "parallel") && pairs[0].threads == 4 &&
		  pairs[0].flags == 3 && pairs[0].time.median_ns == 2,
	      "%s@%u", pairs[0].variant, pairs[0].threads);
	CHECK(!strcmp(pairs[1].variant, "v3-w256") && pairs[1].threads == 0 &&
		  pairs[1].isa == 3 && pairs[1].size_class == 12 &&
		  !strcmp(pairs[1].module, "pairs") &&
		  !strcmp(pairs[1].cpu, "x-v3") && pairs[1].info.depth == 2 &&
		  pairs[1].info.instructions == 30 &&
		  pairs[1].info.store_bytes == 8 && pairs[1].time.n == 1 &&
		  pairs[1].baseline.median_ns == 4,
	      "%s", pairs[1].variant);
}

/* Ratios are kept like times; their median is known from eight on. */
static void test_ratios(struct psr_store *s)
{
	struct psr_site_time t = {.site = 79,
				  .size_class = 12,
				  .variant = "v3",
				  .n = 1,
				  .nring = 1,
				  .ring = {2},
				  .npairs = 7};
	struct psr_site_batch b = {.module = "ratios",
				   .cpu = "v4",
				   .pid = 1,
				   .times = &t,
				   .ntimes = 1};

	for (uint32_t i = 0; i < 7; i++)
		t.pairs[i] = (float)i;
	OK(psr_store_sites_save(s, &b, &err));
	ASK(s, "SELECT ratio IS NULL FROM site_time WHERE n = 1 AND "
	       "length(pairs) = 28", "1");
	t.npairs = 11;
	for (uint32_t i = 0; i < 11; i++)
		t.pairs[i] = (float)(7 + i);
	t.pairs[1] = INFINITY; /* dropped */
	OK(psr_store_sites_save(s, &b, &err));
	load(s, "ratios", "v4");
	CHECK(nloaded == 1 && loaded[0].npairs == 16 &&
		  loaded[0].pairs[0] == 1 && loaded[0].pairs[6] == 7 &&
		  loaded[0].pairs[7] == 9 && loaded[0].pairs[15] == 17,
	      "%u ratios: %g..%g", loaded[0].npairs, (double)loaded[0].pairs[0],
	      (double)loaded[0].pairs[15]);
	ASK(s,
	    "SELECT ratio FROM site_time t JOIN site s ON s.id = t.site "
	    "WHERE module = 'ratios'",
	    "9.5");
}

static void test_models(struct psr_store *s)
{
	void *data = &err;
	size_t n = 1;

	FAILS(-ENOENT, psr_store_model_get(s, "prior", &data, &n, &err));
	CHECK(!data && !n, "nothing");
	OK(psr_store_model_put(s, "prior", "abc", 3, 10, &err));
	OK(psr_store_model_put(s, "prior", "d\0ef", 4, 11, &err));
	OK(psr_store_model_put(s, "empty", "", 0, 0, &err));
	OK(psr_store_model_get(s, "prior", &data, &n, &err));
	CHECK(n == 4 && !memcmp(data, "d\0ef", 4), "%zu bytes", n);
	free(data);
	OK(psr_store_model_get(s, "empty", &data, &n, &err));
	CHECK(n == 0 && data, "%zu bytes", n);
	free(data);
	ASK(s, "SELECT samples FROM model WHERE name = 'prior'", "11");
}

static const struct psr_site_count *counted_of(uint64_t counted, int64_t first,
					       unsigned n)
{
	static struct psr_site_count c;

	c = (struct psr_site_count){.site = 77,
				    .size_class = 1000,
				    .calls = 1000,
				    .counted = counted,
				    .nvalues = n};
	for (unsigned i = 0; i < n; i++)
		c.values[i] = (struct psr_site_value){
		    .input = 1, .value = first + i, .n = counted / n};
	return &c;
}

static int keep_count(void *ctx, uint64_t site, uint16_t size_class,
		      uint64_t counted)
{
	if (site == 77 && size_class == 1000)
		*(uint64_t *)ctx = counted;
	return 0;
}

/* Calls, values and branches add up; of an input's values the most frequent
 * stay. */
static void test_counts(struct psr_store *s)
{
	const struct psr_site_info info = {.site = 77, .function = "g"};
	const struct psr_site_branch branch = {77, 3, 10, 5};
	struct psr_site_batch b = {.module = "counted",
				   .cpu = "v4",
				   .pid = 1,
				   .info = &info,
				   .ninfo = 1,
				   .branches = &branch,
				   .nbranches = 1,
				   .ncounts = 1};
	uint64_t known = 0;

	b.counts = counted_of(8, -3, 1);
	OK(psr_store_sites_save(s, &b, &err));
	OK(psr_store_sites_save(s, &b, &err));
	b.counts = counted_of(8, 10, 8);
	OK(psr_store_sites_save(s, &b, &err));
	ASK(s, "SELECT counted || ' ' || calls FROM site_count", "24 3000.0");
	ASK(s, "SELECT count(*) || ' ' || sum(n) FROM site_value", "8 23");
	ASK(s, "SELECT n FROM site_value WHERE input = 1 AND value = -3", "16");
	ASK(s, "SELECT value || ' ' || share FROM site_values LIMIT 1",
	    "-3 0.667");
	ASK(s, "SELECT taken || ' ' || not_taken FROM site_branches", "30 15");
	OK(psr_store_counts_load(s, "counted", keep_count, &known, &err));
	CHECK(known == 24, "%llu", (unsigned long long)known);
	/* A site that is not known by name gets nothing, and is no failure. */
	b.module = "elsewhere";
	b.ninfo = 0;
	OK(psr_store_sites_save(s, &b, &err));
	ASK(s, "SELECT count(*) FROM site_count", "1");
}

static int nstale;
static char stale_group[256];

static void note_stale(void *ctx, const struct psr_reservation *r)
{
	(void)ctx;
	nstale++;
	snprintf(stale_group, sizeof(stale_group), "%s", r->group);
}

static int count_one(void *ctx, const struct psr_reservation *r)
{
	*(uint64_t *)ctx += r->memory_bytes;
	return 0;
}

static struct psr_reservation wanted(uint64_t memory, uint64_t cpu)
{
	struct psr_reservation r = {.owner = getpid(),
				    .owner_start = psr_proc_start(getpid()),
				    .memory_bytes = memory,
				    .cpu_milli = cpu};

	snprintf(r.cpus, sizeof(r.cpus), "0-1");
	return r;
}

static int only_reserve(struct psr_store *own)
{
	const struct psr_pool_size size = {1000, 4000};
	struct psr_reservation r = wanted(600, 0);

	snprintf(r.group, sizeof(r.group), "psr/1");
	return psr_store_reserve(own, &size, &r, NULL, NULL, &err);
}

static struct psr_store *test_pool(struct psr_store *s, const char *path)
{
	const struct psr_pool_size size = {1000, 4000};
	struct psr_reservation a = wanted(600, 2000), b = wanted(500, 0),
			       c = wanted(0, 2000), d = wanted(0, 1);
	struct psr_record r;
	uint64_t sum = 0;

	OK(psr_store_reserve(s, &size, &a, note_stale, NULL, &err));
	FAILS(-EAGAIN, psr_store_reserve(s, &size, &b, note_stale, NULL, &err));
	CHECK(b.id == 0, "id of nothing");
	OK(psr_store_reserve(s, &size, &c, note_stale, NULL, &err));
	FAILS(-EAGAIN, psr_store_reserve(s, &size, &d, note_stale, NULL, &err));
	OK(psr_store_reservations(s, count_one, &sum, &err));
	CHECK(sum == 600, "sum %llu", (unsigned long long)sum);
	a.memory_bytes = 1000;
	OK(psr_store_reservation_set(s, &size, &a, &err));
	a.memory_bytes = 1001;
	FAILS(-EAGAIN, psr_store_reservation_set(s, &size, &a, &err));
	a.memory_bytes = 400;
	OK(psr_store_reservation_set(s, &size, &a, &err));
	OK(psr_store_release(s, c.id, &err));
	OK(psr_store_release(s, c.id, &err));
	FAILS(-ENOENT, psr_store_reservation_set(s, &size, &c, &err));
	CHECK(nstale == 0, "%d stale", nstale);

	in_child(&s, path, only_reserve);
	ASK(s, "SELECT count(*) FROM reservation", "2");
	sum = 0;
	OK(psr_store_reservations(s, count_one, &sum, &err));
	CHECK(sum == 400, "the dead hold nothing: %llu",
	      (unsigned long long)sum);
	b = wanted(600, 0);
	OK(psr_store_reserve(s, &size, &b, note_stale, NULL, &err));
	CHECK(nstale == 1 && !strcmp(stale_group, "psr/1"), "%d '%s'", nstale,
	      stale_group);
	psr_record_init(&r);
	OK(psr_store_run_end(s, &task, 0, b.id, &r, NULL, &err));
	OK(psr_store_release(s, a.id, &err));
	ASK(s, "SELECT count(*) FROM reservation", "0");
	return s;
}

static int stop_row(void *ctx, int n, const char *const *names,
		    const char *const *values, const char *const *types)
{
	(void)ctx;
	CHECK(n == 3 && !strcmp(names[0], "a") && !strcmp(types[0], "blob") &&
		  !strcmp(values[0], "00ff") && !strcmp(types[1], "null") &&
		  !values[1] && !strcmp(values[2], "x"),
	      "row");
	return 9;
}

static void test_query(struct psr_store *s)
{
	static const char *const bad[] = {
	    "",
	    " -- nothing",
	    "SELEC",
	    "SELECT 1; SELECT 2",
	    "SELECT 1; SELEC",
	    "DELETE FROM run",
	    "INSERT INTO cpu(name) VALUES('x')",
	    "PRAGMA journal_mode = DELETE",
	    "PRAGMA writable_schema = 1",
	    "ATTACH '/tmp/x' AS y",
	    "VACUUM INTO '/tmp/x'",
	    "BEGIN",
	    "SELECT load_extension('x')",
	    "SELECT ?",
	    "CREATE TEMP TABLE x(y)",
	    "SELECT nosuch FROM run",
	};
	const char *param = "x";

	for (size_t i = 0; i < PSR_COUNTOF(bad); i++) {
		int ret =
		    psr_store_query(s, bad[i], NULL, 0, keep_cell, NULL, &err);

		CHECK(ret == -EINVAL, "'%s': %d %s", bad[i], ret, err.text);
	}
	FAILS(9, psr_store_query(s, "SELECT x'00ff' AS a, NULL, ?;", &param, 1,
				 stop_row, NULL, &err));
	ASK(s, "SELECT group_concat(name) FROM pragma_table_info('cpu')",
	    "id,name");
	ASK(s,
	    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
	    "WHERE i < 9) SELECT sum(i) FROM n",
	    "45");
	ASK(s, "SELECT NULL", "NULL");
}

static void test_views(struct psr_store *s)
{
	static const char *const views[] = {
	    "runs",        "sites",       "site_times",    "choices",
	    "gains",       "site_values", "site_branches", "waste",
	    "calibration", "adaptations", "dependencies"};
	char sql[96];

	for (size_t i = 0; i < PSR_COUNTOF(views); i++) {
		snprintf(sql, sizeof(sql), "SELECT count(*) > 0 FROM %s",
			 views[i]);
		ASK(s, sql, "1");
	}
	ASK(s, "SELECT count(*) FROM sqlite_schema WHERE type = 'view'", "11");
}

static void test_read_only(const char *path)
{
	struct psr_site_batch b = {.module = "m", .cpu = "c"};
	struct psr_reservation want = wanted(1, 1);
	const struct psr_pool_size size = {1, 1};
	struct psr_store *s;
	struct psr_record r;
	int64_t run;

	psr_record_init(&r);
	OK(psr_store_open(path, PSR_STORE_READ, &s, &err));
	FAILS(-EROFS, psr_store_run_begin(s, &task, &r, &run, &err));
	FAILS(-EROFS, psr_store_run_end(s, &task, 0, 0, &r, NULL, &err));
	FAILS(-EROFS, psr_store_sites_save(s, &b, &err));
	FAILS(-EROFS, psr_store_reserve(s, &size, &want, NULL, NULL, &err));
	FAILS(-EROFS, psr_store_reservation_set(s, &size, &want, &err));
	FAILS(-EROFS, psr_store_release(s, 1, &err));
	FAILS(-EROFS, psr_store_maintain(s, &err));
	psr_store_close(s);
}

/* The log is emptied once it is large. */
static void test_maintain(const char *path)
{
	struct psr_store *s = NULL;
	char log[600];
	struct stat st;

	snprintf(log, sizeof(log), "%s-wal", path);
	OK(psr_store_open(path, PSR_STORE_WRITE, &s, &err));
	while (!stat(log, &st) && st.st_size < 600 << 10) {
		struct psr_record r;

		psr_record_init(&r);
		OK(psr_store_run_end(s, &task, 0, 0, &r, NULL, &err));
	}
	OK(psr_store_maintain(s, &err));
	CHECK(!stat(log, &st), "log");
	CHECK(st.st_size == 0, "%ld bytes left", (long)st.st_size);
	psr_store_close(s);
}

static int count_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* A new database of its own, DIR/NAME; NULL: none. */
static struct psr_store *open_own(const char *dir, const char *name)
{
	struct psr_store *s = NULL;
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	OK(psr_store_open(path, PSR_STORE_WRITE, &s, &err));
	return s;
}

/* In a database of its own: a run's number that is another run's there. */
static void test_own_row(const char *dir)
{
	struct psr_store *s = open_own(dir, "own-row.db");
	struct psr_record r;
	int64_t run;

	if (!s)
		return;
	psr_record_init(&r);
	r.exit_status = 3;
	OK(psr_store_run_begin(s, &task, &r, &run, &err));
	OK(psr_store_run_end(s, &task, run, 0, &r, NULL, &err));
	psr_record_init(&r);
	strcpy(r.uuid, "stranger");
	OK(psr_store_run_end(s, &task, run, 0, &r, NULL, &err));
	ASK(s, "SELECT count(*) FROM run", "2");
	ASK(s, "SELECT exit_status FROM run WHERE uuid <> 'stranger'", "3");
	psr_store_close(s);
}

/* In another: a run's time and what its variants saved; the longest counts. */
static void test_unaided(const char *dir)
{
	const struct psr_task mine = {.program = 80,
				      .exact = 5,
				      .name = "saved",
				      .path = "/usr/bin/saved",
				      .arguments = "[]",
				      .environment = "{}"};
	struct psr_task other = mine;
	struct psr_site_time t = {.site = 80,
				  .size_class = 12,
				  .variant = "v3",
				  .n = 1,
				  .nring = 1,
				  .ring = {2},
				  .spent_ns = 300,
				  .base_ns = 1000};
	struct psr_site_batch b = {.module = "saved",
				   .cpu = "v4",
				   .pid = getpid(),
				   .times = &t,
				   .ntimes = 1};
	struct psr_store *s = open_own(dir, "unaided.db");
	struct psr_record r;
	int64_t run;
	double ns = 1;

	if (!s)
		return;
	OK(psr_store_unaided(s, &mine, &ns, &err));
	CHECK(ns == 0, "%g ns of no run", ns);
	for (uint64_t i = 0; i < 2; i++) {
		psr_record_init(&r);
		r.pid = (uint64_t)getpid();
		OK(psr_store_run_begin(s, &mine, &r, &run, &err));
		if (!i)
			OK(psr_store_sites_save(s, &b, &err));
		r.wall_ns = 5000 + 500 * i;
		OK(psr_store_run_end(s, &mine, run, 0, &r, NULL, &err));
	}
	OK(psr_store_unaided(s, &mine, &ns, &err));
	CHECK(ns == 5700, "%g ns", ns);
	other.exact = 6;
	OK(psr_store_unaided(s, &other, &ns, &err));
	CHECK(ns == 0, "%g ns of another task", ns);
	psr_store_close(s);
}

int main(int argc, char **argv)
{
	char path[512];
	struct psr_store *s = NULL;
	int fds;

	if (argc < 2)
		return 2;
	snprintf(path, sizeof(path), "%s/new/deep/psr.db", argv[1]);
	fds = count_fds();
	OK(psr_store_open(path, PSR_STORE_WRITE, &s, &err));
	if (!s)
		return 1;
	test_round_trip(s);
	test_history(s);
	test_detail(s);
	test_lost(&s, path);
	test_fork(path);
	test_sites(s);
	test_pairs(s);
	test_ratios(s);
	test_models(s);
	test_counts(s);
	s = test_pool(s, path);
	test_query(s);
	test_commands(s);
	test_views(s);
	OK(psr_store_maintain(s, &err));
	psr_store_close(s);
	if (argc == 2)
		test_maintain(path);
	test_read_only(path);
	test_own_row(argv[1]);
	test_unaided(argv[1]);
	OK(psr_store_check(path, &err));
	psr_store_close(NULL);
	CHECK(count_fds() == fds, "descriptors leak");
	return check_result();
}
