/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Rows are written as they come, so that any number of them may be exported;
 * only a table holds the first few hundred back, to see how wide its columns
 * are. CSV is RFC 4180's, but with line feeds alone. JSON is always valid:
 * what has no number there is null.
 */
#include "out.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

enum { HELD_ROWS = 500, WIDEST = 60 };

struct psr_out {
	enum psr_out_format format;
	int ncols;
	size_t rows;          /* seen */
	bool failed;          /* out of memory */
	struct psr_text text; /* one JSON row at a time */
	/* A table's rows held back, the first of them the names. */
	char **cells;
	size_t held;
	size_t *widths;
	bool *right; /* a column of numbers */
};

struct psr_out *psr_out_new(enum psr_out_format format)
{
	struct psr_out *o = calloc(1, sizeof(*o));

	if (o)
		o->format = format;
	return o;
}

/* ---- CSV ---- */

static void csv_cell(const char *s)
{
	if (!s)
		return;
	/* An empty string is quoted, to tell it from NULL. */
	if (*s && !strpbrk(s, ",\"\r\n")) {
		fputs(s, stdout);
		return;
	}
	putchar('"');
	for (; *s; s++) {
		if (*s == '"')
			putchar('"');
		putchar(*s);
	}
	putchar('"');
}

static void csv_row(int n, const char *const *cells)
{
	for (int i = 0; i < n; i++) {
		if (i)
			putchar(',');
		csv_cell(cells[i]);
	}
	putchar('\n');
}

/* ---- JSON ---- */

/* SQLite spells the infinities "Inf" and "-Inf". */
static bool json_number(const char *value, const char *type)
{
	if (strcmp(type, "integer") && strcmp(type, "real"))
		return false;
	return !strpbrk(value, "InN");
}

static void json_row(struct psr_out *o, int n, const char *const *names,
		     const char *const *values, const char *const *types)
{
	struct psr_text *t = &o->text;

	t->n = 0;
	for (int i = 0; i < n; i++) {
		psr_text_add(t, i ? ", " : "{");
		psr_text_json(t, names[i]);
		psr_text_add(t, ": ");
		if (!values[i] || !strcmp(types[i], "null"))
			psr_text_add(t, "null");
		else if (json_number(values[i], types[i]))
			psr_text_add(t, "%s", values[i]);
		else if (!strcmp(types[i], "real"))
			psr_text_add(t, "null");
		else
			psr_text_json(t, values[i]);
	}
	psr_text_add(t, "}");
	if (t->failed)
		o->failed = true;
	else
		printf("%s%s", o->rows > 1 ? ",\n" : "[\n", t->s);
}

/* ---- Tables ---- */

/* Characters, not bytes; a control character would spoil the line. */
static size_t width(char *s)
{
	size_t n = 0;

	for (; *s; s++) {
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			*s = '?';
		n += (*s & 0xc0) != 0x80;
	}
	return n;
}

static bool table_start(struct psr_out *o, int n)
{
	size_t cells = (size_t)n * (HELD_ROWS + 1);

	o->ncols = n;
	o->cells = calloc(cells, sizeof(*o->cells));
	o->widths = calloc((size_t)n, sizeof(*o->widths));
	o->right = calloc((size_t)n, sizeof(*o->right));
	return o->cells && o->widths && o->right;
}

static void table_print(struct psr_out *o, char **row)
{
	for (int i = 0; i < o->ncols; i++) {
		size_t w = width(row[i]);
		int pad = w < o->widths[i] ? (int)(o->widths[i] - w) : 0;

		if (i)
			fputs("  ", stdout);
		if (o->right[i])
			printf("%*s%s", pad, "", row[i]);
		else
			printf("%s%*s", row[i], i + 1 < o->ncols ? pad : 0, "");
		free(row[i]);
		row[i] = NULL;
	}
	putchar('\n');
}

static void table_flush(struct psr_out *o)
{
	for (size_t r = 0; r < o->held; r++)
		table_print(o, o->cells + r * (size_t)o->ncols);
	o->held = 0;
}

static void table_hold(struct psr_out *o, const char *const *cells)
{
	char **row = o->cells + o->held * (size_t)o->ncols;

	for (int i = 0; i < o->ncols; i++) {
		size_t w;

		row[i] = strdup(cells[i] ? cells[i] : "-");
		if (!row[i]) {
			o->failed = true;
			return;
		}
		w = width(row[i]);
		if (w > WIDEST)
			w = WIDEST;
		if (w > o->widths[i])
			o->widths[i] = w;
	}
	if (++o->held == HELD_ROWS + 1)
		table_flush(o);
}

/* ---- Rows ---- */

static void start(struct psr_out *o, int n, const char *const *names)
{
	if (o->format == PSR_OUT_CSV)
		csv_row(n, names);
	if (o->format != PSR_OUT_TABLE)
		return;
	if (table_start(o, n))
		table_hold(o, names);
	else
		o->failed = true;
}

int psr_out_row(void *out, int n, const char *const *names,
		const char *const *values, const char *const *types)
{
	struct psr_out *o = out;

	if (!n)
		return 0;
	if (!o->ncols && !o->failed) {
		start(o, n, names);
		o->ncols = n;
	}
	if (o->failed)
		return -ENOMEM;
	if (!values) /* the names only */
		return 0;
	o->rows++;
	for (int i = 0; i < n && o->format == PSR_OUT_TABLE; i++)
		if (values[i])
			o->right[i] = !strcmp(types[i], "integer") ||
				      !strcmp(types[i], "real");
	if (o->format == PSR_OUT_CSV)
		csv_row(n, values);
	else if (o->format == PSR_OUT_JSON)
		json_row(o, n, names, values, types);
	else
		table_hold(o, values);
	/* Nobody reads any more: no use in going on. */
	return ferror(stdout) ? -EPIPE : o->failed ? -ENOMEM : 0;
}

int psr_out_end(struct psr_out *o, bool complete)
{
	int ret = o->failed ? -ENOMEM : 0;

	if (o->format == PSR_OUT_JSON && (o->rows || complete))
		fputs(o->rows ? "\n]\n" : "[]\n", stdout);
	if (!o->failed)
		table_flush(o);
	if (o->cells)
		for (int i = 0; i < o->ncols * (HELD_ROWS + 1); i++)
			free(o->cells[i]);
	free(o->cells);
	free(o->widths);
	free(o->right);
	psr_text_free(&o->text);
	free(o);
	return ret;
}

int psr_out_query(enum psr_out_format format, struct psr_store *store,
		  const char *sql, const char *const *params, size_t nparams,
		  struct psr_err *err)
{
	struct psr_out *o = psr_out_new(format);
	int ret, end;

	if (!o)
		return psr_fail(err, -ENOMEM, "out of memory");
	ret = psr_store_columns(store, sql, nparams, psr_out_row, o, err);
	if (!ret)
		ret = psr_store_query(store, sql, params, nparams, psr_out_row,
				      o, err);
	if (ret == -EPIPE) /* main() reports what stdout said */
		ret = 0;
	end = psr_out_end(o, ret == 0);
	if (!ret && end < 0)
		ret = psr_fail(err, end, "out of memory");
	return ret;
}
