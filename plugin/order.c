/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * order.c - may iterations of a loop be run side by side?
 *
 * Two accesses of one place, of which one writes, must stay in order. LLVM's
 * dependence analysis is asked by its own transformations; this test does not
 * rely on it (it is off the beaten track of clang's pipeline), and is simple:
 * a store and another access
 *  - are apart, by whatever alias analysis knows; or
 *  - have the same address in the same iteration of both loops, and that
 *    address comes back
 *     (a) only in the same iteration of INNER: it moves with INNER alone, by
 *         at least its size. Iterations of OUTER keep their order there; or
 *     (b) only in the same iteration of OUTER, whose own order is kept: it
 *         moves with OUTER alone, by at least its size; or
 *     (c) never: it moves with one loop by at least what all iterations of
 *         the other move it, and its size.
 *    Where these are not constants, the guard tests them.
 *  - or stand in one block outside INNER, which is run whole for one iteration
 *    of OUTER after the other.
 */
#include "order.h"

#include "extent.h"
#include "work.h"

#define ACCESSES_MAX 64
#define TRIPS_MAX    (UINT64_C(1) << 31)
#define STEP_MAX     (UINT64_C(1) << 30)

struct access {
	LLVMValueRef at;
	bool writes, within; /* within INNER */
	bool affine;
	struct psr_walk walk;
};

struct accesses {
	struct psr_fam *fam;
	LLVMValueRef f;
	psr_loop outer, inner;
	struct access at[ACCESSES_MAX];
	unsigned n;
	LLVMValueRef guard;
};

static enum psr_reason add_access(struct accesses *x, LLVMValueRef i,
				  bool within)
{
	bool reads, writes;
	enum psr_touch touch = psr_ext_touch(i, &reads, &writes);
	struct access *a = &x->at[x->n];

	if (touch == PSR_TOUCH_NONE)
		return PSR_REASON_NONE;
	if (touch == PSR_TOUCH_UNKNOWN || LLVMIsACallInst(i))
		return PSR_REASON_ORDER;
	if (x->n == ACCESSES_MAX)
		return PSR_REASON_LARGE;
	x->n++;
	a->at = i;
	a->writes = writes;
	a->within = within;
	a->affine = psr_ext_walk(x->fam, x->f, i, x->outer,
				 within ? x->inner : NULL, &a->walk);
	return PSR_REASON_NONE;
}

static enum psr_reason collect(struct accesses *x)
{
	enum psr_reason r = PSR_REASON_NONE;

	for (size_t k = 0; k < psr_ext_loop_nblocks(x->outer); k++) {
		LLVMBasicBlockRef b = psr_ext_loop_block(x->outer, k);
		bool within = psr_ext_loop_contains(x->inner, b);

		for (LLVMValueRef i = LLVMGetFirstInstruction(b); i && !r;
		     i = LLVMGetNextInstruction(i))
			r = add_access(x, i, within);
	}
	return r;
}

/* |STEP|, if it is a constant. */
static bool distance(psr_scev step, uint64_t *out)
{
	if (!psr_ext_scev_constant(step, out))
		return false;
	if (*out > INT64_MAX)
		*out = -*out;
	return *out <= STEP_MAX;
}

static LLVMValueRef at_entry(struct accesses *x, psr_scev s)
{
	LLVMValueRef end =
	    LLVMGetBasicBlockTerminator(LLVMGetEntryBasicBlock(x->f));

	return psr_ext_scev_is_safe(x->fam, x->f, s, end)
		   ? psr_ext_scev_expand(x->fam, x->f, s, end)
		   : NULL;
}

static void require(struct accesses *x, LLVMBuilderRef b, LLVMValueRef least,
		    LLVMValueRef value, uint64_t most)
{
	LLVMValueRef limit = LLVMConstInt(LLVMTypeOf(value), most, false);
	LLVMValueRef fits = LLVMBuildICmp(b, LLVMIntULE, value, limit, "");

	if (least) {
		LLVMValueRef enough =
		    LLVMBuildICmp(b, LLVMIntUGE, value, least, "psr.far");

		fits = LLVMBuildAnd(b, fits, enough, "psr.fits");
	}
	x->guard = LLVMBuildAnd(b, x->guard, fits, "psr.order");
}

static LLVMValueRef absolute(LLVMBuilderRef b, LLVMValueRef v)
{
	LLVMValueRef zero = LLVMConstNull(LLVMTypeOf(v));
	LLVMValueRef back = LLVMBuildICmp(b, LLVMIntSLT, v, zero, "");

	return LLVMBuildSelect(b, back, LLVMBuildNeg(b, v, ""), v, "psr.step");
}

/*
 * Guards |FAR| >= |NEAR| * (trips of NEAR's loop - 1) + BYTES: NEAR is a
 * constant. The limits keep the products of it from wrapping.
 */
static bool require_far(struct accesses *x, psr_scev far, uint64_t near,
			psr_loop near_loop, uint64_t bytes)
{
	LLVMValueRef end =
	    LLVMGetBasicBlockTerminator(LLVMGetEntryBasicBlock(x->f));
	LLVMValueRef step = at_entry(x, far), trips = NULL, least;
	LLVMBuilderRef b;
	psr_scev trip;

	if (near && psr_ext_trip(x->fam, x->f, near_loop, near_loop, end,
				 PSR_OUTER_BUDGET, &trip) != PSR_TRIP_KNOWN)
		return false;
	if (near)
		trips = at_entry(x, trip);
	if (!step || (near && !trips) ||
	    LLVMGetIntTypeWidth(LLVMTypeOf(step)) != 64)
		return false;
	b = psr_guard_builder(x->f);
	least = LLVMConstInt(LLVMTypeOf(step), bytes, false);
	if (near) {
		LLVMTypeRef i64 = LLVMTypeOf(trips);
		LLVMValueRef way = LLVMBuildMul(
		    b, LLVMBuildSub(b, trips, LLVMConstInt(i64, 1, false), ""),
		    LLVMConstInt(i64, near, false), "psr.way");

		least = LLVMBuildAdd(b, way, least, "psr.least");
		require(x, b, NULL, trips, TRIPS_MAX);
	}
	require(x, b, least, absolute(b, step), STEP_MAX);
	LLVMDisposeBuilder(b);
	return true;
}

static bool comes_back_in_order(struct accesses *x, const struct access *a,
				const struct access *b)
{
	const struct psr_walk *w = &a->walk;
	uint64_t inner = 0, outer = 0;
	bool inner_known, outer_known;

	if (!a->affine || !b->affine || w->address != b->walk.address ||
	    w->bytes != b->walk.bytes)
		return false;
	inner_known = distance(w->inner_step, &inner);
	outer_known = distance(w->outer_step, &outer);
	if (outer_known && !(inner_known && inner <= outer))
		return require_far(x, w->inner_step, outer, x->outer,
				   w->bytes);
	if (inner_known)
		return require_far(x, w->outer_step, inner, x->inner,
				   w->bytes);
	return false;
}

static bool keeps_order(struct accesses *x, const struct access *a,
			const struct access *b)
{
	if (!a->writes && !b->writes)
		return true;
	if (!a->within && !b->within &&
	    LLVMGetInstructionParent(a->at) == LLVMGetInstructionParent(b->at))
		return true;
	if (a != b && psr_ext_apart(x->fam, x->f, a->at, b->at))
		return true;
	return comes_back_in_order(x, a, b);
}

enum psr_reason psr_order_jam(struct psr_fam *fam, LLVMValueRef f,
			      psr_loop outer, psr_loop inner,
			      LLVMValueRef *guard)
{
	struct accesses x = {.fam = fam, .f = f, .outer = outer,
			     .inner = inner, .guard = *guard};
	enum psr_reason r = collect(&x);

	for (unsigned i = 0; i < x.n && !r; i++)
		for (unsigned k = 0; k <= i && !r; k++)
			if (!keeps_order(&x, &x.at[i], &x.at[k]))
				r = PSR_REASON_ORDER;
	if (!r)
		*guard = x.guard;
	return r;
}
