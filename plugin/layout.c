/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * layout.c - packs the strided memory that a nest goes through again and
 * again: fields of an array of structures, columns of a matrix.
 *
 * In front of the nest the elements of each stream (streams.h) are copied to
 * an array of their own, in the order in which the nest's inner loop meets
 * them; within, every access goes there; behind, what was written is copied
 * back. The nest then reads what it uses and nothing else, in unit stride, by
 * a pointer that nothing else overlaps, and the vectorizer needs no gathers.
 *
 * Legal for the reasons in streams.c, with these conditions tested on entry;
 * where one fails the original runs:
 *  - the invariant branches lead to the stream's accesses;
 *  - no distance within the memory wraps: trips and steps are bounded;
 *  - the memory of a stream and that of any other access which is not known
 *    to be apart from it are apart, where one of them is written;
 *  - what is not always read, at the end, lies in a page that is.
 * Values are copied as integers of their size (or pointers), so that every bit
 * survives; there is no arithmetic in it. The copies lie in a block of the
 * stub's (__psr_scratch), which is not there to be had in a program without
 * the stub, without memory, or that has locked itself in: the original again.
 *
 * It pays where each element is met several times: the elements are copied
 * once, at about the cost of one round. So the entry also tests that there
 * are several rounds, some elements, and not too many bytes.
 */
#include "layout.h"

#include "extent.h"
#include "ir.h"
#include "packing.h"

#define ROUNDS_MIN   4 /* in which the same elements are met */
#define ELEMENTS_MIN 32
#define ELEMENTS_MAX (UINT64_C(1) << 24) /* of one dimension */
#define BYTES_MAX    (UINT64_C(16) << 20)
#define LINE         64

#define PROMISE        8  /* beside the vectors' own */
#define PROMISE_SCALAR 75 /* with the module's own vectors, or none */

/* ---- Small pieces ------------------------------------------------------- */

static LLVMValueRef number(struct psr_packing *e, uint64_t n)
{
	return LLVMConstInt(e->i64, n, false);
}

/* Where an earlier condition fails, a later one may be poison. */
static void require(struct psr_packing *e, LLVMValueRef condition)
{
	e->condition =
	    LLVMBuildSelect(e->b, e->condition, condition,
			    LLVMConstInt(e->i1, 0, false), "psr.holds");
}

static void require_at_most(struct psr_packing *e, LLVMValueRef value,
			    uint64_t most)
{
	require(e, LLVMBuildICmp(e->b, LLVMIntULE, value, number(e, most),
				 "psr.fits"));
}

static void require_at_least(struct psr_packing *e, LLVMValueRef value,
			     uint64_t least)
{
	require(e, LLVMBuildICmp(e->b, LLVMIntUGE, value, number(e, least),
				 "psr.enough"));
}

static LLVMValueRef expand(struct psr_packing *e, psr_scev s)
{
	return psr_ext_scev_expand(e->s.fam, e->s.f, s, e->s.at);
}

/* ---- The guard ---------------------------------------------------------- */

/* Notes L, if its trip count is known. False: there is no room. */
static bool note_loop(struct psr_packing *e, psr_loop l)
{
	struct psr_ends trips;

	if (!psr_streams_trips(&e->s, l, &trips) ||
	    psr_packing_loop(e, l) < e->nloops)
		return true;
	if (trips.around && (!note_loop(e, trips.around) ||
			     psr_packing_loop(e, trips.around) == e->nloops))
		return false;
	if (e->nloops == PSR_PACKING_LOOPS)
		return false;
	e->loops[e->nloops].loop = l;
	e->loops[e->nloops].iv = NULL;
	e->loops[e->nloops].trips = expand(e, trips.most);
	require_at_most(e, e->loops[e->nloops].trips, PSR_TRIPS_MAX);
	if (trips.around) {
		LLVMValueRef least = expand(e, trips.least);

		require_at_most(e, least, PSR_TRIPS_MAX);
		require_at_least(e, least, 1);
	}
	e->nloops++;
	return true;
}

static bool note_loops(struct psr_packing *e)
{
	for (unsigned i = 0; i < e->s.naccesses; i++) {
		const struct psr_access *a = &e->s.accesses[i];

		for (unsigned k = 0; a->affine && k < a->at.depth; k++)
			if (!note_loop(e, a->at.loops[k]))
				return false;
	}
	return true;
}

static LLVMValueRef trips_of(struct psr_packing *e, psr_loop l)
{
	return e->loops[psr_packing_loop(e, l)].trips;
}

/* STEP as a value; bounded, if it is no constant, from LEAST. */
static LLVMValueRef step_value(struct psr_packing *e, psr_scev step,
			       uint64_t least)
{
	LLVMValueRef value = expand(e, step), size;

	if (LLVMIsConstant(value))
		return value;
	size = psr_ir_absolute(e->b, value, "");
	require_at_most(e, size, PSR_STEP_MAX);
	if (least)
		require_at_least(e, size, least);
	return value;
}

/* The memory [*LOW, *HIGH) that accesses by AT reach. */
static void reach(struct psr_packing *e, const struct psr_affine *at,
		  LLVMValueRef *low, LLVMValueRef *high)
{
	LLVMValueRef zero = number(e, 0);

	*low = LLVMBuildPtrToInt(e->b, expand(e, at->start), e->i64, "");
	*high = LLVMBuildAdd(e->b, *low, number(e, at->bytes), "");
	for (unsigned i = 0; i < at->depth; i++) {
		LLVMValueRef trips, way;

		if (!at->steps[i])
			continue;
		trips = LLVMBuildSub(e->b, trips_of(e, at->loops[i]),
				     number(e, 1), "");
		way = LLVMBuildMul(e->b, trips, step_value(e, at->steps[i], 0),
				   "");
		*low = LLVMBuildAdd(
		    e->b, *low, psr_ir_pick(e->b, LLVMIntSLT, way, zero, ""),
		    "psr.low");
		*high = LLVMBuildAdd(e->b, *high,
				     psr_ir_pick(e->b, LLVMIntSGT, way, zero, ""),
				     "psr.high");
	}
	require(e, LLVMBuildICmp(e->b, LLVMIntULT, *low, *high, "psr.fits"));
}

static void require_apart(struct psr_packing *e, const struct psr_affine *x,
			  const struct psr_affine *y)
{
	LLVMValueRef low[2], high[2];

	reach(e, x, &low[0], &high[0]);
	reach(e, y, &low[1], &high[1]);
	require(e, psr_ir_apart(e->b, low, high));
}

/* Each element is met often enough. */
static void require_rounds(struct psr_packing *e, const struct psr_stream *x)
{
	LLVMValueRef rounds = number(e, 1);

	for (unsigned i = 0; i < x->at.depth; i++) {
		psr_scev trips =
		    x->at.steps[i] ? NULL
				   : psr_streams_rounds(&e->s, x->at.loops[i]);

		if (trips)
			rounds = LLVMBuildMul(e->b, rounds,
					      psr_ir_pick(e->b, LLVMIntULT,
							expand(e, trips),
							number(e, ROUNDS_MIN), ""),
					      "psr.rounds");
	}
	require_at_least(e, rounds, ROUNDS_MIN);
}

static LLVMTypeRef element_type(struct psr_packing *e, unsigned k)
{
	for (unsigned i = 0; i < e->s.naccesses; i++) {
		const struct psr_access *a = &e->s.accesses[i];
		LLVMTypeRef type;

		if (a->stream != (int)k)
			continue;
		type = a->store ? LLVMTypeOf(LLVMGetOperand(a->instruction, 0))
				: LLVMTypeOf(a->instruction);
		if (LLVMGetTypeKind(type) == LLVMPointerTypeKind)
			return type;
	}
	return LLVMIntTypeInContext(e->ctx,
				    8 * (unsigned)e->s.streams[k].at.bytes);
}

static unsigned element_align(struct psr_packing *e, unsigned k)
{
	unsigned least = 0;

	for (unsigned i = 0; i < e->s.naccesses; i++) {
		unsigned align;

		if (e->s.accesses[i].stream != (int)k)
			continue;
		align = LLVMGetAlignment(e->s.accesses[i].instruction);
		if (!least || align < least)
			least = align;
	}
	return least;
}

static void require_same_page(struct psr_packing *e, LLVMValueRef x,
			      LLVMValueRef y)
{
	require(e, LLVMBuildICmp(e->b, LLVMIntULT, LLVMBuildXor(e->b, x, y, ""),
				 number(e, PSR_PAGE), "psr.page"));
}

/*
 * The last element of stream K, or the first, has only on one side a byte that
 * the nest is certain to access: it lies in that byte's page.
 */
static void require_page(struct psr_packing *e, unsigned k)
{
	const struct psr_stream *x = &e->s.streams[k];
	const struct psr_access *beside = &e->s.accesses[x->beside];
	LLVMValueRef from = expand(e, beside->at.start);
	LLVMValueRef at = e->streams[k].start, way, past;
	bool down = LLVMConstIntGetSExtValue(e->streams[k].step) < 0;

	from = LLVMBuildPtrToInt(e->b, from, e->i64, "");
	at = LLVMBuildPtrToInt(e->b, at, e->i64, "");
	if (down == x->behind) {
		way = LLVMBuildSub(e->b, e->streams[k].trips, number(e, 1), "");
		way = LLVMBuildMul(e->b, way, e->streams[k].step, "");
		from = LLVMBuildAdd(e->b, from, way, "");
		at = LLVMBuildAdd(e->b, at, way, "");
	}
	past = LLVMBuildAdd(e->b, at, number(e, x->at.bytes - 1), "");
	require_same_page(e, from, at);
	require_same_page(e, from, past);
}

/* Computes what stream K needs, on entry. */
static void measure_stream(struct psr_packing *e, unsigned k)
{
	const struct psr_stream *x = &e->s.streams[k];
	LLVMValueRef count;

	e->streams[k].type = element_type(e, k);
	e->streams[k].align = element_align(e, k);
	e->streams[k].start = expand(e, x->at.start);
	e->streams[k].step =
	    step_value(e, x->at.steps[x->inner], 2 * x->at.bytes);
	e->streams[k].trips = trips_of(e, x->at.loops[x->inner]);
	require_at_most(e, e->streams[k].trips, ELEMENTS_MAX);
	if (x->beside >= 0)
		require_page(e, k);
	count = e->streams[k].trips;
	if (x->outer >= 0) {
		e->streams[k].stride = step_value(e, x->at.steps[x->outer], 0);
		e->streams[k].rows = trips_of(e, x->at.loops[x->outer]);
		require_at_most(e, e->streams[k].rows, ELEMENTS_MAX);
		count = LLVMBuildMul(e->b, count, e->streams[k].rows, "");
	}
	if (!psr_options_any_size()) {
		require_at_least(e, count, ELEMENTS_MIN);
		require_rounds(e, x);
	}
	/* A line between two copies, which keeps them off each other's sets. */
	count = LLVMBuildMul(e->b, count, number(e, x->at.bytes), "");
	count = LLVMBuildAnd(
	    e->b, LLVMBuildAdd(e->b, count, number(e, 2 * LINE - 1), ""),
	    number(e, ~(uint64_t)(LINE - 1)), "");
	e->streams[k].offset = e->bytes;
	e->bytes = LLVMBuildAdd(e->b, e->bytes, count, "psr.bytes");
}

/* Everything is computed and tested; false if the nest is too large. */
static bool emit_guard(struct psr_packing *e)
{
	LLVMTypeRef type = LLVMFunctionType(e->ptr, &e->i64, 1, false);
	LLVMValueRef scratch = psr_packing_function(e, "__psr_scratch", type);

	for (unsigned i = 0; i < e->s.nconditions; i++) {
		LLVMValueRef value = e->s.conditions[i].value;

		require(e, e->s.conditions[i].is
			       ? value
			       : LLVMBuildNot(e->b, value, ""));
	}
	if (!note_loops(e))
		return false;
	for (unsigned k = 0; k < e->s.n; k++)
		measure_stream(e, k);
	require_at_most(e, e->bytes, BYTES_MAX);
	for (unsigned i = 0; i < e->s.ntests; i++)
		require_apart(e, &e->s.streams[e->s.tests[i].stream].at,
			      &e->s.accesses[e->s.tests[i].access].at);
	require(e, LLVMBuildICmp(e->b, LLVMIntNE, scratch,
				 LLVMConstNull(e->ptr), "psr.present"));
	return true;
}

/* ---- The recipe --------------------------------------------------------- */

void psr_layout_judge(struct psr_fam *fam, struct psr_nest *nest)
{
	LLVMValueRef at =
	    LLVMGetBasicBlockTerminator(psr_ext_loop_preheader(nest->loop));
	struct psr_streams s;

	if (psr_ir_is_sanitized(nest->function))
		nest->layout = PSR_REASON_SANITIZER;
	else if (nest->features.depth < 2)
		nest->layout = PSR_REASON_REUSE;
	else
		nest->layout =
		    psr_streams_find(fam, nest->function, nest->loop, at, &s);
}

static enum psr_reason applies(const struct psr_recipe *r,
			       const struct psr_nest *nest)
{
	if (r->width && !nest->features.vector_loops)
		return PSR_REASON_NO_VECTOR;
	return nest->layout;
}

static enum psr_reason apply(const struct psr_recipe *r, struct psr_fam *fam,
			     const struct psr_nest *nest, LLVMValueRef f)
{
	LLVMContextRef ctx = LLVMGetModuleContext(LLVMGetGlobalParent(f));
	LLVMValueRef at =
	    LLVMGetBasicBlockTerminator(LLVMGetEntryBasicBlock(f));
	struct psr_packing e = {
	    .ctx = ctx,
	    .i1 = LLVMInt1TypeInContext(ctx),
	    .i8 = LLVMInt8TypeInContext(ctx),
	    .i64 = LLVMInt64TypeInContext(ctx),
	    .ptr = LLVMPointerTypeInContext(ctx, 0),
	};
	enum psr_reason reason;
	psr_loop l;

	(void)r;
	(void)nest;
	if (psr_ext_loop_count(fam, f, NULL) != 1)
		return PSR_REASON_FORM;
	l = psr_ext_loop_at(fam, f, NULL, 0);
	if (!psr_ext_loop_is_simple(l) || !psr_ext_loop_unique_exit(l))
		return PSR_REASON_FORM;
	reason = psr_streams_find(fam, f, l, at, &e.s);
	if (reason)
		return reason;
	e.condition = LLVMConstInt(e.i1, 1, false);
	e.bytes = number(&e, 0);
	e.b = psr_guard_builder(f);
	if (emit_guard(&e)) {
		psr_guard_require(f, e.condition);
		psr_packing_emit(&e);
	} else {
		reason = PSR_REASON_LARGE;
	}
	LLVMDisposeBuilder(e.b);
	return reason;
}

static int promise(const struct psr_recipe *r, const struct psr_nest *nest)
{
	(void)nest;
	return r->width ? PROMISE : PROMISE_SCALAR;
}

const struct psr_transform psr_layout = {PSR_VARIANT_GUARDED, applies, apply,
					 promise, 1.5};
