/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The programs of a directory: each C or C++ source in it is one, and so are
 * all the sources of one of its subdirectories together. A comment in a
 * source may list the arguments to run it with, one list a size:
 *
 *     psr-bench sizes: 100 5000, 2000 250
 *
 * Without it, the program is run without arguments.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"
#include "find.h"

#define SIZES "psr-bench sizes:"

/* C: 1; C++: 2; 0: no source. */
static int language(const char *name)
{
	static const char *const cxx[] = {".cc", ".cpp", ".cxx", ".C", ".c++"};
	const char *dot = strrchr(name, '.');

	if (!dot || dot == name)
		return 0;
	if (!strcmp(dot, ".c"))
		return 1;
	for (size_t i = 0; i < PSR_COUNTOF(cxx); i++)
		if (!strcmp(dot, cxx[i]))
			return 2;
	return 0;
}

static bool is_directory(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

/* ---- Sizes --------------------------------------------------------------- */

/* Adds the words of TEXT, up to N bytes, as one size. */
static int add_size(struct bench_program *p, const char *text, size_t n)
{
	struct bench_size *s = &p->sizes[p->nsizes];
	char *copy = strndup(text, n), *rest = copy, *w;
	int ret = copy ? 0 : -ENOMEM;

	while (!ret && (w = strsep(&rest, " \t")))
		if (*w)
			ret = psr_args_add(&s->args, w);
	snprintf(s->label, sizeof(s->label), "%s",
		 s->args.n ? s->args.v[0] : "-");
	p->nsizes += !ret && s->args.n;
	free(copy);
	return ret;
}

/* Takes the sizes that stand behind SIZES in LINE. */
static int take_sizes(struct bench_program *p, const char *line)
{
	int ret = 0;

	while (!ret && *line && p->nsizes < BENCH_SIZES) {
		size_t n = strcspn(line, ",\r\n");

		/* A comment may end on the line. */
		if (n >= 2 && !strncmp(line + n - 2, "*/", 2))
			ret = add_size(p, line, n - 2);
		else
			ret = add_size(p, line, n);
		line += n + (line[n] != 0);
	}
	return ret;
}

/* Keeps those whose numbers are in the bits of WANTED. */
static void select_sizes(struct bench_program *p, uint32_t wanted)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->nsizes; i++)
		if (wanted >> i & 1)
			p->sizes[kept++] = p->sizes[i];
		else
			psr_args_free(&p->sizes[i].args);
	p->nsizes = kept;
}

/* Takes the sizes that SOURCE lists, if it does. */
static int read_source(struct bench_program *p, const char *source)
{
	FILE *f = fopen(source, "re");
	char *line = NULL;
	size_t size = 0;
	int ret = 0;

	while (f && !ret && !p->nsizes && getline(&line, &size, f) > 0) {
		char *at = strstr(line, SIZES);

		if (at)
			ret = take_sizes(p, at + strlen(SIZES));
	}
	if (f)
		fclose(f);
	free(line);
	return ret;
}

static int read_sizes(struct bench_program *p, uint32_t wanted)
{
	int ret = 0;

	for (size_t i = 0; i < p->sources.n && !ret && !p->nsizes; i++)
		ret = read_source(p, p->sources.v[i]);
	if (!ret && !p->nsizes)
		strcpy(p->sizes[p->nsizes++].label, "-");
	select_sizes(p, wanted);
	return ret;
}

/* ---- Programs ------------------------------------------------------------ */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All of DIR's entries that do not begin with a dot, sorted. */
static int list(const char *dir, struct psr_args *names)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	int ret = d ? 0 : -errno;

	while (!ret && (e = readdir(d)))
		if (e->d_name[0] != '.')
			ret = psr_args_add(names, e->d_name);
	if (d)
		closedir(d);
	if (names->n)
		qsort(names->v, names->n, sizeof(*names->v), by_text);
	return ret;
}

static int add_source(struct bench_program *p, const char *path)
{
	int l = language(path);

	if (l == 2)
		p->cxx = true;
	return l ? psr_args_add(&p->sources, path) : 0;
}

/* The sources of P: PATH, or those in it. */
static int find_sources(struct bench_program *p, const char *path)
{
	struct psr_args names = {0};
	int ret;

	if (!is_directory(path))
		return add_source(p, path);
	ret = list(path, &names);
	for (size_t i = 0; i < names.n && !ret; i++) {
		char source[PATH_MAX];

		if ((size_t)snprintf(source, sizeof(source), "%s/%s", path,
				     names.v[i]) < sizeof(source))
			ret = add_source(p, source);
	}
	psr_args_free(&names);
	return ret;
}

static void program_free(struct bench_program *p)
{
	free(p->name);
	psr_args_free(&p->sources);
	for (size_t i = 0; i < p->nsizes; i++)
		psr_args_free(&p->sizes[i].args);
	*p = (struct bench_program){0};
}

/* NAME without its extension, if it is a source's. */
static char *program_name(const char *name, bool directory)
{
	size_t n = strlen(name);

	if (!directory && language(name))
		n = (size_t)(strrchr(name, '.') - name);
	return strndup(name, n);
}

/* What is wanted of a suite. */
struct wanted {
	const regex_t *filter; /* NULL: any program */
	uint32_t sizes;
};

static bool is_wanted(const struct bench_program *p, const struct wanted *w)
{
	return p->sources.n &&
	       (!w->filter || !regexec(w->filter, p->name, 0, NULL, 0));
}

/* Takes the entry NAME, if it is a program with a size that is wanted. */
static int take_entry(struct bench_suite *s, const char *name,
		      const struct wanted *w)
{
	struct bench_program *p = &s->programs[s->n];
	char path[PATH_MAX + NAME_MAX + 2];
	int ret;

	snprintf(path, sizeof(path), "%s/%s", s->dir, name);
	ret = find_sources(p, path);
	p->name = program_name(name, is_directory(path));
	if (!ret && !p->name)
		ret = -ENOMEM;
	if (!ret && is_wanted(p, w))
		ret = read_sizes(p, w->sizes);
	if (!ret && p->nsizes)
		s->n++;
	else
		program_free(p);
	return ret;
}

static int take_all(struct bench_suite *s, const struct psr_args *names,
		    const struct wanted *w)
{
	int ret = 0;

	s->programs = calloc(names->n + 1, sizeof(*s->programs));
	if (!s->programs)
		return -ENOMEM;
	for (size_t i = 0; i < names->n && !ret; i++)
		ret = take_entry(s, names->v[i], w);
	return ret;
}

static int find_directory(const char *dir, struct bench_suite *out,
			  struct psr_err *err)
{
	char path[PATH_MAX];

	if (!dir && !psr_find_own("share/psr/suite", path, sizeof(path)))
		return psr_fail(err, -ENOENT,
				"PSR's own suite is not installed; name one "
				"with --suite");
	if (!realpath(dir ? dir : path, out->dir))
		return psr_fail(err, -errno, "--suite: %s: %s",
				dir ? dir : path, strerror(errno));
	if (!is_directory(out->dir))
		return psr_fail(err, -ENOTDIR, "--suite: %s: %s", out->dir,
				strerror(ENOTDIR));
	return 0;
}

static int find_programs(struct bench_suite *out, const struct wanted *w,
			 struct psr_err *err)
{
	struct psr_args names = {0};
	int ret = list(out->dir, &names);

	if (!ret)
		ret = take_all(out, &names, w);
	psr_args_free(&names);
	if (ret)
		return psr_fail(err, ret, "%s: %s", out->dir, strerror(-ret));
	if (!out->n)
		return psr_fail(err, -ENOENT,
				"%s: no C or C++ program there that is wanted",
				out->dir);
	return 0;
}

int bench_suite_open(const char *dir, const char *filter, uint32_t sizes,
		     struct bench_suite *out, struct psr_err *err)
{
	regex_t re;
	char why[128];
	int ret;

	*out = (struct bench_suite){0};
	ret = filter ? regcomp(&re, filter, REG_EXTENDED | REG_NOSUB) : 0;
	if (ret) {
		regerror(ret, &re, why, sizeof(why));
		return psr_fail(err, -EINVAL, "--filter: '%s': %s", filter,
				why);
	}
	ret = find_directory(dir, out, err);
	if (!ret)
		ret = find_programs(
		    out, &(struct wanted){filter ? &re : NULL, sizes}, err);
	if (filter)
		regfree(&re);
	return ret;
}

void bench_suite_close(struct bench_suite *s)
{
	for (size_t i = 0; i < s->n; i++)
		program_free(&s->programs[i]);
	free(s->programs);
	*s = (struct bench_suite){0};
}
