/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* shape.h - the static shape of a nest, and whether it promises a gain. */
#ifndef PSR_SHAPE_H
#define PSR_SHAPE_H

#include "nest.h"

/*
 * Adds loop L, at DEPTH (from 1), and what is within to the nest's features
 * and hints. Returns why none of its innermost loops can gain, or
 * PSR_REASON_NONE if one can.
 */
enum psr_reason psr_shape_judge(struct psr_fam *fam, struct psr_nest *nest,
				psr_loop l, unsigned depth);

#endif
