/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* variants.h - makes the variants' code. */
#ifndef PSR_VARIANTS_H
#define PSR_VARIANTS_H

#include "nest.h"

struct psr_made {
	LLVMBasicBlockRef before; /* enters the original until dispatched */
	LLVMBasicBlockRef original;
	LLVMBasicBlockRef variant; /* leads to the call */
	LLVMBasicBlockRef exit;    /* after both; NULL: variant returns */
	LLVMValueRef call;         /* of a variant; its callee is free */
	unsigned n;
	unsigned recipes[PSR_RECIPES_MAX];
	LLVMValueRef functions[PSR_RECIPES_MAX];
};

/*
 * Makes one function for each of the nest's recipes, and notes why a recipe
 * was left out. A variant of a nest returns i1: false says that its guard has
 * failed and that nothing was done. False when there is no variant, for the
 * reason noted in the nest; the code behaves as before then.
 */
bool psr_variants_make(struct psr_fam *fam, struct psr_nest *nest,
		       struct psr_made *out);

#endif
