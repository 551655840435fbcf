/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Reads what a program of any suite printed: how long it took, and its
 * answer, which is all the rest.
 *
 * A line states a time if it has a number with a unit of time behind it
 * ("12.5 ms"), or a word such as "time" or "elapsed" and a number behind that
 * ("Time (ms): 12.5", "time = 0.0125"; without a unit they are seconds). "cpu"
 * on such a line says that the time is the processor's. A line that is nothing
 * but a number with a point in it, as PolyBench prints, is a time where no
 * other line states one. Rates ("MB/s", "GFLOPS") are neither time nor answer.
 */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bench.h"

static const struct {
	const char *name;
	double s;
} units[] = {
    {"ns", 1e-9},
    {"nsec", 1e-9},
    {"nanoseconds", 1e-9},
    {"us", 1e-6},
    {"usec", 1e-6},
    {"\xc2\xb5s", 1e-6},
    {"\xce\xbcs", 1e-6},
    {"microseconds", 1e-6},
    {"ms", 1e-3},
    {"msec", 1e-3},
    {"milliseconds", 1e-3},
    {"s", 1},
    {"sec", 1},
    {"secs", 1},
    {"second", 1},
    {"seconds", 1},
};

static const char *const time_words[] = {
    "time", "times", "elapsed", "took", "cpu", "wall", "runtime", "duration",
};

static const char *const rate_words[] = {
    "flops",     "flop",       "mflops", "gflops", "mips",
    "bandwidth", "throughput", "rate",   "speed",
};

/* Letters, and what is no ASCII. */
static bool is_letter(char c)
{
	return isalpha((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* The length of the word that P starts with. */
static size_t word(const char *p)
{
	size_t n = 0;

	while (is_letter(p[n]))
		n++;
	return n;
}

static bool is_one_of(const char *p, size_t n, const char *const *list,
		      size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(list[i]) == n && !strncasecmp(list[i], p, n))
			return true;
	return false;
}

/* The seconds in the unit that the N bytes at P name; 0: none. */
static double unit(const char *p, size_t n)
{
	for (size_t i = 0; i < PSR_COUNTOF(units); i++)
		if (strlen(units[i].name) == n && !strncmp(units[i].name, p, n))
			return units[i].s;
	return 0;
}

/* What is found on one line. */
struct found {
	double number; /* the first behind a word of time */
	double with;   /* the first that has a unit, in seconds */
	double unit;   /* a unit that stands apart */
	bool word, rate, cpu;
};

/* Takes the word of N bytes at P, which BEFORE stands before. */
static void take_word(struct found *f, const char *p, size_t n, char before)
{
	double s = unit(p, n);

	if (is_one_of(p, n, rate_words, PSR_COUNTOF(rate_words)) ||
	    (before == '/' && s > 0))
		f->rate = true;
	if (is_one_of(p, n, time_words, PSR_COUNTOF(time_words)))
		f->word = true;
	if (n == 3 && !strncasecmp(p, "cpu", 3))
		f->cpu = true;
	if (s > 0 && n > 1 && !(f->unit > 0))
		f->unit = s;
	if (n > 2 && s > 0)
		f->word = true; /* "seconds: 0.5" */
}

/* Takes the number at P, and the unit behind it; returns what follows. */
static const char *take_number(struct found *f, const char *p)
{
	char *end;
	double v = strtod(p, &end);
	const char *q = end + strspn(end, " \t");
	size_t n = word(q);
	double s = unit(q, n);

	if (isnan(f->number) && f->word)
		f->number = v;
	if (s > 0 && q[n] != '/' && !isdigit((unsigned char)q[n])) {
		if (isnan(f->with))
			f->with = v * s;
		return q + n;
	}
	return end;
}

static void look(const char *line, struct found *f)
{
	const char *p = line;
	char before = 0;

	while (*p) {
		size_t n = word(p);

		if (n) {
			take_word(f, p, n, before);
			p += n;
			/* The digits of "l2" are part of a name. */
			p += strspn(p, "0123456789");
		} else if (isdigit((unsigned char)*p)) {
			p = take_number(f, p);
		} else {
			p++;
		}
		before = p > line ? p[-1] : 0;
	}
}

/* A number with a point, and nothing else. */
static bool is_bare(const char *line, double *v)
{
	char *end;

	*v = strtod(line, &end);
	return end != line && strchr(line, '.') && !strchr(line, 'x') &&
	       !end[strspn(end, " \t\r")];
}

/* What LINE states, in seconds; NAN: nothing. */
static double stated(const char *line, struct found *f)
{
	*f = (struct found){.number = NAN, .with = NAN};
	look(line, f);
	if (f->rate)
		return NAN;
	if (!isnan(f->with))
		return f->with;
	return f->number * (f->unit > 0 ? f->unit : 1);
}

/* ---- Lines ---------------------------------------------------------------
 */

struct line {
	const char *s; /* in the text */
	size_t n;
	struct psr_text copy; /* up to its end, or the first NUL */
};

/* Moves L on to the next line of the N bytes at TEXT, if there is one. */
static bool next_line(struct line *l, const char *text, size_t n)
{
	const char *end = text + n, *newline;

	l->s = l->s ? l->s + l->n + 1 : text;
	if (l->s >= end)
		return false;
	newline = memchr(l->s, '\n', (size_t)(end - l->s));
	l->n = (size_t)((newline ? newline : end) - l->s);
	l->copy.n = 0;
	psr_text_add(&l->copy, "%.*s", (int)l->n, l->s);
	return !l->copy.failed;
}

/* Takes the times that T states; false: none. */
static bool read_times(const struct psr_text *t, struct bench_output *out)
{
	struct line l = {0};
	bool any = false;

	while (next_line(&l, t->s, t->n)) {
		struct found f;
		double s = stated(l.copy.s, &f);

		if (isnan(s))
			continue;
		*(f.cpu ? &out->cpu_s : &out->wall_s) = s;
		any = true;
	}
	psr_text_free(&l.copy);
	return any;
}

/* The last line that is a bare number, which then is the time; or NULL. */
static const char *read_bare(const struct psr_text *t, struct bench_output *out)
{
	struct line l = {0};
	const char *last = NULL;
	double v;

	while (next_line(&l, t->s, t->n))
		if (is_bare(l.copy.s, &v)) {
			last = l.s;
			out->wall_s = v;
		}
	psr_text_free(&l.copy);
	return last;
}

/* FNV-1a over the lines that are neither times nor rates. */
static uint64_t read_answer(const struct psr_text *t, const char *bare)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	struct line l = {0};

	while (next_line(&l, t->s, t->n)) {
		struct found f;

		if (l.s == bare || !isnan(stated(l.copy.s, &f)) || f.rate)
			continue;
		for (size_t i = 0; i <= l.n && l.s + i < t->s + t->n; i++)
			hash = (hash ^ (unsigned char)l.s[i]) *
			       UINT64_C(0x100000001b3);
	}
	psr_text_free(&l.copy);
	return hash;
}

void bench_output_read(const struct psr_text *out, const struct psr_text *err,
		       struct bench_output *o)
{
	const char *bare = NULL;
	bool on_stderr;

	*o = (struct bench_output){NAN, NAN, 0};
	on_stderr = read_times(err, o);
	if (!read_times(out, o) && !on_stderr)
		bare = read_bare(out, o);
	o->answer = read_answer(out, bare);
}
