/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * small.c - calls with so little work that they are not dispatched, and whose
 * inputs the profile knows as constants: a 4 by 4 product through a general
 * function. They get a copy of the nest with the constants folded, in place,
 * behind a comparison: no table, no call, no processor to be asked for.
 *
 * The tests stand in front of all else, first one input alone, so that a call
 * with another size pays for one comparison each and branches that are
 * foreseen. The copies are compiled with the function's own flags, so they
 * compute what the original does; a copy in which no loop has unrolled is
 * thrown away.
 */
#include "small.h"

#include <stdlib.h>
#include <string.h>

#include "domain.h"
#include "inputs.h"
#include "ir.h"
#include "noalias.h"

#define UNROLL       "llvm.loop.unroll.full"
#define UNROLLED_MAX 2048 /* instructions */
#define ROLLED       4    /* times the nest's, where it does not unroll */
#define COPIES       4
#define WORK_MIN     2e5  /* that small calls of one size have together */
#define SHARE        0.05 /* of the work of all small calls: each copy's */
#define ENOUGH       0.9  /* all copies' */

struct small {
	struct psr_nest *nest;
	LLVMContextRef ctx;
	LLVMBuilderRef b;
	uint64_t size;                  /* of the copy, completely unrolled */
	LLVMValueRef value[PSR_INPUTS]; /* constants; NULL: not known */
	bool implied[PSR_INPUTS];       /* by the others: not compared */
};

static bool has_values(const struct psr_profile_set *x)
{
	for (unsigned i = 0; i < PSR_INPUTS; i++)
		if (x->has[i])
			return true;
	return false;
}

/* Puts X among the N sets with the most work; returns how many are there. */
static unsigned insert(const struct psr_profile_set *most[COPIES], unsigned n,
		       const struct psr_profile_set *x)
{
	unsigned k = n < COPIES ? n++ : n;

	for (; k && most[k - 1]->work < x->work; k--)
		if (k < COPIES)
			most[k] = most[k - 1];
	if (k < COPIES)
		most[k] = x;
	return n;
}

/* The least work of a class that is dispatched, though of all calls or some. */
static uint64_t least_dispatched(const struct psr_nest *nest)
{
	uint64_t quick = nest->profile ? nest->profile->quick : 0;

	return quick && quick < nest->min_work ? quick : nest->min_work;
}

/*
 * The few sets of values that have nearly all of the work which is not
 * dispatched, those with the most first. Returns how many; 0: there are none
 * such.
 */
static unsigned pick_sets(const struct psr_nest *nest,
			  const struct psr_profile_set *most[COPIES])
{
	const struct psr_profile_site *s = nest->profile;
	uint64_t begin = least_dispatched(nest);
	double all = 0, covered = 0;
	unsigned n = 0;

	for (size_t i = 0; s && i < s->nsets; i++) {
		const struct psr_profile_set *x = &s->sets[i];

		if (psr_class_work(x->size_class) >= begin)
			continue;
		all += x->work;
		if (x->work >= WORK_MIN && has_values(x))
			n = insert(most, n, x);
	}
	while (n && most[n - 1]->work < SHARE * all)
		n--;
	for (size_t i = 0; i < n; i++)
		covered += most[i]->work;
	return covered >= ENOUGH * all ? n : 0;
}

/* The innermost loop's instructions, once for each unit of work. */
static uint64_t unrolled_size(const struct psr_nest *nest, unsigned size_class)
{
	return 2 * psr_class_work(size_class) * nest->features.instructions;
}

unsigned psr_small_wanted(const struct psr_nest *nest)
{
	const struct psr_profile_set *most[COPIES];
	int asked = psr_recipe_find("const", 5);

	if (psr_options.recipes && !psr_options.recipe[asked])
		return 0;
	if (!nest->loop || nest->only_parallel || !psr_options.max_variants)
		return 0;
	return pick_sets(nest, most);
}

double psr_small_cost(const struct psr_nest *nest)
{
	const struct psr_profile_set *most[COPIES];
	double cost = 0;

	if (nest->nsmall)
		pick_sets(nest, most);
	for (unsigned i = 0; i < nest->nsmall; i++) {
		uint64_t size = unrolled_size(nest, most[i]->size_class);

		cost += size <= UNROLLED_MAX
			    ? (double)size
			    : ROLLED * (double)nest->features.size;
	}
	return cost;
}

static void take_values(struct small *s, const struct psr_profile_set *from)
{
	for (unsigned i = 0; i < s->nest->ninputs; i++)
		if (from->has[i])
			s->value[i] = psr_inputs_constant(
			    LLVMTypeOf(s->nest->inputs[i]), from->value[i]);
}

/* ---- What follows from what is compared ---------------------------------- */

static LLVMValueRef fold(struct small *s, LLVMValueRef v, unsigned depth);

static LLVMValueRef fold_two(struct small *s, LLVMValueRef v, unsigned depth)
{
	LLVMValueRef x = fold(s, LLVMGetOperand(v, 0), depth - 1);
	LLVMValueRef y = x ? fold(s, LLVMGetOperand(v, 1), depth - 1) : NULL;

	if (!y)
		return NULL;
	if (LLVMIsAICmpInst(v))
		return LLVMBuildICmp(s->b, LLVMGetICmpPredicate(v), x, y, "");
	return LLVMBuildBinOp(s->b, LLVMGetInstructionOpcode(v), x, y, "");
}

/* V as a constant, where it is computed of inputs that are; else NULL. */
static LLVMValueRef fold(struct small *s, LLVMValueRef v, unsigned depth)
{
	LLVMValueRef x;

	if (LLVMIsAConstantInt(v))
		return v;
	for (unsigned i = 0; i < s->nest->ninputs; i++)
		if (s->nest->inputs[i] == v && s->value[i])
			return s->value[i];
	if (!depth)
		return NULL;
	if (LLVMIsASExtInst(v) || LLVMIsAZExtInst(v) || LLVMIsATruncInst(v)) {
		x = fold(s, LLVMGetOperand(v, 0), depth - 1);
		return x ? LLVMBuildCast(s->b, LLVMGetInstructionOpcode(v), x,
					 LLVMTypeOf(v), "")
			 : NULL;
	}
	if (!LLVMIsAICmpInst(v) && !LLVMIsABinaryOperator(v))
		return NULL;
	if (LLVMGetTypeKind(LLVMTypeOf(LLVMGetOperand(v, 0))) !=
	    LLVMIntegerTypeKind)
		return NULL;
	switch (LLVMGetInstructionOpcode(v)) {
	case LLVMUDiv:
	case LLVMSDiv:
	case LLVMURem:
	case LLVMSRem:
		return NULL; /* might trap: not to be moved in front */
	default:
		return fold_two(s, v, depth);
	}
}

/*
 * Whether input I follows from the others. False: it follows that it is not
 * what the profile says.
 */
static bool find_implied(struct small *s, unsigned i)
{
	LLVMValueRef own = s->value[i], v;

	s->value[i] = NULL;
	v = fold(s, s->nest->inputs[i], 4);
	s->value[i] = own;
	s->implied[i] = v && LLVMIsAConstantInt(v);
	return !s->implied[i] || v == own;
}

/* ---- The copy -------------------------------------------------------------
 */

/* F's loops shall unroll completely, whatever LLVM thinks of their size. */
static void unroll_all(struct psr_fam *fam, LLVMValueRef f, psr_loop l)
{
	size_t n = psr_ext_loop_count(fam, f, l);

	if (l && !psr_ext_loop_has_hint(l, UNROLL))
		psr_ext_loop_set_hint(l, UNROLL, 1);
	for (size_t i = 0; i < n; i++)
		unroll_all(fam, f, psr_ext_loop_at(fam, f, l, i));
}

/* Those that did not are to stay, without a warning to whoever compiles. */
static void forget_hints(struct psr_fam *fam, LLVMValueRef f, psr_loop l)
{
	size_t n = psr_ext_loop_count(fam, f, l);

	if (l)
		psr_ext_loop_drop_hints(l, UNROLL);
	for (size_t i = 0; i < n; i++)
		forget_hints(fam, f, psr_ext_loop_at(fam, f, l, i));
}

/*
 * Folds F's parameters; false: no loop has gone. *GUARDED: it returns false
 * where memory overlaps that may lie apart.
 */
static bool specialise(struct small *s, struct psr_fam *fam, LLVMValueRef f,
		       bool *guarded)
{
	size_t loops = psr_ir_loops(fam, f, NULL);

	for (unsigned i = 0; i < s->nest->ninputs; i++)
		if (s->value[i] && s->nest->parameter[i] >= 0)
			LLVMReplaceAllUsesWith(
			    LLVMGetParam(f, (unsigned)s->nest->parameter[i]),
			    s->value[i]);
	psr_ext_forget(fam, f);
	*guarded = !psr_noalias.apply(NULL, fam, s->nest, f);
	if (s->size <= UNROLLED_MAX)
		unroll_all(fam, f, NULL);
	psr_ext_simplify(fam, f);
	if (s->size <= UNROLLED_MAX)
		forget_hints(fam, f, NULL);
	return psr_ir_loops(fam, f, NULL) < loops;
}

/* ---- The test ---------------------------------------------------------------
 */

static bool is_compared(const struct small *s, unsigned i)
{
	return s->value[i] && !s->implied[i];
}

/* The input that tells best: a size rather than a flag. */
static int first_compared(const struct small *s)
{
	int first = -1;

	for (unsigned i = 0; i < s->nest->ninputs; i++) {
		if (!is_compared(s, i))
			continue;
		if (LLVMGetIntTypeWidth(LLVMTypeOf(s->value[i])) > 1 &&
		    (uint64_t)LLVMConstIntGetSExtValue(s->value[i]) > 1)
			return (int)i;
		if (first < 0)
			first = (int)i;
	}
	return first;
}

static LLVMValueRef compare(struct small *s, unsigned i)
{
	return LLVMBuildICmp(s->b, LLVMIntEQ, s->nest->inputs[i], s->value[i],
			     "psr.same");
}

/* BEFORE goes to COPY where all inputs are what they should be. */
static void emit_test(struct small *s, const struct psr_clone *c, int first)
{
	LLVMBasicBlockRef rest =
	    LLVMInsertBasicBlockInContext(s->ctx, c->original, "psr.rest");
	LLVMValueRef all = NULL, cond;

	LLVMInstructionEraseFromParent(LLVMGetBasicBlockTerminator(c->before));
	LLVMPositionBuilderAtEnd(s->b, c->before);
	cond = LLVMBuildFreeze(s->b, compare(s, (unsigned)first), "psr.small");
	LLVMBuildCondBr(s->b, cond, rest, c->original);
	LLVMPositionBuilderAtEnd(s->b, rest);
	for (unsigned i = 0; i < s->nest->ninputs; i++) {
		if (!is_compared(s, i) || i == (unsigned)first)
			continue;
		cond = compare(s, i);
		all = all ? LLVMBuildAnd(s->b, all, cond, "psr.all") : cond;
	}
	if (!all) {
		LLVMBuildBr(s->b, c->copy);
		return;
	}
	cond = LLVMBuildFreeze(s->b, all, "psr.small");
	LLVMBuildCondBr(s->b, cond, c->copy, c->original);
}

/* Where CALL returns false the original runs. */
static void emit_fallback(struct small *s, const struct psr_clone *c,
			  LLVMValueRef call)
{
	LLVMBasicBlockRef at = LLVMGetInstructionParent(call);

	LLVMInstructionEraseFromParent(LLVMGetBasicBlockTerminator(at));
	LLVMPositionBuilderAtEnd(s->b, at);
	LLVMBuildCondBr(s->b, call, c->exit, c->original);
}

static bool make(struct small *s, struct psr_fam *fam, int first)
{
	struct psr_nest *nest = s->nest;
	LLVMBasicBlockRef *blocks = calloc(nest->nblocks, sizeof(*blocks));
	struct psr_clone clone;
	LLVMValueRef f, call;
	size_t ninputs;
	bool guarded;

	if (!blocks)
		abort(); /* as clang does when it has no memory */
	memcpy(blocks, nest->blocks, nest->nblocks * sizeof(*blocks));
	psr_ext_clone_nest(blocks, nest->nblocks, &clone);
	f = psr_ext_extract(blocks, nest->nblocks, "psr.small", &call,
			    &ninputs);
	free(blocks);
	if (!f)
		return true; /* the copy is unreachable and goes away */
	psr_inputs_locate(nest, call, ninputs);
	psr_domain_tell(fam, f);
	if (!specialise(s, fam, f, &guarded))
		return true; /* the same */
	LLVMSetCurrentDebugLocation2(
	    s->b, LLVMInstructionGetDebugLoc(
		      LLVMGetBasicBlockTerminator(clone.before)));
	emit_test(s, &clone, first);
	if (guarded)
		emit_fallback(s, &clone, call);
	if (psr_ext_inline(call))
		psr_ext_delete_function(fam, f);
	nest->has_small = true;
	return true;
}

static bool make_one(struct psr_fam *fam, struct psr_nest *nest,
		     const struct psr_profile_set *from)
{
	struct small s = {.nest = nest};
	bool changed = false, sound = true;
	int first;

	s.size = unrolled_size(nest, from->size_class);
	s.ctx = LLVMGetModuleContext(LLVMGetGlobalParent(nest->function));
	s.b = LLVMCreateBuilderInContext(s.ctx);
	take_values(&s, from);
	for (unsigned i = 0; i < nest->ninputs; i++)
		if (s.value[i])
			sound &= find_implied(&s, i);
	first = first_compared(&s);
	if (first >= 0 && sound)
		changed = make(&s, fam, first);
	LLVMDisposeBuilder(s.b);
	return changed;
}

bool psr_small_make(struct psr_fam *fam, struct psr_nest *nest)
{
	const struct psr_profile_set *most[COPIES];
	bool changed = false;

	pick_sets(nest, most);
	/* A copy stands between the tests of those before it and the nest. */
	for (unsigned i = 0; i < nest->nsmall; i++)
		changed |= make_one(fam, nest, most[i]);
	return changed;
}
