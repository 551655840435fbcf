/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* small.h - inline copies for small calls whose inputs are constant. */
#ifndef PSR_SMALL_H
#define PSR_SMALL_H

#include "nest.h"

/*
 * For how many sizes the profile knows many small calls of the nest, with
 * constant inputs.
 */
unsigned psr_small_wanted(const struct psr_nest *nest);

/* How many instructions nest->nsmall copies may have; 0 for none. */
double psr_small_cost(const struct psr_nest *nest);

/*
 * Puts nest->nsmall copies in front of the nest, whose inputs are numbered,
 * behind tests: those for the sizes with the most work.
 * True: the function has changed, and with it what is known of its loops.
 */
bool psr_small_make(struct psr_fam *fam, struct psr_nest *nest);

#endif
