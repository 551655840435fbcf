/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * counted.c - the variant that says what it does (see psr/site.h).
 *
 * It hands the values of its inputs to __psr_values, which may have it leave
 * the call to the original then, and counts on the stack how often each
 * branch is taken. The counts are handed to __psr_counts where the nest ends;
 * of a nest that is left by an exception or longjmp they are lost. Its code is
 * the original's, not vectorised and not unrolled, and so are its results.
 */
#include <string.h>

#include "extent.h"
#include "inputs.h"
#include "ir.h"
#include "recipes.h"

#define UNVECTORISED "llvm.loop.vectorize.enable"
#define NOT_UNROLLED "llvm.loop.unroll.disable"

struct counted {
	LLVMModuleRef m;
	LLVMContextRef ctx;
	LLVMTypeRef i1, i32, i64, ptr;
	LLVMBuilderRef b;
	LLVMValueRef site;
	const struct psr_nest *nest;
	LLVMValueRef taken[PSR_BRANCHES]; /* stack slots */
	LLVMValueRef all[PSR_BRANCHES];
};

static LLVMValueRef number(LLVMTypeRef type, uint64_t v)
{
	return LLVMConstInt(type, v, false);
}

static LLVMValueRef stub_function(struct counted *c, const char *name,
				  LLVMTypeRef result, LLVMTypeRef *type)
{
	LLVMTypeRef params[] = {c->ptr, c->i32, c->ptr};
	LLVMValueRef f = LLVMGetNamedFunction(c->m, name);

	*type = LLVMFunctionType(result, params, 3, false);
	if (f)
		return f;
	f = LLVMAddFunction(c->m, name, *type);
	LLVMSetLinkage(f, LLVMExternalWeakLinkage);
	psr_ir_add(f, "cold");
	psr_ir_add(f, "nounwind");
	return f;
}

/* An array of N on the stack. */
static LLVMValueRef stack_array(struct counted *c, unsigned n)
{
	return LLVMBuildAlloca(c->b, LLVMArrayType2(c->i64, n ? n : 1),
			       "psr.told");
}

static void put(struct counted *c, LLVMValueRef array, unsigned i,
		LLVMValueRef value)
{
	LLVMValueRef index = number(c->i64, i);
	LLVMValueRef at =
	    LLVMBuildInBoundsGEP2(c->b, c->i64, array, &index, 1, "");

	LLVMBuildStore(c->b, value, at);
}

static LLVMValueRef hand_over(struct counted *c, const char *name,
			      LLVMTypeRef result, LLVMValueRef array,
			      unsigned n)
{
	LLVMTypeRef type;
	LLVMValueRef f = stub_function(c, name, result, &type);
	LLVMValueRef args[] = {c->site, number(c->i32, n), array};

	return LLVMBuildCall2(c->b, type, f, args, 3, "");
}

/* An input that the variant does not get was no input of the extracted code:
 * it tells 0. One of a single bit tells 0 or 1. */
static LLVMValueRef told(struct counted *c, LLVMValueRef f, unsigned i)
{
	LLVMValueRef v;
	bool flag;

	if (c->nest->parameter[i] < 0)
		return number(c->i64, 0);
	v = LLVMGetParam(f, (unsigned)c->nest->parameter[i]);
	flag = LLVMGetIntTypeWidth(LLVMTypeOf(v)) == 1;
	v = LLVMBuildFreeze(c->b, v, "");
	return LLVMBuildIntCast2(c->b, v, c->i64, !flag, "psr.value");
}

static void add_one(struct counted *c, LLVMValueRef slot, LLVMValueRef more)
{
	LLVMValueRef old = LLVMBuildLoad2(c->b, c->i64, slot, "");

	LLVMBuildStore(c->b, LLVMBuildAdd(c->b, old, more, ""), slot);
}

static void count_branch(struct counted *c, LLVMValueRef branch, unsigned k)
{
	LLVMValueRef taken;

	LLVMPositionBuilderBefore(c->b, branch);
	LLVMSetCurrentDebugLocation2(c->b, LLVMInstructionGetDebugLoc(branch));
	taken = LLVMBuildZExt(c->b, LLVMGetCondition(branch), c->i64, "");
	add_one(c, c->taken[k], taken);
	add_one(c, c->all[k], number(c->i64, 1));
}

static void tell_counts(struct counted *c, LLVMValueRef ret, LLVMValueRef array)
{
	LLVMPositionBuilderBefore(c->b, ret);
	LLVMSetCurrentDebugLocation2(c->b, LLVMInstructionGetDebugLoc(ret));
	for (unsigned k = 0; k < c->nest->nbranches; k++) {
		LLVMValueRef taken =
		    LLVMBuildLoad2(c->b, c->i64, c->taken[k], "");
		LLVMValueRef all = LLVMBuildLoad2(c->b, c->i64, c->all[k], "");

		put(c, array, 2 * k, taken);
		put(c, array, 2 * k + 1, LLVMBuildSub(c->b, all, taken, ""));
	}
	hand_over(c, "__psr_counts", LLVMVoidTypeInContext(c->ctx), array,
		  2 * c->nest->nbranches);
}

/* The stack slots, at the start of F. */
static void make_slots(struct counted *c)
{
	for (unsigned k = 0; k < c->nest->nbranches; k++) {
		c->taken[k] = LLVMBuildAlloca(c->b, c->i64, "psr.taken");
		c->all[k] = LLVMBuildAlloca(c->b, c->i64, "psr.all");
	}
	for (unsigned k = 0; k < c->nest->nbranches; k++) {
		LLVMBuildStore(c->b, number(c->i64, 0), c->taken[k]);
		LLVMBuildStore(c->b, number(c->i64, 0), c->all[k]);
	}
}

static void count_all(struct counted *c, LLVMValueRef f, LLVMValueRef counts)
{
	for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(f); b;
	     b = LLVMGetNextBasicBlock(b)) {
		LLVMValueRef i = LLVMGetBasicBlockTerminator(b);
		int k = psr_inputs_branch(i);

		if (k >= 0)
			count_branch(c, i, (unsigned)k);
		else if (LLVMIsAReturnInst(i))
			tell_counts(c, i, counts);
	}
}

/* In front of F: values are told, and F ends there if that was all. */
static void tell_values(struct counted *c, LLVMValueRef f, LLVMValueRef values)
{
	for (unsigned i = 0; i < c->nest->ninputs; i++)
		put(c, values, i, told(c, f, i));
	psr_guard_require(f, hand_over(c, "__psr_values", c->i1, values,
				       c->nest->ninputs));
}

static enum psr_reason applies_counted(const struct psr_recipe *r,
				       const struct psr_nest *nest)
{
	(void)r;
	if (nest->profile && nest->profile->known)
		return PSR_REASON_COUNTED;
	return nest->loop ? PSR_REASON_NONE : PSR_REASON_GUARD;
}

/* The user's pragmas ask for what is not done here; clang would warn. */
static void drop_hints(struct psr_fam *fam, LLVMValueRef f, psr_loop parent)
{
	size_t n = psr_ext_loop_count(fam, f, parent);

	for (size_t i = 0; i < n; i++)
		drop_hints(fam, f, psr_ext_loop_at(fam, f, parent, i));
	if (!parent)
		return;
	psr_ext_loop_drop_hints(parent, "llvm.loop.vectorize.");
	psr_ext_loop_drop_hints(parent, "llvm.loop.interleave.");
	psr_ext_loop_drop_hints(parent, "llvm.loop.unroll.");
	psr_ext_loop_drop_hints(parent, "llvm.loop.unroll_and_jam.");
}

static enum psr_reason apply_counted(const struct psr_recipe *r,
				     struct psr_fam *fam,
				     const struct psr_nest *nest,
				     LLVMValueRef f)
{
	struct counted c = {.m = LLVMGetGlobalParent(f), .nest = nest};
	LLVMValueRef values, counts;

	(void)r;
	drop_hints(fam, f, NULL);
	psr_recipe_hint(fam, f, UNVECTORISED, 0);
	psr_recipe_hint(fam, f, NOT_UNROLLED, 1);
	c.ctx = LLVMGetModuleContext(c.m);
	c.i1 = LLVMInt1TypeInContext(c.ctx);
	c.i32 = LLVMInt32TypeInContext(c.ctx);
	c.i64 = LLVMInt64TypeInContext(c.ctx);
	c.ptr = LLVMPointerTypeInContext(c.ctx, 0);
	c.site = psr_ir_site(c.m);
	c.b = LLVMCreateBuilderInContext(c.ctx);
	LLVMPositionBuilderBefore(
	    c.b, LLVMGetFirstInstruction(LLVMGetEntryBasicBlock(f)));
	values = stack_array(&c, nest->ninputs);
	counts = stack_array(&c, 2 * nest->nbranches);
	make_slots(&c);
	count_all(&c, f, counts);
	LLVMPositionBuilderBefore(
	    c.b, LLVMGetBasicBlockTerminator(LLVMGetEntryBasicBlock(f)));
	tell_values(&c, f, values);
	LLVMDisposeBuilder(c.b);
	return PSR_REASON_NONE;
}

/* Its place is not by promise: see psr_recipes_choose(). */
static int promise_counted(const struct psr_recipe *r,
			   const struct psr_nest *nest)
{
	(void)r;
	(void)nest;
	return 0;
}

const struct psr_transform psr_counted = {PSR_VARIANT_COUNTED, applies_counted,
					  apply_counted, promise_counted, 0.75};
