/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* pin.h - nests that read again and again what only seems to change. */
#ifndef PSR_PIN_H
#define PSR_PIN_H

#include "nest.h"

#define PSR_PINS_MAX 16

/* Nests of one function that have another version now. */
struct psr_pins {
	LLVMValueRef branches[PSR_PINS_MAX]; /* to it, or as it was */
	unsigned n;
};

/*
 * Gives another version to nests among NESTS, of F, that are no sites for what
 * they read again; of LEFT instructions at most, which it takes them from. True:
 * it was tried at least, and what was known of F's loops is forgotten.
 */
bool psr_pins_make(struct psr_fam *fam, LLVMValueRef f,
		   const struct psr_nest *nests, size_t n, double *left,
		   struct psr_pins *out);

/* Takes those versions away that have no site among NESTS; true: some. */
bool psr_pins_drop(struct psr_fam *fam, LLVMValueRef f,
		   const struct psr_nest *nests, size_t n,
		   const struct psr_pins *pins);

/* L is the version in which all is read again; or of the other one. */
bool psr_pins_is_other(psr_loop l);
bool psr_pins_has(psr_loop l);

#endif
