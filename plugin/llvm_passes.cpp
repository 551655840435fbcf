// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// llvm_passes.cpp - LLVM's own passes and Polly's, run on one function, and
// what they need to be asked; see llvm_ext.h. Decides nothing.
#include "llvm_unwrap.h"

#include <llvm/Analysis/AliasAnalysis.h>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/Analysis/MemoryLocation.h>
#include <llvm/Analysis/ScalarEvolution.h>
#include <llvm/Analysis/ScalarEvolutionExpressions.h>
#include <llvm/IR/PassManager.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Plugins/PassPlugin.h>
#include <llvm/Support/CommandLine.h>
#include <llvm/Transforms/Utils/BasicBlockUtils.h>
#include <mutex>

using namespace llvm;

// Debian's libLLVM has Polly within, but installs no header of it.
__attribute__((weak)) PassPluginLibraryInfo getPollyPluginInfo();

// ---- Passes ---------------------------------------------------------------

static bool run(psr_fam *fam, LLVMValueRef f, PassBuilder &PB,
		const char *passes)
{
	FunctionPassManager FPM;
	Function &F = function_of(f);

	if (Error e = PB.parsePassPipeline(FPM, passes)) {
		consumeError(std::move(e));
		return false;
	}
	fam_of(fam).invalidate(F, PreservedAnalyses::none());
	FPM.run(F, fam_of(fam));
	fam_of(fam).invalidate(F, PreservedAnalyses::none());
	return true;
}

bool psr_ext_run(psr_fam *fam, LLVMValueRef f, const char *passes)
{
	PassBuilder PB;

	return run(fam, f, PB, passes);
}

bool psr_ext_has_polly(void)
{
	return getPollyPluginInfo != nullptr;
}

bool psr_ext_option_is_set(const char *name)
{
	auto &known = cl::getRegisteredOptions();
	auto at = known.find(name);

	return at != known.end() && at->second->getNumOccurrences();
}

namespace
{
// Command-line options of this process, as long as it lives.
class Settings
{
	SmallVector<cl::Option *, 16> Set;

      public:
	Settings(const psr_setting *s)
	{
		auto &known = cl::getRegisteredOptions();

		for (; s->name; s++) {
			auto at = known.find(s->name);
			if (at == known.end() ||
			    at->second->getNumOccurrences())
				continue; // the user's own setting stays
			if (!at->second->addOccurrence(0, s->name, s->value))
				Set.push_back(at->second);
		}
	}

	~Settings()
	{
		for (cl::Option *o : Set)
			o->reset();
	}
};
} // namespace

bool psr_ext_run_polly(psr_fam *fam, LLVMValueRef f, const char *passes,
		       const psr_setting *settings)
{
	static std::mutex one; // options are the process's: ThinLTO has threads
	std::lock_guard<std::mutex> lock(one);
	PassInstrumentationCallbacks PIC; // Polly names its passes there
	PassBuilder PB(nullptr, PipelineTuningOptions(), std::nullopt, &PIC);
	Settings set(settings);
	LLVMContext &ctx = function_of(f).getContext();
	bool discard = ctx.shouldDiscardValueNames();

	getPollyPluginInfo().RegisterPassBuilderCallbacks(PB);
	ctx.setDiscardValueNames(false); // its blocks are found by their names
	bool known = run(fam, f, PB, passes);
	ctx.setDiscardValueNames(discard);
	return known;
}

void psr_ext_redirect(LLVMValueRef branch, unsigned i, LLVMBasicBlockRef to)
{
	auto *b = unwrap<BranchInst>(branch);

	b->getSuccessor(i)->removePredecessor(b->getParent());
	b->setSuccessor(i, unwrap(to));
	EliminateUnreachableBlocks(*b->getFunction());
}

// ---- Questions ------------------------------------------------------------

bool psr_ext_apart(psr_fam *fam, LLVMValueRef f, LLVMValueRef a,
		   LLVMValueRef b)
{
	auto &AA = fam_of(fam).getResult<AAManager>(function_of(f));
	auto location = [](LLVMValueRef v) {
		auto *i = unwrap<Instruction>(v);
		return MemoryLocation::getBeforeOrAfter(
		    getLoadStorePointerOperand(i), i->getAAMetadata());
	};

	return AA.isNoAlias(location(a), location(b));
}

bool psr_ext_walk(psr_fam *fam, LLVMValueRef f, LLVMValueRef access,
		  psr_loop outer, psr_loop inner, psr_walk *out)
{
	auto &SE = fam_of(fam).getResult<ScalarEvolutionAnalysis>(
	    function_of(f));
	auto *I = unwrap<Instruction>(access);
	Value *pointer = getLoadStorePointerOperand(I);
	Loop *loops[] = {loop_of(inner), loop_of(outer)};
	const SCEV *steps[2];

	if (!pointer || !SE.isSCEVable(pointer->getType()))
		return false;
	const SCEV *at = SE.getSCEV(pointer);
	out->address = wrap_scev(at);
	for (unsigned i = 0; i < 2; i++) {
		auto *r = dyn_cast<SCEVAddRecExpr>(at);
		steps[i] = SE.getZero(SE.getEffectiveSCEVType(at->getType()));
		if (!loops[i] || !r || r->getLoop() != loops[i])
			continue;
		if (!r->isAffine())
			return false;
		steps[i] = r->getStepRecurrence(SE);
		at = r->getStart();
	}
	if (!SE.isLoopInvariant(at, loop_of(outer)) ||
	    !SE.isLoopInvariant(steps[0], loop_of(outer)) ||
	    !SE.isLoopInvariant(steps[1], loop_of(outer)))
		return false;
	out->start = wrap_scev(at);
	out->inner_step = wrap_scev(steps[0]);
	out->outer_step = wrap_scev(steps[1]);
	TypeSize size = I->getDataLayout().getTypeStoreSize(
	    getLoadStoreType(I));
	out->bytes = size.getKnownMinValue();
	return !size.isScalable();
}

bool psr_ext_is_affine(psr_fam *fam, LLVMValueRef f, LLVMValueRef access,
		       psr_loop nest)
{
	auto &SE = fam_of(fam).getResult<ScalarEvolutionAnalysis>(
	    function_of(f));
	Value *pointer =
	    getLoadStorePointerOperand(unwrap<Instruction>(access));
	Loop *top = loop_of(nest);

	if (!pointer || !SE.isSCEVable(pointer->getType()))
		return false;
	const SCEV *at = SE.getSCEV(pointer);
	while (auto *r = dyn_cast<SCEVAddRecExpr>(at)) {
		if (!r->isAffine() || !top->contains(r->getLoop()) ||
		    !SE.isLoopInvariant(r->getStepRecurrence(SE), top))
			break;
		at = r->getStart();
	}
	return SE.isLoopInvariant(at, top);
}

bool psr_ext_has_trip(psr_fam *fam, LLVMValueRef f, psr_loop l)
{
	auto &SE = fam_of(fam).getResult<ScalarEvolutionAnalysis>(
	    function_of(f));

	return !isa<SCEVCouldNotCompute>(
	    SE.getBackedgeTakenCount(loop_of(l)));
}

psr_scev psr_ext_phi_step(psr_fam *fam, LLVMValueRef f, LLVMValueRef phi,
			  psr_loop l)
{
	auto &SE = fam_of(fam).getResult<ScalarEvolutionAnalysis>(
	    function_of(f));
	Value *v = unwrap(phi);

	if (!SE.isSCEVable(v->getType()))
		return nullptr;
	auto *r = dyn_cast<SCEVAddRecExpr>(SE.getSCEV(v));
	if (!r || !r->isAffine() || r->getLoop() != loop_of(l))
		return nullptr;
	return wrap_scev(r->getStepRecurrence(SE));
}
