/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* parallel.h - a nest whose outermost loop runs on several threads. */
#ifndef PSR_PARALLEL_H
#define PSR_PARALLEL_H

#include "recipes.h"

extern const struct psr_transform psr_parallel;

#endif
