/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* sampled.h - what samples count of functions' blocks, for the next build. */
#ifndef PSR_SAMPLED_H
#define PSR_SAMPLED_H

#include "psr/store.h"

struct psr_text;

/*
 * Appends to OUT, as clang's -fprofile-sample-use reads it, how often the
 * blocks of the functions in the N source files with the base names FILES ran.
 * The same knowledge gives the same text; nothing, where nothing is known.
 */
PSR_MUST_CHECK int psr_sampled_write(struct psr_store *store,
                                     const char *const *files, size_t n,
                                     struct psr_text *out, struct psr_err *err);

#endif
