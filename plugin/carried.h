/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* carried.h - are a loop's iterations independent in what they touch? */
#ifndef PSR_CARRIED_H
#define PSR_CARRIED_H

#include "llvm_ext.h"
#include "reasons.h"

/*
 * Emits, at F's entry, on what it depends that no iteration of L, F's only
 * outermost loop, touches what another one writes: *CONDITION, i1, given that
 * L runs for at least one. The slots of F's results are left out.
 *
 * A reason: iterations meet, or may; nothing has been emitted. Where it is
 * PSR_REASON_MEET, pointers are not known to lead to different objects: once
 * they are noalias, ask again.
 */
enum psr_reason psr_carried_emit(struct psr_fam *fam, LLVMValueRef f,
				 psr_loop l, LLVMValueRef *condition);

#endif
