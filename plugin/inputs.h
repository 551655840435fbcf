/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* inputs.h - the numbered inputs and branches of a nest. */
#ifndef PSR_INPUTS_H
#define PSR_INPUTS_H

#include "nest.h"

/*
 * Numbers the nest's integer inputs (nest->inputs) and, by metadata that
 * copies keep, its conditional branches, both in the order of its code: the
 * same in every build of the same nest.
 */
void psr_inputs_number(struct psr_nest *nest);

/*
 * Gives the branches the weights that the profile knows, where they have none;
 * not those in an innermost loop that may be vectorised.
 */
void psr_inputs_weigh(struct psr_fam *fam, const struct psr_nest *nest);

/* The constant that a profile means by VALUE: flags are 0 or 1. */
LLVMValueRef psr_inputs_constant(LLVMTypeRef type, int64_t value);

/* Notes which parameter of the function that CALL calls each input became. */
void psr_inputs_locate(struct psr_nest *nest, LLVMValueRef call, size_t n);

/* The number of I, a conditional branch; -1: it has none. */
int psr_inputs_branch(LLVMValueRef i);

/* Takes the branches' numbers out of all of M. */
void psr_inputs_forget(LLVMModuleRef m);

#endif
