/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* order.h - may iterations of a loop be run side by side? */
#ifndef PSR_ORDER_H
#define PSR_ORDER_H

#include "llvm_ext.h"
#include "reasons.h"

#define PSR_ORDER_LOOPS 3

/*
 * Moves out of F's loops what stands in the way: stores of sums, tests whether
 * an inner loop runs at all, stores that nothing reads.
 */
void psr_order_prepare(struct psr_fam *fam, LLVMValueRef f);

/* Drops stores to a place that a later round, run at once now, stores to. */
void psr_order_finish(struct psr_fam *fam, LLVMValueRef f);

/*
 * Whether the iterations of OUTER may run side by side: each of the N loops
 * within, INNER, once for all of them, each of its iterations for each of
 * OUTER's in their order. What that rests on is and-ed to *GUARD, an i1 in front
 * of END.
 */
enum psr_reason psr_order_jam(struct psr_fam *fam, LLVMValueRef f,
			      psr_loop outer, const psr_loop *inner, unsigned n,
			      LLVMValueRef end, LLVMValueRef *guard);

#endif
