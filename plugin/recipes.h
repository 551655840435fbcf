/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* recipes.h - the ways to make a variant: one table. */
#ifndef PSR_RECIPES_H
#define PSR_RECIPES_H

#include "nest.h"

struct psr_recipe;

/*
 * One way to change a nest's code. A recipe is a row of these, which are
 * applied in turn, with one value.
 */
struct psr_transform {
	uint32_t flags; /* enum psr_variant_flags */

	/* Judges the nest where it stands; changes nothing. */
	enum psr_reason (*applies)(const struct psr_recipe *r,
				   const struct psr_nest *nest);
	/*
	 * Changes VARIANT, a copy of the nest as a function: its inputs are
	 * the parameters, it returns true, or at its entry false where what
	 * the change rests on does not hold. A reason: it cannot be changed,
	 * and is thrown away.
	 */
	enum psr_reason (*apply)(const struct psr_recipe *r,
				 struct psr_fam *fam,
				 const struct psr_nest *nest,
				 LLVMValueRef variant);
	/* What to add to the recipe's promise; larger is better. */
	int (*promise)(const struct psr_recipe *r, const struct psr_nest *nest);
	/* Its text over that of a plain vector variant, as measured over the
	 * suite by test/bench/growth. */
	double growth;
};

#define PSR_TRANSFORMS_MAX 4

struct psr_recipe {
	const char *name;
	uint32_t isa;        /* enum psr_isa, cumulative */
	unsigned width;      /* vector bits; 0: no vectors */
	unsigned interleave; /* 0: clang's choice */
	const char *tune;    /* processor to schedule for, or NULL */
	unsigned value;      /* of its transforms: tile size, distance, ... */
	const struct psr_transform
	    *transforms[PSR_TRANSFORMS_MAX]; /* NULL: end */
};

extern const struct psr_recipe psr_recipes[];
extern const unsigned psr_nrecipes;

extern const struct psr_transform psr_counted; /* counted.c */

/* Sets the hint NAME on F's innermost loops, but where it is set already. */
void psr_recipe_hint(struct psr_fam *fam, LLVMValueRef f, const char *name,
		     unsigned value);

/* The index of the recipe named by the N characters at NAME, or -1. */
int psr_recipe_find(const char *name, size_t n);

/*
 * Sets the nest's recipes, best first, and why each other one is left out.
 * More are listed than variants are wanted: some may turn out not to apply.
 */
void psr_recipes_choose(struct psr_nest *nest);

/* Up to which of the nest's recipes, from the first on, any has won, by its
 * profile. */
unsigned psr_recipes_won(const struct psr_nest *nest);

/* Recipes I and K change a nest's code alike: one cannot if the other cannot. */
bool psr_recipes_alike(unsigned i, unsigned k);

/* Makes VARIANT, a copy of the nest, what recipe I says; or why it cannot. */
enum psr_reason psr_recipe_apply(unsigned i, struct psr_fam *fam,
				 const struct psr_nest *nest,
				 LLVMValueRef variant);

/* Recipe I's text over that of a plain vector variant, about. */
double psr_recipe_growth(unsigned i);

/* enum psr_variant_flags of its variants. */
uint32_t psr_recipe_flags(const struct psr_recipe *r);

/* What the recipe needs beyond what F's own flags imply. */
uint32_t psr_recipe_isa(const struct psr_recipe *r, LLVMValueRef f);

#endif
