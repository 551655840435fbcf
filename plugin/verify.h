/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* verify.h - variants that check themselves against the baseline. */
#ifndef PSR_PLUGIN_VERIFY_H
#define PSR_PLUGIN_VERIFY_H

#include "nest.h"

/*
 * The function that calls VARIANT, made by the recipe NAME, and then BASELINE,
 * the nest's code as a function, and compares what they do; to be called in
 * VARIANT's place. CALL is a call of either, whose first NINPUTS operands are
 * inputs, the others slots of results. NULL, with the reason noted in the
 * nest: it is not known what the nest writes.
 */
LLVMValueRef psr_verify_wrap(struct psr_fam *fam, struct psr_nest *nest,
			     LLVMValueRef baseline, LLVMValueRef variant,
			     const char *name, LLVMValueRef call,
			     size_t ninputs);

#endif
