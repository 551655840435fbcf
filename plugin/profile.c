/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * profile.c - reads the profile: profiles/PROFILE.md.
 *
 * A word that is not known is passed over; a line that does not have what its
 * word demands makes the file no profile, and compiling fails: whoever names a
 * file wants it used.
 */
#include "profile.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "psr/site.h"

#define HEADER "psr-profile 1"
#define NONE   "none"

static struct psr_profile_site *sites;
static size_t nsites, room;
static char *contents; /* as it was read; NULL: none */
static char message[256];
static struct psr_profile_set all_calls; /* what the latest class's have */
static unsigned ntold;			 /* of its sets */

/* LIST with room for one more; ends the process as clang does without. */
static void *grow(void *list, size_t n, size_t size)
{
	if (n & (n - 1)) /* full at powers of two only */
		return list;
	list = realloc(list, (n ? 2 * n : 1) * size);
	if (!list)
		abort();
	return list;
}

static struct psr_profile_site *add_site(uint64_t id)
{
	if (nsites == room) {
		room = room ? 2 * room : 64;
		sites = realloc(sites, room * sizeof(*sites));
		if (!sites)
			abort();
	}
	sites[nsites] = (struct psr_profile_site){.id = id};
	return &sites[nsites++];
}

static void add_names(char ***list, size_t *n, char *words)
{
	for (char *w = strtok(words, " "); w; w = strtok(NULL, " ")) {
		*list = grow(*list, *n, sizeof(**list));
		(*list)[*n] = strdup(w);
		if (!(*list)[(*n)++])
			abort();
	}
}

static void push_set(struct psr_profile_site *s,
		     const struct psr_profile_set *x)
{
	s->sets = grow(s->sets, s->nsets, sizeof(*s->sets));
	s->sets[s->nsets++] = *x;
}

static bool add_class(struct psr_profile_site *s, const char *words)
{
	unsigned at, log2;
	double work = 1;

	if (sscanf(words, "%u %u", &at, &log2) != 2 || at >= PSR_CLASSES || log2 > 127)
		return false;
	while (log2--)
		work *= 2;
	s->classes = grow(s->classes, s->nclasses, sizeof(*s->classes));
	s->classes[s->nclasses++] =
	    (struct psr_profile_class){(uint16_t)at, work};
	all_calls = (struct psr_profile_set){(uint16_t)at, work, {0}, {0}};
	ntold = 0;
	push_set(s, &all_calls);
	return true;
}

static bool add_value(struct psr_profile_site *s, const char *words)
{
	unsigned input;
	int64_t value;

	if (!s->nclasses || sscanf(words, "%u %" SCNd64, &input, &value) != 2 ||
	    input > 255)
		return false;
	s->values = grow(s->values, s->nvalues, sizeof(*s->values));
	s->values[s->nvalues++] = (struct psr_profile_value){
	    s->classes[s->nclasses - 1].size_class, (uint8_t)input, value};
	if (input < PSR_INPUTS && !ntold) {
		all_calls.has[input] = true;
		all_calls.value[input] = value;
		s->sets[s->nsets - 1] = all_calls;
	}
	return true;
}

/* Some of the latest class's calls have these values as well. */
static bool add_set(struct psr_profile_site *s, char *words)
{
	struct psr_profile_set x = all_calls;
	unsigned input, n = ntold + 1;
	int64_t value;
	int len;

	if (!s->nclasses || !*words)
		return false;
	for (; *words; words += len) {
		if (sscanf(words, "%u %" SCNd64 " %n", &input, &value, &len) !=
			2 ||
		    input >= PSR_INPUTS)
			return false;
		x.has[input] = true;
		x.value[input] = value;
	}
	if (!ntold++)
		s->nsets--; /* which said what they all have */
	push_set(s, &x);
	for (unsigned i = 1; i <= n; i++)
		s->sets[s->nsets - i].work = x.work / n;
	return true;
}

static bool add_branch(struct psr_profile_site *s, const char *words)
{
	struct psr_profile_branch b;

	if (sscanf(words, "%" SCNu16 " %" SCNu32 " %" SCNu32, &b.branch,
		   &b.taken, &b.not_taken) != 3)
		return false;
	s->branches = grow(s->branches, s->nbranches, sizeof(*s->branches));
	s->branches[s->nbranches++] = b;
	return true;
}

static bool take_quick(struct psr_profile_site *s, const char *words)
{
	unsigned from, to;

	if (sscanf(words, "%u %u", &from, &to) != 2)
		return false;
	s->quick = psr_class_work(from);
	s->pays = psr_class_work(to);
	return true;
}

/* One line of the current site, or the beginning of the next. */
static bool take_line(char *line)
{
	struct psr_profile_site *s = nsites ? &sites[nsites - 1] : NULL;
	char *words = line + strcspn(line, " ");
	uint64_t id;

	if (*words)
		*words++ = 0;
	if (!strcmp(line, "site")) {
		if (sscanf(words, "%" SCNx64, &id) != 1 || (s && id <= s->id))
			return false;
		add_site(id);
		return true;
	}
	if (!s)
		return false;
	if (!strcmp(line, "baseline"))
		s->baseline = true;
	else if (!strcmp(line, "known"))
		s->known = true;
	else if (!strcmp(line, "hot"))
		s->hot = true;
	else if (!strcmp(line, "quick"))
		return take_quick(s, words);
	else if (!strcmp(line, "won"))
		add_names(&s->won, &s->nwon, words);
	else if (!strcmp(line, "lost"))
		add_names(&s->lost, &s->nlost, words);
	else if (!strcmp(line, "class"))
		return add_class(s, words);
	else if (!strcmp(line, "value"))
		return add_value(s, words);
	else if (!strcmp(line, "set"))
		return add_set(s, words);
	else if (!strcmp(line, "branch"))
		return add_branch(s, words);
	return true;
}

static const char *read_lines(const char *text, const char *path)
{
	char *copy = strdup(text), *rest = copy, *line;
	const char *bad = NULL;
	unsigned number = 0;

	if (!copy)
		abort();
	while (!bad && (line = strsep(&rest, "\n"))) {
		if (!rest && !*line)
			break; /* behind the last end of line */
		if (number++ ? take_line(line) : !strcmp(line, HEADER))
			continue;
		snprintf(message, sizeof(message),
			 "psr-profile=%s: line %u is not of a profile", path,
			 number);
		bad = message;
	}
	if (!number && !bad) {
		snprintf(message, sizeof(message), "psr-profile=%s: is empty",
			 path);
		bad = message;
	}
	free(copy);
	return bad;
}

static void forget(void)
{
	free(contents);
	contents = NULL;
	while (nsites) {
		struct psr_profile_site *s = &sites[--nsites];

		while (s->nwon)
			free(s->won[--s->nwon]);
		while (s->nlost)
			free(s->lost[--s->nlost]);
		free(s->won);
		free(s->lost);
		free(s->classes);
		free(s->values);
		free(s->sets);
		free(s->branches);
	}
}

/* The file's contents, to be freed; NULL: errno says why. */
static char *read_file(const char *path)
{
	FILE *f = fopen(path, "re");
	char *all = NULL;
	size_t size = 0;

	if (!f)
		return NULL;
	errno = 0;
	if (getdelim(&all, &size, 0, f) < 0 && !errno && !ferror(f)) {
		free(all);
		all = strdup("");
	}
	if (errno || ferror(f)) {
		free(all);
		all = NULL;
	}
	fclose(f);
	return all;
}

const char *psr_profile_read(const char *path)
{
	char *found;

	forget();
	if (!strcmp(path, NONE))
		return NULL;
	if (!strncmp(path, HEADER "\n", sizeof(HEADER))) {
		found = strdup(path);
		path = "-";
	} else {
		found = read_file(path);
	}
	if (!found) {
		snprintf(message, sizeof(message), "psr-profile=%s: %s", path,
			 strerror(errno));
		return message;
	}
	contents = found;
	return read_lines(contents, path);
}

const char *psr_profile_text(void)
{
	return contents ? contents : NONE;
}

static int by_id(const void *key, const void *site)
{
	uint64_t id = *(const uint64_t *)key;
	const struct psr_profile_site *s = site;

	return id < s->id ? -1 : id > s->id;
}

const struct psr_profile_site *psr_profile_find(uint64_t id)
{
	return nsites ? bsearch(&id, sites, nsites, sizeof(*sites), by_id)
		      : NULL;
}
