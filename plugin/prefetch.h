/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* prefetch.h - what an index leads to, asked for some iterations ahead. */
#ifndef PSR_PREFETCH_H
#define PSR_PREFETCH_H

#include "recipes.h"

/* Some address of NEST comes of an index, or of a pointer, that it loads. */
bool psr_prefetch_judge(const struct psr_nest *nest);

extern const struct psr_transform psr_prefetch;

#endif
