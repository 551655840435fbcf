/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Argument lists and response files, read as clang reads them: white space
 * separates, quotes of both kinds group, a backslash takes the next character
 * literally, also inside quotes. A file that cannot be read, or that includes
 * itself, stays the argument that it was: clang is the one who complains.
 */
#include "cc_args.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 32 /* files within files; more is a cycle */

int psr_args_add(struct psr_args *args, const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		return -ENOMEM;
	if (args->n + 2 > args->cap) {
		size_t cap = args->cap ? 2 * args->cap : 64;
		char **v = realloc(args->v, cap * sizeof(*v));

		if (!v) {
			free(copy);
			return -ENOMEM;
		}
		args->v = v;
		args->cap = cap;
	}
	args->v[args->n++] = copy;
	args->v[args->n] = NULL;
	return 0;
}

int psr_args_append(struct psr_args *args, const struct psr_args *from)
{
	int ret = 0;

	for (size_t i = 0; i < from->n && !ret; i++)
		ret = psr_args_add(args, from->v[i]);
	return ret;
}

void psr_args_free(struct psr_args *args)
{
	for (size_t i = 0; i < args->n; i++)
		free(args->v[i]);
	free(args->v);
	*args = (struct psr_args){NULL, 0, 0};
}

/* Returns PATH's contents with a NUL behind, or NULL with errno set. */
static char *file_read(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t size = 0, got;
	FILE *out;
	char block[4096];

	if (!f)
		return NULL;
	out = open_memstream(&text, &size);
	while (out && (got = fread(block, 1, sizeof(block), f)) > 0)
		fwrite(block, 1, got, out);
	if (out && (fclose(out) || ferror(f))) {
		free(text);
		text = NULL;
	}
	fclose(f);
	return text;
}

/* Unquotes the token at *IN in place and steps *IN behind it. */
static char *token(char **in)
{
	char *p = *in, *start = p, *end = p, quote = 0;

	while (*p && (quote || !isspace((unsigned char)*p))) {
		if (*p == quote) {
			quote = 0;
			p++;
		} else if (!quote && (*p == '"' || *p == '\'')) {
			quote = *p++;
		} else {
			if (*p == '\\' && p[1])
				p++;
			*end++ = *p++;
		}
	}
	*in = *p ? p + 1 : p;
	*end = 0;
	return start;
}

static int expand_one(struct psr_args *args, const char *arg, int depth);

static int expand_file(struct psr_args *args, char *text, int depth)
{
	static const char bom[] = "\xef\xbb\xbf";
	char *p = text;
	int ret = 0;

	if (!strncmp(p, bom, strlen(bom)))
		p += strlen(bom);
	while (!ret) {
		while (isspace((unsigned char)*p))
			p++;
		if (!*p)
			break;
		ret = expand_one(args, token(&p), depth + 1);
	}
	return ret;
}

static int expand_one(struct psr_args *args, const char *arg, int depth)
{
	char *text = NULL;
	int ret;

	if (arg[0] == '@' && depth < DEPTH_MAX)
		text = file_read(arg + 1);
	if (!text)
		return psr_args_add(args, arg);
	ret = expand_file(args, text, depth);
	free(text);
	return ret;
}

int psr_args_expand(struct psr_args *args, int argc, char *const *argv)
{
	int ret = 0;

	for (int i = 0; i < argc && !ret; i++)
		ret = expand_one(args, argv[i], 0);
	return ret;
}
