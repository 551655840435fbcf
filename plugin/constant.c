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
 * Where calls differ, as filters of three widths or points in two and in three
 * dimensions do, up to four variants are made of the sets of small values, and
 * of what is divided by, that calls of some size had, so that of each size the
 * runtime finds the one that is made for it. A set of which no loop unrolls is
 * none.
 *
 * Without a profile a stride is taken for 1 that an innermost loop multiplies
 * its index by, or adds to it in each iteration, and that bounds no loop.
 */
#include "constant.h"

#include <stdlib.h>
#include <string.h>

#include "extent.h"
#include "inputs.h"
#include "ir.h"

#define ENOUGH         0.9  /* of the work */
#define PROMISE        70
#define SMALL          32   /* a value that loops may unroll by */
#define CASE_SHARE     0.05 /* of the work: each set's */
#define CASES          4
#define SETS_MAX       64
#define PROMISE_CASE   60
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

static bool is_dispatched(const struct psr_nest *nest, unsigned size_class)
{
	return 2 * psr_class_work(size_class) > nest->least_work;
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

		if (!is_dispatched(nest, at))
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

/* ---- Sets of values ------------------------------------------------------ */

struct set { /* of small values, of inputs that are not constant */
	bool has[PSR_INPUTS];
	int64_t value[PSR_INPUTS];
	unsigned size_class; /* the first one that has them */
	double work;
};

static bool is_small(int64_t value)
{
	return value >= -SMALL && value <= SMALL;
}

/* Something is divided by V: by a constant that is a multiplication. */
static bool divides(LLVMValueRef v)
{
	for (LLVMUseRef u = LLVMGetFirstUse(v); u; u = LLVMGetNextUse(u)) {
		LLVMValueRef i = LLVMGetUser(u);

		if (LLVMIsASExtInst(i) || LLVMIsAZExtInst(i)) {
			if (divides(i))
				return true;
			continue;
		}
		if (!LLVMIsABinaryOperator(i) || LLVMGetOperand(i, 1) != v)
			continue;
		switch (LLVMGetInstructionOpcode(i)) {
		case LLVMSDiv:
		case LLVMUDiv:
		case LLVMSRem:
		case LLVMURem:
			return true;
		default:
			break;
		}
	}
	return false;
}

/*
 * What FROM says of inputs other than CONSTANT ones; false: nothing that is
 * small.
 */
static bool read_set(const struct psr_profile_set *from,
		     const struct psr_nest *nest,
		     const bool constant[PSR_INPUTS], struct set *x)
{
	bool any = false;

	*x = (struct set){.size_class = from->size_class, .work = from->work};
	for (unsigned i = 0; i < nest->ninputs; i++) {
		bool small = is_small(from->value[i]);

		if (constant[i] || !from->has[i] ||
		    (!small && !divides(nest->inputs[i])))
			continue;
		any |= small;
		x->has[i] = true;
		x->value[i] = from->value[i];
	}
	return any;
}

static bool same_set(const struct set *x, const struct set *y)
{
	return !memcmp(x->has, y->has, sizeof(x->has)) &&
	       !memcmp(x->value, y->value, sizeof(x->value));
}

/* Adds X's work to that of the set which is the same, or as a new one. */
static unsigned add_set(struct set *sets, unsigned n, const struct set *x)
{
	unsigned k = 0;

	while (k < n && !same_set(&sets[k], x))
		k++;
	if (k < n) {
		sets[k].work += x->work;
		return n;
	}
	if (n < SETS_MAX)
		sets[n++] = *x;
	return n;
}

static int by_size(const void *a, const void *b)
{
	const struct set *x = a, *y = b;

	if (x->size_class != y->size_class)
		return x->size_class < y->size_class ? -1 : 1;
	for (unsigned i = 0; i < PSR_INPUTS; i++)
		if (x->value[i] != y->value[i])
			return x->value[i] < y->value[i] ? -1 : 1;
	return 0;
}

static int by_work(const void *a, const void *b)
{
	const struct set *x = a, *y = b;

	if (x->work != y->work)
		return x->work > y->work ? -1 : 1;
	return by_size(a, b);
}

/*
 * The CASES sets of the most work, in the order of sizes, so that the same ones
 * have the same recipes in each build. Returns how many there are.
 */
static unsigned find_sets(const struct psr_nest *nest,
			  struct set sets[SETS_MAX])
{
	const struct psr_profile_site *s = nest->profile;
	double all = s ? work_with(nest, 0, NULL) : 0;
	bool constant[PSR_INPUTS];
	int64_t value;
	unsigned n = 0;

	for (unsigned i = 0; i < PSR_INPUTS; i++)
		constant[i] = psr_constant_of(nest, i, &value);
	for (size_t k = 0; all > 0 && k < s->nsets; k++) {
		struct set x;

		if (is_dispatched(nest, s->sets[k].size_class) &&
		    read_set(&s->sets[k], nest, constant, &x))
			n = add_set(sets, n, &x);
	}
	qsort(sets, n, sizeof(*sets), by_work);
	n = n < CASES ? n : CASES;
	while (n && sets[n - 1].work < CASE_SHARE * all)
		n--;
	qsort(sets, n, sizeof(*sets), by_size);
	return n;
}

bool psr_constant_cases(const struct psr_nest *nest)
{
	struct set sets[SETS_MAX];

	return find_sets(nest, sets) > 0;
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

static enum psr_reason applies_case(const struct psr_recipe *r,
				    const struct psr_nest *nest)
{
	struct set sets[SETS_MAX];

	return r->value <= find_sets(nest, sets) ? PSR_REASON_NONE
						 : PSR_REASON_NO_CONSTANT;
}

static enum psr_reason apply_case(const struct psr_recipe *r,
				  struct psr_fam *fam,
				  const struct psr_nest *nest, LLVMValueRef f)
{
	size_t loops = psr_ir_loops(fam, f, NULL);
	struct set sets[SETS_MAX], *x;
	LLVMValueRef all = NULL;
	enum psr_reason reason;
	int64_t value;

	if (r->value > find_sets(nest, sets))
		return PSR_REASON_NO_CONSTANT;
	x = &sets[r->value - 1];
	for (unsigned i = 0; i < nest->ninputs; i++)
		if (nest->parameter[i] >= 0 &&
		    (x->has[i] || psr_constant_of(nest, i, &value)))
			fold_input(nest, f, i, x->has[i] ? x->value[i] : value,
				   &all);
	reason = finish(fam, f, all);
	if (!reason && psr_ir_loops(fam, f, NULL) >= loops)
		return PSR_REASON_NOT_UNROLLED;
	return reason;
}

static int promise_case(const struct psr_recipe *r, const struct psr_nest *nest)
{
	(void)r;
	(void)nest;
	return PROMISE_CASE;
}

const struct psr_transform psr_case = {PSR_VARIANT_GUARDED, applies_case,
				       apply_case, promise_case, 1};

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
