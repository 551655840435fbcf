// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// llvm_ext.cpp - LLVM's C++ interfaces behind plain C functions.
//
// Decides nothing: every choice is made by the C files. One shared object
// serves clang, opt and the linker's LTO: the clang symbols below are weak,
// so that a host without clang loads it, and the plugin action is registered
// only where clang's registry exists.
#include "llvm_probes.h"
#include "llvm_unwrap.h"

#include <clang/Frontend/CompilerInstance.h>
#include <clang/Frontend/FrontendAction.h>
#include <clang/Frontend/FrontendPluginRegistry.h>
#include <dlfcn.h>
#include <llvm/ADT/PostOrderIterator.h>
#include <llvm/Analysis/AliasAnalysis.h>
#include <llvm/Analysis/AssumptionCache.h>
#include <llvm/Analysis/BlockFrequencyInfo.h>
#include <llvm/Analysis/CFG.h>
#include <llvm/Analysis/CaptureTracking.h>
#include <llvm/Analysis/DemandedBits.h>
#include <llvm/Analysis/GlobalsModRef.h>
#include <llvm/Analysis/LoopAccessAnalysis.h>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/Analysis/LoopIterator.h>
#include <llvm/Analysis/OptimizationRemarkEmitter.h>
#include <llvm/Analysis/ScalarEvolutionExpressions.h>
#include <llvm/Analysis/TargetLibraryInfo.h>
#include <llvm/Analysis/TargetTransformInfo.h>
#include <llvm/Analysis/ValueTracking.h>
#include <llvm/Analysis/VectorUtils.h>
#include <llvm/IR/DebugInfo.h>
#include <llvm/IR/Dominators.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/PassManager.h>
#include <llvm/IR/ProfileSummary.h>
#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Plugins/PassPlugin.h>
#include <llvm/Support/CommandLine.h>
#include <llvm/Transforms/IPO/MergeFunctions.h>
#include <llvm/Transforms/Utils/BasicBlockUtils.h>
#include <llvm/Transforms/Utils/Cloning.h>
#include <llvm/Transforms/Utils/CodeExtractor.h>
#include <llvm/Transforms/Utils/LoopSimplify.h>
#include <llvm/Transforms/Utils/LoopUtils.h>
#include <llvm/Transforms/Utils/ModuleUtils.h>
#include <llvm/Transforms/Utils/ScalarEvolutionExpander.h>
#include <llvm/Transforms/Vectorize/LoopVectorizationLegality.h>
#include <llvm/Transforms/Vectorize/LoopVectorize.h>

using namespace llvm;

// ---- Registration ---------------------------------------------------------

// Absent in opt and lld, where nothing below refers to them.
__asm__(".weak _ZN5clang13DiagnosticIDs15getCustomDiagIDE"
	"NS0_14CustomDiagDescE\n"
	".weak _ZN5clang14FrontendAction13EndSourceFileEv\n"
	".weak _ZN5clang14FrontendAction22shouldEraseOutputFilesEv\n"
	".weak _ZN5clang14FrontendActionC2Ev\n"
	".weak _ZN5clang14FrontendActionD2Ev\n"
	".weak _ZN5clang15PluginASTAction6anchorEv\n"
	".weak _ZN5clang17ASTFrontendAction13ExecuteActionEv\n"
	".weak _ZN5clang17DiagnosticBuilderC1EPNS_17DiagnosticsEngineE"
	"NS_14SourceLocationEj\n"
	".weak _ZN5clang17DiagnosticsEngine14EmitDiagnosticERKNS_"
	"17DiagnosticBuilderEb\n"
	".weak _ZTVN5clang11ASTConsumerE\n");

namespace
{
psr_phase phase_of(ThinOrFullLTOPhase phase)
{
	switch (phase) {
	case ThinOrFullLTOPhase::ThinLTOPreLink:
		return PSR_PHASE_THIN;
	case ThinOrFullLTOPhase::ThinLTOPostLink:
		return PSR_PHASE_THIN_LINK;
	case ThinOrFullLTOPhase::FullLTOPreLink:
		return PSR_PHASE_FULL;
	default:
		return PSR_PHASE_WHOLE;
	}
}

struct PsrPass : PassInfoMixin<PsrPass> {
	psr_phase Phase;

	explicit PsrPass(psr_phase phase) : Phase(phase)
	{
	}

	PreservedAnalyses run(Module &M, ModuleAnalysisManager &MAM)
	{
		auto &FAM = MAM.getResult<FunctionAnalysisManagerModuleProxy>(M)
				.getManager();
		// A variant may be given a pointer into a global whose address
		// nothing took before, and passes run on it at once.
		bool had_globals = MAM.getCachedResult<GlobalsAA>(M);
		PreservedAnalyses but_globals = PreservedAnalyses::all();

		but_globals.abandon<GlobalsAA>();
		if (had_globals) {
			FAM.clear();
			MAM.invalidate(M, but_globals);
		}
		bool changed = psr_module_run(
		    wrap(&M), reinterpret_cast<psr_fam *>(&FAM), Phase);
		if (had_globals) {
			FAM.clear();
			MAM.getResult<GlobalsAA>(M);
		}
		return changed ? PreservedAnalyses::none()
			       : PreservedAnalyses::all();
	}

	static bool isRequired()
	{
		return true;
	}
};

// Below -O2 and at -Oz clang's pipeline vectorises only what pragmas demand.
struct PsrVectorize : PassInfoMixin<PsrVectorize> {
	LoopVectorizePass Vectorize;

	PreservedAnalyses run(Function &F, FunctionAnalysisManager &FAM)
	{
		return psr_variant_is(wrap(&F)) ? Vectorize.run(F, FAM)
						: PreservedAnalyses::all();
	}
};

// Stores of vectors that go through memory, in variants made for that. The
// vectorizer refuses loops whose stores are marked before.
struct PsrNontemporal : PassInfoMixin<PsrNontemporal> {
	PreservedAnalyses run(Function &F, FunctionAnalysisManager &FAM)
	{
		if (!F.hasFnAttribute(PSR_NONTEMPORAL))
			return PreservedAnalyses::all();
		auto &loops = FAM.getResult<LoopAnalysis>(F);
		auto *mark = MDNode::get(
		    F.getContext(), ConstantAsMetadata::get(ConstantInt::get(
					Type::getInt32Ty(F.getContext()), 1)));

		for (Instruction &I : instructions(F)) {
			auto *S = dyn_cast<StoreInst>(&I);
			Loop *L = loops.getLoopFor(I.getParent());

			if (!S || !S->isSimple() || !L ||
			    !S->getValueOperand()->getType()->isVectorTy() ||
			    L->isLoopInvariant(S->getPointerOperand()))
				continue;
			TypeSize size = F.getDataLayout().getTypeStoreSize(
			    S->getValueOperand()->getType());
			if (!size.isScalable() && size.getFixedValue() == 16 &&
			    S->getAlign() >= 16)
				S->setMetadata(LLVMContext::MD_nontemporal,
					       mark);
		}
		return PreservedAnalyses::none();
	}
};

struct PsrFinish : PassInfoMixin<PsrFinish> {
	PreservedAnalyses run(Function &F, FunctionAnalysisManager &FAM)
	{
		return psr_module_finish(reinterpret_cast<psr_fam *>(&FAM),
					 wrap(&F))
			   ? PreservedAnalyses::none()
			   : PreservedAnalyses::all();
	}
};

// Variants of one site that came out alike become one. Those of another group
// of sections stay: the linker may drop that group.
struct PsrMerge : PassInfoMixin<PsrMerge> {
	PreservedAnalyses run(Module &M, ModuleAnalysisManager &)
	{
		MapVector<const Comdat *, SmallVector<Function *, 8>> groups;
		bool changed = false;

		for (Function &F : M)
			if (F.hasComdat() && !F.isDeclaration() &&
			    psr_variant_is(wrap(&F)))
				groups[F.getComdat()].push_back(&F);
		for (auto &group : groups)
			if (group.second.size() > 1)
				changed |= !MergeFunctionsPass::runOnFunctions(
						group.second)
						.empty();
		return changed ? PreservedAnalyses::none()
			       : PreservedAnalyses::all();
	}
};

bool has_probes(OptimizationLevel level, ThinOrFullLTOPhase phase)
{
	return level != OptimizationLevel::O0 &&
	       phase == ThinOrFullLTOPhase::None;
}

void register_passes(PassBuilder &PB)
{
	PB.registerPipelineStartEPCallback(
	    [](ModulePassManager &MPM, OptimizationLevel level) {
		    if (level != OptimizationLevel::O0)
			    MPM.addPass(PsrAddProbes());
	    });
	PB.registerPipelineEarlySimplificationEPCallback(
	    [](ModulePassManager &MPM, OptimizationLevel level,
	       ThinOrFullLTOPhase phase) {
		    if (has_probes(level, phase))
			    MPM.addPass(PsrHideProbes());
	    });
	PB.registerOptimizerEarlyEPCallback([](ModulePassManager &MPM,
					       OptimizationLevel level,
					       ThinOrFullLTOPhase phase) {
		if (level != OptimizationLevel::O0)
			MPM.addPass(PsrPass(phase_of(phase)));
	});
	PB.registerVectorizerStartEPCallback(
	    [](FunctionPassManager &FPM, OptimizationLevel level) {
		    if (level == OptimizationLevel::O1 ||
			level == OptimizationLevel::Oz)
			    FPM.addPass(PsrVectorize());
	    });
	PB.registerOptimizerLastEPCallback(
	    [](ModulePassManager &MPM, OptimizationLevel level,
	       ThinOrFullLTOPhase) {
		    if (level == OptimizationLevel::O0)
			    return;
		    MPM.addPass(
			createModuleToFunctionPassAdaptor(PsrNontemporal()));
		    MPM.addPass(createModuleToFunctionPassAdaptor(PsrFinish()));
		    MPM.addPass(PsrMerge());
	    });
	PB.registerPipelineParsingCallback(
	    [](StringRef name, ModulePassManager &MPM,
	       ArrayRef<PassBuilder::PipelineElement>) {
		    if (name != "psr")
			    return false;
		    MPM.addPass(PsrPass(PSR_PHASE_WHOLE));
		    return true;
	    });
}

// Options exist once, however many copies of the plugin are loaded.
struct Options {
	Options()
	{
		auto &known = cl::getRegisteredOptions();

		for (const psr_key *k = psr_keys; k->name; k++) {
			if (known.count(k->name))
				continue;
			auto set = [k](const std::string &value) {
				const char *bad =
				    psr_options_set(k->name, value.c_str());

				if (bad) {
					errs() << "psr: " << bad << '\n';
					exit(1);
				}
			};
			auto *o = new cl::opt<std::string>(
			    StringRef(k->name), cl::desc(k->help),
			    cl::callback(
				std::function<void(const std::string &)>(set)));
			if (k->argument)
				o->setValueStr(k->argument);
			else
				o->setValueExpectedFlag(cl::ValueOptional);
		}
	}
} options;

// One error; the text is no format, whatever the user wrote.
void report(clang::DiagnosticsEngine &diag, const char *bad)
{
	std::string text = "psr: ";

	for (const char *s = bad; *s; s++)
		text.append(*s == '%' ? 2 : 1, *s);
	diag.Report(diag.getDiagnosticIDs()->getCustomDiagID(
	    clang::DiagnosticIDs::Error, text));
}

class PsrAction : public clang::PluginASTAction
{
	std::unique_ptr<clang::ASTConsumer>
	CreateASTConsumer(clang::CompilerInstance &CI, StringRef) override
	{
		const clang::CodeGenOptions &codegen = CI.getCodeGenOpts();

		psr_options_set_sections(!codegen.BBSections.empty() &&
					     codegen.BBSections != "none",
					 codegen.FunctionSections);
		CI.getCodeGenOpts().PassBuilderCallbacks.push_back(
		    register_passes);
		return std::make_unique<clang::ASTConsumer>();
	}

	bool ParseArgs(const clang::CompilerInstance &CI,
		       const std::vector<std::string> &args) override
	{
		for (const std::string &arg : args) {
			size_t eq = arg.find('=');
			std::string key = arg.substr(0, eq), value;

			if (eq != std::string::npos)
				value = arg.substr(eq + 1);
			const char *bad =
			    psr_options_set(key.c_str(), value.c_str());
			if (!bad)
				continue;
			report(CI.getDiagnostics(), bad);
			return false;
		}
		return true;
	}

	ActionType getActionType() override
	{
		return AddBeforeMainAction;
	}
};

// Registers the action where the host is clang.
struct Registration {
	Registration()
	{
		using Registry = clang::FrontendPluginRegistry;
		using Node = Registry::node;
		static const auto make =
		    +[]() -> std::unique_ptr<clang::PluginASTAction> {
			return std::make_unique<PsrAction>();
		};
		auto add = reinterpret_cast<void (*)(Node *)>(
		    dlsym(RTLD_DEFAULT,
			  "_ZN4llvm8RegistryIN5clang15PluginASTActionEE8"
			  "add_nodeEPNS3_4nodeE"));

		if (!add)
			return;
		static Registry::entry entry("psr", "PSR variants", make);
		alignas(Node) static char storage[sizeof(Node)];
		// Node has an inline constructor, but clang's header declares
		// the instance extern; lay it out as that constructor does.
		struct Layout {
			void *next;
			const Registry::entry *value;
		};
		static_assert(sizeof(Layout) == sizeof(Node), "layout");
		*reinterpret_cast<Layout *>(storage) = {nullptr, &entry};
		add(reinterpret_cast<Node *>(storage));
	}
} registration;
} // namespace

extern "C" __attribute__((visibility("default"))) PassPluginLibraryInfo
llvmGetPassPluginInfo()
{
	return {LLVM_PLUGIN_API_VERSION, "psr", "1", register_passes, nullptr};
}

// ---- Analyses -------------------------------------------------------------

void psr_ext_forget(psr_fam *fam, LLVMValueRef f)
{
	fam_of(fam).invalidate(function_of(f), PreservedAnalyses::none());
}

bool psr_ext_has_loops(psr_fam *fam, LLVMValueRef f)
{
	return !analysis<LoopAnalysis>(fam, f).empty();
}

bool psr_ext_simplify_loops(psr_fam *fam, LLVMValueRef f)
{
	auto &LI = analysis<LoopAnalysis>(fam, f);
	auto &DT = analysis<DominatorTreeAnalysis>(fam, f);
	auto &AC = analysis<AssumptionAnalysis>(fam, f);
	SmallVector<Loop *, 8> tops(LI.begin(), LI.end());
	bool changed = false;

	for (Loop *l : tops)
		changed |=
		    simplifyLoop(l, &DT, &LI, nullptr, &AC, nullptr, false);
	if (changed) {
		PreservedAnalyses kept;
		kept.preserve<LoopAnalysis>();
		kept.preserve<DominatorTreeAnalysis>();
		fam_of(fam).invalidate(function_of(f), kept);
	}
	return changed;
}

size_t psr_ext_loop_count(psr_fam *fam, LLVMValueRef f, psr_loop parent)
{
	if (parent)
		return loop_of(parent)->getSubLoops().size();
	return analysis<LoopAnalysis>(fam, f).getTopLevelLoops().size();
}

psr_loop psr_ext_loop_at(psr_fam *fam, LLVMValueRef f, psr_loop parent,
			 size_t i)
{
	if (parent)
		return wrap_loop(loop_of(parent)->getSubLoops()[i]);
	auto &tops = analysis<LoopAnalysis>(fam, f).getTopLevelLoops();
	return wrap_loop(tops[tops.size() - 1 - i]); // kept in reverse
}

psr_loop psr_ext_loop_of(psr_fam *fam, LLVMValueRef f, LLVMBasicBlockRef b)
{
	return wrap_loop(analysis<LoopAnalysis>(fam, f).getLoopFor(unwrap(b)));
}

LLVMBasicBlockRef psr_ext_loop_header(psr_loop l)
{
	return wrap(loop_of(l)->getHeader());
}

LLVMBasicBlockRef psr_ext_loop_preheader(psr_loop l)
{
	return wrap(loop_of(l)->getLoopPreheader());
}

LLVMBasicBlockRef psr_ext_loop_unique_exit(psr_loop l)
{
	return wrap(loop_of(l)->getUniqueExitBlock());
}

LLVMBasicBlockRef psr_ext_loop_latch(psr_loop l)
{
	return wrap(loop_of(l)->getLoopLatch());
}

LLVMBasicBlockRef psr_ext_loop_exiting(psr_loop l)
{
	return wrap(loop_of(l)->getExitingBlock());
}

psr_loop psr_ext_loop_parent(psr_loop l)
{
	return wrap_loop(loop_of(l)->getParentLoop());
}

bool psr_ext_loop_is_invariant(psr_loop l, LLVMValueRef v)
{
	return loop_of(l)->isLoopInvariant(unwrap(v));
}

bool psr_ext_loop_is_simple(psr_loop l)
{
	return loop_of(l)->isLoopSimplifyForm();
}

bool psr_ext_loop_is_reducible(psr_fam *fam, LLVMValueRef f, psr_loop l)
{
	auto &LI = analysis<LoopAnalysis>(fam, f);
	LoopBlocksRPO order(loop_of(l));

	order.perform(&LI);
	return !containsIrreducibleCFG<const BasicBlock *>(order, LI);
}

bool psr_ext_loop_contains(psr_loop l, LLVMBasicBlockRef b)
{
	return loop_of(l)->contains(unwrap(b));
}

size_t psr_ext_loop_nblocks(psr_loop l)
{
	return loop_of(l)->getNumBlocks();
}

LLVMBasicBlockRef psr_ext_loop_block(psr_loop l, size_t i)
{
	return wrap(loop_of(l)->getBlocks()[i]);
}

unsigned psr_ext_loop_line(psr_loop l)
{
	DebugLoc loc = loop_of(l)->getStartLoc();

	return loc ? loc.getLine() : 0;
}

bool psr_ext_loop_has_hint(psr_loop l, const char *name)
{
	return findOptionMDForLoop(loop_of(l), name) != nullptr;
}

void psr_ext_loop_set_hint(psr_loop l, const char *name, unsigned value)
{
	addStringMetadataToLoop(loop_of(l), name, value);
}

int psr_ext_loop_hint(psr_loop l, const char *name)
{
	return getOptionalIntLoopAttribute(loop_of(l), name).value_or(0);
}

void psr_ext_loop_drop_hints(psr_loop loop, const char *prefix)
{
	Loop *l = loop_of(loop);
	MDNode *id = l->getLoopID();

	if (id)
		l->setLoopID(makePostTransformationMetadata(
		    l->getHeader()->getContext(), id, {prefix}, {}));
}

enum psr_vector psr_ext_loop_vector(psr_fam *fam, LLVMValueRef f, psr_loop l)
{
	Function &F = function_of(f);
	Loop *L = loop_of(l);
	auto &SE = analysis<ScalarEvolutionAnalysis>(fam, f);
	auto &TTI = analysis<TargetIRAnalysis>(fam, f);
	OptimizationRemarkEmitter ORE(&F);
	LoopVectorizeHints hints(L, false, ORE, &TTI);
	LoopVectorizationRequirements requirements;
	PredicatedScalarEvolution PSE(SE, *L);

	if (hints.getForce() == LoopVectorizeHints::FK_Disabled ||
	    hints.getWidth().isScalar() || hints.getIsVectorized())
		return PSR_VECTOR_OFF;
	LoopVectorizationLegality legality(
	    L, PSE, &analysis<DominatorTreeAnalysis>(fam, f), &TTI,
	    &analysis<TargetLibraryAnalysis>(fam, f), &F,
	    analysis<LoopAccessAnalysis>(fam, f),
	    &analysis<LoopAnalysis>(fam, f), &ORE, &requirements, &hints,
	    &analysis<DemandedBitsAnalysis>(fam, f),
	    &analysis<AssumptionAnalysis>(fam, f), true,
	    &analysis<AAManager>(fam, f));
	if (!legality.canVectorize(false))
		return PSR_VECTOR_ILLEGAL;
	return legality.canVectorizeFPMath(false) ? PSR_VECTOR_OK
						  : PSR_VECTOR_FP_ORDER;
}

bool psr_ext_loop_is_short(psr_loop l, unsigned rounds)
{
	std::optional<unsigned> n = getLoopEstimatedTripCount(loop_of(l));

	return n && *n < rounds;
}

bool psr_ext_loop_is_long(psr_loop l, unsigned rounds)
{
	std::optional<unsigned> n = getLoopEstimatedTripCount(loop_of(l));

	return n && *n >= rounds;
}

bool psr_ext_loop_lengthen(psr_loop l, unsigned rounds)
{
	return setLoopEstimatedTripCount(loop_of(l), rounds);
}

bool psr_ext_scev_constant(psr_scev s, uint64_t *value)
{
	auto *c = dyn_cast<SCEVConstant>(scev_of(s));

	if (c)
		*value = c->getAPInt().getZExtValue();
	return c != nullptr;
}

uint64_t psr_ext_scev_max(psr_fam *fam, LLVMValueRef f, psr_scev s)
{
	return analysis<ScalarEvolutionAnalysis>(fam, f)
	    .getUnsignedRangeMax(scev_of(s))
	    .getZExtValue();
}

bool psr_ext_scev_is_safe(psr_fam *fam, LLVMValueRef f, psr_scev s,
			  LLVMValueRef at)
{
	SCEVExpander expander(analysis<ScalarEvolutionAnalysis>(fam, f), "psr");

	return expander.isSafeToExpandAt(scev_of(s), unwrap<Instruction>(at));
}

LLVMValueRef psr_ext_scev_expand(psr_fam *fam, LLVMValueRef f, psr_scev s,
				 LLVMValueRef at)
{
	SCEVExpander expander(analysis<ScalarEvolutionAnalysis>(fam, f), "psr");
	auto *I = unwrap<Instruction>(at);

	return wrap(expander.expandCodeFor(
	    scev_of(s), scev_of(s)->getType(), I->getIterator()));
}

// ---- Spans of memory -------------------------------------------------------

enum psr_touch psr_ext_touch(LLVMValueRef v, bool *reads, bool *writes)
{
	auto *i = unwrap<Instruction>(v);

	*reads = i->mayReadFromMemory();
	*writes = i->mayWriteToMemory();
	if (!*reads && !*writes)
		return PSR_TOUCH_NONE;
	if (auto *l = dyn_cast<LoadInst>(i))
		return l->isSimple() ? PSR_TOUCH_KNOWN : PSR_TOUCH_UNKNOWN;
	if (auto *s = dyn_cast<StoreInst>(i))
		return s->isSimple() ? PSR_TOUCH_KNOWN : PSR_TOUCH_UNKNOWN;
	if (auto *m = dyn_cast<MemIntrinsic>(i)) {
		*reads = isa<MemTransferInst>(m);
		return m->isVolatile() ? PSR_TOUCH_UNKNOWN : PSR_TOUCH_KNOWN;
	}
	auto *c = dyn_cast<CallBase>(i);
	return c && (c->onlyAccessesInaccessibleMemory() ||
		     c->isDebugOrPseudoInst() || isa<LifetimeIntrinsic>(c))
		   ? PSR_TOUCH_NONE
		   : PSR_TOUCH_UNKNOWN;
}

namespace
{
// The least and the greatest value of an expression over all iterations.
// Those of one loop can be kept apart, and terms of a modulus left out.
class Spanner
{
	ScalarEvolution &SE;
	Type *I64;
	unsigned Inside = 0; // a trip count, whose range is asked

	// A term of an address: STEP bytes, up to TRIPS times.
	bool note(const SCEV *trips, const SCEV *step)
	{
		for (unsigned i = 0; i < Out->nterms; i++)
			if (scev_of(Out->trips[i]) == trips &&
			    scev_of(Out->steps[i]) == step)
				return true;
		if (Out->nterms == PSR_SPAN_TERMS)
			return false;
		Out->trips[Out->nterms] = wrap_scev(trips);
		Out->steps[Out->nterms++] = wrap_scev(step);
		return true;
	}

	// Where a loop runs less long the further the one around it is, both
	// ends of an inner round together reach less far than each alone.
	bool ends(const SCEVAddRecExpr *e, const SCEV *trips, const SCEV *step,
		  const SCEV *&low, const SCEV *&high)
	{
		const unsigned nterms = Out->nterms;
		const SCEV *first = e->getStart(), *most, *least;
		const SCEV *last =
		    SE.getAddExpr(first, SE.getMulExpr(trips, step));

		if (!varies(trips) || Inside || Apart || Modulus ||
		    !(SE.isKnownNonNegative(step) || SE.isKnownNegative(step)))
			return false;
		if (SE.isKnownNegative(step))
			std::swap(first, last);
		Inside++;
		bool known = range(trips, least, most);
		Inside--;
		if (known && note(most, step) && range(first, low, most) &&
		    range(last, least, high))
			return true;
		Out->nterms = nterms;
		return false;
	}

	bool recurrence(const SCEVAddRecExpr *e, const SCEV *&low,
			const SCEV *&high)
	{
		const SCEV *step = e->getStepRecurrence(SE);
		const SCEV *trips = SE.getBackedgeTakenCount(e->getLoop());
		const SCEV *least;

		if (!e->isAffine() || isa<SCEVCouldNotCompute>(trips) ||
		    varies(step) || SE.getTypeSizeInBits(trips->getType()) > 64)
			return false;
		trips = SE.getTruncateOrZeroExtend(trips, I64);
		if (!Inside && Apart && e->getLoop() == Apart) {
			Stride = SE.getAddExpr(Stride, step);
			return range(e->getStart(), low, high);
		}
		if (ends(e, trips, step, low, high))
			return true;
		Inside++;
		bool known = range(trips, least, trips);
		Inside--;
		if (!known || !range(e->getStart(), low, high) ||
		    !note(trips, step))
			return false;
		if (!Inside && Modulus && is_multiple(step, Modulus))
			return true;
		const SCEV *way = SE.getMulExpr(trips, step);
		const SCEV *none = SE.getZero(I64);
		if (SE.isKnownNonNegative(step))
			high = SE.getAddExpr(high, way);
		else if (SE.isKnownNegative(step))
			low = SE.getAddExpr(low, way);
		else {
			low = SE.getAddExpr(low, SE.getSMinExpr(way, none));
			high = SE.getAddExpr(high, SE.getSMaxExpr(way, none));
		}
		return true;
	}

	bool sum(const SCEVAddExpr *e, const SCEV *&low, const SCEV *&high)
	{
		const SCEV *l, *h;

		low = high = SE.getZero(e->getType());
		for (const SCEV *part : e->operands()) {
			if (!range(part, l, h))
				return false;
			low = SE.getAddExpr(low, l);
			high = SE.getAddExpr(high, h);
		}
		return true;
	}

      public:
	psr_span *Out;
	const Loop *Apart = nullptr;
	const SCEV *Modulus = nullptr;
	const SCEV *Stride;

	Spanner(ScalarEvolution &se, Type *i64, psr_span *out)
	    : SE(se), I64(i64), Out(out), Stride(se.getZero(i64))
	{
	}

	bool range(const SCEV *e, const SCEV *&low, const SCEV *&high)
	{
		low = high = e;
		if (!varies(e))
			return true;
		if (e->getType() != I64)
			return false;
		if (auto *a = dyn_cast<SCEVAddRecExpr>(e))
			return recurrence(a, low, high);
		if (auto *a = dyn_cast<SCEVAddExpr>(e))
			return sum(a, low, high);
		return false;
	}
};
} // namespace

// The pointer that I reads or writes, and how many bytes: constant or i64.
static bool touched(Instruction *i, bool writes, Value *&pointer, Value *&size,
		    uint64_t &bytes)
{
	const DataLayout &DL = i->getDataLayout();

	size = nullptr;
	if (auto *m = dyn_cast<MemIntrinsic>(i)) {
		pointer = m->getRawDest();
		if (!writes)
			pointer = cast<MemTransferInst>(m)->getRawSource();
		size = m->getLength();
		return true;
	}
	TypeSize s = DL.getTypeStoreSize(getLoadStoreType(i));
	pointer = getLoadStorePointerOperand(i);
	bytes = s.getKnownMinValue();
	return !s.isScalable();
}

bool psr_ext_span(psr_fam *fam, LLVMValueRef f, LLVMValueRef i, bool writes,
		  psr_span *out)
{
	return psr_ext_span_of(fam, f, nullptr, nullptr, i, writes, out);
}

bool psr_ext_span_of(psr_fam *fam, LLVMValueRef f, psr_loop l, psr_scev modulus,
		     LLVMValueRef instruction, bool writes, psr_span *out)
{
	auto &SE = analysis<ScalarEvolutionAnalysis>(fam, f);
	auto *I = unwrap<Instruction>(instruction);
	Type *i64 = Type::getInt64Ty(I->getContext());
	Instruction *at = function_of(f).getEntryBlock().getTerminator();
	SCEVExpander expander(SE, "psr");
	const SCEV *low, *high, *least, *size;
	Value *pointer, *length;
	uint64_t bytes = 0;

	out->nterms = 0;
	if (!touched(I, writes, pointer, length, bytes) ||
	    !SE.isSCEVable(pointer->getType()))
		return false;
	const SCEV *address = SE.getSCEV(pointer);
	auto *base = dyn_cast<SCEVUnknown>(SE.getPointerBase(address));
	if (!base || isa<Instruction>(base->getValue()) ||
	    !base->getType()->isPointerTy())
		return false;
	Spanner spanner(SE, i64, out);
	spanner.Apart = loop_of(l);
	spanner.Modulus = scev_of(modulus);
	size = SE.getConstant(i64, bytes);
	if (length)
		size = SE.getTruncateOrZeroExtend(SE.getSCEV(length), i64);
	if (!spanner.range(SE.removePointerBase(address), low, high))
		return false;
	out->stride = spanner.Stride->isZero()
			  ? nullptr
			  : wrap_scev(spanner.Stride);
	spanner.Apart = nullptr;
	spanner.Modulus = nullptr;
	if (!spanner.range(size, least, size))
		return false;
	high = SE.getAddExpr(high, size);
	if (!expander.isSafeToExpandAt(low, at) ||
	    !expander.isSafeToExpandAt(high, at))
		return false;
	for (unsigned i = 0; i < out->nterms; i++)
		if (!expander.isSafeToExpandAt(scev_of(out->trips[i]), at) ||
		    !expander.isSafeToExpandAt(scev_of(out->steps[i]), at))
			return false;
	out->base = wrap(base->getValue());
	out->low = wrap_scev(low);
	out->high = wrap_scev(high);
	return true;
}

psr_scev psr_ext_scev_extreme(psr_fam *fam, LLVMValueRef f, psr_scev a,
			      psr_scev b, bool greater)
{
	auto &SE = analysis<ScalarEvolutionAnalysis>(fam, f);
	const SCEV *x = scev_of(a), *y = scev_of(b);
	auto *apart = dyn_cast<SCEVConstant>(SE.getMinusSCEV(x, y));

	if (apart)
		return apart->getAPInt().isNegative() == greater ? b : a;
	return wrap_scev(greater ? SE.getSMaxExpr(x, y)
					: SE.getSMinExpr(x, y));
}

// ---- Affine addresses ------------------------------------------------------

// Adds the loops around I to OUT, outermost first.
static bool add_loops(Loop *l, const Loop *nest, psr_affine *out)
{
	if (l != nest && !add_loops(l->getParentLoop(), nest, out))
		return false;
	if (out->depth == PSR_AFFINE_LOOPS)
		return false;
	out->loops[out->depth] = wrap_loop(l);
	out->steps[out->depth++] = nullptr;
	return true;
}

bool psr_ext_affine(psr_fam *fam, LLVMValueRef f, psr_loop nest,
		    LLVMValueRef access, LLVMValueRef at, psr_affine *out)
{
	auto &SE = analysis<ScalarEvolutionAnalysis>(fam, f);
	auto &LI = analysis<LoopAnalysis>(fam, f);
	auto *I = unwrap<Instruction>(access);
	auto *before = unwrap<Instruction>(at);
	Value *pointer = getLoadStorePointerOperand(I);
	const Loop *top = loop_of(nest);
	SCEVExpander expander(SE, "psr");

	out->depth = 0;
	if (!pointer || !SE.isSCEVable(pointer->getType()) ||
	    !add_loops(LI.getLoopFor(I->getParent()), top, out))
		return false;
	const SCEV *s = SE.getSCEV(pointer);
	while (auto *e = dyn_cast<SCEVAddRecExpr>(s)) {
		const SCEV *step = e->getStepRecurrence(SE);
		unsigned i = 0;

		while (i < out->depth && loop_of(out->loops[i]) != e->getLoop())
			i++;
		if (i == out->depth)
			break; // a loop around the nest
		if (!e->isAffine() || !SE.isLoopInvariant(step, top) ||
		    !expander.isSafeToExpandAt(step, before))
			return false;
		out->steps[i] = wrap_scev(step);
		s = e->getStart();
	}
	const DataLayout &DL = I->getDataLayout();
	TypeSize bytes = DL.getTypeStoreSize(getLoadStoreType(I));
	out->start = wrap_scev(s);
	out->bytes = bytes.getKnownMinValue();
	return SE.isLoopInvariant(s, top) && !bytes.isScalable() &&
	       expander.isSafeToExpandAt(s, before);
}

bool psr_ext_scev_distance(psr_fam *fam, LLVMValueRef f, psr_scev a, psr_scev b,
			   int64_t *out)
{
	auto &SE = analysis<ScalarEvolutionAnalysis>(fam, f);
	auto *c =
	    dyn_cast<SCEVConstant>(SE.getMinusSCEV(scev_of(b), scev_of(a)));

	if (c)
		*out = c->getAPInt().getSExtValue();
	return c != nullptr;
}

bool psr_ext_distance(psr_fam *fam, LLVMValueRef f, LLVMValueRef a,
		      LLVMValueRef b, int64_t *out)
{
	auto &SE = analysis<ScalarEvolutionAnalysis>(fam, f);
	auto *x = getLoadStorePointerOperand(unwrap(a));
	auto *y = getLoadStorePointerOperand(unwrap(b));
	auto *c = x->getType() == y->getType()
		      ? dyn_cast<SCEVConstant>(
			    SE.getMinusSCEV(SE.getSCEV(y), SE.getSCEV(x)))
		      : nullptr;

	if (!c || !c->getAPInt().isSignedIntN(64))
		return false;
	*out = c->getAPInt().getSExtValue();
	return true;
}

void psr_ext_hoist(LLVMValueRef i, LLVMBasicBlockRef at)
{
	auto *x = unwrap<Instruction>(i);

	x->moveBefore(unwrap(at)->getTerminator()->getIterator());
	x->dropPoisonGeneratingAnnotations();
	x->dropUBImplyingAttrsAndMetadata();
	x->updateLocationAfterHoist();
}

bool psr_ext_may_meet(psr_fam *fam, LLVMValueRef f, psr_loop nest,
		      LLVMValueRef a, LLVMValueRef b, bool by_type)
{
	Instruction *both[] = {unwrap<Instruction>(a), unwrap<Instruction>(b)};
	MemoryLocation at[2];

	for (unsigned i = 0; i < 2; i++) {
		const Value *base =
		    getUnderlyingObject(getLoadStorePointerOperand(both[i]), 0);

		// What changes within the nest is only compared as it is in
		// one iteration.
		if (!loop_of(nest)->isLoopInvariant(base))
			return true;
		at[i] = MemoryLocation::getBeforeOrAfter(
		    base, by_type ? both[i]->getAAMetadata() : AAMDNodes());
		at[i].AATags.Scope = at[i].AATags.NoAlias = nullptr;
	}
	return !analysis<AAManager>(fam, f).isNoAlias(at[0], at[1]);
}

bool psr_ext_dominates(psr_fam *fam, LLVMValueRef f, LLVMBasicBlockRef a,
		       LLVMBasicBlockRef b)
{
	return analysis<DominatorTreeAnalysis>(fam, f).dominates(unwrap(a),
								 unwrap(b));
}

LLVMBasicBlockRef psr_ext_predecessor(LLVMBasicBlockRef b)
{
	return wrap(unwrap(b)->getSinglePredecessor());
}

LLVMValueRef psr_ext_base(LLVMValueRef v)
{
	const Value *base = getUnderlyingObject(unwrap(v), 0);

	// A place where the search merely ended is no object.
	if (isa<PHINode>(base) || isa<SelectInst>(base) ||
	    isa<IntToPtrInst>(base) || isa<GEPOperator>(base))
		return nullptr;
	return wrap(const_cast<Value *>(base));
}

bool psr_ext_base_is_private(LLVMValueRef base)
{
	const Value *v = unwrap(base);

	if (auto *a = dyn_cast<Argument>(v)) {
		if (!a->hasNoAliasAttr())
			return false;
	} else if (!isa<AllocaInst>(v) && !isNoAliasCall(v)) {
		return false;
	}
	return !PointerMayBeCaptured(v, false);
}

bool psr_ext_base_is_object(LLVMValueRef base)
{
	return isIdentifiedObject(unwrap(base));
}

static bool is_of_parameters(const Value *pointer)
{
	SmallVector<const Value *, 4> objects;

	getUnderlyingObjects(pointer, objects, nullptr, 0);
	return all_of(objects, [](const Value *v) {
		return isa<Argument>(v) || isa<AllocaInst>(v) ||
		       isa<GlobalVariable>(v);
	});
}

static bool touches_parameters_only(const Instruction &i)
{
	if (!i.mayReadOrWriteMemory())
		return true;
	if (auto *p = getLoadStorePointerOperand(&i))
		return !i.isAtomic() && !i.isVolatile() && is_of_parameters(p);
	auto *call = dyn_cast<CallBase>(&i);
	return call &&
	       isNoModRef(call->getMemoryEffects().getModRef(
		   IRMemLocation::Other)) &&
	       all_of(call->args(), [](const Use &u) {
		       return !u->getType()->isPtrOrPtrVectorTy() ||
			      is_of_parameters(u);
	       });
}

bool psr_ext_touches_parameters_only(LLVMValueRef f)
{
	return all_of(instructions(function_of(f)), touches_parameters_only);
}

void psr_ext_facts(LLVMValueRef value, psr_facts *out)
{
	Value *v = unwrap(value);
	bool may_be_null = false, may_be_freed = false;

	*out = {};
	out->noundef = isGuaranteedNotToBeUndefOrPoison(v);
	if (!v->getType()->isPointerTy())
		return;
	const DataLayout *DL = nullptr;
	if (auto *i = dyn_cast<Instruction>(v))
		DL = &i->getDataLayout();
	else if (auto *a = dyn_cast<Argument>(v))
		DL = &a->getParent()->getDataLayout();
	if (!DL)
		return;
	out->nonnull = isKnownNonZero(v, SimplifyQuery(*DL));
	out->align = v->getPointerAlignment(*DL).value();
	uint64_t bytes =
	    v->getPointerDereferenceableBytes(*DL, may_be_null, may_be_freed);
	if (!may_be_null && !may_be_freed)
		out->dereferenceable = bytes;
}

bool psr_ext_never_runs(psr_fam *fam, LLVMValueRef f, LLVMBasicBlockRef b)
{
	Metadata *MD = function_of(f).getParent()->getProfileSummary(false);

	if (!MD || !function_of(f).hasProfileData())
		return false;
	std::unique_ptr<ProfileSummary> summary(ProfileSummary::getFromMD(MD));
	if (!summary || summary->getKind() != ProfileSummary::PSK_Instr)
		return false;
	auto count = analysis<BlockFrequencyAnalysis>(fam, f)
			 .getBlockProfileCount(unwrap(b));
	return count && *count == 0;
}

bool psr_ext_may_throw(LLVMValueRef instruction)
{
	return unwrap<Instruction>(instruction)->mayThrow();
}

bool psr_ext_is_vector_call(psr_fam *fam, LLVMValueRef f, LLVMValueRef call)
{
	auto *c = unwrap<CallInst>(call);
	auto &TLI = analysis<TargetLibraryAnalysis>(fam, f);
	Function *callee = c->getCalledFunction();

	if (!VFDatabase::getMappings(*c).empty())
		return true;
	return callee && TLI.isFunctionVectorizable(callee->getName());
}

static bool is_square_root(const TargetLibraryInfo &TLI, const Instruction &i)
{
	auto *c = dyn_cast<CallInst>(&i);
	LibFunc which;

	return c && TLI.getLibFunc(*c, which) &&
	       (which == LibFunc_sqrt || which == LibFunc_sqrtf) &&
	       !c->mayThrow() && !c->onlyReadsMemory() &&
	       !c->hasOperandBundles();
}

bool psr_ext_is_square_root(psr_fam *fam, LLVMValueRef f, LLVMValueRef call)
{
	return is_square_root(analysis<TargetLibraryAnalysis>(fam, f),
			      *unwrap<Instruction>(call));
}

bool psr_ext_is_unseen(psr_fam *fam, LLVMValueRef f, psr_loop l,
		       LLVMValueRef call)
{
	auto &TLI = analysis<TargetLibraryAnalysis>(fam, f);
	auto &AA = analysis<AAManager>(fam, f);

	for (BasicBlock *B : loop_of(l)->blocks())
		for (Instruction &i : *B)
			if (i.mayReadOrWriteMemory() &&
			    !is_square_root(TLI, i) &&
			    isModOrRefSet(AA.getModRefInfo(
				&i, unwrap<CallInst>(call))))
				return false;
	return true;
}

bool psr_ext_subtarget_has(const char *triple, const char *cpu,
			   const char *features, const char *wanted)
{
	// The last one: parsing its features takes a tenth of a millisecond,
	// and each recipe of each nest asks for the same.
	thread_local std::string known;
	thread_local std::unique_ptr<MCSubtargetInfo> info;
	std::string key = std::string(triple) + ' ' + cpu + ' ' + features;

	if (key != known) {
		std::string error;
		Triple T(triple);
		const Target *target = TargetRegistry::lookupTarget(T, error);

		info.reset(target ? target->createMCSubtargetInfo(T, cpu,
								  features)
				  : nullptr);
		known = key;
	}
	return info && info->checkFeatures(wanted);
}

unsigned psr_ext_code_model(LLVMModuleRef m)
{
	auto model = unwrap(m)->getCodeModel();

	return model ? unsigned(*model) + 1 : 0;
}

bool psr_ext_has_block_address(LLVMValueRef f)
{
	for (BasicBlock &b : function_of(f))
		if (b.hasAddressTaken())
			return true;
	return false;
}

uint64_t psr_ext_hash_double(LLVMValueRef constant)
{
	APInt bits =
	    unwrap<ConstantFP>(constant)->getValueAPF().bitcastToAPInt();
	uint64_t h = 0;

	for (unsigned i = 0; i < bits.getNumWords(); i++)
		h = h * 31 + bits.getRawData()[i];
	return h;
}

// ---- Changes --------------------------------------------------------------

void psr_ext_form_lcssa(psr_fam *fam, LLVMValueRef f, psr_loop l)
{
	formLCSSARecursively(*loop_of(l),
			     analysis<DominatorTreeAnalysis>(fam, f),
			     &analysis<LoopAnalysis>(fam, f),
			     &analysis<ScalarEvolutionAnalysis>(fam, f));
}

static BasicBlock *outside_predecessor(BasicBlock *header,
				       const SmallPtrSetImpl<BasicBlock *> &in)
{
	for (BasicBlock *p : predecessors(header))
		if (!in.contains(p))
			return p;
	llvm_unreachable("a loop that nothing enters");
}

static BasicBlock *exit_block(const SmallPtrSetImpl<BasicBlock *> &in,
			      ArrayRef<BasicBlock *> blocks)
{
	for (BasicBlock *b : blocks)
		for (BasicBlock *s : successors(b))
			if (!in.contains(s))
				return s;
	llvm_unreachable("a loop that never ends");
}

void psr_ext_clone_nest(LLVMBasicBlockRef *refs, size_t n, psr_clone *out)
{
	SmallVector<BasicBlock *, 16> blocks, copies;
	for (size_t i = 0; i < n; i++)
		blocks.push_back(unwrap(refs[i]));
	SmallPtrSet<BasicBlock *, 16> in(blocks.begin(), blocks.end());
	BasicBlock *header = blocks[0], *exit = exit_block(in, blocks);
	BasicBlock *before = outside_predecessor(header, in);
	BasicBlock *original = SplitBlock(before, before->getTerminator());
	Function *F = header->getParent();
	ValueToValueMapTy map;

	original->setName("psr.original");
	BasicBlock *copy =
	    BasicBlock::Create(F->getContext(), "psr.variant", F, exit);
	map[original] = copy;
	for (BasicBlock *b : blocks) {
		BasicBlock *c = CloneBasicBlock(b, map, ".psr", F);
		c->moveBefore(exit);
		map[b] = c;
		copies.push_back(c);
	}
	remapInstructionsInBlocks(copies, map);
	BranchInst *enter = BranchInst::Create(copies[0], copy);
	enter->setDebugLoc(original->getTerminator()->getDebugLoc());
	for (PHINode &phi : exit->phis()) {
		unsigned count = phi.getNumIncomingValues();
		for (unsigned i = 0; i < count; i++) {
			Value *v = phi.getIncomingValue(i);
			Value *b = map.lookup(phi.getIncomingBlock(i));
			if (!b)
				continue;
			Value *w = map.lookup(v);
			phi.addIncoming(w ? w : v, cast<BasicBlock>(b));
		}
	}
	for (size_t i = 0; i < n; i++)
		refs[i] = wrap(copies[i]);
	*out = {wrap(before), wrap(original), wrap(copy), wrap(exit)};
}

// F, an extracted function with one call, again, but so that it returns true.
static Function *return_true(Function *F)
{
	LLVMContext &ctx = F->getContext();
	auto *call = cast<CallInst>(*F->user_begin());
	auto *type = FunctionType::get(Type::getInt1Ty(ctx),
				       F->getFunctionType()->params(), false);
	Function *G = Function::Create(
	    type, F->getLinkage(), F->getAddressSpace(), "", F->getParent());
	SmallVector<Value *, 16> args(call->args());

	G->copyAttributesFrom(F);
	G->takeName(F);
	G->setSubprogram(F->getSubprogram());
	F->setSubprogram(nullptr);
	G->splice(G->begin(), F);
	for (unsigned i = 0; i < F->arg_size(); i++) {
		G->getArg(i)->takeName(F->getArg(i));
		F->getArg(i)->replaceAllUsesWith(G->getArg(i));
	}
	for (BasicBlock &b : *G)
		if (auto *ret = dyn_cast<ReturnInst>(b.getTerminator())) {
			auto *made = ReturnInst::Create(
			    ctx, ConstantInt::getTrue(ctx), ret->getIterator());
			made->setDebugLoc(ret->getDebugLoc());
			ret->eraseFromParent();
		}
	auto *again = CallInst::Create(type, G, args, "", call->getIterator());
	again->setDebugLoc(call->getDebugLoc());
	again->setAttributes(call->getAttributes());
	again->setCallingConv(call->getCallingConv());
	call->eraseFromParent();
	F->eraseFromParent();
	return G;
}

LLVMValueRef psr_ext_extract(LLVMBasicBlockRef *refs, size_t n,
			     const char *suffix, LLVMValueRef *call,
			     size_t *ninputs)
{
	SmallVector<BasicBlock *, 16> blocks;
	for (size_t i = 0; i < n; i++)
		blocks.push_back(unwrap(refs[i]));
	CodeExtractorAnalysisCache cache(*blocks[0]->getParent());
	CodeExtractor extractor(blocks, nullptr, false, nullptr, nullptr,
				nullptr, false, false, nullptr, suffix);
	SetVector<Value *> inputs, outputs;
	if (!extractor.isEligible())
		return nullptr;
	Function *F = extractor.extractCodeRegion(cache, inputs, outputs);
	if (!F)
		return nullptr;
	*ninputs = inputs.size();
	F = return_true(F);
	*call = wrap(cast<CallInst>(*F->user_begin()));
	return wrap(F);
}

void psr_ext_rename(LLVMValueRef f, const char *name)
{
	Function &F = function_of(f);

	F.setName(name);
	if (DISubprogram *sp = F.getSubprogram())
		sp->replaceLinkageName(MDString::get(F.getContext(), name));
}

void psr_ext_call_after(LLVMValueRef f, LLVMValueRef origin,
			const char *suffix)
{
	DISubprogram *sp = function_of(f).getSubprogram();
	DISubprogram *from = function_of(origin).getSubprogram();

	if (sp && from)
		sp->replaceOperandWith(
		    2, MDString::get(sp->getContext(),
				     (from->getName() + suffix).str()));
}

LLVMValueRef psr_ext_clone_function(LLVMValueRef f, const char *name)
{
	ValueToValueMapTy map;
	Function *copy = CloneFunction(&function_of(f), map);

	psr_ext_rename(wrap(copy), name);
	return wrap(copy);
}

void psr_ext_move_before(LLVMValueRef f, LLVMValueRef g)
{
	Function &F = function_of(f), &G = function_of(g);

	F.removeFromParent();
	G.getParent()->getFunctionList().insert(G.getIterator(), &F);
}

// W's uses in the order of V's, of which they are copies.
static void order_uses(const Value &V, Value &W, ValueToValueMapTy &map)
{
	DenseMap<std::pair<const User *, unsigned>, unsigned> place;
	auto at = [&](const Use &u) {
		return place.lookup({u.getUser(), u.getOperandNo()});
	};

	for (const Use &u : V.uses())
		place.try_emplace({cast<User>(map.lookup(u.getUser())),
				   u.getOperandNo()},
				  place.size());
	W.sortUseList(
	    [&](const Use &a, const Use &b) { return at(a) < at(b); });
}

LLVMValueRef psr_ext_clone_plain(LLVMValueRef f, const char *name)
{
	Function &F = function_of(f);
	ValueToValueMapTy map;
	Function *copy = CloneFunction(&F, map);

	for (const Argument &a : F.args())
		order_uses(a, *map.lookup(&a), map);
	for (const BasicBlock &b : F) {
		order_uses(b, *map.lookup(&b), map);
		for (const Instruction &I : b)
			order_uses(I, *map.lookup(&I), map);
	}
	stripDebugInfo(*copy);
	copy->setName(name);
	copy->setLinkage(GlobalValue::InternalLinkage);
	copy->setVisibility(GlobalValue::DefaultVisibility);
	copy->setComdat(nullptr);
	copy->setSection("");
	psr_ext_move_before(wrap(copy), f);
	return wrap(copy);
}

void psr_ext_keep(LLVMValueRef f)
{
	Function &F = function_of(f);

	appendToCompilerUsed(*F.getParent(), {&F});
}

bool psr_ext_has_address(LLVMBasicBlockRef b)
{
	return unwrap(b)->hasAddressTaken();
}

LLVMValueRef psr_ext_clone_longer(LLVMValueRef f, const LLVMTypeRef *types,
				  size_t n, const char *name)
{
	Function &F = function_of(f);
	SmallVector<Type *, 16> params(F.getFunctionType()->params());
	SmallVector<ReturnInst *, 4> returns;
	ValueToValueMapTy map;

	for (size_t i = 0; i < n; i++)
		params.push_back(unwrap(types[i]));
	Function *copy = Function::Create(
	    FunctionType::get(F.getReturnType(), params, false), F.getLinkage(),
	    F.getAddressSpace(), "", F.getParent());
	for (Argument &a : F.args()) {
		copy->getArg(a.getArgNo())->setName(a.getName());
		map[&a] = copy->getArg(a.getArgNo());
	}
	CloneFunctionInto(copy, &F, map,
			  CloneFunctionChangeType::LocalChangesOnly, returns);
	psr_ext_rename(wrap(copy), name);
	return wrap(copy);
}

void psr_ext_drop_unreachable(LLVMValueRef f)
{
	EliminateUnreachableBlocks(function_of(f));
}

void psr_ext_delete_function(psr_fam *fam, LLVMValueRef f)
{
	Function &F = function_of(f);

	fam_of(fam).clear(F, F.getName());
	F.eraseFromParent();
}

// Ends F's entry in front of what has effects, as of an iteration that the
// passes took out of a loop: guards, which may decline the call, go there.
static void keep_entry_pure(Function &F)
{
	BasicBlock &entry = F.getEntryBlock();
	auto at = find_if(entry, [](const Instruction &I) {
		return I.isTerminator() || I.mayHaveSideEffects();
	});

	if (at->isTerminator())
		return;
	BasicBlock *rest = SplitBlock(&entry, at);
	for (Instruction &I : make_early_inc_range(*rest))
		if (isa<AllocaInst>(I) && isa<Constant>(I.getOperand(0)))
			I.moveBefore(entry.begin());
}

void psr_ext_simplify(psr_fam *fam, LLVMValueRef f)
{
	Function &F = function_of(f);
	FunctionAnalysisManager &FAM = fam_of(fam);
	auto count = [&] {
		return FAM.getResult<LoopAnalysis>(F)
		    .getLoopsInPreorder()
		    .size();
	};
	// What encloses a loop that has unrolled does so after the passes that
	// fold what is stored and loaded again: those have to run once more.
	size_t before, left = count();

	do {
		PassBuilder PB;
		FunctionPassManager FPM = PB.buildFunctionSimplificationPipeline(
		    OptimizationLevel::O3, ThinOrFullLTOPhase::None);

		before = left;
		FPM.run(F, FAM);
		FAM.invalidate(F, PreservedAnalyses::none());
		left = count();
	} while (left < before);
	keep_entry_pure(F);
	FAM.invalidate(F, PreservedAnalyses::none());
}

bool psr_ext_inline(LLVMValueRef call)
{
	InlineFunctionInfo info;

	return InlineFunction(*unwrap<CallBase>(call), info).isSuccess();
}

LLVMBasicBlockRef psr_ext_split(LLVMBasicBlockRef b, LLVMValueRef before)
{
	return wrap(SplitBlock(unwrap(b), unwrap<Instruction>(before)));
}

void psr_ext_no_sanitize(LLVMValueRef global)
{
	unwrap<GlobalValue>(global)->setNoSanitizeMetadata();
}

void psr_ext_copy_call_attributes(LLVMValueRef f, LLVMValueRef call)
{
	Function &F = function_of(f);
	auto *c = unwrap<CallInst>(call);
	LLVMContext &ctx = F.getContext();
	AttributeList all = F.getAttributes();
	SmallVector<AttributeSet, 8> params;

	for (unsigned i = 0; i < F.arg_size(); i++)
		params.push_back(all.getParamAttrs(i));
	c->setAttributes(
	    AttributeList::get(ctx, AttributeSet(), all.getRetAttrs(), params));
	c->setCallingConv(F.getCallingConv());
}
