// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// llvm_iterations.cpp - what a loop's iterations count, carry and may share:
// LLVM's analyses behind plain C functions. Decides nothing, as llvm_ext.cpp.
#include "llvm_unwrap.h"

#include <llvm/Analysis/AliasAnalysis.h>
#include <llvm/Analysis/BasicAliasAnalysis.h>
#include <llvm/Analysis/ScalarEvolution.h>
#include <llvm/Analysis/ScopedNoAliasAA.h>
#include <llvm/Analysis/TargetLibraryInfo.h>
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
