/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * nontemporal.c - what is written once, and is more than the caches hold, is
 * stored around them: a line that is written whole is not read first.
 *
 * Legal: a non-temporal store is a store. x86-64 orders it with later ones
 * only by a fence, which the variant has at its end.
 *
 * It must be aligned to its own size, 16 bytes, and the vectorizer would rather
 * not vectorise a loop whose stores are marked. So the guard tests that the
 * stores of a loop start there, an assumption tells of it, and those that came
 * out vectors and aligned are marked at the end of the pipeline (llvm_ext.cpp).
 *
 * The guard also tests that the nest touches more than the caches hold, and
 * nothing is both read and written: smaller outputs are in the cache for who
 * reads them next.
 */
#include "nontemporal.h"

#include "extent.h"
#include "ir.h"

#define ALIGNMENT    16
#define STORES_MAX   16
#define TOUCHED      (UINT64_C(32) << 20) /* bytes; common last-level caches */
#define WRITTEN_PART 8                    /* at least one eighth of them */

struct stores {
	struct psr_fam *fam;
	LLVMValueRef f;
	LLVMValueRef at[STORES_MAX]; /* that go on by their size, in loops */
	unsigned n;
	LLVMValueRef guard;
};

static enum psr_reason applies(const struct psr_recipe *r,
			       const struct psr_nest *nest)
{
	(void)r;
	if (!nest->features.stores)
		return PSR_REASON_NO_STREAM;
	return nest->features.vector_loops ? PSR_REASON_NONE
					   : PSR_REASON_NO_VECTOR;
}

/* I, in the innermost loop L, stores one element after the other. */
static bool goes_on(struct stores *s, LLVMValueRef i, psr_loop l,
		    struct psr_walk *walk)
{
	uint64_t step;

	return psr_ext_walk(s->fam, s->f, i, l, NULL, walk) &&
	       psr_ext_scev_constant(walk->outer_step, &step) &&
	       step == walk->bytes;
}

static LLVMValueRef constant(LLVMValueRef like, uint64_t value)
{
	return LLVMConstInt(LLVMTypeOf(like), value, false);
}

/* VALUE, in bytes, is a multiple of the alignment, or the guard fails. */
static void require_multiple(struct stores *s, LLVMValueRef value)
{
	LLVMBuilderRef b = psr_guard_builder(s->f);
	LLVMValueRef rest =
	    LLVMBuildAnd(b, value, constant(value, ALIGNMENT - 1), "");
	LLVMValueRef fits =
	    LLVMBuildICmp(b, LLVMIntEQ, rest, constant(rest, 0), "psr.aligned");

	s->guard = psr_guard_both(b, s->guard, fits);
	LLVMDisposeBuilder(b);
}

static psr_loop outermost(psr_loop l)
{
	while (psr_ext_loop_parent(l))
		l = psr_ext_loop_parent(l);
	return l;
}

/*
 * Wherever L starts, I, in it, is aligned then: where the nest starts, and after
 * any steps of the loops around. One of these may step as L does.
 */
static enum psr_reason require_aligned(struct stores *s, LLVMValueRef i,
				       psr_loop l)
{
	LLVMValueRef end =
	    LLVMGetBasicBlockTerminator(LLVMGetEntryBasicBlock(s->f));
	struct psr_affine at;
	LLVMBuilderRef b;
	LLVMValueRef start;

	if (!psr_ext_affine(s->fam, s->f, outermost(l), i, end, &at))
		return PSR_REASON_EXTENT;
	for (unsigned k = 0; k < at.depth; k++)
		if (at.loops[k] != l && at.steps[k])
			require_multiple(s, psr_guard_expand(s->fam, s->f,
							     at.steps[k]));
	start = psr_guard_expand(s->fam, s->f, at.start);
	b = psr_guard_builder(s->f);
	start = LLVMBuildPtrToInt(b, start,
				  LLVMInt64TypeInContext(LLVMGetModuleContext(
				      LLVMGetGlobalParent(s->f))),
				  "psr.start");
	LLVMDisposeBuilder(b);
	require_multiple(s, start);
	return psr_guard_fails(s->guard) ? PSR_REASON_NO_STREAM
					 : PSR_REASON_NONE;
}

static enum psr_reason find_in(struct stores *s, psr_loop l)
{
	size_t n = psr_ext_loop_count(s->fam, s->f, l);
	enum psr_reason r = PSR_REASON_NONE;

	for (size_t i = 0; i < n && !r; i++)
		r = find_in(s, psr_ext_loop_at(s->fam, s->f, l, i));
	if (!l || n || r || psr_ext_loop_vector(s->fam, s->f, l))
		return r;
	for (size_t k = 0; k < psr_ext_loop_nblocks(l); k++) {
		LLVMBasicBlockRef b = psr_ext_loop_block(l, k);

		for (LLVMValueRef i = LLVMGetFirstInstruction(b); i && !r;
		     i = LLVMGetNextInstruction(i)) {
			struct psr_walk walk;

			if (!LLVMIsAStoreInst(i) || !goes_on(s, i, l, &walk))
				continue;
			if (s->n == STORES_MAX)
				return PSR_REASON_LARGE;
			s->at[s->n++] = i;
			r = require_aligned(s, i, l);
		}
	}
	return r;
}

static void require_least(struct stores *s, LLVMBuilderRef b,
			  LLVMValueRef bytes, uint64_t least)
{
	LLVMValueRef fits = LLVMBuildICmp(b, LLVMIntUGE, bytes,
					  constant(bytes, least), "psr.large");

	s->guard = psr_guard_both(b, s->guard, fits);
}

/* The nest touches enough, much of it to write, and reads nothing of that. */
static enum psr_reason require_large(struct stores *s)
{
	struct psr_extents x;
	enum psr_reason r = psr_extents_find(s->fam, s->f, &x);
	LLVMTypeRef i64 = LLVMInt64TypeInContext(
	    LLVMGetModuleContext(LLVMGetGlobalParent(s->f)));
	LLVMValueRef all = LLVMConstNull(i64), written = all;
	LLVMBuilderRef b;

	if (r)
		return r;
	b = psr_guard_builder(s->f);
	for (unsigned i = 0; i < x.n && !r; i++) {
		LLVMValueRef size = LLVMBuildSub(b, x.at[i].high, x.at[i].low,
						 "psr.size");

		if (x.at[i].written && x.at[i].read)
			r = PSR_REASON_NO_STREAM;
		all = LLVMBuildAdd(b, all, size, "psr.touched");
		if (x.at[i].written)
			written = LLVMBuildAdd(b, written, size, "psr.written");
	}
	s->guard = psr_guard_both(b, s->guard, x.valid);
	if (!psr_options_any_size()) {
		require_least(s, b, all, TOUCHED);
		require_least(s, b, written, TOUCHED / WRITTEN_PART);
	}
	LLVMDisposeBuilder(b);
	return psr_guard_fails(s->guard) ? PSR_REASON_NO_STREAM : r;
}

/* Tells that START, where a loop begins to store, is aligned. */
static void assume_aligned(LLVMValueRef f, LLVMBasicBlockRef at,
			   LLVMValueRef start)
{
	LLVMModuleRef m = LLVMGetGlobalParent(f);
	LLVMContextRef ctx = LLVMGetModuleContext(m);
	unsigned id = LLVMLookupIntrinsicID("llvm.assume", 11);
	LLVMValueRef assume = LLVMGetIntrinsicDeclaration(m, id, NULL, 0);
	LLVMValueRef yes = LLVMConstInt(LLVMInt1TypeInContext(ctx), 1, false);
	LLVMValueRef args[] = {
	    start,
	    LLVMConstInt(LLVMInt64TypeInContext(ctx), ALIGNMENT, false),
	};
	LLVMOperandBundleRef bundle =
	    LLVMCreateOperandBundle("align", 5, args, 2);
	LLVMBuilderRef b = LLVMCreateBuilderInContext(ctx);

	LLVMPositionBuilderBefore(b, LLVMGetBasicBlockTerminator(at));
	LLVMBuildCallWithOperandBundles(b, LLVMGlobalGetValueType(assume),
					assume, &yes, 1, &bundle, 1, "");
	LLVMDisposeBuilder(b);
	LLVMDisposeOperandBundle(bundle);
}

/*
 * I stores by what is assumed, and an offset: assumptions on values that nothing
 * else uses are dropped.
 */
static void store_by(struct stores *s, LLVMValueRef i, LLVMValueRef start,
		     const struct psr_walk *walk)
{
	LLVMContextRef ctx = LLVMGetModuleContext(LLVMGetGlobalParent(s->f));
	psr_scev way =
	    psr_ext_scev_minus(s->fam, s->f, walk->address, walk->start);
	LLVMValueRef offset = psr_ext_scev_expand(s->fam, s->f, way, i);
	LLVMBuilderRef b = LLVMCreateBuilderInContext(ctx);

	LLVMPositionBuilderBefore(b, i);
	LLVMSetOperand(i, 1,
		       LLVMBuildGEP2(b, LLVMInt8TypeInContext(ctx), start,
				     &offset, 1, "psr.at"));
	LLVMDisposeBuilder(b);
}

static void assume_all(struct stores *s)
{
	for (unsigned k = 0; k < s->n; k++) {
		psr_loop l = psr_ext_loop_of(
		    s->fam, s->f, LLVMGetInstructionParent(s->at[k]));
		LLVMBasicBlockRef before = psr_ext_loop_preheader(l);
		LLVMValueRef start;
		struct psr_walk walk;

		if (!before || !goes_on(s, s->at[k], l, &walk))
			continue;
		start = psr_ext_scev_expand(s->fam, s->f, walk.start,
					    LLVMGetBasicBlockTerminator(before));
		assume_aligned(s->f, before, start);
		store_by(s, s->at[k], start, &walk);
	}
}

/* Where the variant has done its work. */
static void fence(LLVMValueRef f)
{
	LLVMModuleRef m = LLVMGetGlobalParent(f);
	LLVMBuilderRef b =
	    LLVMCreateBuilderInContext(LLVMGetModuleContext(m));

	for (LLVMBasicBlockRef at = LLVMGetFirstBasicBlock(f); at;
	     at = LLVMGetNextBasicBlock(at)) {
		LLVMValueRef end = LLVMGetBasicBlockTerminator(at);

		if (!LLVMIsAReturnInst(end) ||
		    psr_guard_fails(LLVMGetOperand(end, 0)))
			continue;
		LLVMPositionBuilderBefore(b, end);
		psr_ir_intrinsic(b, m, "llvm.x86.sse.sfence", NULL, NULL, 0);
	}
	LLVMDisposeBuilder(b);
}

static enum psr_reason apply(const struct psr_recipe *r, struct psr_fam *fam,
			     const struct psr_nest *nest, LLVMValueRef f)
{
	LLVMTypeRef i1 =
	    LLVMInt1TypeInContext(LLVMGetModuleContext(LLVMGetGlobalParent(f)));
	struct stores s = {.fam = fam,
			   .f = f,
			   .guard = LLVMConstInt(i1, 1, false)};
	enum psr_reason reason = find_in(&s, NULL);

	(void)r;
	(void)nest;
	if (!reason)
		reason = s.n ? require_large(&s) : PSR_REASON_NO_STREAM;
	if (reason)
		return reason;
	psr_guard_require(f, s.guard);
	psr_ext_forget(fam, f);
	assume_all(&s);
	fence(f);
	LLVMAddTargetDependentFunctionAttr(f, PSR_NONTEMPORAL, "");
	psr_ext_forget(fam, f);
	return PSR_REASON_NONE;
}

/* With little arithmetic, memory is what limits. */
static int promise(const struct psr_recipe *r, const struct psr_nest *nest)
{
	const struct psr_features *x = &nest->features;

	(void)r;
	return x->flops > 2 * (x->loads + x->stores) || x->depth > 2 ? -30 : 24;
}

const struct psr_transform psr_nontemporal = {PSR_VARIANT_GUARDED, applies,
					      apply, promise, 1.2};
