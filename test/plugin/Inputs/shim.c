/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A stand-in for the stub: every call of every site runs variant number
 * $PSR_TEST_VARIANT (counted from 0) where it exists, else the baseline, and
 * every call is timed. At exit it says how many calls ran a variant. */
#include <stdio.h>
#include <stdlib.h>

#include "psr/site.h"

static long entered, left, varied;
static int last; /* variant of any site */

static int runs_here(uint32_t isa)
{
	if ((isa & PSR_ISA_V4) && !__builtin_cpu_supports("x86-64-v4"))
		return 0;
	return !(isa & PSR_ISA_V3) || __builtin_cpu_supports("x86-64-v3");
}

__attribute__((destructor)) static void report(void)
{
	const char *path = getenv("PSR_TEST_REPORT");
	FILE *f = path ? fopen(path, "w") : NULL;

	if (!f)
		return;
	fprintf(f, "entered=%ld left=%ld varied=%ld last=%d\n", entered, left,
		varied, last);
	fclose(f);
}

struct psr_entry __psr_enter_at(const struct psr_site *site, uint64_t work,
				int64_t *tick)
{
	const char *which = getenv("PSR_TEST_VARIANT");
	int i = which ? atoi(which) : -1;
	struct psr_entry e = {0, 1};

	(void)work;
	__atomic_add_fetch(&entered, 1, __ATOMIC_RELAXED);
	*tick = -1; /* every call is a sample */
	if (last < site->nvariants - 1)
		last = site->nvariants - 1;
	if (i < 0 || i >= site->nvariants ||
	    !runs_here(psr_site_variants(site)[i].isa))
		return e;
	e.code = psr_variant_entry(site, &psr_site_variants(site)[i]);
	__atomic_add_fetch(&varied, 1, __ATOMIC_RELAXED);
	return e;
}

/* The counted variant does the whole nest's work. */
bool __psr_values(const struct psr_site *site, uint32_t n,
		  const uint64_t *values)
{
	(void)site;
	(void)n;
	(void)values;
	return true;
}

void __psr_counts(const struct psr_site *site, uint32_t n,
		  const uint64_t *counts)
{
	(void)site;
	(void)n;
	(void)counts;
}

void __psr_leave(const struct psr_site *site, uint64_t work, int64_t code,
		 uint64_t start)
{
	(void)site;
	(void)work;
	(void)code;
	(void)start;
	__atomic_add_fetch(&left, 1, __ATOMIC_RELAXED);
}
