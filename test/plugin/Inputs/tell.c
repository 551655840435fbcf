/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A stand-in for the stub that has every call counted, and at exit writes the
 * profile of it to $PSR_TEST_PROFILE: the latest values of each size are its
 * constants, which hold for some calls and fail for others. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "psr/site.h"

#define SITES  1024
#define INPUTS 12

struct told {
	const struct psr_site *site;
	unsigned size_class; /* of the latest call */
	bool met[PSR_CLASSES];
	uint32_t n[PSR_CLASSES];
	uint64_t values[PSR_CLASSES][INPUTS];
	uint32_t nbranches;
	uint64_t branches[64][2];
};

static struct told *told[SITES];

static struct told *find(const struct psr_site *site)
{
	for (unsigned i = 0; i < SITES; i++) {
		if (!told[i]) {
			told[i] = calloc(1, sizeof(*told[i]));
			told[i]->site = site;
		}
		if (told[i]->site == site)
			return told[i];
	}
	abort();
}

struct psr_entry __psr_enter_at(const struct psr_site *site, uint64_t size,
				int64_t *tick)
{
	struct psr_entry e = {0, 0};
	struct told *t = find(site);

	*tick = -1; /* every call is a sample */
	t->size_class = psr_size_class(size);
	for (unsigned i = 0; i < site->nvariants; i++)
		if (psr_site_variants(site)[i].flags & PSR_VARIANT_COUNTED)
			e.code = psr_variant_entry(site,
						   &psr_site_variants(site)[i]);
	return e;
}

bool __psr_values(const struct psr_site *site, uint32_t n,
		  const uint64_t *values)
{
	struct told *t = find(site);

	t->met[t->size_class] = true;
	t->n[t->size_class] = n;
	memcpy(t->values[t->size_class], values, n * sizeof(*values));
	return true;
}

void __psr_counts(const struct psr_site *site, uint32_t n,
		  const uint64_t *counts)
{
	struct told *t = find(site);

	t->nbranches = n / 2;
	for (uint32_t i = 0; i < n; i++)
		t->branches[i / 2][i % 2] += counts[i];
}

void __psr_leave(const struct psr_site *site, uint64_t size, int64_t code,
		 uint64_t start)
{
	(void)site;
	(void)size;
	(void)code;
	(void)start;
}

static int by_id(const void *a, const void *b)
{
	uint64_t x = (*(struct told *const *)a)->site->id;
	uint64_t y = (*(struct told *const *)b)->site->id;

	return x < y ? -1 : x > y;
}

static void write_site(FILE *f, const struct told *t)
{
	fprintf(f, "site %016" PRIx64 "\nknown\n", t->site->id);
	for (unsigned c = 0; c < PSR_CLASSES; c++) {
		if (!t->met[c])
			continue;
		/* The latest size has nearly all of the work. */
		fprintf(f, "class %u %u\n", c, c == t->size_class ? 60 : 30);
		for (uint32_t i = 0; i < t->n[c]; i++)
			fprintf(f, "value %u %" PRId64 "\n", i,
				(int64_t)t->values[c][i]);
	}
	for (uint32_t i = 0; i < t->nbranches; i++)
		if (t->branches[i][0] + t->branches[i][1])
			fprintf(f, "branch %u %" PRIu64 " %" PRIu64 "\n", i,
				t->branches[i][0], t->branches[i][1]);
}

__attribute__((destructor)) static void report(void)
{
	const char *path = getenv("PSR_TEST_PROFILE");
	FILE *f = path ? fopen(path, "w") : NULL;
	unsigned n = 0;

	if (!f)
		return;
	while (n < SITES && told[n])
		n++;
	qsort(told, n, sizeof(*told), by_id);
	fputs("psr-profile 1\n", f);
	for (unsigned i = 0; i < n; i++)
		if (!i || told[i]->site->id != told[i - 1]->site->id)
			write_site(f, told[i]);
	fclose(f);
}
