/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * parallel.c - the outermost loop of a nest on several threads.
 *
 * The variant V becomes a call of the runtime, which has ranges of iterations
 * done by V.worker on as many threads as are granted, and returns when all are
 * done; or does nothing and says so, as V then does too. V.worker unpacks its
 * arguments and calls V.range, a copy of the nest whose outermost loop runs
 * from one iteration to another: so what is known of V's parameters holds
 * there, and the nest is optimised as in any variant.
 *
 * Legal, since each iteration computes what it does in the original:
 *  - no iteration touches what another one writes (carried.c), by a test on
 *    entry if need be; where pointers may lead to the same object, noalias.c
 *    tests first that they do not;
 *  - what the outermost loop's phis carry is affine, so that any iteration's
 *    value is known, or an integer reduction: sums, and, or, xor, least and
 *    greatest are associative and commutative modulo 2^n, so any order of them
 *    gives the same bits, once signed overflow is allowed on the way. Nothing
 *    but the reduction sees its values. Floating point is never reordered;
 *  - the nest's results are reductions, or values of the last iteration,
 *    which whoever runs it stores;
 *  - nothing in it throws, or touches memory in unknown ways.
 */
#include "parallel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "carried.h"
#include "extent.h"
#include "ir.h"
#include "noalias.h"

#define WORK_MIN   200000 /* instructions: some 20 us */
#define TRIP_CLAMP (UINT64_C(1) << 20)
#define PHIS_MAX   16
#define SLOTS_MAX  16
#define WEB_MAX    64
#define NAME_SIZE  1024

enum role { INDUCTION, REDUCTION };

struct carried { /* by a phi of the outermost loop's header */
	LLVMValueRef phi;
	enum role role;
	psr_scev step;             /* INDUCTION: of each iteration */
	LLVMAtomicRMWBinOp op;     /* REDUCTION */
	LLVMValueRef web[WEB_MAX]; /* the phi and all that is made of it */
	unsigned nweb;
	bool has_op;
};

struct slot { /* of one of the nest's results */
	LLVMValueRef store;
	int reduction; /* index of its phi, or -1: the last iteration's value */
};

struct plan {
	struct psr_fam *fam;
	LLVMValueRef f;
	psr_loop l;
	LLVMBasicBlockRef header, before, latch, exit;
	struct carried phis[PHIS_MAX];
	struct slot slots[SLOTS_MAX];
	unsigned nphis, nslots;
};

/* ---- The loop ----------------------------------------------------------- */

static bool leaves(psr_loop l, LLVMBasicBlockRef b)
{
	LLVMValueRef end = LLVMGetBasicBlockTerminator(b);
	unsigned n = LLVMGetNumSuccessors(end);

	for (unsigned i = 0; i < n; i++)
		if (!psr_ext_loop_contains(l, LLVMGetSuccessor(end, i)))
			return true;
	return false;
}

/* The block that alone both leaves L and goes on with it; or NULL. */
static LLVMBasicBlockRef only_latch(psr_loop l)
{
	LLVMBasicBlockRef found = NULL;
	LLVMValueRef end;

	for (size_t i = 0; i < psr_ext_loop_nblocks(l); i++) {
		LLVMBasicBlockRef b = psr_ext_loop_block(l, i);

		if (!leaves(l, b))
			continue;
		if (found)
			return NULL;
		found = b;
	}
	end = found ? LLVMGetBasicBlockTerminator(found) : NULL;
	if (!end || !LLVMIsABranchInst(end) || !LLVMIsConditional(end))
		return NULL;
	for (unsigned i = 0; i < 2; i++)
		if (LLVMGetSuccessor(end, i) == psr_ext_loop_header(l))
			return found;
	return NULL;
}

static enum psr_reason find_loop(struct plan *p)
{
	if (psr_ext_loop_count(p->fam, p->f, NULL) != 1)
		return PSR_REASON_FORM;
	p->l = psr_ext_loop_at(p->fam, p->f, NULL, 0);
	if (!psr_ext_loop_is_simple(p->l))
		return PSR_REASON_FORM;
	p->header = psr_ext_loop_header(p->l);
	p->before = psr_ext_loop_preheader(p->l);
	p->exit = psr_ext_loop_unique_exit(p->l);
	p->latch = only_latch(p->l);
	return p->latch && p->exit ? PSR_REASON_NONE : PSR_REASON_FORM;
}

/* ---- Reductions --------------------------------------------------------- */

static bool in_web(const struct carried *c, LLVMValueRef v)
{
	for (unsigned i = 0; i < c->nweb; i++)
		if (c->web[i] == v)
			return true;
	return false;
}

static bool add_to_web(struct carried *c, LLVMValueRef v)
{
	if (in_web(c, v))
		return true;
	if (c->nweb == WEB_MAX)
		return false;
	c->web[c->nweb++] = v;
	return true;
}

/* The reduction that I does one step of. */
static bool op_of(LLVMValueRef i, LLVMAtomicRMWBinOp *op)
{
	static const struct {
		const char *name;
		LLVMAtomicRMWBinOp op;
	} calls[] = {
	    {"llvm.smax", LLVMAtomicRMWBinOpMax},
	    {"llvm.smin", LLVMAtomicRMWBinOpMin},
	    {"llvm.umax", LLVMAtomicRMWBinOpUMax},
	    {"llvm.umin", LLVMAtomicRMWBinOpUMin},
	};

	switch (LLVMGetInstructionOpcode(i)) {
	case LLVMAdd:
	case LLVMSub:
		*op = LLVMAtomicRMWBinOpAdd;
		return true;
	case LLVMAnd:
		*op = LLVMAtomicRMWBinOpAnd;
		return true;
	case LLVMOr:
		*op = LLVMAtomicRMWBinOpOr;
		return true;
	case LLVMXor:
		*op = LLVMAtomicRMWBinOpXor;
		return true;
	case LLVMCall:
		for (size_t k = 0; k < sizeof(calls) / sizeof(*calls); k++)
			if (psr_ir_calls(i, calls[k].name)) {
				*op = calls[k].op;
				return true;
			}
		return false;
	default:
		return false;
	}
}

/* I, which uses a value of the web, belongs to it. */
static bool may_join(struct carried *c, LLVMValueRef i)
{
	LLVMAtomicRMWBinOp op;

	if (LLVMIsAPHINode(i) || LLVMIsASelectInst(i))
		return true;
	if (!op_of(i, &op) || (c->has_op && op != c->op))
		return false;
	c->op = op;
	c->has_op = true;
	return true;
}

/* The slot's own store of a result. */
static bool is_slot_store(LLVMValueRef i)
{
	return LLVMIsAStoreInst(i) &&
	       psr_extent_is_slot(LLVMGetOperand(i, 1)) &&
	       !psr_extent_is_slot(LLVMGetOperand(i, 0));
}

static bool grow_web(const struct plan *p, struct carried *c)
{
	for (unsigned k = 0; k < c->nweb; k++)
		for (LLVMUseRef u = LLVMGetFirstUse(c->web[k]); u;
		     u = LLVMGetNextUse(u)) {
			LLVMValueRef i = LLVMGetUser(u);
			LLVMBasicBlockRef b = LLVMGetInstructionParent(i);

			if (is_slot_store(i))
				continue;
			if (!psr_ext_loop_contains(p->l, b) ||
			    (b == p->header && LLVMIsAPHINode(i) &&
			     i != c->phi) ||
			    !may_join(c, i) || !add_to_web(c, i))
				return false;
		}
	return true;
}

/* I merges or steps the web's values, and does nothing else with them. */
static bool is_pure_step(const struct carried *c, LLVMValueRef i)
{
	unsigned inside = 0;

	if (LLVMIsAPHINode(i)) {
		for (unsigned k = 0; k < LLVMCountIncoming(i); k++)
			if (!in_web(c, LLVMGetIncomingValue(i, k)))
				return false;
		return true;
	}
	if (LLVMIsASelectInst(i))
		return !in_web(c, LLVMGetOperand(i, 0)) &&
		       in_web(c, LLVMGetOperand(i, 1)) &&
		       in_web(c, LLVMGetOperand(i, 2));
	for (unsigned k = 0; k < 2; k++)
		inside += in_web(c, LLVMGetOperand(i, k));
	return inside == 1 && (LLVMGetInstructionOpcode(i) != LLVMSub ||
			       in_web(c, LLVMGetOperand(i, 0)));
}

static LLVMValueRef incoming(LLVMValueRef phi, LLVMBasicBlockRef from)
{
	for (unsigned k = 0; k < LLVMCountIncoming(phi); k++)
		if (LLVMGetIncomingBlock(phi, k) == from)
			return LLVMGetIncomingValue(phi, k);
	return NULL; /* unreached: both edges of a header */
}

/* A width that an atomic instruction has; i1 goes as i8. */
static bool is_atomic_width(LLVMTypeRef type, LLVMAtomicRMWBinOp op)
{
	unsigned bits;

	if (LLVMGetTypeKind(type) != LLVMIntegerTypeKind)
		return false;
	bits = LLVMGetIntTypeWidth(type);
	if (bits == 1)
		return op == LLVMAtomicRMWBinOpAnd ||
		       op == LLVMAtomicRMWBinOpOr ||
		       op == LLVMAtomicRMWBinOpXor;
	return bits == 8 || bits == 16 || bits == 32 || bits == 64;
}

static bool find_reduction(const struct plan *p, struct carried *c)
{
	c->role = REDUCTION;
	add_to_web(c, c->phi);
	if (!grow_web(p, c) || !c->has_op ||
	    !is_atomic_width(LLVMTypeOf(c->phi), c->op) ||
	    !in_web(c, incoming(c->phi, p->latch)))
		return false;
	for (unsigned k = 1; k < c->nweb; k++)
		if (!is_pure_step(c, c->web[k]))
			return false;
	return true;
}

/* What PHI grows by in each iteration; NULL: by no rule. */
static psr_scev step_of(const struct plan *p, LLVMValueRef phi)
{
	LLVMValueRef end = LLVMGetBasicBlockTerminator(p->before);
	psr_scev step = psr_ext_phi_step(p->fam, p->f, phi, p->l);

	return step && psr_ext_scev_is_safe(p->fam, p->f, step, end) ? step
								     : NULL;
}

static enum psr_reason find_phis(struct plan *p)
{
	for (LLVMValueRef i = LLVMGetFirstInstruction(p->header);
	     LLVMIsAPHINode(i); i = LLVMGetNextInstruction(i)) {
		struct carried *c = &p->phis[p->nphis];

		if (p->nphis == PHIS_MAX)
			return PSR_REASON_RECURRENCE;
		*c = (struct carried){.phi = i, .role = INDUCTION};
		c->step = step_of(p, i);
		if (!c->step && !find_reduction(p, c))
			return PSR_REASON_RECURRENCE;
		p->nphis++;
	}
	return PSR_REASON_NONE;
}

/* ---- Results ------------------------------------------------------------ */

static bool is_loops(const struct plan *p, LLVMValueRef v)
{
	return LLVMIsAInstruction(v) &&
	       psr_ext_loop_contains(p->l, LLVMGetInstructionParent(v));
}

static enum psr_reason add_slot(struct plan *p, LLVMValueRef store)
{
	LLVMValueRef v = LLVMGetOperand(store, 0);
	struct slot *s = &p->slots[p->nslots];

	if (p->nslots == SLOTS_MAX)
		return PSR_REASON_RECURRENCE;
	*s = (struct slot){.store = store, .reduction = -1};
	for (unsigned i = 0; i < p->nphis; i++) {
		const struct carried *c = &p->phis[i];

		if (c->role != REDUCTION || !in_web(c, v))
			continue;
		if (incoming(c->phi, p->latch) != v)
			return PSR_REASON_RECURRENCE;
		s->reduction = (int)i;
	}
	if (is_loops(p, v) &&
	    !psr_ext_dominates(p->fam, p->f, LLVMGetInstructionParent(v),
			       p->latch))
		return PSR_REASON_RECURRENCE;
	p->nslots++;
	return PSR_REASON_NONE;
}

/* All stores of results, wherever they stand; other memory is the loop's. */
static enum psr_reason find_slots(struct plan *p)
{
	enum psr_reason r = PSR_REASON_NONE;

	for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(p->f); b && !r;
	     b = LLVMGetNextBasicBlock(b))
		for (LLVMValueRef i = LLVMGetFirstInstruction(b); i && !r;
		     i = LLVMGetNextInstruction(i)) {
			bool reads, writes;

			if (is_slot_store(i))
				r = add_slot(p, i);
			else if (!psr_ext_loop_contains(p->l, b) &&
				 psr_ext_touch(i, &reads, &writes))
				r = PSR_REASON_FORM;
		}
	return r;
}

static enum psr_reason plan_find(struct plan *p, struct psr_fam *fam,
				 LLVMValueRef f)
{
	enum psr_reason r;

	memset(p, 0, sizeof(*p));
	p->fam = fam;
	p->f = f;
	r = find_loop(p);
	if (!r)
		r = find_phis(p);
	return r ? r : find_slots(p);
}

/* ---- The test on entry -------------------------------------------------- */

static LLVMValueRef constant(LLVMTypeRef type, uint64_t value)
{
	return LLVMConstInt(type, value, false);
}

static LLVMTypeRef i64_of(LLVMValueRef f)
{
	return LLVMInt64TypeInContext(
	    LLVMGetModuleContext(LLVMGetGlobalParent(f)));
}

static LLVMValueRef at_most(LLVMBuilderRef b, LLVMValueRef v, uint64_t limit)
{
	LLVMValueRef most = constant(LLVMTypeOf(v), limit);
	LLVMValueRef less = LLVMBuildICmp(b, LLVMIntULT, v, most, "");

	return LLVMBuildSelect(b, less, v, most, "");
}

/* The iterations of L and the loops within, each clamped; at F's entry. */
static LLVMValueRef work_of(struct plan *p)
{
	LLVMBuilderRef b = psr_guard_builder(p->f);
	LLVMValueRef at =
	    LLVMGetBasicBlockTerminator(LLVMGetEntryBasicBlock(p->f));
	LLVMValueRef work = constant(i64_of(p->f), 1), trip;
	psr_loop l = p->l;
	psr_scev s;

	for (unsigned depth = 0; l && depth < 3; depth++) {
		trip = constant(i64_of(p->f), 16); /* where it is unknown */
		if (psr_ext_trip(p->fam, p->f, l, p->l, at, 16, &s) !=
		    PSR_TRIP_UNKNOWN)
			trip = psr_ext_scev_expand(p->fam, p->f, s, at);
		work = LLVMBuildMul(b, work, at_most(b, trip, TRIP_CLAMP),
				    "psr.work");
		l = psr_ext_loop_count(p->fam, p->f, l)
			? psr_ext_loop_at(p->fam, p->f, l, 0)
			: NULL;
	}
	LLVMDisposeBuilder(b);
	return work;
}

/* Two iterations or more, and enough work to share. */
static LLVMValueRef pays(struct plan *p, const struct psr_nest *nest)
{
	unsigned size = nest->features.instructions;
	uint64_t min = WORK_MIN / (size ? size : 1) + 1;
	LLVMValueRef work = work_of(p), trips;
	LLVMBuilderRef b;
	LLVMValueRef several, all;

	if (psr_options.min_work >= 0)
		min = (uint64_t)psr_options.min_work;
	trips = psr_guard_expand(p->fam, p->f,
				 psr_ext_trips_less_1(p->fam, p->f, p->l));
	b = psr_guard_builder(p->f);
	several = LLVMBuildICmp(b, LLVMIntNE, trips,
				constant(LLVMTypeOf(trips), 0), "psr.several");
	all =
	    psr_guard_both(b, several,
			   LLVMBuildICmp(b, LLVMIntUGE, work,
					 constant(LLVMTypeOf(work), min), ""));
	LLVMDisposeBuilder(b);
	return all;
}

static enum psr_reason emit_guard(struct plan *p, const struct psr_nest *nest)
{
	LLVMValueRef apart, enough;
	enum psr_reason r = psr_carried_emit(p->fam, p->f, p->l, &apart);
	LLVMBuilderRef b;

	if (r)
		return r;
	enough = pays(p, nest);
	if (psr_guard_fails(apart))
		return PSR_REASON_CARRIED;
	if (psr_guard_fails(enough))
		return PSR_REASON_LITTLE;
	b = psr_guard_builder(p->f);
	psr_guard_require(p->f, psr_guard_both(b, enough, apart));
	LLVMDisposeBuilder(b);
	return PSR_REASON_NONE;
}

/* ---- A range of iterations ---------------------------------------------- */

/* V.range's parameters follow V's: then one pointer a reduction. */
enum extra { FIRST, LAST, TRIPS, NEXTRA };

static LLVMTypeRef pointer_type(LLVMValueRef f)
{
	return LLVMPointerTypeInContext(
	    LLVMGetModuleContext(LLVMGetGlobalParent(f)), 0);
}

static unsigned count_reductions(const struct plan *p)
{
	unsigned n = 0;

	for (unsigned i = 0; i < p->nphis; i++)
		n += p->phis[i].role == REDUCTION;
	return n;
}

static void name_after(LLVMValueRef f, const char *suffix, char *out)
{
	size_t n;
	const char *name = LLVMGetValueName2(f, &n);

	snprintf(out, NAME_SIZE, "%.*s.%s", (int)n, name, suffix);
}

static LLVMValueRef clone_range(const struct plan *p)
{
	LLVMTypeRef i64 = i64_of(p->f), types[NEXTRA + PHIS_MAX];
	unsigned n = NEXTRA + count_reductions(p);
	char name[NAME_SIZE];

	for (unsigned i = 0; i < n; i++)
		types[i] = i < NEXTRA ? i64 : pointer_type(p->f);
	name_after(p->f, "range", name);
	return psr_ext_clone_longer(p->f, types, n, name);
}

static LLVMValueRef extra(const struct plan *p, unsigned i)
{
	unsigned n = LLVMCountParams(p->f);

	return LLVMGetParam(p->f, n - NEXTRA - count_reductions(p) + i);
}

/* PHI begins with V. */
static void set_start(const struct plan *p, LLVMValueRef phi, LLVMValueRef v)
{
	for (unsigned k = 0; k < LLVMCountIncoming(phi); k++)
		if (LLVMGetIncomingBlock(phi, k) == p->before)
			LLVMSetOperand(phi, k, v);
}

/* C's value in iteration FIRST. */
static LLVMValueRef value_at_first(const struct plan *p,
				   const struct carried *c)
{
	LLVMValueRef end = LLVMGetBasicBlockTerminator(p->before);
	LLVMValueRef start = incoming(c->phi, p->before), way, v;
	LLVMValueRef step = psr_ext_scev_expand(p->fam, p->f, c->step, end);
	LLVMContextRef ctx = LLVMGetModuleContext(LLVMGetGlobalParent(p->f));
	LLVMBuilderRef b = LLVMCreateBuilderInContext(ctx);

	LLVMPositionBuilderBefore(b, end);
	way = LLVMBuildMul(
	    b,
	    LLVMBuildIntCast2(b, extra(p, FIRST), LLVMTypeOf(step), false, ""),
	    step, "psr.way");
	if (LLVMGetTypeKind(LLVMTypeOf(start)) == LLVMPointerTypeKind)
		v = LLVMBuildGEP2(b, LLVMInt8TypeInContext(ctx), start, &way, 1,
				  "psr.first");
	else
		v = LLVMBuildAdd(b, start, way, "psr.first");
	LLVMDisposeBuilder(b);
	return v;
}

static LLVMValueRef identity(LLVMTypeRef type, LLVMAtomicRMWBinOp op)
{
	uint64_t top = UINT64_C(1) << (LLVMGetIntTypeWidth(type) - 1);

	switch (op) {
	case LLVMAtomicRMWBinOpAnd:
	case LLVMAtomicRMWBinOpUMin:
		return LLVMConstAllOnes(type);
	case LLVMAtomicRMWBinOpMax:
		return constant(type, top);
	case LLVMAtomicRMWBinOpMin:
		return constant(type, top - 1);
	default:
		return LLVMConstNull(type);
	}
}

/* Partial results may overflow where the whole does not. */
static void allow_overflow(const struct carried *c)
{
	for (unsigned k = 1; k < c->nweb; k++) {
		LLVMOpcode op = LLVMGetInstructionOpcode(c->web[k]);

		if (op == LLVMAdd || op == LLVMSub) {
			LLVMSetNSW(c->web[k], false);
			LLVMSetNUW(c->web[k], false);
		} else if (op == LLVMOr) {
			LLVMSetIsDisjoint(c->web[k], false);
		}
	}
}

static void start_phis(struct plan *p)
{
	LLVMValueRef starts[PHIS_MAX];

	for (unsigned i = 0; i < p->nphis; i++) {
		const struct carried *c = &p->phis[i];

		if (c->role == REDUCTION)
			allow_overflow(c);
		starts[i] = c->role == REDUCTION
				? identity(LLVMTypeOf(c->phi), c->op)
				: value_at_first(p, c);
	}
	for (unsigned i = 0; i < p->nphis; i++)
		set_start(p, p->phis[i].phi, starts[i]);
}

/* The loop ends before iteration LAST. */
static void count_trips(const struct plan *p)
{
	LLVMTypeRef i64 = i64_of(p->f);
	LLVMBuilderRef b = LLVMCreateBuilderInContext(LLVMGetTypeContext(i64));
	LLVMValueRef end = LLVMGetBasicBlockTerminator(p->latch), k, next;
	LLVMBasicBlockRef blocks[] = {p->before, p->latch};
	bool exits_if = LLVMGetSuccessor(end, 0) == p->exit;
	LLVMValueRef values[2];

	LLVMPositionBuilderBefore(b, LLVMGetFirstInstruction(p->header));
	k = LLVMBuildPhi(b, i64, "psr.k");
	LLVMPositionBuilderBefore(b, end);
	LLVMSetCurrentDebugLocation2(b, LLVMInstructionGetDebugLoc(end));
	next = LLVMBuildNUWAdd(b, k, constant(i64, 1), "psr.next");
	LLVMSetCondition(end, LLVMBuildICmp(b, exits_if ? LLVMIntEQ : LLVMIntNE,
					    next, extra(p, LAST), "psr.end"));
	values[0] = extra(p, FIRST);
	values[1] = next;
	LLVMAddIncoming(k, values, blocks, 2);
	LLVMDisposeBuilder(b);
}

static LLVMTypeRef sum_type(LLVMTypeRef type)
{
	return LLVMGetIntTypeWidth(type) == 1
		   ? LLVMInt8TypeInContext(LLVMGetTypeContext(type))
		   : type;
}

/* Adds the range's partial results to all of them. */
static void add_partial(const struct plan *p, LLVMBuilderRef b)
{
	unsigned n = 0;

	for (unsigned i = 0; i < p->nphis; i++) {
		const struct carried *c = &p->phis[i];
		LLVMTypeRef type;
		LLVMValueRef v;

		if (c->role != REDUCTION)
			continue;
		type = sum_type(LLVMTypeOf(c->phi));
		v = incoming(c->phi, p->latch);
		v = LLVMBuildIntCast2(b, v, type, false, "");
		LLVMBuildAtomicRMW(b, c->op, extra(p, NEXTRA + n++), v,
				   LLVMAtomicOrderingMonotonic, false);
	}
}

/* In block LAST, where B ends, what the last iteration leaves. */
static void move_slots(const struct plan *p, LLVMBuilderRef b)
{
	for (unsigned i = 0; i < p->nslots; i++) {
		LLVMValueRef store = p->slots[i].store;

		if (p->slots[i].reduction < 0) {
			LLVMSetCurrentDebugLocation2(
			    b, LLVMInstructionGetDebugLoc(store));
			LLVMBuildStore(b, LLVMGetOperand(store, 0),
				       LLVMGetOperand(store, 1));
		}
		LLVMInstructionEraseFromParent(store);
	}
}

static void finish_range(const struct plan *p)
{
	LLVMContextRef ctx = LLVMGetModuleContext(LLVMGetGlobalParent(p->f));
	LLVMBuilderRef b = LLVMCreateBuilderInContext(ctx);
	LLVMValueRef end = LLVMGetBasicBlockTerminator(p->exit), is_last;
	LLVMBasicBlockRef next = psr_ext_split(p->exit, end), last;

	last = LLVMInsertBasicBlockInContext(ctx, next, "psr.last");
	LLVMInstructionEraseFromParent(LLVMGetBasicBlockTerminator(p->exit));
	LLVMPositionBuilderAtEnd(b, p->exit);
	add_partial(p, b);
	is_last = LLVMBuildICmp(b, LLVMIntEQ, extra(p, LAST), extra(p, TRIPS),
				"psr.last");
	LLVMBuildCondBr(b, is_last, last, next);
	LLVMPositionBuilderAtEnd(b, last);
	move_slots(p, b);
	LLVMBuildBr(b, next);
	LLVMDisposeBuilder(b);
}

static void drop_attributes(LLVMValueRef f)
{
	static const char *const names[] = {"memory",       "nosync",
					    "norecurse",    "nofree",
					    "speculatable", "willreturn"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		LLVMRemoveEnumAttributeAtIndex(f, LLVMAttributeFunctionIndex,
					       LLVMGetEnumAttributeKindForName(
						   names[i], strlen(names[i])));
}

/* The tests on entry have been passed where the range is called. */
static void trust_guards(const struct plan *p)
{
	LLVMBuilderRef b = LLVMCreateBuilderInContext(
	    LLVMGetModuleContext(LLVMGetGlobalParent(p->f)));

	for (LLVMBasicBlockRef at = LLVMGetEntryBasicBlock(p->f);
	     at != p->before; at = LLVMGetNextBasicBlock(at)) {
		LLVMValueRef end = LLVMGetBasicBlockTerminator(at);

		if (!LLVMIsABranchInst(end) || !LLVMIsConditional(end) ||
		    !LLVMIsAReturnInst(
			LLVMGetBasicBlockTerminator(LLVMGetSuccessor(end, 1))))
			continue;
		LLVMPositionBuilderBefore(b, end);
		LLVMBuildBr(b, LLVMGetSuccessor(end, 0));
		LLVMInstructionEraseFromParent(end);
	}
	LLVMDisposeBuilder(b);
	psr_ext_drop_unreachable(p->f);
}

static LLVMValueRef make_range(const struct plan *of)
{
	struct plan p;
	LLVMValueRef range = clone_range(of);

	plan_find(&p, of->fam, range); /* as it is for the original */
	start_phis(&p);
	count_trips(&p);
	finish_range(&p);
	trust_guards(&p);
	psr_ext_forget(of->fam, range);
	return range;
}

/* ---- The worker --------------------------------------------------------- */

/* What the worker finds: the trips, V's arguments, the reductions. */
static LLVMTypeRef context_type(const struct plan *p)
{
	unsigned n = LLVMCountParams(p->f), at = 0;
	LLVMTypeRef *types = calloc(n + PHIS_MAX + 1, sizeof(LLVMTypeRef));
	LLVMTypeRef type;

	if (!types)
		abort(); /* as clang does when it has no memory */
	types[at++] = i64_of(p->f);
	for (unsigned i = 0; i < n; i++)
		types[at++] = LLVMTypeOf(LLVMGetParam(p->f, i));
	for (unsigned i = 0; i < p->nphis; i++)
		if (p->phis[i].role == REDUCTION)
			types[at++] = sum_type(LLVMTypeOf(p->phis[i].phi));
	type = LLVMStructTypeInContext(LLVMGetTypeContext(types[0]), types, at,
				       false);
	free(types);
	return type;
}

/* As F has, but that it is no code of the user's. */
static void copy_attributes(LLVMValueRef f, LLVMValueRef to)
{
	static const char *const sanitizers[] = {
	    "sanitize_address", "sanitize_thread", "sanitize_hwaddress"};
	unsigned at = (unsigned)LLVMAttributeFunctionIndex;
	unsigned n = LLVMGetAttributeCountAtIndex(f, at);
	LLVMAttributeRef *all = calloc(n + 1, sizeof(LLVMAttributeRef));

	if (!all)
		abort(); /* as clang does when it has no memory */
	LLVMGetAttributesAtIndex(f, at, all);
	for (unsigned i = 0; i < n; i++)
		LLVMAddAttributeAtIndex(to, at, all[i]);
	free(all);
	for (size_t i = 0; i < 3; i++)
		LLVMRemoveEnumAttributeAtIndex(
		    to, at,
		    LLVMGetEnumAttributeKindForName(sanitizers[i],
						    strlen(sanitizers[i])));
}

static LLVMTypeRef worker_type(LLVMValueRef f)
{
	LLVMTypeRef i64 = i64_of(f);
	LLVMTypeRef params[] = {pointer_type(f), i64, i64};

	return LLVMFunctionType(LLVMVoidTypeInContext(LLVMGetTypeContext(i64)),
				params, 3, false);
}

static void call_range(const struct plan *p, LLVMBuilderRef b,
		       LLVMValueRef worker, LLVMValueRef range,
		       LLVMTypeRef context)
{
	unsigned n = LLVMCountParams(p->f), sums = count_reductions(p);
	LLVMValueRef *args = calloc(n + NEXTRA + sums, sizeof(LLVMValueRef));
	LLVMValueRef ctx = LLVMGetParam(worker, 0), call;

	if (!args)
		abort(); /* as clang does when it has no memory */
	for (unsigned i = 0; i <= n; i++)
		args[i < n ? i : n + TRIPS] = LLVMBuildLoad2(
		    b, LLVMStructGetTypeAtIndex(context, i < n ? i + 1 : 0),
		    LLVMBuildStructGEP2(b, context, ctx, i < n ? i + 1 : 0, ""),
		    "");
	args[n + FIRST] = LLVMGetParam(worker, 1);
	args[n + LAST] = LLVMGetParam(worker, 2);
	for (unsigned i = 0; i < sums; i++)
		args[n + NEXTRA + i] =
		    LLVMBuildStructGEP2(b, context, ctx, n + 1 + i, "");
	call = LLVMBuildCall2(b, LLVMGlobalGetValueType(range), range, args,
			      n + NEXTRA + sums, "");
	psr_ext_copy_call_attributes(range, call);
	free(args);
}

static LLVMValueRef make_worker(const struct plan *p, LLVMValueRef range,
				LLVMTypeRef context)
{
	LLVMModuleRef m = LLVMGetGlobalParent(p->f);
	LLVMContextRef ctx = LLVMGetModuleContext(m);
	LLVMBuilderRef b = LLVMCreateBuilderInContext(ctx);
	char name[NAME_SIZE];
	LLVMValueRef worker;

	name_after(p->f, "worker", name);
	worker = LLVMAddFunction(m, name, worker_type(p->f));
	LLVMSetLinkage(worker, LLVMInternalLinkage);
	copy_attributes(p->f, worker);
	LLVMPositionBuilderAtEnd(
	    b, LLVMAppendBasicBlockInContext(ctx, worker, ""));
	call_range(p, b, worker, range, context);
	LLVMBuildRetVoid(b);
	LLVMDisposeBuilder(b);
	return worker;
}

/* ---- The variant -------------------------------------------------------- */

static LLVMTypeRef parallel_type(LLVMValueRef f)
{
	LLVMTypeRef i64 = i64_of(f), ptr = pointer_type(f);
	LLVMTypeRef params[] = {ptr, ptr, i64};

	return LLVMFunctionType(LLVMInt32TypeInContext(LLVMGetTypeContext(i64)),
				params, 3, false);
}

/* int __psr_parallel(worker, context, trips): site.h */
static LLVMValueRef parallel_function(LLVMValueRef f)
{
	LLVMModuleRef m = LLVMGetGlobalParent(f);
	LLVMValueRef g = LLVMGetNamedFunction(m, "__psr_parallel");
	unsigned kind = LLVMGetEnumAttributeKindForName("nounwind", 8);

	if (g)
		return g;
	g = LLVMAddFunction(m, "__psr_parallel", parallel_type(f));
	LLVMSetLinkage(g, LLVMExternalWeakLinkage);
	LLVMAddAttributeAtIndex(
	    g, LLVMAttributeFunctionIndex,
	    LLVMCreateEnumAttribute(LLVMGetModuleContext(m), kind, 0));
	return g;
}

static LLVMValueRef fill_context(const struct plan *p, LLVMBuilderRef b,
				 LLVMTypeRef type, LLVMValueRef trips)
{
	unsigned n = LLVMCountParams(p->f), at = n + 1;
	LLVMBuilderRef top =
	    LLVMCreateBuilderInContext(LLVMGetTypeContext(type));
	LLVMValueRef context, v;

	LLVMPositionBuilderBefore(
	    top, LLVMGetFirstInstruction(LLVMGetEntryBasicBlock(p->f)));
	context = LLVMBuildAlloca(top, type, "psr.context");
	LLVMDisposeBuilder(top);
	LLVMBuildStore(b, trips, LLVMBuildStructGEP2(b, type, context, 0, ""));
	for (unsigned i = 0; i < n; i++)
		LLVMBuildStore(
		    b, LLVMGetParam(p->f, i),
		    LLVMBuildStructGEP2(b, type, context, i + 1, ""));
	for (unsigned i = 0; i < p->nphis; i++) {
		if (p->phis[i].role != REDUCTION)
			continue;
		v = incoming(p->phis[i].phi, p->before);
		v = LLVMBuildIntCast2(b, v, sum_type(LLVMTypeOf(v)), false, "");
		LLVMBuildStore(b, v,
			       LLVMBuildStructGEP2(b, type, context, at++, ""));
	}
	return context;
}

static int field_of(const struct plan *p, int reduction)
{
	int at = (int)LLVMCountParams(p->f) + 1;

	for (int i = 0; i < reduction; i++)
		at += p->phis[i].role == REDUCTION;
	return at;
}

static void store_reductions(const struct plan *p, LLVMBuilderRef b,
			     LLVMTypeRef type, LLVMValueRef context)
{
	for (unsigned i = 0; i < p->nslots; i++) {
		const struct slot *s = &p->slots[i];
		LLVMValueRef v;
		unsigned at;

		if (s->reduction < 0)
			continue;
		at = (unsigned)field_of(p, s->reduction);
		v = LLVMBuildLoad2(
		    b, LLVMStructGetTypeAtIndex(type, at),
		    LLVMBuildStructGEP2(b, type, context, at, ""), "");
		v = LLVMBuildIntCast2(
		    b, v, LLVMTypeOf(LLVMGetOperand(s->store, 0)), false, "");
		LLVMBuildStore(b, v, LLVMGetOperand(s->store, 1));
	}
}

/* From where the loop began: share it out, or return false. */
static void call_parallel(const struct plan *p, LLVMValueRef worker,
			  LLVMTypeRef type)
{
	LLVMContextRef ctx = LLVMGetTypeContext(type);
	LLVMTypeRef i1 = LLVMInt1TypeInContext(ctx);
	LLVMValueRef f = p->f, end = LLVMGetBasicBlockTerminator(p->before);
	LLVMValueRef share = parallel_function(f), args[3], there, done, trips;
	LLVMBasicBlockRef call = LLVMAppendBasicBlockInContext(ctx, f, "");
	LLVMBasicBlockRef yes = LLVMAppendBasicBlockInContext(ctx, f, "");
	LLVMBasicBlockRef no = LLVMAppendBasicBlockInContext(ctx, f, "");
	LLVMBuilderRef b = LLVMCreateBuilderInContext(ctx);

	trips = psr_ext_scev_expand(p->fam, f,
				    psr_ext_trips_less_1(p->fam, f, p->l), end);
	LLVMPositionBuilderBefore(b, end);
	LLVMSetCurrentDebugLocation2(b, LLVMInstructionGetDebugLoc(end));
	there = LLVMBuildICmp(b, LLVMIntNE, share,
			      LLVMConstNull(LLVMTypeOf(share)), "psr.present");
	LLVMBuildCondBr(b, there, call, no);
	LLVMInstructionEraseFromParent(end);
	LLVMPositionBuilderAtEnd(b, call);
	args[0] = worker;
	args[2] =
	    LLVMBuildAdd(b, trips, constant(LLVMTypeOf(trips), 1), "psr.trips");
	args[1] = fill_context(p, b, type, args[2]);
	done = LLVMBuildCall2(b, LLVMGlobalGetValueType(share), share, args, 3,
			      "psr.done");
	done = LLVMBuildICmp(b, LLVMIntNE, done,
			     LLVMConstNull(LLVMTypeOf(done)), "");
	LLVMBuildCondBr(b, done, yes, no);
	LLVMPositionBuilderAtEnd(b, yes);
	store_reductions(p, b, type, args[1]);
	LLVMBuildRet(b, constant(i1, 1));
	LLVMPositionBuilderAtEnd(b, no);
	LLVMBuildRet(b, constant(i1, 0));
	LLVMDisposeBuilder(b);
}

static void spread(struct plan *p)
{
	LLVMValueRef range = make_range(p), worker;
	LLVMTypeRef type = context_type(p);

	worker = make_worker(p, range, type);
	psr_ir_mark_part(range);
	psr_ir_mark_part(worker);
	call_parallel(p, worker, type);
	psr_ext_drop_unreachable(p->f);
	drop_attributes(range);
	drop_attributes(worker);
	drop_attributes(p->f);
	psr_ext_forget(p->fam, p->f);
}

/* ---- The transform ------------------------------------------------------ */

static enum psr_reason applies(const struct psr_recipe *r,
			       const struct psr_nest *nest)
{
	(void)r;
	/* Its arguments would be told by way of the worker's caller. */
	if (psr_ir_has(nest->function, "sanitize_memory"))
		return PSR_REASON_MSAN;
	return PSR_REASON_NONE;
}

static enum psr_reason guarded(struct plan *p, const struct psr_recipe *r,
			       const struct psr_nest *nest)
{
	enum psr_reason reason = plan_find(p, p->fam, p->f);

	if (!reason)
		reason = emit_guard(p, nest);
	if (reason != PSR_REASON_MEET)
		return reason;
	reason = psr_noalias.apply(r, p->fam, nest, p->f);
	if (!reason)
		reason = plan_find(p, p->fam, p->f);
	return reason ? reason : emit_guard(p, nest);
}

static enum psr_reason apply(const struct psr_recipe *r, struct psr_fam *fam,
			     const struct psr_nest *nest, LLVMValueRef f)
{
	struct plan *p = calloc(1, sizeof(*p));
	enum psr_reason reason = PSR_REASON_EXCEPTION;

	if (!p)
		abort(); /* as clang does when it has no memory */
	p->fam = fam;
	p->f = f;
	if (psr_ir_has(f, "nounwind"))
		reason = guarded(p, r, nest);
	if (!reason) {
		psr_ext_forget(fam, f);
		reason = plan_find(p, fam, f);
	}
	if (!reason)
		spread(p);
	free(p);
	return reason;
}

/* Has places of its own among the variants: psr_recipes_choose. */
static int promise(const struct psr_recipe *r, const struct psr_nest *nest)
{
	(void)r;
	(void)nest;
	return 0;
}

const struct psr_transform psr_parallel = {
    PSR_VARIANT_GUARDED | PSR_VARIANT_PARALLEL, applies, apply, promise,
    1.8};
