/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* interchange.h - the inner loop outside, for blocks of the outer one. */
#ifndef PSR_INTERCHANGE_H
#define PSR_INTERCHANGE_H

#include "recipes.h"

/* Blocks of the recipe's value. */
extern const struct psr_transform psr_interchange;

#endif
