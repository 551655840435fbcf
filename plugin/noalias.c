/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * noalias.c - one test at the entry tells that what the nest writes overlaps
 * nothing else that it touches; within, its pointers are `noalias`.
 *
 * The vectorizer tests the same, but in each innermost loop anew, only where
 * it knows the bounds there, and nothing else profits: with one test outside,
 * sums stay in registers over a whole loop, and loads move out of it.
 *
 * Legal: `noalias` on a parameter says that what is reached through it, and
 * modified by anyone during the call, is reached through it alone. Every
 * access of the variant belongs to one extent (extent.c), each with its own
 * parameter or global; two extents of which one is written are apart, or known
 * to be by their own attributes. Extents that are only read may overlap.
 */
#include "noalias.h"

#include <string.h>

#include "extent.h"

#define PROMISE_FLAT 0 /* the vectorizer's own test serves one loop */
#define PROMISE_DEEP 6
#define STARTS_MAX   16

static bool is_noalias(LLVMValueRef v)
{
	unsigned kind = LLVMGetEnumAttributeKindForName("noalias", 7);
	LLVMValueRef f;

	if (!LLVMIsAArgument(v))
		return false;
	f = LLVMGetParamParent(v);
	for (unsigned i = 0; i < LLVMCountParams(f); i++)
		if (LLVMGetParam(f, i) == v)
			return LLVMGetEnumAttributeAtIndex(f, i + 1, kind);
	return false;
}

static void set_noalias(LLVMValueRef f, LLVMValueRef v)
{
	unsigned kind = LLVMGetEnumAttributeKindForName("noalias", 7);
	LLVMContextRef ctx = LLVMGetModuleContext(LLVMGetGlobalParent(f));

	for (unsigned i = 0; i < LLVMCountParams(f); i++)
		if (LLVMGetParam(f, i) == v)
			LLVMAddAttributeAtIndex(
			    f, i + 1, LLVMCreateEnumAttribute(ctx, kind, 0));
}

/* A and B may meet, as far as the compiler knows, and it matters. */
static bool may_clash(const struct psr_extent *a, const struct psr_extent *b)
{
	if (!a->written && !b->written)
		return false;
	if (is_noalias(a->base) || is_noalias(b->base))
		return false;
	return !LLVMIsAGlobalVariable(a->base) ||
	       !LLVMIsAGlobalVariable(b->base);
}

static enum psr_reason applies(const struct psr_recipe *r,
			       const struct psr_nest *nest)
{
	(void)r;
	return nest->features.stores ? PSR_REASON_NONE : PSR_REASON_APART;
}

/* Guards F so that what it writes is apart; *TESTS: how many that took. */
static enum psr_reason separate(struct psr_fam *fam, LLVMValueRef f,
				unsigned *tests)
{
	struct psr_extents x;
	enum psr_reason reason = psr_extents_find(fam, f, &x);
	LLVMValueRef all, apart;

	*tests = 0;
	if (reason)
		return reason;
	all = x.valid;
	for (unsigned i = 0; i < x.n; i++)
		for (unsigned k = 0; k < i; k++) {
			LLVMBuilderRef b;

			if (!may_clash(&x.at[i], &x.at[k]))
				continue;
			apart = psr_extents_apart(f, &x.at[i], &x.at[k]);
			b = psr_guard_builder(f);
			all = LLVMBuildAnd(b, all, apart, "psr.apart");
			LLVMDisposeBuilder(b);
			++*tests;
		}
	if (!*tests)
		return PSR_REASON_NONE;
	psr_guard_require(f, all);
	for (unsigned i = 0; i < x.n; i++)
		set_noalias(f, x.at[i].base);
	psr_ext_forget(fam, f);
	return PSR_REASON_NONE;
}

static enum psr_reason apply(const struct psr_recipe *r, struct psr_fam *fam,
			     const struct psr_nest *nest, LLVMValueRef f)
{
	unsigned tests;
	enum psr_reason reason = separate(fam, f, &tests);

	(void)r;
	(void)nest;
	if (reason)
		return reason;
	return tests ? PSR_REASON_NONE : PSR_REASON_APART;
}

static enum psr_reason applies_always(const struct psr_recipe *r,
				      const struct psr_nest *nest)
{
	(void)r;
	(void)nest;
	return PSR_REASON_NONE;
}

/* What follows in the row may do without, and says so if it may not. */
static enum psr_reason apply_if_needed(const struct psr_recipe *r,
				       struct psr_fam *fam,
				       const struct psr_nest *nest,
				       LLVMValueRef f)
{
	unsigned tests;

	(void)r;
	(void)nest;
	(void)separate(fam, f, &tests);
	return PSR_REASON_NONE;
}

static int promise_none(const struct psr_recipe *r, const struct psr_nest *nest)
{
	(void)r;
	(void)nest;
	return 0;
}

/* The pointer that does not vary in NEST from which POINTER is computed. */
static LLVMValueRef start_of(const struct psr_nest *nest, LLVMValueRef pointer)
{
	while (LLVMIsAGetElementPtrInst(pointer) &&
	       psr_ext_loop_contains(nest->loop,
				     LLVMGetInstructionParent(pointer)))
		pointer = LLVMGetOperand(pointer, 0);
	return pointer;
}

bool psr_noalias_is_one(const struct psr_nest *nest)
{
	LLVMValueRef starts[STARTS_MAX], object;
	bool written[STARTS_MAX] = {false};
	unsigned n = 0, k;

	for (size_t i = 0; i < nest->nblocks; i++)
		for (LLVMValueRef v = LLVMGetFirstInstruction(nest->blocks[i]);
		     v; v = LLVMGetNextInstruction(v)) {
			bool store = LLVMIsAStoreInst(v);

			if (!store && !LLVMIsALoadInst(v))
				continue;
			starts[n] = start_of(nest,
					     LLVMGetOperand(v, store ? 1 : 0));
			for (k = 0; starts[k] != starts[n]; k++)
				;
			written[k] |= store;
			if (k == n && ++n == STARTS_MAX)
				return false;
		}
	for (unsigned i = 0; i < n; i++) {
		object = written[i] ? psr_ext_base(starts[i]) : NULL;
		for (k = 0; object && k < n; k++)
			if (k != i && psr_ext_base(starts[k]) == object)
				return true;
	}
	return false;
}

static int promise(const struct psr_recipe *r, const struct psr_nest *nest)
{
	(void)r;
	return nest->features.depth > 1 && !nest->one_object ? PROMISE_DEEP
							     : PROMISE_FLAT;
}

const struct psr_transform psr_noalias = {PSR_VARIANT_GUARDED, applies, apply,
					  promise, 1.4};

const struct psr_transform psr_apart = {PSR_VARIANT_GUARDED, applies_always,
					apply_if_needed, promise_none, 1};
