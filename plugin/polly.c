/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * polly.c - interchange and tiling by LLVM's polyhedral optimiser (Grosser,
 * Groesslinger, Lengauer: Polly, 2012), which Debian's libLLVM contains.
 *
 * Legal: Polly orders iterations by exact dependences, of floating-point sums
 * too: its knowledge of reductions, by which it may reorder them, is switched
 * off, so each sum is added up in its own order. What it assumes (no wrap, no
 * overlap, bounds of parameters) it tests on entry; where that fails the
 * variant declines, if nothing was written before, and the copy of the nest
 * that Polly keeps for this case is dropped.
 *
 * Its pattern for products of matrices packs them into arrays of megabytes on
 * the stack, which a program may not have: it is off.
 */
#include "polly.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ir.h"

/*
 * Of the integer set library, each of Polly's steps. By its own limits, of up
 * to a million, one nest took ten minutes (test/plugin/polly-limit.c). This
 * many make 53 of the 56 variants of the suite, half as many 47.
 */
#define OPERATIONS "100000"
#define FACTOR_MAX (1 << 24)
#define SPLIT "polly.split_new_and_old" /* tests; then new code or old */

static enum psr_reason applies(const struct psr_recipe *r,
			       const struct psr_nest *nest)
{
	(void)r;
	if (!psr_ext_has_polly())
		return PSR_REASON_POLLY_ABSENT;
	if (psr_ext_option_is_set("polly"))
		return PSR_REASON_POLLY_USER;
	if (nest->features.depth < 2)
		return PSR_REASON_SHALLOW;
	if (nest->user_hints)
		return PSR_REASON_USER_PRAGMA;
	return nest->features.regular ? PSR_REASON_NONE : PSR_REASON_EXTENT;
}

/* ---- After it ------------------------------------------------------------ */

static LLVMBasicBlockRef find_split(LLVMValueRef f)
{
	for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(f); b;
	     b = LLVMGetNextBasicBlock(b))
		if (!strncmp(LLVMGetBasicBlockName(b), SPLIT, strlen(SPLIT)))
			return b;
	return NULL;
}

static bool writes_nothing(LLVMBasicBlockRef b)
{
	for (LLVMValueRef i = LLVMGetFirstInstruction(b); i;
	     i = LLVMGetNextInstruction(i)) {
		bool reads, writes;

		if (psr_ext_touch(i, &reads, &writes) == PSR_TOUCH_UNKNOWN ||
		    writes)
			return false;
	}
	return true;
}

/* The way from B to TO has no alternative but to leave, and writes nothing. */
static bool leads_to(LLVMBasicBlockRef b, LLVMBasicBlockRef to)
{
	for (unsigned steps = 0; steps < 16; steps++) {
		LLVMValueRef end = LLVMGetBasicBlockTerminator(b);

		if (!writes_nothing(b))
			return false;
		if (b == to)
			return true;
		if (!LLVMIsABranchInst(end))
			return false;
		/* The guard's other way out is the last successor. */
		if (LLVMIsConditional(end) &&
		    !LLVMIsAReturnInst(LLVMGetFirstInstruction(
			LLVMGetSuccessor(end, 1))))
			return false;
		b = LLVMGetSuccessor(end, 0);
	}
	return false;
}

/* The variant declines instead of running Polly's copy of the old code. */
static void decline(LLVMValueRef f, LLVMBasicBlockRef split)
{
	LLVMContextRef ctx = LLVMGetModuleContext(LLVMGetGlobalParent(f));
	LLVMValueRef test = LLVMGetBasicBlockTerminator(split);
	LLVMBasicBlockRef leave;
	LLVMBuilderRef b;

	if (!LLVMIsABranchInst(test) || !LLVMIsConditional(test) ||
	    !leads_to(LLVMGetEntryBasicBlock(f), split))
		return;
	leave = LLVMAppendBasicBlockInContext(ctx, f, "psr.unfit");
	b = LLVMCreateBuilderInContext(ctx);
	LLVMPositionBuilderAtEnd(b, leave);
	LLVMBuildRet(b, LLVMConstInt(LLVMInt1TypeInContext(ctx), 0, false));
	LLVMDisposeBuilder(b);
	psr_ext_redirect(test, 1, leave);
}

/*
 * Where nothing else respects all dependences, the scheduler (isl's step that
 * carries them) puts a whole nest on one axis, as i * 2147483646 + j: the loop
 * along it asks of each point whether there is an iteration, for hours. Such a
 * factor, of which the nest itself has none as large, betrays it.
 */
static bool is_spread(LLVMValueRef f)
{
	for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(f); b;
	     b = LLVMGetNextBasicBlock(b))
		for (LLVMValueRef i = LLVMGetFirstInstruction(b); i;
		     i = LLVMGetNextInstruction(i)) {
			LLVMOpcode op = LLVMGetInstructionOpcode(i);

			if (op != LLVMMul && op != LLVMSDiv && op != LLVMUDiv)
				continue;
			for (unsigned k = 0; k < 2; k++) {
				LLVMValueRef x = LLVMGetOperand(i, k);

				if (LLVMIsAConstantInt(x) &&
				    llabs(LLVMConstIntGetSExtValue(x)) >=
					FACTOR_MAX)
					return true;
			}
		}
	return false;
}

static enum psr_reason apply(const struct psr_recipe *r, struct psr_fam *fam,
			     const struct psr_nest *nest, LLVMValueRef f)
{
	bool was_spread = is_spread(f); /* the nest's own arithmetic */
	char tile[16];
	const struct psr_setting settings[] = {
	    {"polly-detect-reductions", "false"},
	    {"polly-on-isl-error-abort", "false"},
	    {"polly-pattern-matching-based-opts", "false"},
	    /* Of a block in parts, the last store may come first. */
	    {"polly-stmt-granularity", "bb"},
	    {"polly-default-tile-size", tile},
	    {"polly-delicm-max-ops", OPERATIONS},
	    {"polly-optree-max-ops", OPERATIONS},
	    {"polly-dependences-computeout", OPERATIONS},
	    {"polly-schedule-computeout", OPERATIONS},
	    {NULL, NULL},
	};
	LLVMBasicBlockRef split;

	(void)nest;
	snprintf(tile, sizeof(tile), "%u", r->value);
	psr_ext_run_polly(fam, f, "polly", settings);
	split = find_split(f);
	if (!split)
		return PSR_REASON_POLLY_REFUSED;
	if (!was_spread && is_spread(f))
		return PSR_REASON_POLLY_SPREAD;
	decline(f, split);
	psr_ext_forget(fam, f);
	return PSR_REASON_NONE;
}

static int promise(const struct psr_recipe *r, const struct psr_nest *nest)
{
	const struct psr_features *x = &nest->features;

	(void)r;
	return (x->strided ? 10 : -25) + (x->depth > 2 ? 5 : 0);
}

const struct psr_transform psr_polly = {PSR_VARIANT_GUARDED, applies, apply,
					promise, 1.3};
