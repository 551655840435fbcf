/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* counted.h - what counted variants told, until it is saved. Pure functions. */
#ifndef PSR_COUNTED_H
#define PSR_COUNTED_H

#include <stdint.h>

#include "psr/store.h"

/* The values of one site's inputs, at one size class. All 0: none yet. */
struct psr_counts {
	uint64_t counted; /* calls that told them */
	struct {
		int64_t value;
		uint64_t n; /* 0: the place is free */
	} values[PSR_INPUTS][PSR_VALUES];
};

/* Which way one site's branches went. */
struct psr_branch_counts {
	uint32_t n;
	uint32_t generation; /* of psr_sites_forked */
	uint64_t taken[PSR_BRANCHES], not_taken[PSR_BRANCHES];
};

/* One call's N values, by input. */
void psr_counts_add(struct psr_counts *c, uint32_t n, const uint64_t *values);

/* Moves what C has to OUT; adds it to C again. */
void psr_counts_take(struct psr_counts *c, struct psr_site_count *out);
void psr_counts_return(struct psr_counts *c, const struct psr_site_count *from);

/* COUNTS has taken and not taken of each of N / 2 branches. */
void psr_branches_add(struct psr_branch_counts *b, uint32_t n,
		      const uint64_t *counts);

#endif
