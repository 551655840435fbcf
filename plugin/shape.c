/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * shape.c - counts what a nest's hottest innermost loop does, and asks the
 * loop vectorizer whether it could take some innermost loop. Changes nothing.
 */
#include "shape.h"

#include "ir.h"
#include "work.h"

static unsigned access_bytes(LLVMValueRef i, LLVMTypeRef type)
{
	LLVMModuleRef m = LLVMGetGlobalParent(
	    LLVMGetBasicBlockParent(LLVMGetInstructionParent(i)));

	return (unsigned)LLVMStoreSizeOfType(LLVMGetModuleDataLayout(m), type);
}

static bool is_float(LLVMTypeRef type)
{
	LLVMTypeKind kind = LLVMGetTypeKind(type);

	return kind == LLVMFloatTypeKind || kind == LLVMDoubleTypeKind ||
	       kind == LLVMHalfTypeKind || kind == LLVMX86_FP80TypeKind;
}

static void count_features(struct psr_features *x, LLVMValueRef i)
{
	x->instructions++;
	switch (LLVMGetInstructionOpcode(i)) {
	case LLVMLoad:
		x->loads++;
		x->load_bytes += access_bytes(i, LLVMTypeOf(i));
		break;
	case LLVMStore:
		x->stores++;
		x->store_bytes +=
		    access_bytes(i, LLVMTypeOf(LLVMGetOperand(i, 0)));
		break;
	case LLVMBr:
	case LLVMSwitch:
		x->branches++;
		break;
	case LLVMCall:
		if (psr_ir_calls(i, "llvm.fmuladd"))
			x->flops += 2;
		else if (is_float(LLVMTypeOf(i)))
			x->flops++;
		else
			x->calls++;
		x->popcounts += psr_ir_calls(i, "llvm.ctpop");
		break;
	case LLVMFAdd:
	case LLVMFSub:
	case LLVMFMul:
	case LLVMFDiv:
	case LLVMFRem:
		x->flops++;
		break;
	default:
		break;
	}
}

static unsigned header_phis(psr_loop l)
{
	LLVMBasicBlockRef b = psr_ext_loop_header(l);
	unsigned n = 0;

	for (LLVMValueRef i = LLVMGetFirstInstruction(b); LLVMIsAPHINode(i);
	     i = LLVMGetNextInstruction(i))
		n++;
	return n;
}

/* I moves with each iteration of L, and by more than its own size. */
static bool is_strided(struct psr_fam *fam, LLVMValueRef f, psr_loop l,
		       LLVMValueRef i)
{
	struct psr_walk w;
	uint64_t step;

	if ((!LLVMIsALoadInst(i) && !LLVMIsAStoreInst(i)) ||
	    !psr_ext_walk(fam, f, i, l, NULL, &w))
		return false;
	if (!psr_ext_scev_constant(w.outer_step, &step))
		return true;
	return (step > INT64_MAX ? -step : step) > w.bytes;
}

/* I stores to the same places in each iteration of the loop AROUND L. */
static bool is_accumulated(struct psr_fam *fam, LLVMValueRef f, psr_loop around,
			   psr_loop l, LLVMValueRef i)
{
	struct psr_walk w;
	uint64_t step;

	return around && LLVMIsAStoreInst(i) &&
	       psr_ext_walk(fam, f, i, around, l, &w) &&
	       psr_ext_scev_constant(w.outer_step, &step) && !step &&
	       !(psr_ext_scev_constant(w.inner_step, &step) && !step);
}

/* The features of L, if it is hotter (deeper) than what was seen. */
static void take_features(struct psr_fam *fam, struct psr_nest *nest,
			  psr_loop l, unsigned depth)
{
	struct psr_features *x = &nest->features;
	LLVMValueRef at = LLVMGetBasicBlockTerminator(
	    psr_ext_loop_preheader(nest->loop ? nest->loop : l));
	psr_loop around = depth > 1 ? psr_ext_loop_parent(l) : NULL;
	psr_scev trip;

	if (depth < x->depth || (depth == x->depth && x->instructions))
		return;
	x->instructions = x->loads = x->stores = x->flops = x->branches = 0;
	x->calls = x->load_bytes = x->store_bytes = x->strided = 0;
	x->popcounts = x->accumulated = 0;
	x->inner_trip = 0;
	x->depth = depth;
	x->recurrences = header_phis(l);
	for (size_t b = 0; b < psr_ext_loop_nblocks(l); b++)
		for (LLVMValueRef i =
			 LLVMGetFirstInstruction(psr_ext_loop_block(l, b));
		     i; i = LLVMGetNextInstruction(i)) {
			count_features(x, i);
			x->strided += is_strided(fam, nest->function, l, i);
			x->accumulated += is_accumulated(
			    fam, nest->function, around, l, i);
		}
	if (psr_ext_trip(fam, nest->function, l, nest->loop ? nest->loop : l,
			 at, PSR_INNER_BUDGET, &trip) != PSR_TRIP_UNKNOWN)
		psr_ext_scev_constant(trip, &x->inner_trip);
}

bool psr_shape_has_unroll(psr_loop l)
{
	return psr_ext_loop_has_hint(l, "llvm.loop.unroll.count") ||
	       psr_ext_loop_has_hint(l, "llvm.loop.unroll.full") ||
	       psr_ext_loop_has_hint(l, "llvm.loop.unroll.disable") ||
	       psr_ext_loop_has_hint(l, "llvm.loop.unroll.enable");
}

static void note_hints(struct psr_nest *nest, psr_loop l)
{
	if (psr_ext_loop_has_hint(l, "llvm.loop.vectorize.enable") ||
	    psr_ext_loop_has_hint(l, "llvm.loop.vectorize.width"))
		nest->user_hints |= PSR_USER_VECTORIZE;
	if (psr_ext_loop_has_hint(l, "llvm.loop.interleave.count"))
		nest->user_hints |= PSR_USER_INTERLEAVE;
	if (psr_shape_has_unroll(l))
		nest->user_hints |= PSR_USER_UNROLL;
}

static bool is_inside(psr_loop l, LLVMValueRef v)
{
	return LLVMIsAInstruction(v) &&
	       psr_ext_loop_contains(l, LLVMGetInstructionParent(v));
}

/* A value that L computes, rather than loads, merges or counts. */
static bool is_computed(psr_loop l, LLVMValueRef v)
{
	return is_inside(l, v) && !LLVMIsALoadInst(v) && !LLVMIsAPHINode(v);
}

/* PHI is updated from another value of L: a reduction or recurrence. */
static bool is_reduction(psr_loop l, LLVMValueRef phi)
{
	unsigned n = LLVMCountIncoming(phi);

	if (LLVMGetTypeKind(LLVMTypeOf(phi)) == LLVMPointerTypeKind)
		return false;
	for (unsigned i = 0; i < n; i++) {
		LLVMValueRef v = LLVMGetIncomingValue(phi, i);
		int k = is_inside(l, v) ? LLVMGetNumOperands(v) : 0;

		while (--k >= 0) {
			LLVMValueRef from = LLVMGetOperand(v, (unsigned)k);

			if (from != phi && is_inside(l, from))
				return true;
		}
	}
	return false;
}

#define STEPS 4 /* from an index to what it is made of */

static bool is_made_of_loads(psr_loop l, LLVMValueRef v, unsigned steps)
{
	if (!is_inside(l, v) || LLVMIsAPHINode(v))
		return false;
	if (LLVMIsALoadInst(v))
		return true;
	for (int k = steps ? LLVMGetNumOperands(v) : 0; --k >= 0;)
		if (is_made_of_loads(l, LLVMGetOperand(v, (unsigned)k),
				     steps - 1))
			return true;
	return false;
}

/* L computes from what it has loaded where I loads: it looks something up. */
static bool looks_up(psr_loop l, LLVMValueRef i)
{
	LLVMValueRef at = LLVMIsALoadInst(i) ? LLVMGetOperand(i, 0) : NULL;

	return at && !LLVMIsALoadInst(at) && is_made_of_loads(l, at, STEPS);
}

/*
 * L does more than to move data from place to place: it chooses what to move
 * (vectors need masks for it), when to end, what it stores or keeps, or looks
 * up what to move.
 */
static bool computes(psr_loop l)
{
	LLVMBasicBlockRef header = psr_ext_loop_header(l);
	unsigned decisions = 0;

	for (size_t b = 0; b < psr_ext_loop_nblocks(l); b++)
		for (LLVMValueRef i =
			 LLVMGetFirstInstruction(psr_ext_loop_block(l, b));
		     i; i = LLVMGetNextInstruction(i)) {
			if (LLVMIsABranchInst(i) && LLVMIsConditional(i) &&
			    decisions++)
				return true;
			if (looks_up(l, i) ||
			    (LLVMIsAStoreInst(i) &&
			     is_computed(l, LLVMGetOperand(i, 0))))
				return true;
			if (LLVMIsAPHINode(i) &&
			    LLVMGetInstructionParent(i) == header &&
			    is_reduction(l, i))
				return true;
		}
	return false;
}

/*
 * L adds products to a sum, in order. Where the vectorizer keeps such an order,
 * it makes of each llvm.fmuladd a product and an addition; else the processor
 * may fuse them: which it is depends on what else the loop does.
 */
static bool has_sum_of_products(psr_loop l)
{
	LLVMBasicBlockRef header = psr_ext_loop_header(l);

	for (size_t b = 0; b < psr_ext_loop_nblocks(l); b++)
		for (LLVMValueRef i =
			 LLVMGetFirstInstruction(psr_ext_loop_block(l, b));
		     i; i = LLVMGetNextInstruction(i)) {
			LLVMValueRef to;

			if (!LLVMIsACallInst(i) ||
			    !psr_ir_calls(i, "llvm.fmuladd") ||
			    LLVMGetFastMathFlags(i) & LLVMFastMathAllowReassoc)
				continue;
			to = LLVMGetOperand(i, 2);
			if (LLVMIsAPHINode(to) &&
			    LLVMGetInstructionParent(to) == header)
				return true;
		}
	return false;
}

/* Why L cannot profit, the mildest reason of its innermost loops. */
static enum psr_reason judge_innermost(struct psr_fam *fam,
				       struct psr_nest *nest, psr_loop l)
{
	if (!computes(l))
		return PSR_REASON_COPY;
	switch (psr_ext_loop_vector(fam, nest->function, l)) {
	case PSR_VECTOR_OK:
		nest->features.vector_loops++;
		return PSR_REASON_NONE;
	case PSR_VECTOR_OFF:
		return PSR_REASON_USER_HINT;
	case PSR_VECTOR_FP_ORDER:
		return PSR_REASON_FP_ORDER;
	default:
		return PSR_REASON_NO_VECTOR;
	}
}

static enum psr_reason milder(enum psr_reason a, enum psr_reason b)
{
	if (!a || !b)
		return PSR_REASON_NONE;
	return a == PSR_REASON_NO_VECTOR ? b : a;
}

enum psr_reason psr_shape_judge(struct psr_fam *fam, struct psr_nest *nest,
				psr_loop l, unsigned depth)
{
	size_t n = psr_ext_loop_count(fam, nest->function, l);
	enum psr_reason r = PSR_REASON_NO_VECTOR;

	nest->features.loops++;
	note_hints(nest, l);
	for (size_t i = 0; i < n; i++)
		r = milder(r, psr_shape_judge(
				  fam, nest,
				  psr_ext_loop_at(fam, nest->function, l, i),
				  depth + 1));
	if (n)
		return r;
	take_features(fam, nest, l, depth);
	nest->features.product_sums += has_sum_of_products(l);
	return judge_innermost(fam, nest, l);
}

static bool has_trips(struct psr_fam *fam, LLVMValueRef f, psr_loop l)
{
	size_t n = psr_ext_loop_count(fam, f, l);

	for (size_t i = 0; i < n; i++)
		if (!has_trips(fam, f, psr_ext_loop_at(fam, f, l, i)))
			return false;
	return psr_ext_has_trip(fam, f, l);
}

static bool is_affine(struct psr_fam *fam, const struct psr_nest *nest,
		      LLVMBasicBlockRef b)
{
	for (LLVMValueRef i = LLVMGetFirstInstruction(b); i;
	     i = LLVMGetNextInstruction(i)) {
		bool reads, writes;
		enum psr_touch touch = psr_ext_touch(i, &reads, &writes);

		if (touch == PSR_TOUCH_NONE)
			continue;
		if (touch == PSR_TOUCH_UNKNOWN || LLVMIsACallInst(i) ||
		    !psr_ext_is_affine(fam, nest->function, i, nest->loop))
			return false;
	}
	return true;
}

bool psr_shape_is_regular(struct psr_fam *fam, const struct psr_nest *nest)
{
	if (nest->features.depth < 2 ||
	    !has_trips(fam, nest->function, nest->loop))
		return false;
	for (size_t b = 0; b < nest->nblocks; b++)
		if (!is_affine(fam, nest, nest->blocks[b]))
			return false;
	return true;
}
