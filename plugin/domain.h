/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* domain.h - square roots that may set errno. */
#ifndef PSR_DOMAIN_H
#define PSR_DOMAIN_H

#include "llvm_ext.h"

/*
 * Has calls of sqrt() in F's loops, to whoever asks LLVM, touch no memory, so
 * that loops with them may be sites. Such of which errno is all that they touch,
 * and nothing else in their loops touches that. Copies of them are hidden, too.
 */
void psr_domain_hide(struct psr_fam *fam, LLVMValueRef f);

/* Undoes that in F; what was known of F is forgotten. */
void psr_domain_show(struct psr_fam *fam, LLVMValueRef f);

/*
 * F, made of a nest's copy, keeps in mind whether a hidden call's argument was
 * less than zero, and sets errno when it returns; none is hidden afterwards.
 */
void psr_domain_tell(struct psr_fam *fam, LLVMValueRef f);

#endif
