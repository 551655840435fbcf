/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* place.h - what has no sites stays where clang would have it. */
#ifndef PSR_PLACE_H
#define PSR_PLACE_H

#include "llvm_ext.h"

/*
 * Where all goes that clang would not have made. Linkers put a section that
 * they do not know behind those they do.
 */
#define PSR_TEXT_SECTION ".psr_text"

/* Puts a copy of F, as it is, in front of it, if F could leave its place. */
void psr_place_hold(struct psr_fam *fam, LLVMValueRef f);

/* F is such a copy. */
bool psr_place_is_held(LLVMValueRef f);

/*
 * F, of which IN_LOOPS instructions are in sites, is mostly other code, and is
 * not to leave its place for that. Nor are its loops to be aligned: that would
 * align all of the section.
 */
bool psr_place_stays(LLVMValueRef f, size_t in_loops);

/* F has changed: leaves room so that what is behind it is not moved. */
void psr_place_settle(LLVMValueRef f, bool stays);

/* Deletes the copies of functions of M that stay. */
void psr_place_drop(struct psr_fam *fam, LLVMModuleRef m);

#endif
