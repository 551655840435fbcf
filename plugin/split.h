/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* split.h - a loop's iterations within borders apart from those at them. */
#ifndef PSR_SPLIT_H
#define PSR_SPLIT_H

#include "recipes.h"

/* Some innermost loop of NEST asks in each iteration whether it is within. */
bool psr_split_judge(struct psr_fam *fam, const struct psr_nest *nest);

extern const struct psr_transform psr_split;

#endif
