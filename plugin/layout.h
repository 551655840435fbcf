/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* layout.h - a nest that works on packed copies of strided memory. */
#ifndef PSR_LAYOUT_H
#define PSR_LAYOUT_H

#include "recipes.h"

extern const struct psr_transform psr_layout;

/* Sets nest->layout: why there is no memory that packing may pay for. */
void psr_layout_judge(struct psr_fam *fam, struct psr_nest *nest);

#endif
