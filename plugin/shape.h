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

/*
 * The nest is one of loops in loops, without calls, that all run a number of
 * times known on entry, and moves through memory by constant steps: what
 * reorders loops may gain whether or not they can be vectorised.
 */
bool psr_shape_is_regular(struct psr_fam *fam, const struct psr_nest *nest);

/* The user says how L is to be unrolled. */
bool psr_shape_has_unroll(psr_loop l);

#endif
