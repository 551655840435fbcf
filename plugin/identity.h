/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* identity.h - a site's identity: stable across rebuilds and line shifts. */
#ifndef PSR_IDENTITY_H
#define PSR_IDENTITY_H

#include "nest.h"

/*
 * Sets nest->id from the nest's normalised IR, its function's name and its
 * file's base name; a twin among the earlier nests of ALL gets an ordinal.
 */
void psr_identity_set(const struct psr_nests *all, struct psr_nest *nest);

#endif
