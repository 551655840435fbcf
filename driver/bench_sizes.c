/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What psr bench reads in the sources of a suite: which of them have a main(),
 * and the arguments to run them with, one list a size, on one line or several:
 *
 *     psr-bench sizes: 100 5000, 2000 250
 */
#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define SIZES "psr-bench sizes:"

/* A definition of main() at the start of a line, as programs are laid out. */
#define MAIN                                                                   \
	"^[[:space:]]*((static|extern|signed|int|void|auto|\"C\"|\\{)"         \
	"[[:space:]]+)*main[[:space:]]*(\\([^;]*(\\{.*)?|)$"

int bench_source_has_main(const char *path, bool *has)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	regex_t re;

	*has = false;
	if (!f)
		return -errno;
	if (regcomp(&re, MAIN, REG_EXTENDED | REG_NOSUB)) {
		fclose(f);
		return -ENOMEM;
	}
	while (!*has && getline(&line, &size, f) > 0) {
		line[strcspn(line, "\r\n")] = 0;
		*has = !regexec(&re, line, 0, NULL, 0);
	}
	regfree(&re);
	free(line);
	fclose(f);
	return 0;
}

/* Adds the words of TEXT, up to N bytes, as one size, if there are any. */
static int add_size(struct bench_program *p, const char *text, size_t n)
{
	struct bench_size *s = &p->sizes[p->nsizes];
	char *copy, *rest, *w;
	int ret = 0;

	if (strspn(text, " \t\r\n") >= n)
		return 0;
	if (p->nsizes == BENCH_SIZES)
		return -E2BIG;
	rest = copy = strndup(text, n);
	if (!copy)
		return -ENOMEM;
	while (!ret && (w = strsep(&rest, " \t")))
		if (*w)
			ret = psr_args_add(&s->args, w);
	if (!ret)
		snprintf(s->label, sizeof(s->label), "%s", s->args.v[0]);
	p->nsizes += !ret;
	free(copy);
	return ret;
}

int bench_sizes_add(struct bench_program *p, const char *line)
{
	int ret = 0;

	while (!ret && *line) {
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

int bench_sizes_read(struct bench_program *p, const char *source)
{
	FILE *f = fopen(source, "re");
	char *line = NULL;
	size_t size = 0;
	int ret = 0;

	while (f && !ret && getline(&line, &size, f) > 0) {
		char *at = strstr(line, SIZES);

		if (at)
			ret = bench_sizes_add(p, at + strlen(SIZES));
	}
	if (f)
		fclose(f);
	free(line);
	return ret;
}
