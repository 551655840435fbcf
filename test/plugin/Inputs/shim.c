/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A stand-in for the stub: every call of every site runs variant number
 * $PSR_TEST_VARIANT (counted from 0) where it exists, else the baseline, and
 * every call is timed. What runs in parallel does its last iterations first,
 * one, two, ... at a time. At exit it says how many calls ran a variant. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "psr/site.h"

static long entered, left, varied, packed, shared;
static int last; /* variant of any site */

#if defined(__aarch64__)
#include <sys/auxv.h>

static int runs_here(uint32_t isa)
{
	if ((isa & PSR_ISA_SVE2) && !(getauxval(AT_HWCAP2) >> 1 & 1))
		return 0;
	return !(isa & PSR_ISA_SVE) || getauxval(AT_HWCAP) >> 22 & 1;
}

#else

static int runs_here(uint32_t isa)
{
	if ((isa & PSR_ISA_V4) && !__builtin_cpu_supports("x86-64-v4"))
		return 0;
	return !(isa & PSR_ISA_V3) || __builtin_cpu_supports("x86-64-v3");
}

#endif

__attribute__((destructor)) static void report(void)
{
	const char *path = getenv("PSR_TEST_REPORT");
	FILE *f = path ? fopen(path, "w") : NULL;

	if (!f)
		return;
	fprintf(f, "entered=%ld left=%ld varied=%ld packed=%ld shared=%ld last=%d\n",
		entered, left, varied, packed, shared, last);
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

int __psr_parallel(psr_range_fn *range, void *context, int64_t trips)
{
	for (int64_t size = 1; trips > 0; size++) {
		int64_t first = trips > size ? trips - size : 0;

		range(context, first, trips);
		trips = first;
	}
	__atomic_add_fetch(&shared, 1, __ATOMIC_RELAXED);
	return 1;
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

/*
 * Full of what no program expects, and with nothing behind it: whoever reads
 * or writes further is found out. None if $PSR_TEST_SCRATCH is "none".
 */
static struct {
	char *pages;
	size_t size;
} scratch[16];

void *__psr_scratch(uint64_t bytes)
{
	const char *how = getenv("PSR_TEST_SCRATCH");
	size_t usable = (bytes + 4095) & ~(size_t)4095, i = 0;

	if (how && !strcmp(how, "none"))
		return NULL;
	packed++;
	while (i < 15 && scratch[i].pages)
		i++;
	scratch[i].size = usable + 4096;
	scratch[i].pages = mmap(NULL, usable + 4096, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (scratch[i].pages == MAP_FAILED)
		abort();
	mprotect(scratch[i].pages + usable, 4096, PROT_NONE);
	memset(scratch[i].pages, 0xa5, usable);
	return scratch[i].pages + usable - ((bytes + 63) & ~(uint64_t)63);
}

void __psr_scratch_done(void *block)
{
	for (size_t i = 0; i < 16; i++)
		if (scratch[i].pages && (char *)block >= scratch[i].pages &&
		    (char *)block < scratch[i].pages + scratch[i].size) {
			munmap(scratch[i].pages, scratch[i].size);
			scratch[i].pages = NULL;
			return;
		}
	abort(); /* it was none of ours */
}
