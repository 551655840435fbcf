/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* noalias.h - a nest whose pointers lead to memory apart. */
#ifndef PSR_NOALIAS_H
#define PSR_NOALIAS_H

#include "recipes.h"

/*
 * What NEST, a loop's, writes starts at one place of an object and something
 * else that it touches at another, as do rows of one matrix: with all that the
 * nest goes through of it, they may well meet.
 */
bool psr_noalias_is_one(const struct psr_nest *nest);

extern const struct psr_transform psr_noalias;
/* Tries the same for what follows in the row, which asks what is known then. */
extern const struct psr_transform psr_apart;

#endif
