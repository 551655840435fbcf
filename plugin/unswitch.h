/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* unswitch.h - the test for small work, once for a loop around the nest. */
#ifndef PSR_UNSWITCH_H
#define PSR_UNSWITCH_H

#include "nest.h"

/*
 * The loop right around NEST, one of the N of its function from FIRST on, that
 * may be copied: the nest's work is known in front of it, it is small, and
 * there is no other site in it. Else NULL.
 */
psr_loop psr_unswitch_loop(struct psr_fam *fam, const struct psr_nest *nest,
			   const struct psr_nest *first, size_t n);

/*
 * Copies LOOP, so found and in LCSSA form, for calls of so little work that
 * they would not be dispatched; the branch to the copy or to LOOP is
 * nest->around then. What is known of the function's loops no longer holds.
 */
void psr_unswitch_make(struct psr_nest *nest, psr_loop loop);

#endif
