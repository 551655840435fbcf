/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* dispatch.h - the site's table, descriptor and choice (see psr/site.h). */
#ifndef PSR_DISPATCH_H
#define PSR_DISPATCH_H

#include "variants.h"

void psr_dispatch_emit(const struct psr_nest *nest, const struct psr_made *made,
		       enum psr_phase phase);

#endif
