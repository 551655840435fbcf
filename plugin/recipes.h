/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* recipes.h - the ways to make a variant: one table. */
#ifndef PSR_RECIPES_H
#define PSR_RECIPES_H

#include "nest.h"

struct psr_recipe {
	const char *name;
	uint32_t isa;        /* enum psr_isa, cumulative */
	unsigned width;      /* vector bits; 0: no vectors */
	unsigned interleave; /* 0: clang's choice */
	const char *tune;    /* processor to schedule for, or NULL */
	enum psr_reason (*applies)(const struct psr_recipe *r,
				   const struct psr_nest *nest);
	void (*apply)(const struct psr_recipe *r, struct psr_fam *fam,
		      LLVMValueRef variant);
	int (*promise)(const struct psr_recipe *r, const struct psr_nest *nest);
};

extern const struct psr_recipe psr_recipes[];
extern const unsigned psr_nrecipes;

/* The index of the recipe named by the N characters at NAME, or -1. */
int psr_recipe_find(const char *name, size_t n);

/* Sets the nest's recipes, best first, and why each other one is left out. */
void psr_recipes_choose(struct psr_nest *nest);

/* What the recipe needs beyond what F's own flags imply. */
uint32_t psr_recipe_isa(const struct psr_recipe *r, LLVMValueRef f);

#endif
