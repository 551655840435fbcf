/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* noalias.h - a nest whose pointers lead to memory apart. */
#ifndef PSR_NOALIAS_H
#define PSR_NOALIAS_H

#include "recipes.h"

extern const struct psr_transform psr_noalias;
/* Tries the same for what follows in the row, which asks what is known then. */
extern const struct psr_transform psr_apart;

#endif
