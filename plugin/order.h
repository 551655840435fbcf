/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* order.h - may iterations of a loop be run side by side? */
#ifndef PSR_ORDER_H
#define PSR_ORDER_H

#include "llvm_ext.h"
#include "reasons.h"

#define PSR_ORDER_LOOPS 3

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
