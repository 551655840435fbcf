/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* profile.h - what the database knows of sites, for the next build. */
#ifndef PSR_PROFILE_H
#define PSR_PROFILE_H

#include "psr/store.h"

struct psr_text;

/*
 * Appends to OUT, in the format of profiles/PROFILE.md, what STORE knows of the
 * sites in source files with the base names FILES (N is 0: of all sites). The
 * same knowledge gives the same text. *NSITES is how many sites it has.
 */
PSR_MUST_CHECK int psr_profile_write(struct psr_store *store,
                                     const char *const *files, size_t n,
                                     struct psr_text *out, size_t *nsites,
                                     struct psr_err *err);

#endif
