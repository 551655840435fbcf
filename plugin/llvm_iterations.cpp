// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// llvm_iterations.cpp - what a loop's iterations count, carry and may share:
// LLVM's analyses behind plain C functions. Decides nothing, as llvm_ext.cpp.
#include "llvm_unwrap.h"

#include <llvm/Analysis/AliasAnalysis.h>
#include <llvm/Analysis/BasicAliasAnalysis.h>
#include <llvm/Analysis/ScalarEvolution.h>
#include <llvm/Analysis/ScopedNoAliasAA.h>
#include <llvm/Analysis/TargetLibraryInfo.h>
#include <llvm/Analysis/TargetTransformInfo.h>
#include <llvm/Analysis/TypeBasedAliasAnalysis.h>
#include <llvm/Transforms/Utils/ScalarEvolutionExpander.h>

using namespace llvm;

// ---- Expressions ------------------------------------------------------------

namespace
{
// What A and B are products of.
struct Factors {
	APInt constant{64, 1};
	SmallVector<const SCEV *, 4> rest;

	explicit Factors(const SCEV *e)
	{
		auto *mul = dyn_cast<SCEVMulExpr>(e);

		if (!mul)
			add(e);
		else
			for (const SCEV *part : mul->operands())
				add(part);
	}

	void add(const SCEV *e)
	{
		if (auto *c = dyn_cast<SCEVConstant>(e))
			constant *= c->getAPInt().sextOrTrunc(64);
		else
			rest.push_back(e);
	}

	bool divides(const Factors &other) const
	{
		SmallVector<const SCEV *, 4> left(other.rest);

		for (const SCEV *e : rest) {
			auto at = llvm::find(left, e);
			if (at == left.end())
				return false;
			left.erase(at);
		}
		return !constant.isZero() &&
		       other.constant.srem(constant).isZero();
	}
};
} // namespace

bool is_multiple(const SCEV *a, const SCEV *b)
{
	return Factors(b).divides(Factors(a));
}

psr_scev psr_ext_scev_minus(psr_fam *fam, LLVMValueRef f, psr_scev a,
			    psr_scev b)
{
	auto &SE = analysis<ScalarEvolutionAnalysis>(fam, f);

	const SCEV *way = SE.getMinusSCEV(scev_of(a), scev_of(b));

	return isa<SCEVCouldNotCompute>(way) ? nullptr : wrap_scev(way);
}

bool psr_ext_scev_times(psr_fam *fam, LLVMValueRef f, psr_scev a, psr_scev b,
			int *times)
{
	auto &SE = analysis<ScalarEvolutionAnalysis>(fam, f);
	const SCEV *x = scev_of(a), *y = scev_of(b);

	for (*times = -8; *times <= 8; ++*times) {
		const SCEV *n = SE.getConstant(y->getType(), *times, true);
		if (SE.getMulExpr(n, y) == x)
			return true;
	}
	return false;
}

bool psr_ext_scev_multiple(psr_fam *fam, LLVMValueRef f, psr_scev a, psr_scev b)
{
	int times;

	return is_multiple(scev_of(a), scev_of(b)) ||
	       psr_ext_scev_times(fam, f, a, b, &times);
}

// ---- Trip counts -----------------------------------------------------------

psr_scev psr_ext_trips_less_1(psr_fam *fam, LLVMValueRef f, psr_loop l)
{
	auto &SE = analysis<ScalarEvolutionAnalysis>(fam, f);
	Instruction *at = function_of(f).getEntryBlock().getTerminator();
	const SCEV *taken = SE.getBackedgeTakenCount(loop_of(l));
	SCEVExpander expander(SE, "psr");

	if (isa<SCEVCouldNotCompute>(taken) || varies(taken) ||
	    SE.getTypeSizeInBits(taken->getType()) > 64 ||
	    !expander.isSafeToExpandAt(taken, at))
		return nullptr;
	return wrap_scev(SE.getTruncateOrZeroExtend(
	    taken, Type::getInt64Ty(at->getContext())));
}

namespace
{
// Replaces what varies within a nest by its value half way.
class Average : public SCEVRewriteVisitor<Average>
{
	const Loop *Nest;
	const bool Guess; // what the nest loads counts as nothing

      public:
	bool Failed = false, Varied = false;

	Average(ScalarEvolution &SE, const Loop *nest, bool guess)
	    : SCEVRewriteVisitor(SE), Nest(nest), Guess(guess)
	{
	}

	const SCEV *visitAddRecExpr(const SCEVAddRecExpr *e)
	{
		const Loop *l = e->getLoop();
		if (!Nest->contains(l))
			return e;
		const SCEV *taken = SE.getBackedgeTakenCount(l);
		Varied = true;
		if (!e->isAffine() || isa<SCEVCouldNotCompute>(taken)) {
			Failed = true;
			return e;
		}
		taken = visit(SE.getTruncateOrZeroExtend(
		    taken, SE.getEffectiveSCEVType(e->getType())));
		const SCEV *half =
		    SE.getUDivExpr(taken, SE.getConstant(taken->getType(), 2));
		const SCEV *start = visit(e->getStart());
		const SCEV *step = visit(e->getStepRecurrence(SE));
		return SE.getAddExpr(start, SE.getMulExpr(half, step));
	}

	const SCEV *visitUnknown(const SCEVUnknown *e)
	{
		auto *i = dyn_cast<Instruction>(e->getValue());
		if (!i || !Nest->contains(i))
			return e;
		if (Guess && e->getType()->isIntegerTy())
			return SE.getZero(e->getType());
		Failed = true;
		return e;
	}
};

// Takes what is divided by, where that is no constant, for 1: steps of a size
// that only the program knows.
class Undivided : public SCEVRewriteVisitor<Undivided>
{
      public:
	explicit Undivided(ScalarEvolution &SE) : SCEVRewriteVisitor(SE)
	{
	}

	// It may not wrap; another one with the same flags might.
	const SCEV *visitAddRecExpr(const SCEVAddRecExpr *e)
	{
		return e;
	}

	const SCEV *visitUDivExpr(const SCEVUDivExpr *e)
	{
		if (isa<SCEVConstant>(e->getRHS()))
			return SE.getUDivExpr(visit(e->getLHS()), e->getRHS());
		return visit(e->getLHS());
	}
};

// How often L goes back; a guess where it may end before: half as often as
// without that.
const SCEV *taken_of(ScalarEvolution &SE, const Loop *l, bool guess)
{
	const SCEV *taken = SE.getBackedgeTakenCount(l);

	if (!guess || !isa<SCEVCouldNotCompute>(taken))
		return taken;
	taken = SE.getSymbolicMaxBackedgeTakenCount(l);
	if (isa<SCEVCouldNotCompute>(taken))
		return taken;
	return SE.getUDivExpr(taken, SE.getConstant(taken->getType(), 2));
}

// L's backedge-taken count with what varies in NEST averaged; null: unknown.
// VARIED: some of it did.
const SCEV *average_taken(ScalarEvolution &SE, const Loop *l, const Loop *nest,
			  bool guess, bool &varied)
{
	const SCEV *taken = taken_of(SE, l, guess);

	if (isa<SCEVCouldNotCompute>(taken) ||
	    SE.getTypeSizeInBits(taken->getType()) > 64)
		return nullptr;
	Average average(SE, nest, guess);
	taken = average.visit(taken);
	varied = average.Varied;
	return average.Failed ? nullptr : taken;
}

// TAKEN, averaged, or 0: half way of a nest whose rounds begin behind each
// other's end it is below that.
const SCEV *not_below_0(ScalarEvolution &SE, const SCEV *taken)
{
	if (auto *wide = dyn_cast<SCEVZeroExtendExpr>(taken))
		return SE.getZeroExtendExpr(
		    not_below_0(SE, wide->getOperand()), wide->getType());
	return SE.getSMaxExpr(taken, SE.getZero(taken->getType()));
}

bool is_cheap_at(psr_fam *fam, LLVMValueRef f, const SCEV *s, const Loop *nest,
		 Instruction *at, unsigned budget)
{
	auto &SE = analysis<ScalarEvolutionAnalysis>(fam, f);
	SCEVExpander expander(SE, "psr");

	return expander.isSafeToExpandAt(s, at) &&
	       !expander.isHighCostExpansion(
		   s, const_cast<Loop *>(nest), budget,
		   &analysis<TargetIRAnalysis>(fam, f), at);
}
} // namespace

enum psr_trip psr_ext_trip(psr_fam *fam, LLVMValueRef f, psr_loop l,
			   psr_loop nest, LLVMValueRef at, unsigned budget,
			   psr_scev *out)
{
	auto &SE = analysis<ScalarEvolutionAnalysis>(fam, f);
	auto *I = unwrap<Instruction>(at);
	Type *i64 = Type::getInt64Ty(I->getContext());
	bool varied;
	const SCEV *taken =
	    average_taken(SE, loop_of(l), loop_of(nest), false, varied);

	if (!taken)
		return PSR_TRIP_UNKNOWN;
	auto one_more = [&](const SCEV *s) {
		return SE.getAddExpr(SE.getTruncateOrZeroExtend(s, i64),
				     SE.getOne(i64));
	};
	auto cheap = [&](const SCEV *s) {
		return is_cheap_at(fam, f, one_more(s), loop_of(nest), I, budget);
	};
	enum psr_trip known = varied ? PSR_TRIP_AVERAGE : PSR_TRIP_KNOWN;
	if (!cheap(taken)) {
		const SCEV *most = Undivided(SE).visit(taken);
		if (most == taken || !cheap(most))
			return PSR_TRIP_UNKNOWN;
		taken = most;
		known = PSR_TRIP_MOST;
	}
	*out = wrap_scev(one_more(varied ? not_below_0(SE, taken) : taken));
	return known;
}

bool psr_ext_trip_ends(psr_fam *fam, LLVMValueRef f, psr_loop l, psr_loop nest,
		       LLVMValueRef at, unsigned budget, psr_ends *out)
{
	auto &SE = analysis<ScalarEvolutionAnalysis>(fam, f);
	auto *I = unwrap<Instruction>(at);
	Type *i64 = Type::getInt64Ty(I->getContext());
	const SCEV *taken = SE.getBackedgeTakenCount(loop_of(l));
	auto *wide = dyn_cast<SCEVZeroExtendExpr>(taken);
	auto *e = dyn_cast<SCEVAddRecExpr>(wide ? wide->getOperand() : taken);

	if (!e || !e->isAffine() || e->getLoop() == loop_of(l) ||
	    !e->getLoop()->contains(loop_of(l)) ||
	    !loop_of(nest)->contains(e->getLoop()) ||
	    SE.getTypeSizeInBits(e->getType()) > 64)
		return false;
	auto *step = dyn_cast<SCEVConstant>(e->getStepRecurrence(SE));
	const SCEV *rounds = SE.getBackedgeTakenCount(e->getLoop());
	if (!step || step->getAPInt().abs().ugt(PSR_ENDS_STEP) ||
	    isa<SCEVCouldNotCompute>(rounds) ||
	    SE.getTypeSizeInBits(rounds->getType()) > 64)
		return false;
	const SCEV *way =
	    SE.getMulExpr(SE.getTruncateOrZeroExtend(rounds, i64),
			  SE.getTruncateOrSignExtend(step, i64));
	const SCEV *first =
	    SE.getAddExpr(SE.getTruncateOrZeroExtend(e->getStart(), i64),
			  SE.getOne(i64));
	const SCEV *last = SE.getAddExpr(first, way);
	if (!is_cheap_at(fam, f, first, loop_of(nest), I, budget) ||
	    !is_cheap_at(fam, f, last, loop_of(nest), I, budget))
		return false;
	bool grows = !step->getAPInt().isNegative();
	out->around = wrap_loop(const_cast<Loop *>(e->getLoop()));
	out->least = wrap_scev(grows ? first : last);
	out->most = wrap_scev(grows ? last : first);
	return true;
}

bool psr_ext_trip_guess(psr_fam *fam, LLVMValueRef f, psr_loop l, psr_loop nest,
			LLVMValueRef at, unsigned budget, unsigned least,
			psr_scev *out)
{
	auto &SE = analysis<ScalarEvolutionAnalysis>(fam, f);
	auto *I = unwrap<Instruction>(at);
	Type *i64 = Type::getInt64Ty(I->getContext());
	bool varied;
	const SCEV *taken =
	    average_taken(SE, loop_of(l), loop_of(nest), true, varied);

	if (!taken)
		return false;
	const SCEV *trip = SE.getSMaxExpr(
	    SE.getTruncateOrSignExtend(taken, i64), SE.getConstant(i64, least));
	if (!is_cheap_at(fam, f, trip, loop_of(nest), I, budget))
		return false;
	*out = wrap_scev(trip);
	return true;
}

bool psr_ext_trip_is_costly(psr_fam *fam, LLVMValueRef f, psr_loop l)
{
	auto &SE = analysis<ScalarEvolutionAnalysis>(fam, f);
	const SCEV *taken = SE.getBackedgeTakenCount(loop_of(l));
	BasicBlock *before = loop_of(l)->getLoopPreheader();

	return before && !isa<SCEVCouldNotCompute>(taken) &&
	       !is_cheap_at(fam, f, taken, loop_of(l), before->getTerminator(),
			    SCEVCheapExpansionBudget);
}

bool psr_ext_counts(psr_fam *fam, LLVMValueRef f, LLVMValueRef v, psr_loop l,
		    unsigned budget, struct psr_counter *out)
{
	auto &SE = analysis<ScalarEvolutionAnalysis>(fam, f);
	Loop *L = loop_of(l);
	Value *V = unwrap(v);
	BasicBlock *before = L->getLoopPreheader();

	if (!before || !V->getType()->isIntegerTy())
		return false;
	auto *e = dyn_cast<SCEVAddRecExpr>(SE.getSCEV(V));
	if (!e || e->getLoop() != L || !e->isAffine())
		return false;
	auto *step = dyn_cast<SCEVConstant>(e->getStepRecurrence(SE));
	if (!step || !step->getAPInt().isStrictlyPositive() ||
	    step->getAPInt().ugt(PSR_ENDS_STEP))
		return false;
	out->start = wrap_scev(e->getStart());
	out->step = step->getAPInt().getZExtValue();
	out->may_wrap = !e->hasNoSignedWrap();
	return is_cheap_at(fam, f, e->getStart(), L, before->getTerminator(),
			   budget);
}

// ---- What iterations share ---------------------------------------------------

static MemoryLocation anywhere(Instruction *i, bool writes, bool scopes)
{
	MemoryLocation at;

	if (auto *m = dyn_cast<MemIntrinsic>(i))
		at = writes ? MemoryLocation::getForDest(m)
			    : MemoryLocation::getForSource(
				  cast<MemTransferInst>(m));
	else
		at = MemoryLocation::get(i);
	if (!scopes)
		at.AATags.Scope = at.AATags.NoAlias = nullptr;
	return at.getWithNewSize(LocationSize::beforeOrAfterPointer());
}

bool psr_ext_keeps_scopes(psr_loop l)
{
	for (BasicBlock *block : loop_of(l)->blocks())
		for (Instruction &i : *block)
			if (isa<NoAliasScopeDeclInst>(i))
				return false;
	return true;
}

bool psr_ext_may_share(psr_fam *fam, LLVMValueRef f, bool scopes,
		       LLVMValueRef a, bool a_writes, LLVMValueRef b,
		       bool b_writes)
{
	// Not GlobalsAA: a global may have become the nest's input.
	AAResults AA(analysis<TargetLibraryAnalysis>(fam, f));
	AA.addAAResult(analysis<BasicAA>(fam, f));
	AA.addAAResult(analysis<TypeBasedAA>(fam, f));
	AA.addAAResult(analysis<ScopedNoAliasAA>(fam, f));
	BatchAAResults batch(AA);

	batch.enableCrossIterationMode();
	return !batch.isNoAlias(
	    anywhere(unwrap<Instruction>(a), a_writes, scopes),
	    anywhere(unwrap<Instruction>(b), b_writes, scopes));
}
