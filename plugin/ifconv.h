/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* ifconv.h - reads without the condition in front of them. */
#ifndef PSR_IFCONV_H
#define PSR_IFCONV_H

#include "recipes.h"

/*
 * Some innermost loop of NEST reads under a condition what lies between what
 * each of its iterations reads.
 */
bool psr_ifconv_judge(struct psr_fam *fam, const struct psr_nest *nest);

extern const struct psr_transform psr_ifconv;

#endif
