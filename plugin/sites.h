/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* sites.h - finds the nests of a function and judges whether they are sites. */
#ifndef PSR_SITES_H
#define PSR_SITES_H

#include "nest.h"

/*
 * Appends F's nests, judged. MODULE_REASON, if any, is every nest's reason.
 * ANNOTATED: F is marked __attribute__((annotate("psr"))).
 * -ENOMEM: nothing was appended.
 */
int psr_sites_find(struct psr_fam *fam, LLVMValueRef f,
		   enum psr_reason module_reason, bool annotated,
		   struct psr_nests *out);

/* All but the first N go. */
void psr_sites_cut(struct psr_nests *nests, size_t n);
void psr_sites_free(struct psr_nests *nests);

#endif
