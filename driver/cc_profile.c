/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Asks the profile database, where there is one, for the sites of the sources
 * on the command line. The answer is a file in memory that clang inherits, so
 * that nothing is left behind, whoever dies. Its descriptor has a number that
 * is free in any build, so that command lines which clang records in objects
 * do not differ. A build never fails, nor says a word, for its profile.
 */
#include "cc_profile.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "psr/profile.h"
#include "text.h"

#define DESCRIPTOR  219
#define SOURCES_MAX 64

static bool is_source(const char *arg)
{
	static const char *const suffixes[] = {
	    ".c",   ".cc",  ".cp", ".cpp", ".cxx", ".C", ".CPP",
	    ".c++", ".CXX", ".i",  ".ii",  ".ll",  ".bc"};
	const char *dot = strrchr(arg, '.');

	if (*arg == '-' || !dot)
		return false;
	for (size_t i = 0; i < PSR_COUNTOF(suffixes); i++)
		if (!strcmp(dot, suffixes[i]))
			return true;
	return false;
}

static bool is_intermediate(const char *arg)
{
	const char *dot = strrchr(arg, '.');

	return !strcmp(dot, ".i") || !strcmp(dot, ".ii") ||
	       !strcmp(dot, ".ll") || !strcmp(dot, ".bc");
}

/*
 * The sources' base names. 0, that is all, where there are too many, or one
 * that says by itself of what source it was made, or that has another suffix.
 */
static size_t find_sources(const struct psr_args *args,
			   const char *names[SOURCES_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < args->n; i++) {
		const char *arg = args->v[i], *slash;

		if (!is_source(arg))
			continue;
		if (n == SOURCES_MAX || is_intermediate(arg))
			return 0;
		slash = strrchr(arg, '/');
		names[n++] = slash ? slash + 1 : arg;
	}
	return n;
}

/* A file in memory with TEXT; -1: none. */
static int put(const struct psr_text *text)
{
	int fd = memfd_create("psr-profile", MFD_CLOEXEC), fixed = -1;

	if (fd < 0)
		return -1;
	if (write(fd, text->s, text->n) == (ssize_t)text->n)
		fixed = fcntl(fd, F_DUPFD, DESCRIPTOR);
	close(fd);
	return fixed;
}

bool psr_cc_profile(const struct psr_args *args, char *path, size_t size)
{
	const char *names[SOURCES_MAX];
	struct psr_store *store = NULL;
	struct psr_text text = {0};
	struct psr_err err;
	size_t nsites = 0;
	int fd = -1;

	if (psr_store_path(path, size, &err) < 0 || access(path, R_OK))
		return false;
	psr_store_alone();
	psr_store_patience(1000);
	if (psr_store_open(path, PSR_STORE_READ, &store, &err) < 0)
		return false;
	if (!psr_profile_write(store, names, find_sources(args, names), &text,
			       &nsites, &err) &&
	    nsites)
		fd = put(&text);
	psr_store_close(store);
	psr_text_free(&text);
	if (fd < 0)
		return false;
	snprintf(path, size, "/dev/fd/%d", fd);
	return true;
}
