/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* small.h - an inline copy for small calls whose inputs are constant. */
#ifndef PSR_SMALL_H
#define PSR_SMALL_H

#include "nest.h"

/* The profile knows many small calls of the nest with constant inputs. */
bool psr_small_wanted(const struct psr_nest *nest);

/* How many instructions the copy may have, at most. */
double psr_small_cost(const struct psr_nest *nest);

/*
 * Puts the copy in front of the nest, whose inputs are numbered, behind a test.
 * True: the function has changed, and with it what is known of its loops.
 */
bool psr_small_make(struct psr_fam *fam, struct psr_nest *nest);

#endif
