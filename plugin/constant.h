/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* constant.h - inputs that the profile knows as constants, and strides of 1. */
#ifndef PSR_CONSTANT_H
#define PSR_CONSTANT_H

#include "recipes.h"

extern const struct psr_transform psr_constant; /* what the profile says */
extern const struct psr_transform psr_case;     /* one of several sets */
extern const struct psr_transform psr_stride; /* strides of 1, by themselves */

/* Input I in calls that are dispatched; false: not constant. */
bool psr_constant_of(const struct psr_nest *nest, unsigned i, int64_t *value);

/* Some input is constant in calls that are dispatched. */
bool psr_constant_any(const struct psr_nest *nest);

/* Calls of some size that are dispatched have small values of their own. */
bool psr_constant_cases(const struct psr_nest *nest);

/* Finds the inputs, numbered already, that are strides of inner loops. */
void psr_constant_strides(struct psr_fam *fam, struct psr_nest *nest);

#endif
