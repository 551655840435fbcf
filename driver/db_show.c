/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * `psr db show`: everything about one run, in the order in which it came
 * about: what it was, what was predicted and from what, what was granted,
 * used and changed, which variants ran. For people every measured field of
 * record.def stands there with its description; JSON has all of them.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "db.h"
#include "text.h"

/* The sections, each with the first field of record.def that is in it. */
static const struct {
	const char *field, *title;
} sections[] = {
    {"uuid", "Run"},        {"ask_memory_bytes", "Predicted"},
    {"backend", "Granted"}, {"wall_ns", "Used"},
    {"state", "Ended"},
};

/* What hangs on a run. JSON calls it NAME; people read TITLE, if any. */
static const struct {
	const char *name, *title, *people, *machine;
} parts[] = {
    {"adaptations", "Limits changed",
     "SELECT round(at_ns / 1e9, 3) AS at_s, what, CASE what WHEN 'memory' "
     "THEN round(from_value / 1048576.0, 1) || ' MiB' ELSE from_value END "
     "AS \"from\", CASE what WHEN 'memory' THEN round(to_value / "
     "1048576.0, 1) || ' MiB' ELSE to_value END AS \"to\", reason "
     "FROM adaptation WHERE run = ? ORDER BY id",
     "SELECT at_ns, what, from_value, to_value, reason FROM adaptation "
     "WHERE run = ? ORDER BY id"},
    {"choices", "Variants that ran, by site and size",
     "SELECT module, function, place, " PSR_OUT_SIZE
     ", variant, chosen, samples, total_ms, share, spent_ms, lost_ms "
     "FROM choices WHERE run = ?",
     "SELECT module, function, place, site, size_class, variant, chosen, "
     "samples, "
     "total_ms, share, spent_ms, lost_ms FROM choices WHERE run = ?"},
    {"files", "Depends on",
     "SELECT d.kind, f.path, d.bytes FROM run_file d JOIN file f ON "
     "f.id = d.file WHERE d.run = ? ORDER BY d.kind, f.path",
     "SELECT d.kind, f.path, d.bytes FROM run_file d JOIN file f ON "
     "f.id = d.file WHERE d.run = ? ORDER BY d.kind, f.path"},
    {"children", "Started",
     "SELECT c.id AS run, p.name AS program, c.state FROM run c JOIN run "
     "r ON c.parent = r.uuid JOIN program p ON p.id = c.program "
     "WHERE r.id = ? ORDER BY c.id",
     "SELECT c.id AS run, p.name AS program, c.state FROM run c JOIN run "
     "r ON c.parent = r.uuid JOIN program p ON p.id = c.program "
     "WHERE r.id = ? ORDER BY c.id"},
    {"samples", NULL, NULL,
     "SELECT at_ns, memory_bytes, cpu_ns, read_bytes, write_bytes, "
     "threads FROM sample WHERE run = ? ORDER BY at_ns"},
};

/* ---- Which run ---- */

struct found {
	char id[24];
	size_t n;
};

static int keep_id(void *ctx, int n, const char *const *names,
		   const char *const *values, const char *const *types)
{
	struct found *f = ctx;

	(void)n;
	(void)names;
	(void)types;
	snprintf(f->id, sizeof(f->id), "%s", values[0]);
	f->n++;
	return 0;
}

/* WHICH: a number, "last", or the beginning of a uuid. */
static int find_run(struct psr_store *s, const char *which, struct found *f,
		    struct psr_err *err)
{
	static const char by_id[] = "SELECT id FROM run WHERE id = "
				    "CAST(? AS INTEGER)";
	static const char by_uuid[] =
	    "SELECT id FROM run WHERE substr(uuid, 1, length(?1)) = ?1 "
	    "LIMIT 2";
	static const char last[] = "SELECT max(id) FROM run HAVING max(id)";
	bool is_last = !strcmp(which, "last");
	bool is_number = *which &&
			 strspn(which, "0123456789") == strlen(which) &&
			 strlen(which) < 19;
	int ret;

	if (is_last)
		ret = psr_store_query(s, last, NULL, 0, keep_id, f, err);
	else
		ret = psr_store_query(s, is_number ? by_id : by_uuid, &which, 1,
				      keep_id, f, err);
	/* Digits alone may begin a uuid, too. */
	if (!ret && !f->n && is_number && strlen(which) >= 6)
		ret = psr_store_query(s, by_uuid, &which, 1, keep_id, f, err);
	if (ret < 0)
		return ret;
	if (!f->n || !*which)
		return psr_fail(err, -ENOENT, "no run '%s'", which);
	if (f->n > 1)
		return psr_fail(err, -ENOTUNIQ, "more than one run '%s'",
				which);
	return 0;
}

/* The run's row, its task and its program, under the names of record.def. */
static int run_sql(struct psr_text *sql, struct psr_err *err)
{
	psr_text_add(sql, "SELECT r.id AS run, p.name AS program, p.path, "
			  "t.arguments, t.environment, "
			  "printf('%%016x', r.signature) AS signature");
	for (size_t i = 0; i < psr_nfields; i++)
		psr_text_add(sql, ", r.%s", psr_fields[i].name);
	psr_text_add(sql, " FROM run r JOIN task t ON t.id = r.task JOIN "
			  "program p ON p.id = r.program WHERE r.id = ?");
	return sql->failed ? psr_fail(err, -ENOMEM, "out of memory") : 0;
}

/* ---- For people ---- */

static void print_bytes(double bytes)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	size_t i = 0;

	while (bytes >= 1024 && i + 1 < PSR_COUNTOF(units)) {
		bytes /= 1024;
		i++;
	}
	printf(i ? "%.1f %s" : "%.0f %s", bytes, units[i]);
}

static void print_ns(double ns)
{
	if (ns < 1e3)
		printf("%.0f ns", ns);
	else if (ns < 1e6)
		printf("%.1f us", ns / 1e3);
	else if (ns < 1e9)
		printf("%.1f ms", ns / 1e6);
	else
		printf("%.3f s", ns / 1e9);
}

static void print_value(const struct psr_field *f, const char *value)
{
	double v = strtod(value, NULL);
	time_t t = (time_t)(strtoull(value, NULL, 10) / 1000000000);
	struct tm tm;
	char when[32];

	if (!strcmp(f->unit, "bytes"))
		print_bytes(v);
	else if (!strcmp(f->unit, "ns"))
		print_ns(v);
	else if (!strcmp(f->unit, "cores"))
		printf("%.2f", v);
	else if (!strcmp(f->unit, "fraction"))
		printf("%.1f %%", 100 * v);
	else if (!strcmp(f->unit, "time") && localtime_r(&t, &tm) &&
		 strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm))
		fputs(when, stdout);
	else
		fputs(value, stdout);
}

static void print_line(const char *value)
{
	for (; *value; value++)
		putchar((unsigned char)*value < 0x20 ? '?' : *value);
	putchar('\n');
}

/* The columns before record.def's: run, program, path, ... */
enum {
	COL_RUN,
	COL_PROGRAM,
	COL_PATH,
	COL_ARGUMENTS,
	COL_ENVIRONMENT,
	COL_SIGNATURE,
	COL_FIELDS
};

/* The section that field I of record.def is in. */
static size_t section_of(size_t i)
{
	size_t section = 0;

	for (size_t f = 0; f <= i; f++)
		if (section + 1 < PSR_COUNTOF(sections) &&
		    !strcmp(psr_fields[f].name, sections[section + 1].field))
			section++;
	return section;
}

static void print_task(const char *const *names, const char *const *values)
{
	printf("Run %s\n", values[COL_RUN]);
	for (int k = COL_PROGRAM; k < COL_FIELDS; k++) {
		printf("  %-22s ", names[k]);
		print_line(values[k]);
	}
}

/* Sections in which nothing was measured are left out. */
static int print_run(void *ctx, int n, const char *const *names,
		     const char *const *values, const char *const *types)
{
	size_t last = 0;

	(void)ctx;
	(void)types;
	print_task(names, values);
	for (int i = COL_FIELDS; i < n; i++) {
		const struct psr_field *f = &psr_fields[i - COL_FIELDS];
		size_t section = section_of((size_t)(i - COL_FIELDS));

		if (!values[i])
			continue;
		if (section != last)
			printf("\n%s\n", sections[section].title);
		last = section;
		printf("  %-22s ", names[i]);
		print_value(f, values[i]);
		printf("  (%s)\n", f->text);
	}
	return 0;
}

static int count_row(void *ctx, int n, const char *const *names,
		     const char *const *values, const char *const *types)
{
	(void)n;
	(void)names;
	(void)values;
	(void)types;
	++*(size_t *)ctx;
	return 0;
}

static int show_people(struct psr_store *s, const char *sql,
		       const char *const *id, struct psr_err *err)
{
	int ret = psr_store_query(s, sql, id, 1, print_run, NULL, err);

	for (size_t i = 0; i < PSR_COUNTOF(parts) && !ret; i++) {
		size_t rows = 0;

		if (!parts[i].title)
			continue;
		ret = psr_store_query(s, parts[i].people, id, 1, count_row,
				      &rows, err);
		if (ret || !rows)
			continue;
		printf("\n%s\n", parts[i].title);
		ret = psr_out_query(PSR_OUT_TABLE, s, parts[i].people, id, 1,
				    err);
	}
	return ret;
}

/* ---- For machines ---- */

static int show_json(struct psr_store *s, const char *sql,
		     const char *const *id, struct psr_err *err)
{
	int ret;

	puts("{\"run\":");
	ret = psr_out_query(PSR_OUT_JSON, s, sql, id, 1, err);
	for (size_t i = 0; i < PSR_COUNTOF(parts) && !ret; i++) {
		printf(", \"%s\":\n", parts[i].name);
		ret = psr_out_query(PSR_OUT_JSON, s, parts[i].machine, id, 1,
				    err);
	}
	puts("}");
	return ret;
}

int db_show(struct psr_store *s, const struct db_options *o, const char *which,
	    struct psr_err *err)
{
	struct psr_text sql = {0};
	struct found f = {.n = 0};
	const char *id = f.id;
	int ret = find_run(s, which, &f, err);

	if (!ret)
		ret = run_sql(&sql, err);
	if (!ret && o->format == PSR_OUT_JSON)
		ret = show_json(s, sql.s, &id, err);
	else if (!ret && o->format == PSR_OUT_CSV)
		ret = psr_out_query(PSR_OUT_CSV, s, sql.s, &id, 1, err);
	else if (!ret)
		ret = show_people(s, sql.s, &id, err);
	psr_text_free(&sql);
	return ret;
}
