/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* work.h - how much work one call of a site does: its trip counts' product. */
#ifndef PSR_WORK_H
#define PSR_WORK_H

#include "nest.h"

/* Cost that computing a trip count may have, in LLVM's basic instructions. */
#define PSR_OUTER_BUDGET 16
#define PSR_INNER_BUDGET 8

/*
 * Emits the nest's work in front of it, or in front of AROUND, a loop around
 * it, if that is given; sets nest->work, and nest->trip if that is told apart.
 * The work of a loop nest without AROUND may still have to be bounded.
 */
void psr_work_emit(struct psr_fam *fam, struct psr_nest *nest, psr_loop around);

/* The nest's work, at most 2 ^ 62. */
LLVMValueRef psr_work_bounded(LLVMBuilderRef b, const struct psr_nest *nest);

/* Every trip count is a constant, and the work below nest->min_work. */
bool psr_work_is_small(struct psr_fam *fam, struct psr_nest *nest);

/* L and loops in it whose trip count is known at AT, in front of the nest. */
unsigned psr_work_known_trips(struct psr_fam *fam, const struct psr_nest *nest,
			      psr_loop l, LLVMValueRef at, unsigned budget);

#endif
