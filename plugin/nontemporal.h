/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* nontemporal.h - stores that go around the caches. */
#ifndef PSR_NONTEMPORAL_H
#define PSR_NONTEMPORAL_H

#include "recipes.h"

extern const struct psr_transform psr_nontemporal;

#endif
