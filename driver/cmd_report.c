/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * `psr report`: what choosing variants gained, and what it cost. One table of
 * sections, each a question to the database, is printed as text, as JSON, or
 * as one HTML page that needs nothing else.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver.h"
#include "out.h"

/* Each takes the number of rows as ?1. */
static const struct {
	const char *name, *title, *sql;
} sections[] = {
    {"programs", "Programs, by the time in code that has variants",
     "SELECT program, count(*) AS runs, round(sum(wall_s), 3) AS wall_s, "
     "round(sum(spent_s), 3) AS spent_s, "
     "round(sum(baseline_s), 3) AS baseline_s, "
     "round(sum(baseline_s) / nullif(sum(spent_s), 0), 3) AS speedup, "
     "round(sum(lost_s), 3) AS lost_s, "
     "round(sum(lost_s) / nullif(sum(spent_s), 0), 4) AS regret "
     "FROM gains GROUP BY program ORDER BY sum(spent_s) DESC, program "
     "LIMIT ?1"},
    {"runs", "Latest runs",
     "SELECT run, started, program, arguments, wall_s, sites, spent_s, "
     "speedup, lost_s, regret FROM gains LIMIT ?1"},
    {"sites", "Sites, by the time spent there",
     "SELECT module, function, place, " PSR_OUT_SIZE ", best, speedup, "
     "variants_timed, spent_s, regret FROM sites "
     "ORDER BY spent_s DESC, module, place, size_class LIMIT ?1"},
};

static const char legend[] =
    "spent: the time in code that has variants, once PSR was awake; baseline: "
    "what the code as clang made it would have taken; lost, regret: time of "
    "calls that did not run the best variant beyond what that would have "
    "taken, and its share.";

struct options {
	const char *db, *html;
	bool json;
	char limit[24];
};

/* ---- HTML ---------------------------------------------------------------- */

static void html_text(FILE *f, const char *s)
{
	for (; s && *s; s++) {
		if (*s == '<')
			fputs("&lt;", f);
		else if (*s == '>')
			fputs("&gt;", f);
		else if (*s == '&')
			fputs("&amp;", f);
		else
			putc(*s, f);
	}
}

/* The names, or one row. */
static int html_row(void *ctx, int n, const char *const *names,
		    const char *const *values, const char *const *types)
{
	const char *tag = values ? "td" : "th";
	FILE *f = ctx;

	fputs("<tr>", f);
	for (int i = 0; i < n; i++) {
		bool right = values && strcmp(types[i], "text") != 0;

		fprintf(f, "<%s%s>", tag, right ? " class=n" : "");
		html_text(f, values ? values[i] : names[i]);
		fprintf(f, "</%s>", tag);
	}
	fputs("</tr>\n", f);
	return 0;
}

static int html_section(FILE *f, struct psr_store *s, size_t i,
			const char *limit, struct psr_err *err)
{
	int ret;

	fprintf(f, "<h2>%s</h2>\n<table>\n", sections[i].title);
	ret = psr_store_columns(s, sections[i].sql, 1, html_row, f, err);
	if (!ret)
		ret = psr_store_query(s, sections[i].sql, &limit, 1, html_row,
				      f, err);
	fputs("</table>\n", f);
	return ret;
}

static int html(struct psr_store *s, const struct options *o,
		struct psr_err *err)
{
	FILE *f = fopen(o->html, "we");
	int ret = 0, failed;

	if (!f)
		return psr_fail(err, -errno, "%s: %s", o->html,
				strerror(errno));
	fputs("<!DOCTYPE html>\n<html lang=en>\n<meta charset=utf-8>\n"
	      "<title>PSR</title>\n<style>\n"
	      "body{font:14px sans-serif;margin:2em;max-width:80em}\n"
	      "table{border-collapse:collapse}\n"
	      "th,td{padding:.2em .7em;border-bottom:1px solid #ccc;"
	      "text-align:left}\n.n{text-align:right}\n</style>\n"
	      "<h1>What variants gained</h1>\n<p>",
	      f);
	html_text(f, legend);
	fputs("</p>\n", f);
	for (size_t i = 0; i < PSR_COUNTOF(sections) && !ret; i++)
		ret = html_section(f, s, i, o->limit, err);
	failed = ferror(f);
	if ((fclose(f) || failed) && !ret)
		ret = psr_fail(err, -EIO, "%s: cannot be written", o->html);
	return ret;
}

/* ---- Text and JSON ------------------------------------------------------- */

static int print(struct psr_store *s, const struct options *o,
		 struct psr_err *err)
{
	const char *limit = o->limit;
	int ret = 0;

	for (size_t i = 0; i < PSR_COUNTOF(sections) && !ret; i++) {
		if (o->json)
			printf("%s\"%s\": ", i ? "," : "{", sections[i].name);
		else
			printf("%s%s\n", i ? "\n" : "", sections[i].title);
		ret = psr_out_query(o->json ? PSR_OUT_JSON : PSR_OUT_TABLE, s,
				    sections[i].sql, &limit, 1, err);
	}
	if (o->json)
		puts("}");
	else
		printf("\n%s\n", legend);
	return ret;
}

/* ---- Command line -------------------------------------------------------- */

enum {
	OPT_HELP = PSR_LONG_OPTION,
	OPT_DB,
	OPT_JSON,
	OPT_HTML,
	OPT_LIMIT,
};

static const struct option options[] = {
    {"help", no_argument, NULL, OPT_HELP},
    {"db", required_argument, NULL, OPT_DB},
    {"json", no_argument, NULL, OPT_JSON},
    {"html", required_argument, NULL, OPT_HTML},
    {"limit", required_argument, NULL, OPT_LIMIT},
    {NULL, 0, NULL, 0},
};

static void help(void)
{
	puts("Usage: psr report [OPTION...]\n"
	     "Prints what choosing variants gained, by program, run and site.\n"
	     "\n"
	     "  --json       for machines\n"
	     "  --html FILE  write one page to FILE instead\n"
	     "  --limit N    at most N rows of each (20); 0: all\n"
	     "  --db FILE    instead of $PSR_DB or the default\n"
	     "  --help       print this");
}

static int take_limit(struct options *o)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(optarg, &end, 10);
	if (*optarg < '0' || *optarg > '9' || *end || errno || n > LONG_MAX)
		return psr_say(PSR_EXIT_USAGE,
			       "report: --limit wants a number, not '%s'",
			       optarg);
	snprintf(o->limit, sizeof(o->limit), "%ld", n ? (long)n : -1L);
	return 0;
}

static int report(const struct options *o)
{
	struct psr_store *s = NULL;
	struct psr_err err;
	int ret = psr_store_open(o->db, PSR_STORE_READ, &s, &err);

	if (ret == -ENOENT)
		return psr_say(PSR_EXIT_FAILURE,
			       "report: %s; the first 'psr run' makes the "
			       "database",
			       err.text);
	if (!ret)
		ret = o->html ? html(s, o, &err) : print(s, o, &err);
	psr_store_close(s);
	return ret < 0 ? psr_say(PSR_EXIT_FAILURE, "report: %s", err.text)
		       : PSR_EXIT_OK;
}

int cmd_report(int argc, char **argv)
{
	struct options o = {.limit = "20"};
	int c, status = 0;

	opterr = 0;
	while (!status &&
	       (c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c == OPT_HELP) {
			help();
			return PSR_EXIT_OK;
		}
		if (c == OPT_DB)
			o.db = optarg;
		else if (c == OPT_JSON)
			o.json = true;
		else if (c == OPT_HTML)
			o.html = optarg;
		else if (c == OPT_LIMIT)
			status = take_limit(&o);
		else
			status = psr_bad_option(c, argv);
	}
	if (!status && optind < argc)
		status = psr_say(PSR_EXIT_USAGE,
				 "report: an operand too many: '%s'",
				 argv[optind]);
	if (!status && o.json && o.html)
		status = psr_say(PSR_EXIT_USAGE,
				 "report: either --json or --html");
	return status ? status : report(&o);
}
