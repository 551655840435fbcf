/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The programs of a directory and those below it: each source that defines
 * main() is one, together with the sources beside it that do not. Programs of
 * subdirectories are named after these.
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

enum { DEPTH_MAX = 16 }; /* of directories; a link may lead in a circle */

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

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* ---- A directory --------------------------------------------------------- */

struct folder {
	struct psr_args programs, parts, folders; /* whole paths, sorted */
};

static void folder_free(struct folder *f)
{
	psr_args_free(&f->programs);
	psr_args_free(&f->parts);
	psr_args_free(&f->folders);
}

/* Puts the entry PATH where it belongs. */
static int sort_entry(struct folder *f, const char *path)
{
	bool has;
	int ret;

	if (is_directory(path))
		return psr_args_add(&f->folders, path);
	if (!language(path))
		return 0;
	ret = bench_source_has_main(path, &has);
	if (!ret)
		ret = psr_args_add(has ? &f->programs : &f->parts, path);
	return ret;
}

static void sort(struct psr_args *a)
{
	if (a->n)
		qsort(a->v, a->n, sizeof(*a->v), by_text);
}

/* All that is in DIR and does not begin with a dot. */
static int folder_read(struct folder *f, const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	int ret = d ? 0 : -errno;

	while (!ret && (e = readdir(d))) {
		char path[PATH_MAX];

		if (e->d_name[0] != '.' &&
		    (size_t)snprintf(path, sizeof(path), "%s/%s", dir,
				     e->d_name) < sizeof(path))
			ret = sort_entry(f, path);
	}
	if (d)
		closedir(d);
	sort(&f->programs);
	sort(&f->parts);
	sort(&f->folders);
	return ret;
}

/* ---- Programs ------------------------------------------------------------ */

/* What is wanted of a suite. */
struct wanted {
	const regex_t *filter; /* NULL: any program */
	uint32_t sizes;
	const char *args; /* of programs that list no sizes; or NULL */
};

static void program_free(struct bench_program *p)
{
	free(p->name);
	free(p->dir);
	psr_args_free(&p->sources);
	for (size_t i = 0; i < p->nsizes; i++)
		psr_args_free(&p->sizes[i].args);
	*p = (struct bench_program){0};
}

/* The length of SOURCE, without its extension unless F has it in two. */
static size_t stem(const struct folder *f, const char *source)
{
	size_t n = (size_t)(strrchr(source, '.') - source), same = 0;

	for (size_t i = 0; i < f->programs.n; i++)
		same += !strncmp(f->programs.v[i], source, n + 1) &&
			!strchr(f->programs.v[i] + n + 1, '.');
	return same > 1 ? strlen(source) : n;
}

/*
 * The name of the program whose main() SOURCE has: its directory's within the
 * suite, and its own where that has several programs or is the suite's.
 */
static char *program_name(const struct bench_suite *s, const struct folder *f,
			  const char *source)
{
	const char *path = source + strlen(s->dir) + 1;
	const char *slash = strrchr(path, '/');
	size_t n = slash && f->programs.n == 1
		       ? (size_t)(slash - path)
		       : stem(f, source) - (size_t)(path - source);
	char *name = strndup(path, n);

	for (char *c = name; c && (c = strchr(c, '/'));)
		*c = '-';
	return name;
}

/* Adds SOURCE, and notes its language. */
static int add_source(struct bench_program *p, const char *source)
{
	p->cxx = p->cxx || language(source) == 2;
	return psr_args_add(&p->sources, source);
}

/* Keeps the sizes whose numbers are in the bits of WANTED, or all. */
static void select_sizes(struct bench_program *p, uint32_t wanted)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->nsizes; i++)
		if (wanted == UINT32_MAX || (i < 32 && wanted >> i & 1))
			p->sizes[kept++] = p->sizes[i];
		else
			psr_args_free(&p->sizes[i].args);
	p->nsizes = kept;
}

static int find_sizes(struct bench_program *p, const struct wanted *w)
{
	int ret = 0;

	for (size_t i = 0; i < p->sources.n && !ret && !p->nsizes; i++)
		ret = bench_sizes_read(p, p->sources.v[i]);
	if (!ret && !p->nsizes && w->args)
		ret = bench_sizes_add(p, w->args);
	if (!ret && !p->nsizes)
		strcpy(p->sizes[p->nsizes++].label, "-");
	select_sizes(p, w->sizes);
	return ret;
}

/* Room for one more. */
static struct bench_program *next_program(struct bench_suite *s)
{
	struct bench_program *more =
	    realloc(s->programs, (s->n + 1) * sizeof(*more));

	if (!more)
		return NULL;
	s->programs = more;
	more[s->n] = (struct bench_program){0};
	return &more[s->n];
}

/* Takes the program whose main() SOURCE has, if it is wanted. */
static int take_program(struct bench_suite *s, const struct folder *f,
			const char *source, const struct wanted *w)
{
	struct bench_program *p = next_program(s);
	int ret;

	if (!p)
		return -ENOMEM;
	p->name = program_name(s, f, source);
	p->dir = strndup(source, (size_t)(strrchr(source, '/') - source));
	ret = p->name && p->dir ? add_source(p, source) : -ENOMEM;
	for (size_t i = 0; i < f->parts.n && !ret; i++)
		ret = add_source(p, f->parts.v[i]);
	if (!ret && (!w->filter || !regexec(w->filter, p->name, 0, NULL, 0)))
		ret = find_sizes(p, w);
	if (!ret && p->nsizes)
		s->n++;
	else
		program_free(p);
	return ret;
}

static int take_folder(struct bench_suite *s, const char *dir,
		       const struct wanted *w, int depth)
{
	struct folder f = {0};
	int ret = folder_read(&f, dir);

	for (size_t i = 0; i < f.programs.n && !ret; i++)
		ret = take_program(s, &f, f.programs.v[i], w);
	for (size_t i = 0; i < f.folders.n && !ret && depth < DEPTH_MAX; i++)
		ret = take_folder(s, f.folders.v[i], w, depth + 1);
	folder_free(&f);
	return ret;
}

static int by_name(const void *a, const void *b)
{
	const struct bench_program *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* ---- The suite ----------------------------------------------------------- */

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
	int ret = take_folder(out, out->dir, w, 0);

	if (ret == -E2BIG)
		return psr_fail(err, ret,
				"%s: a program lists more than %d sizes",
				out->dir, BENCH_SIZES);
	if (ret)
		return psr_fail(err, ret, "%s: %s", out->dir, strerror(-ret));
	if (!out->n)
		return psr_fail(err, -ENOENT,
				"%s: no C or C++ program there that is wanted",
				out->dir);
	qsort(out->programs, out->n, sizeof(*out->programs), by_name);
	for (size_t i = 1; i < out->n; i++)
		if (!strcmp(out->programs[i - 1].name, out->programs[i].name))
			return psr_fail(err, -EEXIST,
					"%s: two programs would be named %s",
					out->dir, out->programs[i].name);
	return 0;
}

int bench_suite_open(const char *dir, const char *filter, uint32_t sizes,
		     const char *args, struct bench_suite *out,
		     struct psr_err *err)
{
	struct wanted w = {.sizes = sizes, .args = args};
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
	w.filter = filter ? &re : NULL;
	ret = find_directory(dir, out, err);
	if (!ret)
		ret = find_programs(out, &w, err);
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
