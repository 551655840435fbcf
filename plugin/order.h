/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* order.h - may iterations of a loop be run side by side? */
#ifndef PSR_ORDER_H
#define PSR_ORDER_H

#include "llvm_ext.h"
#include "reasons.h"

/*
 * Whether the iterations of OUTER may run side by side: INNER, its only loop,
 * once for all of them, each of its iterations for each of OUTER's in their
 * order. What that rests on is and-ed to *GUARD, an i1 at F's entry.
 */
enum psr_reason psr_order_jam(struct psr_fam *fam, LLVMValueRef f,
			      psr_loop outer, psr_loop inner,
			      LLVMValueRef *guard);

#endif
