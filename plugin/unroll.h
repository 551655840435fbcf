/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* unroll.h - several iterations at once. */
#ifndef PSR_UNROLL_H
#define PSR_UNROLL_H

#include "recipes.h"

/* Innermost loops unrolled by the recipe's value. */
extern const struct psr_transform psr_unroll;
/* Innermost loops that end sometime, soon or late, not unrolled at all. */
extern const struct psr_transform psr_rolled;
/* The loops around innermost ones too, and the copies within run together. */
extern const struct psr_transform psr_jam;
/* Innermost loops of few, known iterations written out, so that the loop around
 * them can be vectorised. */
extern const struct psr_transform psr_flat;

#endif
