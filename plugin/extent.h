/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* extent.h - the memory that a variant touches, as values at its entry. */
#ifndef PSR_EXTENT_H
#define PSR_EXTENT_H

#include "llvm_ext.h"
#include "reasons.h"

#define PSR_EXTENTS_MAX 8

/* What is touched by way of one pointer, over the variant's whole run. */
struct psr_extent {
	LLVMValueRef base; /* a parameter or a global */
	bool read, written;
	LLVMValueRef low, high; /* i64: the addresses [low, high) */
};

struct psr_extents {
	struct psr_extent at[PSR_EXTENTS_MAX];
	unsigned n;
	/* i1: the addresses hold. Where it is false nothing is known. */
	LLVMValueRef valid;
};

/*
 * Emits F's extents at its entry. The slots of a nest's results, parameters
 * that are only written, are left out. A reason: some access is not affine,
 * or there are too many pointers; the code at the entry is unused then.
 */
enum psr_reason psr_extents_find(struct psr_fam *fam, LLVMValueRef f,
				 struct psr_extents *out);

/* The same of what F writes alone, whatever it reads. */
enum psr_reason psr_extents_find_written(struct psr_fam *fam, LLVMValueRef f,
					 struct psr_extents *out);

/* i1 at F's entry: A and B have no byte in common. */
LLVMValueRef psr_extents_apart(LLVMValueRef f, const struct psr_extent *a,
			       const struct psr_extent *b);

/* V is the slot of one of the nest's results, a parameter only written to. */
bool psr_extent_is_slot(LLVMValueRef v);

#define PSR_TERMS_MAX 32

/* Of what addresses are sums. */
struct psr_terms {
	psr_scev trips[PSR_TERMS_MAX], steps[PSR_TERMS_MAX];
	unsigned ntrips, nsteps;
};

/* False: there is no room. */
bool psr_terms_add(struct psr_terms *t, const struct psr_span *span);

/*
 * i1 at F's entry: no trip count and no step is so large that a sum of their
 * products wraps; and that OFFSET, besides ALL, is not. See extent.c.
 */
LLVMValueRef psr_terms_valid(struct psr_fam *fam, LLVMValueRef f,
			     const struct psr_terms *t);
LLVMValueRef psr_offset_valid(LLVMValueRef f, LLVMValueRef all,
			      LLVMValueRef offset);

/* E's value at F's entry. */
LLVMValueRef psr_guard_expand(struct psr_fam *fam, LLVMValueRef f, psr_scev e);

/* F returns false at its entry where CONDITION (i1, there) does not hold. */
void psr_guard_require(LLVMValueRef f, LLVMValueRef condition);

/* X && Y; a constant where one of them is false. */
LLVMValueRef psr_guard_both(LLVMBuilderRef b, LLVMValueRef x, LLVMValueRef y);
bool psr_guard_fails(LLVMValueRef condition); /* always */

/* A builder in front of the end of F's entry; the caller disposes of it. */
LLVMBuilderRef psr_guard_builder(LLVMValueRef f);

#endif
