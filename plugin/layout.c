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
 *    to be apart from it are apart, where one of them is written.
 * Values are copied as integers of their size (or pointers), so that every bit
 * survives; there is no arithmetic in it. The copies lie in a block of the
 * stub's (__psr_scratch), which is not there to be had in a program without
 * the stub, without memory, or that has locked itself in: the original again.
 *
 * It pays where each element is met several times: the elements are copied
 * once, at about the cost of one round. So the entry also tests that there
 * are several rounds, some elements, and not too many bytes.
 *
 * A matrix whose inner loop walks down the columns is transposed in strips of
 * STRIP columns, so that each line of it that is fetched is used up (blocking;
 * Lam, Rothberg and Wolf, "The cache performance and optimizations of blocked
 * algorithms", ASPLOS 1991).
 */
#include "layout.h"

#include <stdio.h>
#include <string.h>

#include "extent.h"
#include "ir.h"
#include "streams.h"

#define ROUNDS_MIN   4 /* in which the same elements are met */
#define ELEMENTS_MIN 32
#define ELEMENTS_MAX (UINT64_C(1) << 24) /* of one dimension */
#define BYTES_MAX    (UINT64_C(16) << 20)
#define STRIP        16 /* columns: a line of four-byte elements */
#define LINE         64
#define LOOPS_MAX    8
#define COPIES_MAX   (2 * 3 * PSR_STREAMS_MAX) /* in and out, in strips */

#define PROMISE        8  /* beside the vectors' own */
#define PROMISE_SCALAR 75 /* with the module's own vectors, or none */

struct emit {
	struct psr_streams s;
	LLVMContextRef ctx;
	LLVMTypeRef i1, i8, i64, ptr;
	LLVMBuilderRef b;
	LLVMValueRef condition; /* i1, on entry */
	struct {
		psr_loop loop;
		LLVMValueRef trips; /* i64, on entry */
		LLVMValueRef iv;    /* i64, in its header */
	} loops[LOOPS_MAX];
	unsigned nloops;
	struct {
		LLVMTypeRef type;
		unsigned align;      /* of its elements where they are */
		LLVMValueRef start;  /* where they begin */
		LLVMValueRef step;   /* bytes to the next element */
		LLVMValueRef stride; /* bytes to the next row, or NULL */
		LLVMValueRef trips, rows;
		LLVMValueRef offset; /* in the block */
		LLVMValueRef packed; /* the copy */
		LLVMValueRef row;    /* of it, in the inner loop's preheader */
	} streams[PSR_STREAMS_MAX];
	LLVMValueRef bytes;     /* of all copies */
	LLVMValueRef block;     /* where they are */
	LLVMBasicBlockRef next; /* what new code is put in front of */
	LLVMBasicBlockRef copies[COPIES_MAX]; /* headers of loops of ours */
	unsigned ncopies;
};

/* ---- Small pieces ------------------------------------------------------- */

static LLVMValueRef number(struct emit *e, uint64_t n)
{
	return LLVMConstInt(e->i64, n, false);
}

/* Where an earlier condition fails, a later one may be poison. */
static void require(struct emit *e, LLVMValueRef condition)
{
	e->condition =
	    LLVMBuildSelect(e->b, e->condition, condition,
			    LLVMConstInt(e->i1, 0, false), "psr.holds");
}

static void require_at_most(struct emit *e, LLVMValueRef value, uint64_t most)
{
	require(e, LLVMBuildICmp(e->b, LLVMIntULE, value, number(e, most),
				 "psr.fits"));
}

static void require_at_least(struct emit *e, LLVMValueRef value, uint64_t least)
{
	require(e, LLVMBuildICmp(e->b, LLVMIntUGE, value, number(e, least),
				 "psr.enough"));
}

static LLVMValueRef select_if(struct emit *e, LLVMIntPredicate p,
			      LLVMValueRef x, LLVMValueRef y)
{
	return LLVMBuildSelect(e->b, LLVMBuildICmp(e->b, p, x, y, ""), x, y,
			       "");
}

static LLVMValueRef magnitude(struct emit *e, LLVMValueRef x)
{
	return select_if(e, LLVMIntSGT, x, LLVMBuildNeg(e->b, x, ""));
}

static LLVMValueRef expand(struct emit *e, psr_scev s)
{
	return psr_ext_scev_expand(e->s.fam, e->s.f, s, e->s.at);
}

/* ---- The guard ---------------------------------------------------------- */

static unsigned loop_index(struct emit *e, psr_loop l)
{
	for (unsigned i = 0; i < e->nloops; i++)
		if (e->loops[i].loop == l)
			return i;
	return e->nloops;
}

/* Notes L, if its trip count is known. False: there is no room. */
static bool note_loop(struct emit *e, psr_loop l)
{
	psr_scev trips = psr_streams_trip(&e->s, l);

	if (!trips || loop_index(e, l) < e->nloops)
		return true;
	if (e->nloops == LOOPS_MAX)
		return false;
	e->loops[e->nloops].loop = l;
	e->loops[e->nloops].iv = NULL;
	e->loops[e->nloops].trips = expand(e, trips);
	require_at_most(e, e->loops[e->nloops].trips, PSR_TRIPS_MAX);
	e->nloops++;
	return true;
}

static bool note_loops(struct emit *e)
{
	for (unsigned i = 0; i < e->s.naccesses; i++) {
		const struct psr_access *a = &e->s.accesses[i];

		for (unsigned k = 0; a->affine && k < a->at.depth; k++)
			if (!note_loop(e, a->at.loops[k]))
				return false;
	}
	return true;
}

static LLVMValueRef trips_of(struct emit *e, psr_loop l)
{
	return e->loops[loop_index(e, l)].trips;
}

/* STEP as a value; bounded, if it is no constant, from LEAST. */
static LLVMValueRef step_value(struct emit *e, psr_scev step, uint64_t least)
{
	LLVMValueRef value = expand(e, step), size;

	if (LLVMIsConstant(value))
		return value;
	size = magnitude(e, value);
	require_at_most(e, size, PSR_STEP_MAX);
	if (least)
		require_at_least(e, size, least);
	return value;
}

/* The memory [*LOW, *HIGH) that accesses by AT reach. */
static void reach(struct emit *e, const struct psr_affine *at,
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
		    e->b, *low, select_if(e, LLVMIntSLT, way, zero), "psr.low");
		*high = LLVMBuildAdd(e->b, *high,
				     select_if(e, LLVMIntSGT, way, zero),
				     "psr.high");
	}
	require(e, LLVMBuildICmp(e->b, LLVMIntULT, *low, *high, "psr.fits"));
}

static void require_apart(struct emit *e, const struct psr_affine *x,
			  const struct psr_affine *y)
{
	LLVMValueRef low[2], high[2], below, above;

	reach(e, x, &low[0], &high[0]);
	reach(e, y, &low[1], &high[1]);
	below = LLVMBuildICmp(e->b, LLVMIntULE, high[0], low[1], "psr.below");
	above = LLVMBuildICmp(e->b, LLVMIntULE, high[1], low[0], "psr.above");
	require(e, LLVMBuildOr(e->b, below, above, "psr.apart"));
}

/* The user, or a test, wants the smallest nests to have variants, too. */
static bool is_every_size_asked_for(void)
{
	return psr_options.min_work == 0 || psr_options.min_work == 1;
}

/* Each element is met often enough. */
static void require_rounds(struct emit *e, const struct psr_stream *x)
{
	LLVMValueRef rounds = number(e, 1);

	for (unsigned i = 0; i < x->at.depth; i++) {
		psr_scev trips =
		    x->at.steps[i] ? NULL
				   : psr_streams_rounds(&e->s, x->at.loops[i]);

		if (trips)
			rounds = LLVMBuildMul(e->b, rounds,
					      select_if(e, LLVMIntULT,
							expand(e, trips),
							number(e, ROUNDS_MIN)),
					      "psr.rounds");
	}
	require_at_least(e, rounds, ROUNDS_MIN);
}

static LLVMTypeRef element_type(struct emit *e, unsigned k)
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

static unsigned element_align(struct emit *e, unsigned k)
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

static void require_same_page(struct emit *e, LLVMValueRef x, LLVMValueRef y)
{
	require(e, LLVMBuildICmp(e->b, LLVMIntULT, LLVMBuildXor(e->b, x, y, ""),
				 number(e, PSR_PAGE), "psr.page"));
}

/*
 * The last element of stream K, or the first, has only on one side a byte that
 * the nest is certain to access: it lies in that byte's page.
 */
static void require_page(struct emit *e, unsigned k)
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
static void measure_stream(struct emit *e, unsigned k)
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
	if (!is_every_size_asked_for()) {
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

static LLVMValueRef stub_function(struct emit *e, const char *name,
				  LLVMTypeRef type)
{
	static const char *const attributes[] = {"nounwind", "willreturn"};
	LLVMModuleRef m = LLVMGetGlobalParent(e->s.f);
	LLVMValueRef f = LLVMGetNamedFunction(m, name);

	if (f)
		return f;
	f = LLVMAddFunction(m, name, type);
	LLVMSetLinkage(f, LLVMExternalWeakLinkage);
	for (size_t i = 0; i < 2; i++) {
		unsigned kind = LLVMGetEnumAttributeKindForName(
		    attributes[i], strlen(attributes[i]));

		LLVMAddAttributeAtIndex(
		    f, LLVMAttributeFunctionIndex,
		    LLVMCreateEnumAttribute(e->ctx, kind, 0));
	}
	return f;
}

/* Everything is computed and tested; false if the nest is too large. */
static bool emit_guard(struct emit *e)
{
	LLVMTypeRef type = LLVMFunctionType(e->ptr, &e->i64, 1, false);
	LLVMValueRef scratch = stub_function(e, "__psr_scratch", type);

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

/* ---- Loops of our own --------------------------------------------------- */

/* for (i = FROM; ...: returns i; the builder is in the loop. */
static LLVMValueRef begin_loop(struct emit *e, LLVMValueRef from)
{
	LLVMBasicBlockRef before = LLVMGetInsertBlock(e->b);
	LLVMBasicBlockRef body =
	    LLVMInsertBasicBlockInContext(e->ctx, e->next, "psr.copy");
	LLVMValueRef phi;

	e->copies[e->ncopies++] = body;
	LLVMBuildBr(e->b, body);
	LLVMPositionBuilderAtEnd(e->b, body);
	phi = LLVMBuildPhi(e->b, e->i64, "psr.i");
	LLVMAddIncoming(phi, &from, &before, 1);
	return phi;
}

/* ... i < END; i += STEP): at least once. The builder is behind the loop. */
static void end_loop(struct emit *e, LLVMValueRef phi, LLVMValueRef end,
		     uint64_t step)
{
	LLVMBasicBlockRef at = LLVMGetInsertBlock(e->b);
	LLVMBasicBlockRef after =
	    LLVMInsertBasicBlockInContext(e->ctx, e->next, "psr.copied");
	LLVMValueRef next = LLVMBuildNUWAdd(e->b, phi, number(e, step), "");
	LLVMValueRef more =
	    LLVMBuildICmp(e->b, LLVMIntULT, next, end, "psr.more");

	LLVMBuildCondBr(e->b, more, LLVMGetInstructionParent(phi), after);
	LLVMAddIncoming(phi, &next, &at, 1);
	LLVMPositionBuilderAtEnd(e->b, after);
}

/* Copies element I of row ROW (or NULL) of stream K, IN to or out of it. */
static void copy_element(struct emit *e, unsigned k, LLVMValueRef row,
			 LLVMValueRef i, bool in)
{
	unsigned bytes = (unsigned)e->s.streams[k].at.bytes;
	LLVMTypeRef type = e->streams[k].type;
	LLVMValueRef place, copy, index = i, load, store;

	place = LLVMBuildMul(e->b, i, e->streams[k].step, "");
	if (row) {
		place = LLVMBuildAdd(
		    e->b, place,
		    LLVMBuildMul(e->b, row, e->streams[k].stride, ""), "");
		index = LLVMBuildAdd(
		    e->b, i, LLVMBuildMul(e->b, row, e->streams[k].trips, ""),
		    "");
	}
	place = LLVMBuildGEP2(e->b, e->i8, e->streams[k].start, &place, 1, "");
	copy = LLVMBuildInBoundsGEP2(e->b, type, e->streams[k].packed, &index,
				     1, "");
	load = LLVMBuildLoad2(e->b, type, in ? place : copy, "psr.element");
	LLVMSetAlignment(load, in ? e->streams[k].align : bytes);
	store = LLVMBuildStore(e->b, load, in ? copy : place);
	LLVMSetAlignment(store, in ? bytes : e->streams[k].align);
}

static bool is_copied(const struct psr_stream *x, bool in)
{
	return in ? x->read : x->written;
}

static bool same_grid(const struct psr_stream *x, const struct psr_stream *y)
{
	return x->at.loops[x->inner] == y->at.loops[y->inner] &&
	       (x->outer < 0) == (y->outer < 0) &&
	       (x->outer < 0 || x->at.loops[x->outer] == y->at.loops[y->outer]);
}

/* Copies an element of every stream of K's grid, from K on. */
static void copy_elements(struct emit *e, unsigned k, LLVMValueRef row,
			  LLVMValueRef i, bool in)
{
	for (unsigned other = k; other < e->s.n; other++)
		if (is_copied(&e->s.streams[other], in) &&
		    same_grid(&e->s.streams[other], &e->s.streams[k]))
			copy_element(e, other, row, i, in);
}

/* One stream of each grid copies for all: the first one that is copied. */
static bool is_first(struct emit *e, unsigned k, bool in)
{
	for (unsigned other = 0; other < k; other++)
		if (is_copied(&e->s.streams[other], in) &&
		    same_grid(&e->s.streams[other], &e->s.streams[k]))
			return false;
	return is_copied(&e->s.streams[k], in);
}

static void copy_array(struct emit *e, unsigned k, bool in)
{
	LLVMValueRef i = begin_loop(e, number(e, 0));

	copy_elements(e, k, NULL, i, in);
	end_loop(e, i, e->streams[k].trips, 1);
}

/* Strips of rows; in each, element by element, all rows'. */
static void copy_matrix(struct emit *e, unsigned k, bool in)
{
	LLVMValueRef rows = e->streams[k].rows, end, strip, i, row;

	strip = begin_loop(e, number(e, 0));
	end = LLVMBuildNUWAdd(e->b, strip, number(e, STRIP), "");
	end = select_if(e, LLVMIntULT, end, rows);
	i = begin_loop(e, number(e, 0));
	row = begin_loop(e, strip);
	copy_elements(e, k, row, i, in);
	end_loop(e, row, end, 1);
	end_loop(e, i, e->streams[k].trips, 1);
	end_loop(e, strip, rows, STRIP);
}

static void copy_streams(struct emit *e, bool in)
{
	for (unsigned k = 0; k < e->s.n; k++) {
		if (!is_first(e, k, in))
			continue;
		if (e->s.streams[k].outer < 0)
			copy_array(e, k, in);
		else
			copy_matrix(e, k, in);
	}
}

/* ---- Before and after --------------------------------------------------- */

/* At the end of the nest's preheader, behind all guards: copies in. */
static void emit_before(struct emit *e)
{
	LLVMTypeRef type = LLVMFunctionType(e->ptr, &e->i64, 1, false);
	LLVMValueRef scratch = stub_function(e, "__psr_scratch", type);
	LLVMBasicBlockRef at = psr_ext_loop_preheader(e->s.nest), leave, pack;
	LLVMValueRef end = LLVMGetBasicBlockTerminator(at);

	e->next = psr_ext_split(at, end);
	leave = LLVMInsertBasicBlockInContext(e->ctx, e->next, "psr.unfit");
	pack = LLVMInsertBasicBlockInContext(e->ctx, e->next, "psr.pack");
	LLVMInstructionEraseFromParent(LLVMGetBasicBlockTerminator(at));
	LLVMPositionBuilderAtEnd(e->b, leave);
	LLVMBuildRet(e->b, LLVMConstInt(e->i1, 0, false));
	LLVMPositionBuilderAtEnd(e->b, at);
	e->block =
	    LLVMBuildCall2(e->b, type, scratch, &e->bytes, 1, "psr.block");
	LLVMAddCallSiteAttribute(
	    e->block, LLVMAttributeReturnIndex,
	    LLVMCreateEnumAttribute(
		e->ctx, LLVMGetEnumAttributeKindForName("noalias", 7), 0));
	LLVMBuildCondBr(e->b, LLVMBuildIsNull(e->b, e->block, "psr.none"),
			leave, pack);
	LLVMPositionBuilderAtEnd(e->b, pack);
	for (unsigned k = 0; k < e->s.n; k++)
		e->streams[k].packed = LLVMBuildInBoundsGEP2(
		    e->b, e->i8, e->block, &e->streams[k].offset, 1, "psr.soa");
	copy_streams(e, true);
	LLVMBuildBr(e->b, e->next);
}

static LLVMValueRef first_non_phi(LLVMBasicBlockRef b)
{
	LLVMValueRef i = LLVMGetFirstInstruction(b);

	while (LLVMIsAPHINode(i))
		i = LLVMGetNextInstruction(i);
	return i;
}

/* Where the nest ends: copies back, and returns the block. */
static void emit_after(struct emit *e)
{
	LLVMTypeRef none = LLVMVoidTypeInContext(e->ctx);
	LLVMTypeRef type = LLVMFunctionType(none, &e->ptr, 1, false);
	LLVMBasicBlockRef exit = psr_ext_loop_unique_exit(e->s.nest);

	e->next = psr_ext_split(exit, first_non_phi(exit));
	LLVMInstructionEraseFromParent(LLVMGetBasicBlockTerminator(exit));
	LLVMPositionBuilderAtEnd(e->b, exit);
	copy_streams(e, false);
	LLVMBuildCall2(e->b, type, stub_function(e, "__psr_scratch_done", type),
		       &e->block, 1, "");
	LLVMBuildBr(e->b, e->next);
}

/* ---- Within ------------------------------------------------------------- */

/* The iterations so far of loop K of the nest. */
static LLVMValueRef iteration(struct emit *e, unsigned k)
{
	psr_loop l = e->loops[k].loop;
	LLVMBasicBlockRef header = psr_ext_loop_header(l);
	LLVMBasicBlockRef from[] = {psr_ext_loop_preheader(l),
				    psr_ext_loop_latch(l)};
	LLVMValueRef values[] = {number(e, 0), NULL};

	if (e->loops[k].iv)
		return e->loops[k].iv;
	LLVMPositionBuilderBefore(e->b, LLVMGetFirstInstruction(header));
	e->loops[k].iv = LLVMBuildPhi(e->b, e->i64, "psr.iv");
	LLVMPositionBuilderBefore(e->b, LLVMGetBasicBlockTerminator(from[1]));
	values[1] = LLVMBuildAdd(e->b, e->loops[k].iv, number(e, 1), "");
	LLVMSetNUW(values[1], true);
	LLVMSetNSW(values[1], true);
	LLVMAddIncoming(e->loops[k].iv, values, from, 2);
	return e->loops[k].iv;
}

/* The row of stream K's copy that its inner loop goes through. */
static LLVMValueRef row_of(struct emit *e, unsigned k)
{
	const struct psr_stream *x = &e->s.streams[k];
	LLVMValueRef row;

	if (x->outer < 0)
		return e->streams[k].packed;
	if (e->streams[k].row)
		return e->streams[k].row;
	row = iteration(e, loop_index(e, x->at.loops[x->outer]));
	LLVMPositionBuilderBefore(
	    e->b, LLVMGetBasicBlockTerminator(
		      psr_ext_loop_preheader(x->at.loops[x->inner])));
	row = LLVMBuildNUWMul(e->b, row, e->streams[k].trips, "");
	e->streams[k].row = LLVMBuildInBoundsGEP2(
	    e->b, e->streams[k].type, e->streams[k].packed, &row, 1, "psr.row");
	return e->streams[k].row;
}

static LLVMMetadataRef string_node(struct emit *e, const char *text,
				   LLVMMetadataRef next)
{
	LLVMMetadataRef parts[] = {
	    LLVMMDStringInContext2(e->ctx, text, strlen(text)), next};

	return LLVMMDNodeInContext2(e->ctx, parts, next ? 2 : 1);
}

/* The scope of stream K's copy; F's name tells it from all others. */
static LLVMMetadataRef scope_of(struct emit *e, unsigned k)
{
	char name[1024];
	size_t n;

	snprintf(name, sizeof(name), "%s layout",
		 LLVMGetValueName2(e->s.f, &n));
	LLVMMetadataRef domain = string_node(e, name, NULL);

	snprintf(name, sizeof(name), "%u", k);
	return string_node(e, name, domain);
}

static void set_metadata(struct emit *e, LLVMValueRef i, const char *kind,
			 LLVMMetadataRef *parts, unsigned n)
{
	unsigned id =
	    LLVMGetMDKindIDInContext(e->ctx, kind, (unsigned)strlen(kind));

	LLVMSetMetadata(
	    i, id,
	    parts ? LLVMMetadataAsValue(e->ctx,
					LLVMMDNodeInContext2(e->ctx, parts, n))
		  : NULL);
}

/*
 * What was known of I's memory is replaced by what is known of the copy of
 * stream K: it was written, and the other copies lie elsewhere.
 */
static void describe_access(struct emit *e, LLVMValueRef i, unsigned k)
{
	LLVMMetadataRef own = scope_of(e, k), others[PSR_STREAMS_MAX];
	unsigned n = 0;

	for (unsigned other = 0; other < e->s.n; other++)
		if (other != k)
			others[n++] = scope_of(e, other);
	set_metadata(e, i, "invariant.load", NULL, 0);
	set_metadata(e, i, "alias.scope", &own, 1);
	set_metadata(e, i, "noalias", n ? others : NULL, n);
}

/* Makes access A, of stream K, go to the copy. */
static void redirect(struct emit *e, const struct psr_access *a, unsigned k)
{
	const struct psr_stream *x = &e->s.streams[k];
	LLVMValueRef row = row_of(e, k), place;
	LLVMValueRef iv = iteration(e, loop_index(e, x->at.loops[x->inner]));

	LLVMPositionBuilderBefore(e->b, a->instruction);
	place = LLVMBuildInBoundsGEP2(e->b, e->streams[k].type, row, &iv, 1,
				      "psr.place");
	LLVMSetOperand(a->instruction, a->store ? 1 : 0, place);
	LLVMSetAlignment(a->instruction, (unsigned)x->at.bytes);
	describe_access(e, a->instruction, k);
}

static void redirect_all(struct emit *e)
{
	for (unsigned i = 0; i < e->s.naccesses; i++)
		if (e->s.accesses[i].stream >= 0)
			redirect(e, &e->s.accesses[i],
				 (unsigned)e->s.accesses[i].stream);
}

/* ---- The recipe --------------------------------------------------------- */

static bool is_sanitized(LLVMValueRef f)
{
	return psr_ir_has(f, "sanitize_address") ||
	       psr_ir_has(f, "sanitize_thread") ||
	       psr_ir_has(f, "sanitize_memory") ||
	       psr_ir_has(f, "sanitize_hwaddress") ||
	       psr_ir_has(f, "sanitize_memtag");
}

void psr_layout_judge(struct psr_fam *fam, struct psr_nest *nest)
{
	LLVMValueRef at =
	    LLVMGetBasicBlockTerminator(psr_ext_loop_preheader(nest->loop));
	struct psr_streams s;

	if (is_sanitized(nest->function))
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

static void emit_all(struct emit *e)
{
	psr_guard_require(e->s.f, e->condition);
	LLVMSetCurrentDebugLocation2(
	    e->b, LLVMInstructionGetDebugLoc(LLVMGetBasicBlockTerminator(
		      psr_ext_loop_latch(e->s.nest))));
	emit_before(e);
	redirect_all(e);
	emit_after(e);
}

/* The loops that copy wait for memory: vectors would be gathers. */
static void keep_small(struct emit *e)
{
	for (unsigned i = 0; i < e->ncopies; i++) {
		psr_loop l = psr_ext_loop_of(e->s.fam, e->s.f, e->copies[i]);

		psr_ext_loop_set_hint(l, "llvm.loop.vectorize.enable", 0);
		psr_ext_loop_set_hint(l, "llvm.loop.unroll.count", 1);
	}
}

static enum psr_reason apply(const struct psr_recipe *r, struct psr_fam *fam,
			     const struct psr_nest *nest, LLVMValueRef f)
{
	LLVMContextRef ctx = LLVMGetModuleContext(LLVMGetGlobalParent(f));
	LLVMValueRef at =
	    LLVMGetBasicBlockTerminator(LLVMGetEntryBasicBlock(f));
	struct emit e = {
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
	if (emit_guard(&e))
		emit_all(&e);
	else
		reason = PSR_REASON_LARGE;
	LLVMDisposeBuilder(e.b);
	psr_ext_forget(fam, f);
	keep_small(&e);
	return reason;
}

static int promise(const struct psr_recipe *r, const struct psr_nest *nest)
{
	(void)nest;
	return r->width ? PROMISE : PROMISE_SCALAR;
}

const struct psr_transform psr_layout = {PSR_VARIANT_GUARDED, applies, apply,
					 promise};
