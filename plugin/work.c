/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * work.c - the product of a nest's trip counts, as code in front of it.
 *
 * A trip count that varies within the nest counts by its value half way, one
 * that is not known there by what is known of it, or by a nominal value.
 * Products that could overflow are bounded, which takes as many instructions as
 * all the rest: only where there is enough work, if that is asked in one place.
 * What could be poison is frozen, for the dispatch looks at it even where the
 * loop would not have.
 */
#include "work.h"

#include <string.h>

#include "ir.h"

#define TRIP_NOMINAL   16 /* where an inner trip count is unknown */
#define TRIP_LOOPS_MAX 12 /* loops whose trips are worth computing */
#define FUNCTION_WORK  1024
#define WORK_MAX       (UINT64_C(1) << 62)

struct product {
	LLVMBuilderRef b; /* NULL: constants only, for judging */
	LLVMValueRef at;
	struct psr_fam *fam;
	struct psr_nest *nest;
	psr_loop root;
	unsigned loops;
	psr_loop innermost; /* whose trips are told apart; or NULL */
	LLVMValueRef trip;
	LLVMValueRef over; /* i1: something overflowed; NULL: nothing can */
	bool at_most;      /* some trips may be far fewer */
};

struct amount {             /* of work; at most BOUND */
	LLVMValueRef value; /* NULL: the constant BOUND */
	uint64_t bound;
};

static LLVMTypeRef i64_type(LLVMValueRef at)
{
	return LLVMInt64TypeInContext(LLVMGetTypeContext(LLVMTypeOf(at)));
}

static LLVMValueRef amount_value(struct product *p, struct amount a)
{
	return a.value ? a.value
		       : LLVMConstInt(i64_type(p->at), a.bound, false);
}

static LLVMValueRef build_overflow(struct product *p, const char *name,
				   LLVMValueRef x, LLVMValueRef y)
{
	LLVMModuleRef m = LLVMGetGlobalParent(
	    LLVMGetBasicBlockParent(LLVMGetInstructionParent(p->at)));
	LLVMTypeRef i64 = i64_type(p->at);
	LLVMValueRef args[] = {x, y};
	LLVMValueRef pair = psr_ir_intrinsic(p->b, m, name, i64, args, 2);
	LLVMValueRef value = LLVMBuildExtractValue(p->b, pair, 0, "psr.low");
	LLVMValueRef over = LLVMBuildExtractValue(p->b, pair, 1, "psr.over");

	p->over = p->over ? LLVMBuildOr(p->b, p->over, over, "psr.over") : over;
	return value;
}

static struct amount multiply(struct product *p, struct amount x,
			      struct amount y)
{
	struct amount out = {NULL, 0};
	bool fits = !y.bound || x.bound <= WORK_MAX / y.bound;

	out.bound = fits ? x.bound * y.bound : UINT64_MAX;
	if ((!x.value && !y.value) || !p->b) {
		if (!fits)
			out.bound = WORK_MAX;
		return out;
	}
	if (fits)
		out.value = LLVMBuildMul(p->b, amount_value(p, x),
					 amount_value(p, y), "psr.work");
	else
		out.value =
		    build_overflow(p, "llvm.umul.with.overflow",
				   amount_value(p, x), amount_value(p, y));
	return out;
}

static struct amount add(struct product *p, struct amount x, struct amount y)
{
	struct amount out = {NULL, 0};
	bool fits = x.bound <= WORK_MAX && y.bound <= WORK_MAX;

	out.bound = fits ? x.bound + y.bound : UINT64_MAX;
	if ((!x.value && !y.value) || !p->b)
		return out;
	if (fits)
		out.value = LLVMBuildAdd(p->b, amount_value(p, x),
					 amount_value(p, y), "psr.work");
	else
		out.value =
		    build_overflow(p, "llvm.uadd.with.overflow",
				   amount_value(p, x), amount_value(p, y));
	return out;
}

static struct amount trip_amount(struct product *p, psr_loop l)
{
	struct amount a = {NULL, TRIP_NOMINAL};
	LLVMValueRef f = p->nest->function;
	unsigned budget = l == p->root ? PSR_OUTER_BUDGET : PSR_INNER_BUDGET;
	enum psr_trip known;
	psr_scev trip;

	if (p->loops++ >= TRIP_LOOPS_MAX)
		return a;
	known = psr_ext_trip(p->fam, f, l, p->root, p->at, budget, &trip);
	if (known == PSR_TRIP_UNKNOWN &&
	    !psr_ext_trip_guess(p->fam, f, l, p->root, p->at, budget,
				TRIP_NOMINAL, &trip))
		return a;
	p->at_most |= known == PSR_TRIP_MOST;
	if (psr_ext_scev_constant(trip, &a.bound))
		return a;
	a.bound = psr_ext_scev_max(p->fam, f, trip);
	if (p->b) {
		LLVMValueRef v = psr_ext_scev_expand(p->fam, f, trip, p->at);

		/* The loop may never look at a poisoned bound; we do. */
		a.value = LLVMBuildFreeze(p->b, v, "psr.trip");
		if (l == p->innermost)
			p->trip = a.value;
	}
	return a;
}

static struct amount nest_amount(struct product *p, psr_loop l)
{
	LLVMValueRef f = p->nest->function;
	size_t n = psr_ext_loop_count(p->fam, f, l);
	struct amount inner = {NULL, n ? 0 : 1};
	struct amount trip = trip_amount(p, l);

	for (size_t i = 0; i < n; i++) {
		psr_loop child = psr_ext_loop_at(p->fam, f, l, i);
		struct amount a = nest_amount(p, child);

		inner = i ? add(p, inner, a) : a;
	}
	return multiply(p, trip, inner);
}

static bool trip_is_constant(struct psr_fam *fam, struct psr_nest *nest,
			     psr_loop l, LLVMValueRef at)
{
	uint64_t value;
	psr_scev trip;

	return psr_ext_trip(fam, nest->function, l, nest->loop, at,
			    PSR_OUTER_BUDGET, &trip) != PSR_TRIP_UNKNOWN &&
	       psr_ext_scev_constant(trip, &value);
}

/* True where every trip count is a constant and the work is below MIN. */
bool psr_work_is_small(struct psr_fam *fam, struct psr_nest *nest)
{
	LLVMValueRef at =
	    LLVMGetBasicBlockTerminator(psr_ext_loop_preheader(nest->loop));
	struct product p = {
	    .at = at, .fam = fam, .nest = nest, .root = nest->loop};
	size_t n = nest->nblocks;

	for (size_t i = 0; i < n; i++) {
		psr_loop l =
		    psr_ext_loop_of(fam, nest->function, nest->blocks[i]);

		if (!trip_is_constant(fam, nest, l, at))
			return false;
	}
	return nest_amount(&p, nest->loop).bound < nest->min_work;
}

/* The largest work of F's top-level loops that is known at its entry. */
static struct amount function_amount(struct product *p)
{
	LLVMValueRef f = p->nest->function;
	size_t n = psr_ext_loop_count(p->fam, f, NULL);
	struct amount best = {NULL, FUNCTION_WORK};
	LLVMValueRef over = NULL; /* of the best */

	for (size_t i = 0; i < n; i++) {
		psr_loop l = psr_ext_loop_at(p->fam, f, NULL, i);
		psr_scev trip;

		p->root = l;
		if (psr_ext_trip(p->fam, f, l, l, p->at, PSR_OUTER_BUDGET,
				 &trip) == PSR_TRIP_UNKNOWN)
			continue;
		p->over = NULL;
		struct amount a = nest_amount(p, l);

		if (a.bound > best.bound || (a.value && !best.value)) {
			best = a;
			over = p->over;
		}
	}
	p->over = over;
	return best;
}

LLVMValueRef psr_work_bounded(LLVMBuilderRef b, const struct psr_nest *nest)
{
	LLVMValueRef work = nest->work, max, less;

	if (!nest->unbounded)
		return work;
	max = LLVMConstInt(LLVMTypeOf(work), WORK_MAX, false);
	less = LLVMBuildICmp(b, LLVMIntULT, work, max, "psr.fits");
	work = LLVMBuildSelect(b, less, work, max, "psr.work");
	return nest->overflow ? LLVMBuildSelect(b, nest->overflow, max, work,
						"psr.bounded")
			      : work;
}

/* For what asks again and again. */
static void bound(LLVMBuilderRef b, struct psr_nest *nest)
{
	nest->work = psr_work_bounded(b, nest);
	nest->overflow = NULL;
	nest->unbounded = false;
}

static unsigned depth_of(struct psr_fam *fam, LLVMValueRef f, psr_loop l)
{
	unsigned most = 0;

	for (size_t i = 0; i < psr_ext_loop_count(fam, f, l); i++) {
		unsigned n = depth_of(fam, f, psr_ext_loop_at(fam, f, l, i));

		most = n > most ? n : most;
	}
	return most + 1;
}

/* The first of the deepest loops within L. */
static psr_loop innermost(struct psr_fam *fam, LLVMValueRef f, psr_loop l)
{
	unsigned depth = depth_of(fam, f, l);

	while (--depth) {
		size_t i = 0;

		while (depth_of(fam, f, psr_ext_loop_at(fam, f, l, i)) < depth)
			i++;
		l = psr_ext_loop_at(fam, f, l, i);
	}
	return l;
}

void psr_work_emit(struct psr_fam *fam, struct psr_nest *nest, psr_loop around)
{
	LLVMValueRef at =
	    nest->loop ? LLVMGetBasicBlockTerminator(psr_ext_loop_preheader(
			     around ? around : nest->loop))
		       : psr_ir_after_allocas(nest->function);
	LLVMContextRef ctx = LLVMGetTypeContext(LLVMTypeOf(at));
	LLVMBuilderRef b = LLVMCreateBuilderInContext(ctx);
	struct product p = {
	    .b = b, .at = at, .fam = fam, .nest = nest, .root = nest->loop};
	struct amount work;

	LLVMPositionBuilderBefore(b, at);
	LLVMSetCurrentDebugLocation2(b, LLVMInstructionGetDebugLoc(at));
	if (nest->loop && nest->features.depth > 1)
		p.innermost = innermost(fam, nest->function, nest->loop);
	work = nest->loop ? nest_amount(&p, nest->loop) : function_amount(&p);
	nest->work = amount_value(&p, work);
	nest->unbounded = work.bound > WORK_MAX;
	nest->overflow = p.over;
	nest->trip = p.trip;
	nest->at_most = p.at_most;
	if (!nest->loop || around)
		bound(b, nest);
	LLVMDisposeBuilder(b);
}

unsigned psr_work_known_trips(struct psr_fam *fam, const struct psr_nest *nest,
			      psr_loop l, LLVMValueRef at, unsigned budget)
{
	size_t n = psr_ext_loop_count(fam, nest->function, l);
	unsigned known = 0;
	psr_scev trip;

	for (size_t i = 0; i < n; i++)
		known += psr_work_known_trips(
		    fam, nest, psr_ext_loop_at(fam, nest->function, l, i), at,
		    budget);
	return known + (psr_ext_trip(fam, nest->function, l, nest->loop, at,
				     budget, &trip) != PSR_TRIP_UNKNOWN);
}
