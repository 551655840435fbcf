/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * order.c - may iterations of a loop be run side by side?
 *
 * Two accesses of one place, of which one writes, must stay in order. LLVM's
 * dependence analysis is asked by its own transformations; this test does not
 * rely on it (it is off the beaten track of clang's pipeline), and is simple:
 * a store and another access
 *  - are apart, by whatever alias analysis knows; or
 *  - move by the same steps with both loops, and some place is met again
 *     (a) only in the same iteration of INNER: what moves with INNER goes
 *         further than all iterations of OUTER move it, and where the two
 *         start apart. Iterations of OUTER keep their order there. Or
 *     (b) only in the same iteration of OUTER, whose own order is kept: as
 *         before, and they start apart by a multiple of that step; or
 *  - move by the same step with OUTER, and that takes them past all that both
 *    reach in an iteration: so (b), too; or
 *  - reach places that are apart, as far as both loops go; or
 *  - stand in one block outside INNER, which is run whole for one iteration
 *    of OUTER after the other.
 * What is not constant of these the guard tests. Of accesses in two loops
 * within OUTER, or of which one is in none, (a) is not enough.
 */
#include "order.h"

#include "ir.h"
#include "work.h"

#define ACCESSES_MAX 64
#define TRIPS_MAX    (UINT64_C(1) << 31)
#define STEP_MAX     (UINT64_C(1) << 30)
#define CLOSE        2 /* of OUTER's steps */
#define APART_MAX    (UINT64_C(1) << 60) /* bytes between two starts */

struct access {
	LLVMValueRef at;
	bool writes;
	psr_loop within; /* of INNER, or NULL */
	bool affine;
	struct psr_walk walk;
};

struct accesses {
	struct psr_fam *fam;
	LLVMValueRef f;
	psr_loop outer;
	const psr_loop *inner;
	unsigned ninner;
	struct access at[ACCESSES_MAX];
	unsigned n;
	LLVMValueRef end; /* in front of which the guard is computed */
	LLVMBuilderRef b;
	LLVMValueRef guard;
};

static enum psr_reason add_access(struct accesses *x, LLVMValueRef i,
				  psr_loop within)
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
	a->affine =
	    psr_ext_walk(x->fam, x->f, i, x->outer, within, &a->walk);
	return PSR_REASON_NONE;
}

static psr_loop inner_of(const struct accesses *x, LLVMBasicBlockRef b)
{
	for (unsigned i = 0; i < x->ninner; i++)
		if (psr_ext_loop_contains(x->inner[i], b))
			return x->inner[i];
	return NULL;
}

static enum psr_reason collect(struct accesses *x)
{
	enum psr_reason r = PSR_REASON_NONE;

	for (size_t k = 0; k < psr_ext_loop_nblocks(x->outer); k++) {
		LLVMBasicBlockRef b = psr_ext_loop_block(x->outer, k);
		psr_loop within = inner_of(x, b);

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

static LLVMValueRef value_of(struct accesses *x, psr_scev s)
{
	return psr_ext_scev_is_safe(x->fam, x->f, s, x->end)
		   ? psr_ext_scev_expand(x->fam, x->f, s, x->end)
		   : NULL;
}

/* L's iterations, or NULL. */
static LLVMValueRef trips_of(struct accesses *x, psr_loop l)
{
	psr_scev trip;

	return psr_ext_trip(x->fam, x->f, l, l, x->end, PSR_OUTER_BUDGET,
			    &trip) == PSR_TRIP_KNOWN
		   ? value_of(x, trip)
		   : NULL;
}

static void require(struct accesses *x, LLVMValueRef least, LLVMValueRef value,
		    uint64_t most)
{
	LLVMBuilderRef b = x->b;
	LLVMValueRef limit = LLVMConstInt(LLVMTypeOf(value), most, false);
	LLVMValueRef fits = LLVMBuildICmp(b, LLVMIntULE, value, limit, "");

	if (least) {
		LLVMValueRef enough =
		    LLVMBuildICmp(b, LLVMIntUGE, value, least, "psr.far");

		fits = LLVMBuildAnd(b, fits, enough, "psr.fits");
	}
	x->guard = LLVMBuildAnd(b, x->guard, fits, "psr.order");
}

/* What STEP makes of L's iterations but one; NULL where these are not known. The
 * limits keep it from wrapping. */
static LLVMValueRef way_of(struct accesses *x, psr_loop l, LLVMValueRef step)
{
	LLVMValueRef trips = trips_of(x, l), less;

	if (!trips)
		return NULL;
	require(x, NULL, trips, TRIPS_MAX);
	less = LLVMBuildSub(
	    x->b, trips, LLVMConstInt(LLVMTypeOf(trips), 1, false), "");
	return LLVMBuildMul(x->b, less, step, "psr.way");
}

static LLVMValueRef absolute(struct accesses *x, LLVMValueRef v)
{
	return psr_ir_absolute(x->b, v, "psr.step");
}

/* Guards |FAR| >= NEAR * (trips of NEAR's loop - 1) + BYTES. */
static bool require_far(struct accesses *x, psr_scev far, uint64_t near,
			psr_loop near_loop, uint64_t bytes)
{
	LLVMValueRef step = value_of(x, far), least, way;
	LLVMTypeRef i64;

	if (!step || LLVMGetIntTypeWidth(LLVMTypeOf(step)) != 64)
		return false;
	i64 = LLVMTypeOf(step);
	least = LLVMConstInt(i64, bytes, false);
	if (near) {
		way = way_of(x, near_loop, LLVMConstInt(i64, near, false));
		if (!way)
			return false;
		least = LLVMBuildAdd(x->b, way, least, "psr.least");
	}
	require(x, least, absolute(x, step), STEP_MAX);
	return true;
}

static bool is_zero(psr_scev step)
{
	uint64_t value;

	return psr_ext_scev_constant(step, &value) && !value;
}

/* By what A and B move with INNER, forward or back, if not both by nothing and
 * none by something else. */
static psr_scev far_step(struct accesses *x, const struct access *a,
			 const struct access *b)
{
	psr_scev v = a->walk.inner_step, w = b->walk.inner_step;
	int times;

	if (v == w || is_zero(w))
		return is_zero(v) ? NULL : v;
	return is_zero(v) || (psr_ext_scev_times(x->fam, x->f, v, w, &times) &&
			      times == -1)
		   ? w
		   : NULL;
}

/* WAY is STEP so many times, with nothing that wraps. */
static bool is_multiple(struct accesses *x, psr_scev way, psr_scev step)
{
	uint64_t bytes, each;
	int times;

	if (distance(way, &bytes) && distance(step, &each))
		return each && bytes % each == 0;
	return psr_ext_scev_times(x->fam, x->f, way, step, &times);
}

/* Down the columns: INNER's step is the far one, OUTER's a constant. */
static bool by_columns(struct accesses *x, const struct access *a,
		       const struct access *b, uint64_t outer)
{
	const struct psr_walk *v = &a->walk, *w = &b->walk;
	bool same = a->within == b->within && v->inner_step == w->inner_step;
	psr_scev far = far_step(x, a, b), way;
	uint64_t apart = 0;

	if (!far || v->outer_step != w->outer_step || v->bytes != w->bytes)
		return false;
	way = psr_ext_scev_minus(x->fam, x->f, w->start, v->start);
	if (!way)
		return false;
	if (!(same && is_zero(way)) &&
	    !(outer >= v->bytes && is_multiple(x, way, far)) &&
	    !(same && distance(way, &apart)))
		return false;
	return require_far(x, far, outer, x->outer, v->bytes + apart);
}

/* [*LOW, *HIGH) is made as wide as what goes by STEP with L moves it. */
static bool widen(struct accesses *x, psr_loop l, psr_scev by,
		  LLVMValueRef *low, LLVMValueRef *high)
{
	LLVMTypeRef i64 = LLVMTypeOf(*low);
	LLVMValueRef step, way, back;

	if (is_zero(by))
		return true;
	step = value_of(x, by);
	if (!step || !l || LLVMTypeOf(step) != i64)
		return false;
	require(x, NULL, absolute(x, step), STEP_MAX);
	way = way_of(x, l, step);
	if (!way)
		return false;
	back = LLVMBuildICmp(x->b, LLVMIntSLT, way, LLVMConstNull(i64), "");
	*low = LLVMBuildSelect(x->b, back, LLVMBuildAdd(x->b, *low, way, ""),
			       *low, "psr.low");
	*high = LLVMBuildSelect(x->b, back, *high,
				LLVMBuildAdd(x->b, *high, way, ""), "psr.high");
	return true;
}

/* The bytes [LOW, HIGH) that A reaches from FROM, in an iteration of OUTER. */
static bool reach(struct accesses *x, const struct access *a, LLVMValueRef from,
		  LLVMValueRef *low, LLVMValueRef *high)
{
	LLVMValueRef bytes =
	    LLVMConstInt(LLVMTypeOf(from), a->walk.bytes, false);

	*low = from;
	*high = LLVMBuildAdd(x->b, from, bytes, "");
	return widen(x, a->within, a->walk.inner_step, low, high);
}

/* From A's start to B's it is *REST and a few of OUTER's steps: returns how
 * many, or -1. */
static int steps_between(struct accesses *x, const struct access *a,
			 const struct access *b, int64_t *rest)
{
	psr_scev way = psr_ext_scev_minus(x->fam, x->f, b->walk.start,
					  a->walk.start);
	uint64_t value;

	for (int i = 0; way && i <= CLOSE; i++) {
		if (psr_ext_scev_constant(way, &value)) {
			*rest = (int64_t)value;
			return i;
		}
		way = psr_ext_scev_minus(x->fam, x->f, way, a->walk.outer_step);
	}
	return -1;
}

/* One begins in a later row than the other. */
static bool are_rows_apart(struct accesses *x, const struct access *a,
			   const struct access *b)
{
	int64_t rest;

	return (steps_between(x, a, b, &rest) > 0 && rest >= 0) ||
	       (steps_between(x, b, a, &rest) > 0 && rest >= 0);
}

static bool are_close(struct accesses *x, const struct access *a,
		      const struct access *b)
{
	int64_t rest;

	return steps_between(x, a, b, &rest) >= 0 ||
	       steps_between(x, b, a, &rest) >= 0;
}

/* Along the rows: OUTER's step takes both past all that they reach. */
static bool by_rows(struct accesses *x, const struct access *a,
		    const struct access *b)
{
	psr_scev way = psr_ext_scev_minus(x->fam, x->f, b->walk.start,
					  a->walk.start);
	LLVMValueRef step, from, low[2], high[2], width;
	LLVMTypeRef i64;

	if (!way || a->walk.outer_step != b->walk.outer_step ||
	    are_rows_apart(x, a, b))
		return false;
	step = value_of(x, a->walk.outer_step);
	from = value_of(x, way);
	if (!step || !from || LLVMTypeOf(step) != LLVMTypeOf(from) ||
	    LLVMGetIntTypeWidth(LLVMTypeOf(step)) != 64)
		return false;
	i64 = LLVMTypeOf(step);
	require(x, NULL,
		LLVMBuildAdd(x->b, from, LLVMConstInt(i64, APART_MAX, false),
			     ""),
		2 * APART_MAX);
	if (!reach(x, a, LLVMConstNull(i64), &low[0], &high[0]) ||
	    !reach(x, b, from, &low[1], &high[1]))
		return false;
	width = LLVMBuildSub(
	    x->b, psr_ir_pick(x->b, LLVMIntSGT, high[0], high[1], ""),
	    psr_ir_pick(x->b, LLVMIntSLT, low[0], low[1], ""), "psr.width");
	require(x, width, absolute(x, step), STEP_MAX);
	return true;
}

/* The bytes [LOW, HIGH) that A reaches in all iterations. */
static bool reach_all(struct accesses *x, const struct access *a,
		      LLVMValueRef *low, LLVMValueRef *high)
{
	LLVMTypeRef i64 = LLVMInt64TypeInContext(
	    LLVMGetModuleContext(LLVMGetGlobalParent(x->f)));
	LLVMValueRef start = value_of(x, a->walk.start);

	return start &&
	       reach(x, a, LLVMBuildPtrToInt(x->b, start, i64, "psr.start"),
		     low, high) &&
	       widen(x, x->outer, a->walk.outer_step, low, high);
}

/* What begins close together will overlap, and is not asked. */
static bool are_apart(struct accesses *x, const struct access *a,
		      const struct access *b)
{
	LLVMValueRef low[2], high[2];

	if (!a->affine || !b->affine || are_close(x, a, b) ||
	    !reach_all(x, a, &low[0], &high[0]) ||
	    !reach_all(x, b, &low[1], &high[1]))
		return false;
	x->guard = LLVMBuildAnd(x->b, x->guard, psr_ir_apart(x->b, low, high),
				"psr.order");
	return true;
}

static bool comes_back_in_order(struct accesses *x, const struct access *a,
				const struct access *b)
{
	uint64_t inner, outer;
	bool is_near;

	if (!a->affine || !b->affine)
		return false;
	if (!distance(a->walk.outer_step, &outer))
		return by_rows(x, a, b);
	is_near = (distance(a->walk.inner_step, &inner) && inner <= outer) &&
		  (distance(b->walk.inner_step, &inner) && inner <= outer);
	return is_near ? by_rows(x, a, b) : by_columns(x, a, b, outer);
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
	return comes_back_in_order(x, a, b) || are_apart(x, a, b);
}

enum psr_reason psr_order_jam(struct psr_fam *fam, LLVMValueRef f,
			      psr_loop outer, const psr_loop *inner, unsigned n,
			      LLVMValueRef end, LLVMValueRef *guard)
{
	LLVMContextRef ctx = LLVMGetModuleContext(LLVMGetGlobalParent(f));
	struct accesses x = {.fam = fam,
			     .f = f,
			     .outer = outer,
			     .inner = inner,
			     .ninner = n,
			     .end = end,
			     .b = LLVMCreateBuilderInContext(ctx),
			     .guard = *guard};
	enum psr_reason r = collect(&x);

	LLVMPositionBuilderBefore(x.b, end);
	for (unsigned i = 0; i < x.n && !r; i++)
		for (unsigned k = 0; k <= i && !r; k++)
			if (!keeps_order(&x, &x.at[i], &x.at[k]))
				r = PSR_REASON_ORDER;
	if (!r && LLVMIsNull(x.guard))
		r = PSR_REASON_ORDER;
	if (!r)
		*guard = x.guard;
	LLVMDisposeBuilder(x.b);
	return r;
}

void psr_order_prepare(struct psr_fam *fam, LLVMValueRef f)
{
	psr_ext_run(fam, f,
		    "loop-mssa(licm,simple-loop-unswitch<nontrivial>,"
		    "loop-simplifycfg),early-cse<memssa>,dse");
}

void psr_order_finish(struct psr_fam *fam, LLVMValueRef f)
{
	psr_ext_run(fam, f, "early-cse<memssa>,dse");
}
