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
#include "psr/sampled.h"
#include "text.h"

#define DESCRIPTOR  219 /* and the next one */
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

/* Writes TEXT to a file in memory, and its name to PATH. */
static void put(const struct psr_text *text, int descriptor, char path[32])
{
	int fd = memfd_create("psr-profile", MFD_CLOEXEC), fixed = -1;

	if (fd < 0)
		return;
	if (write(fd, text->s, text->n) == (ssize_t)text->n)
		fixed = fcntl(fd, F_DUPFD, descriptor);
	close(fd);
	if (fixed >= 0)
		snprintf(path, 32, "/dev/fd/%d", fixed);
}

static struct psr_store *open_store(void)
{
	struct psr_store *store = NULL;
	struct psr_err err;
	char path[4096];

	if (psr_store_path(path, sizeof(path), &err) < 0 ||
	    access(path, R_OK))
		return NULL;
	psr_store_alone();
	psr_store_patience(1000);
	if (psr_store_open(path, PSR_STORE_READ, &store, &err) < 0)
		return NULL;
	return store;
}

void psr_cc_profile(const struct psr_args *args, bool blocks,
		    struct psr_cc_profile *out)
{
	const char *names[SOURCES_MAX];
	struct psr_store *store = open_store();
	struct psr_text sites = {0}, counts = {0};
	struct psr_err err;
	size_t n = find_sources(args, names), nsites = 0;

	memset(out, 0, sizeof(*out));
	if (!store)
		return;
	if (!psr_profile_write(store, names, n, &sites, &nsites, &err) &&
	    nsites)
		put(&sites, DESCRIPTOR, out->sites);
	if (blocks && !psr_sampled_write(store, names, n, &counts, &err) &&
	    counts.n)
		put(&counts, DESCRIPTOR + 1, out->blocks);
	psr_store_close(store);
	psr_text_free(&sites);
	psr_text_free(&counts);
}
