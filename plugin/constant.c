/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * constant.c - folds inputs of a nest behind a guard at the variant's entry:
 * one comparison for each, and the original runs where one of them differs.
 *
 * Which ones the profile says: an input is constant that had one value in nine
 * of ten calls, at sizes that make nine tenths of the work. Trip counts become
 * numbers, so that small loops unroll completely before the vectorizer looks,
 * and what encloses them becomes the innermost loop; flags and divisors
 * disappear.
 *
 * Without a profile a stride is taken for 1 that an innermost loop multiplies
 * its index by, or adds to it in each iteration, and that bounds no loop.
 */
#include "constant.h"

#include "extent.h"
#include "inputs.h"

#define ENOUGH         0.9 /* of the work */
#define PROMISE        70
#define PROMISE_STRIDE 15

/* ---- What is constant ---------------------------------------------------- */

static const struct psr_profile_value *
value_in(const struct psr_profile_site *s, unsigned size_class, unsigned input)
{
	for (size_t i = 0; i < s->nvalues; i++)
		if (s->values[i].size_class == size_class &&
		    s->values[i].input == input)
			return &s->values[i];
	return NULL;
}

/* The work of dispatched sizes in which INPUT was VALUE; NULL: all of it. */
static double work_with(const struct psr_nest *nest, unsigned input,
			const int64_t *value)
{
	const struct psr_profile_site *s = nest->profile;
	double sum = 0;

	for (size_t i = 0; i < s->nclasses; i++) {
		unsigned at = s->classes[i].size_class;
		const struct psr_profile_value *v;

		if (2 * psr_class_work(at) <= nest->least_work)
			continue;
		v = value ? value_in(s, at, input) : NULL;
		if (!value || (v && v->value == *value))
			sum += s->classes[i].work;
	}
	return sum;
}

bool psr_constant_of(const struct psr_nest *nest, unsigned i, int64_t *value)
{
	const struct psr_profile_site *s = nest->profile;
	double all = s ? work_with(nest, i, NULL) : 0;

	if (all <= 0)
		return false;
	for (size_t k = 0; k < s->nvalues; k++) {
		*value = s->values[k].value;
		if (s->values[k].input == i &&
		    work_with(nest, i, value) >= ENOUGH * all)
			return true;
	}
	return false;
}

bool psr_constant_any(const struct psr_nest *nest)
{
	int64_t value;

	for (unsigned i = 0; i < PSR_INPUTS; i++)
		if (psr_constant_of(nest, i, &value))
			return true;
	return false;
}

/* ---- Strides ------------------------------------------------------------- */

/* V, or what it is widened from. */
static LLVMValueRef narrow(LLVMValueRef v)
{
	while (LLVMIsASExtInst(v) || LLVMIsAZExtInst(v))
		v = LLVMGetOperand(v, 0);
	return v;
}

static bool is_address(LLVMValueRef v, unsigned depth)
{
	for (LLVMUseRef u = LLVMGetFirstUse(v); u; u = LLVMGetNextUse(u)) {
		LLVMValueRef i = LLVMGetUser(u);

		if (LLVMIsAGetElementPtrInst(i))
			return true;
		if (depth &&
		    (LLVMIsASExtInst(i) || LLVMIsAZExtInst(i) ||
		     LLVMIsAPHINode(i) ||
		     (LLVMIsAInstruction(i) &&
		      LLVMGetInstructionOpcode(i) == LLVMAdd)) &&
		    is_address(i, depth - 1))
			return true;
	}
	return false;
}

/* I multiplies or steps an index by STRIDE, an input. */
static bool strides(LLVMValueRef i, LLVMValueRef stride)
{
	LLVMOpcode opcode = LLVMGetInstructionOpcode(i);
	LLVMValueRef a, b;

	if (opcode != LLVMMul && opcode != LLVMAdd)
		return false;
	a = LLVMGetOperand(i, 0);
	b = LLVMGetOperand(i, 1);
	if (narrow(b) != stride && narrow(a) == stride) {
		LLVMValueRef swap = a;

		a = b;
		b = swap;
	}
	if (narrow(b) != stride || (opcode == LLVMAdd && !LLVMIsAPHINode(a)))
		return false;
	return is_address(i, 3);
}

static bool bounds_loop(LLVMValueRef v, unsigned depth)
{
	for (LLVMUseRef u = LLVMGetFirstUse(v); u; u = LLVMGetNextUse(u)) {
		LLVMValueRef i = LLVMGetUser(u);

		if (LLVMIsAICmpInst(i))
			return true;
		if (depth && (LLVMIsASExtInst(i) || LLVMIsAZExtInst(i)) &&
		    bounds_loop(i, depth - 1))
			return true;
	}
	return false;
}

static bool strides_in(LLVMBasicBlockRef b, LLVMValueRef stride)
{
	for (LLVMValueRef i = LLVMGetFirstInstruction(b); i;
	     i = LLVMGetNextInstruction(i))
		if (strides(i, stride))
			return true;
	return false;
}

static bool is_stride(struct psr_fam *fam, const struct psr_nest *nest,
		      LLVMValueRef v)
{
	if (LLVMGetIntTypeWidth(LLVMTypeOf(v)) < 16 || bounds_loop(v, 2))
		return false;
	for (size_t b = 0; b < nest->nblocks; b++) {
		psr_loop l =
		    psr_ext_loop_of(fam, nest->function, nest->blocks[b]);

		if (!psr_ext_loop_count(fam, nest->function, l) &&
		    strides_in(nest->blocks[b], v))
			return true;
	}
	return false;
}

void psr_constant_strides(struct psr_fam *fam, struct psr_nest *nest)
{
	nest->strides = 0;
	for (unsigned i = 0; i < nest->ninputs; i++)
		if (is_stride(fam, nest, nest->inputs[i]))
			nest->strides |= UINT32_C(1) << i;
}

/* ---- Folding ------------------------------------------------------------- */

/* Within F parameter P is VALUE. The guard is made of P itself. */
static LLVMValueRef fold(LLVMBuilderRef b, LLVMValueRef f, unsigned p,
			 int64_t value)
{
	LLVMValueRef v = LLVMGetParam(f, p);
	LLVMValueRef k = psr_inputs_constant(LLVMTypeOf(v), value);

	LLVMReplaceAllUsesWith(v, k);
	return LLVMBuildICmp(b, LLVMIntEQ, v, k, "psr.same");
}

/* Folds input I of F; *ALL becomes the guard. */
static void fold_input(const struct psr_nest *nest, LLVMValueRef f, unsigned i,
		       int64_t value, LLVMValueRef *all)
{
	LLVMBuilderRef b = psr_guard_builder(f);
	LLVMValueRef same;

	same = fold(b, f, (unsigned)nest->parameter[i], value);
	*all = *all ? LLVMBuildAnd(b, *all, same, "psr.all") : same;
	LLVMDisposeBuilder(b);
}

static enum psr_reason finish(struct psr_fam *fam, LLVMValueRef f,
			      LLVMValueRef all)
{
	if (!all)
		return PSR_REASON_NO_CONSTANT;
	psr_guard_require(f, all);
	psr_ext_forget(fam, f);
	psr_ext_simplify(fam, f);
	return PSR_REASON_NONE;
}

static enum psr_reason applies_constant(const struct psr_recipe *r,
					const struct psr_nest *nest)
{
	(void)r;
	return psr_constant_any(nest) ? PSR_REASON_NONE
				      : PSR_REASON_NO_CONSTANT;
}

static enum psr_reason apply_constant(const struct psr_recipe *r,
				      struct psr_fam *fam,
				      const struct psr_nest *nest,
				      LLVMValueRef f)
{
	LLVMValueRef all = NULL;
	int64_t value;

	(void)r;
	for (unsigned i = 0; i < nest->ninputs; i++)
		if (nest->parameter[i] >= 0 && psr_constant_of(nest, i, &value))
			fold_input(nest, f, i, value, &all);
	return finish(fam, f, all);
}

static int promise_constant(const struct psr_recipe *r,
			    const struct psr_nest *nest)
{
	(void)r;
	(void)nest;
	return PROMISE;
}

const struct psr_transform psr_constant = {
    PSR_VARIANT_GUARDED, applies_constant, apply_constant, promise_constant,
    1};

static enum psr_reason applies_stride(const struct psr_recipe *r,
				      const struct psr_nest *nest)
{
	(void)r;
	if (psr_constant_any(nest))
		return PSR_REASON_NOT_CHOSEN; /* the profile knows better */
	return nest->strides ? PSR_REASON_NONE : PSR_REASON_NO_STRIDE;
}

static enum psr_reason apply_stride(const struct psr_recipe *r,
				    struct psr_fam *fam,
				    const struct psr_nest *nest, LLVMValueRef f)
{
	LLVMValueRef all = NULL;

	(void)r;
	for (unsigned i = 0; i < nest->ninputs; i++)
		if (nest->parameter[i] >= 0 && nest->strides >> i & 1)
			fold_input(nest, f, i, 1, &all);
	return finish(fam, f, all);
}

static int promise_stride(const struct psr_recipe *r,
			  const struct psr_nest *nest)
{
	(void)r;
	(void)nest;
	return PROMISE_STRIDE;
}

const struct psr_transform psr_stride = {PSR_VARIANT_GUARDED, applies_stride,
					 apply_stride, promise_stride, 1};
