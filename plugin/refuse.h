/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* refuse.h - what must be left alone, and why. */
#ifndef PSR_REFUSE_H
#define PSR_REFUSE_H

#include "nest.h"

/* Each returns PSR_REASON_NONE where nothing speaks against it. */
enum psr_reason psr_refuse_module(LLVMModuleRef m);
enum psr_reason psr_refuse_function(LLVMValueRef f);

/* F's arguments and result could not be forwarded to a variant. */
enum psr_reason psr_refuse_convention(LLVMValueRef f);

/* What B, of F, contains; IN_NEST: as part of an outlined nest. */
enum psr_reason psr_refuse_block(struct psr_fam *fam, LLVMValueRef f,
				 LLVMBasicBlockRef b, bool in_nest);

#endif
