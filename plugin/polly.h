/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* polly.h - nests reordered for locality by LLVM's polyhedral optimiser. */
#ifndef PSR_POLLY_H
#define PSR_POLLY_H

#include "recipes.h"

/* Tiles of the recipe's value. */
extern const struct psr_transform psr_polly;

#endif
