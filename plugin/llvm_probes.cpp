// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// llvm_probes.cpp - probes of blocks that no pass can see.
//
// LLVM's pseudo probes tell where a block's code is, but as calls they keep
// loops from being vectorised, removed or recognised. So they are hidden while
// code is optimised: a block's number goes into the debug locations of its
// instructions, as a discriminator, which passes neither ask for nor are
// allowed to depend on. When blocks of machine code lie where they will, probes
// are made where such instructions are: at branches, calls and stores, which
// seldom move; of a block that has none of these left, where its others are.
//
// LLVM-C has neither discriminators nor the functions that code was inlined of.
#include "llvm_probes.h"

#include "llvm_unwrap.h"

#include <llvm/ADT/MapVector.h>
#include <llvm/CodeGen/MachineDominators.h>
#include <llvm/CodeGen/MachineFunctionPass.h>
#include <llvm/CodeGen/MachineInstrBuilder.h>
#include <llvm/CodeGen/Passes.h>
#include <llvm/CodeGen/TargetInstrInfo.h>
#include <llvm/CodeGen/TargetPassConfig.h>
#include <llvm/CodeGen/TargetSubtargetInfo.h>
#include <llvm/IR/DebugInfoMetadata.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/ProfDataUtils.h>
#include <llvm/IR/PseudoProbe.h>
#include <llvm/MC/MCContext.h>
#include <llvm/MC/MCPseudoProbe.h>
#include <llvm/Support/Path.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/RegisterTargetPassConfigCallback.h>
#include <llvm/Transforms/IPO/SampleProfileProbe.h>
#include <map>

using namespace llvm;

namespace
{
// Discriminators are clang's for calls if they end in 7. Behind that, which of
// its block's instructions it is, ORDINAL_MAX for all further ones and for
// intrinsics, of which LLVM may make several; and the block.
constexpr unsigned MARK = 5, MARK_BITS = 3, MARK_MASK = 7;
constexpr unsigned ORDINAL_BITS = 12, ORDINAL_MAX = (1 << ORDINAL_BITS) - 1;
constexpr unsigned BLOCK_MAX = ~0u >> (MARK_BITS + ORDINAL_BITS);
constexpr unsigned COPIES_MAX = 64; // of a block within one
constexpr unsigned SOFTER = 16;     // than 0: one in so many of the least weight

// The function that I's code comes from, and where it was inlined.
using Frame = std::pair<const DISubprogram *, const DILocation *>;

Frame frame_of(const DILocation *at)
{
	return {at->getScope()->getSubprogram(), at->getInlinedAt()};
}

unsigned mark_of(const DILocation *at)
{
	unsigned d = at ? at->getDiscriminator() : 0;

	return (d & MARK_MASK) == MARK ? d >> MARK_BITS : 0;
}

template <typename I> unsigned number_of(const I &i)
{
	return mark_of(i.getDebugLoc()) >> ORDINAL_BITS;
}

void set_number(Instruction &I, unsigned n, unsigned ordinal)
{
	const DILocation *at = I.getDebugLoc();
	unsigned mark = n << ORDINAL_BITS | std::min(ordinal, ORDINAL_MAX);

	I.setDebugLoc(const_cast<DILocation *>(
	    at->cloneWithDiscriminator(mark << MARK_BITS | MARK)));
}

// AT as it was before it had a number.
DILocation *without_number(const DILocation *at)
{
	DILocalScope *scope = at->getScope();

	if (auto *file = dyn_cast<DILexicalBlockFile>(scope))
		scope = file->getScope();
	return DILocation::get(at->getContext(), at->getLine(), at->getColumn(),
			       scope, at->getInlinedAt(), at->isImplicitCode(),
			       at->getAtomGroup(), at->getAtomRank());
}

// Numbers B's instructions as the probe before them says, or the first one.
void hide(BasicBlock &B)
{
	SmallVector<PseudoProbeInst *, 4> probes;
	DenseMap<Frame, unsigned> current;
	unsigned ordinal = 0;

	for (Instruction &I : B)
		if (auto *P = dyn_cast<PseudoProbeInst>(&I)) {
			probes.push_back(P);
			if (P->getDebugLoc())
				current.try_emplace(frame_of(P->getDebugLoc()),
						    P->getIndex()->getZExtValue());
		}
	if (probes.empty())
		return;
	// Clang's indirect gotos have none.
	if (!B.getTerminator()->getDebugLoc())
		B.getTerminator()->setDebugLoc(probes.back()->getDebugLoc());
	for (Instruction &I : B) {
		const DILocation *at = I.getDebugLoc();

		if (!at)
			continue;
		if (auto *P = dyn_cast<PseudoProbeInst>(&I))
			current[frame_of(at)] = P->getIndex()->getZExtValue();
		else if (unsigned n = current.lookup(frame_of(at));
			 n && n <= BLOCK_MAX && !at->getDiscriminator())
			set_number(I, n,
				   isa<IntrinsicInst>(I) ? ORDINAL_MAX
							 : ordinal++);
	}
	for (PseudoProbeInst *P : probes)
		P->eraseFromParent();
}

using Number = std::pair<Frame, unsigned>;

// How far what an instruction has of its block can be believed: OTHERS move, and
// are made anew elsewhere.
enum kind { OTHER, JUMP, STORE, CALL, BRANCH };

kind kind_of(const MachineInstr &I)
{
	if (I.isUnconditionalBranch())
		return JUMP;
	if (I.isTerminator() || I.isIndirectBranch())
		return BRANCH;
	return I.isCall() ? CALL : I.mayStore() ? STORE : OTHER;
}

kind kind_of(const Instruction &I)
{
	if (I.isTerminator())
		return I.getNumSuccessors() == 1 ? JUMP : BRANCH;
	if (isa<CallBase>(I) && !isa<IntrinsicInst>(I))
		return CALL;
	return isa<StoreInst>(I) ? STORE : OTHER;
}

// An instruction of a block as it was written, and where its copies are. Parts of
// a block that was split lie one behind the other: one instruction tells how
// often it ran, and two would tell twice of that.
struct Place {
	kind what;
	unsigned line, column;
	SmallVector<MachineBasicBlock *, 2> blocks;
};

using Places = SmallVector<Place, 4>;
using AllPlaces = MapVector<Number, Places>;

// How often code of a block is within another one, which a loop that was unrolled
// runs through as often; 1 where that is not known.
using Copies = DenseMap<std::pair<const BasicBlock *, Number>, unsigned>;

// The number that most of NUMBERS, one of each instruction, are; the lowest of
// several.
unsigned most_common(const DenseMap<unsigned, unsigned> &numbers)
{
	std::map<unsigned, unsigned> times;

	for (auto [ordinal, n] : numbers)
		times[n]++;
	return max_element(times, [](auto &a, auto &b) {
		       return a.second < b.second;
	       })->first;
}

// What stays of each copy are loads, stores and calls.
Copies count_copies(const Function &F)
{
	Copies out;

	for (const BasicBlock &B : F) {
		DenseMap<Number, DenseMap<unsigned, unsigned>> found;

		for (const Instruction &I : B) {
			unsigned mark = mark_of(I.getDebugLoc());
			unsigned ordinal = mark & ORDINAL_MAX;

			if (mark && ordinal < ORDINAL_MAX &&
			    (isa<LoadInst>(I) || isa<StoreInst>(I) ||
			     isa<CallBase>(I)))
				found[{frame_of(I.getDebugLoc()),
				       mark >> ORDINAL_BITS}][ordinal]++;
		}
		for (auto &[number, of] : found)
			if (unsigned n = most_common(of); n > 1)
				out[{&B, number}] = std::min(n, COPIES_MAX);
	}
	return out;
}

// Is P in some part of the code of the block that B is part of?
bool is_there(const Place &p, const MachineBasicBlock &B)
{
	return any_of(p.blocks, [&](const MachineBasicBlock *other) {
		return other->getBasicBlock() == B.getBasicBlock();
	});
}

// The instructions of machine code come first: what became none, or has lost its
// location, counts where its block begins.
template <typename I>
void note(AllPlaces &all, const I &i, MachineBasicBlock &B)
{
	unsigned n = number_of(i);

	if (!n)
		return;
	const DILocation *at = i.getDebugLoc();
	Places &places = all[{frame_of(at), n}];
	kind what = kind_of(i);
	auto *p = find_if(places, [&](const Place &p) {
		return p.what == what && p.line == at->getLine() &&
		       p.column == at->getColumn();
	});

	if (p == places.end()) {
		places.push_back({what, at->getLine(), at->getColumn(), {}});
		p = &places.back();
	}
	if (is_contained(p->blocks, &B) ||
	    (std::is_same_v<I, Instruction> && is_there(*p, B)))
		return;
	p->blocks.push_back(&B);
}

// The instruction to be believed first; of several the one with most copies.
const Place &best_of(const Places &places)
{
	return *max_element(places, [](const Place &a, const Place &b) {
		return a.what != b.what ? a.what < b.what
					: a.blocks.size() < b.blocks.size();
	});
}

// The first part of the code of a block, of which some instructions may have
// become none, or ones without a location.
bool begins_block(const MachineBasicBlock &B)
{
	return B.getBasicBlock() &&
	       none_of(B.predecessors(), [&](const MachineBasicBlock *P) {
		       return P != &B &&
			      P->getBasicBlock() == B.getBasicBlock();
	       });
}

// Is B a later part of the code of a block that ALL have an earlier one of? A
// switch is a tree of branches, and && may be two.
bool goes_on(MachineBasicBlock &B, ArrayRef<MachineBasicBlock *> all,
	     const MachineDominatorTree &DT)
{
	SmallVector<MachineBasicBlock *, 8> behind = {&B};
	SmallPtrSet<MachineBasicBlock *, 8> seen = {&B};

	while (B.getBasicBlock() && !behind.empty())
		for (MachineBasicBlock *P : behind.pop_back_val()->predecessors()) {
			if (P->getBasicBlock() != B.getBasicBlock() ||
			    !DT.dominates(P, &B) || !seen.insert(P).second)
				continue;
			if (is_contained(all, P))
				return true;
			behind.push_back(P);
		}
	return false;
}

void make_probe(const Number &key, unsigned line, MachineBasicBlock &B)
{
	LLVMContext &C = B.getParent()->getFunction().getContext();
	auto *scope = const_cast<DISubprogram *>(key.first.first);
	StringRef name = scope->getLinkageName();

	if (name.empty())
		name = scope->getName();
	BuildMI(B, B.SkipPHIsLabelsAndDebug(B.begin()),
		DILocation::get(C, line, 0, scope,
				const_cast<DILocation *>(key.first.second)),
		B.getParent()->getSubtarget().getInstrInfo()->get(
		    TargetOpcode::PSEUDO_PROBE))
	    .addImm(int64_t(Function::getGUIDAssumingExternalLinkage(name)))
	    .addImm(key.second)
	    .addImm(int64_t(PseudoProbeType::Block))
	    .addImm(0);
}

// LLVM writes the functions' probes in the order of a hash table of addresses,
// which differs from one run to the next. With a single bucket it is the order
// in which they were entered, and the function at hand is found first.
void keep_order(MCContext &C)
{
	using Map = MCPseudoProbeSections::MCProbeDivisionMap;
	const Map &map =
	    C.getMCPseudoProbeTable().getProbeSections().getMCProbes();

	if (map.empty())
		const_cast<Map &>(map).max_load_factor(1e9f);
}

// Makes probes once blocks lie where they will: these count as instructions
// where blocks are placed.
struct ShowProbes : MachineFunctionPass {
	static char ID;

	ShowProbes() : MachineFunctionPass(ID)
	{
	}

	StringRef getPassName() const override
	{
		return "PSR's probes";
	}

	void getAnalysisUsage(AnalysisUsage &AU) const override
	{
		AU.setPreservesAll();
		MachineFunctionPass::getAnalysisUsage(AU);
	}

	bool runOnMachineFunction(MachineFunction &F) override
	{
		AllPlaces all;

		if (psr_options_probes() == PSR_PROBES_NONE ||
		    psr_variant_is(wrap(&F.getFunction())))
			return false;
		keep_order(F.getContext());
		for (MachineBasicBlock &B : F)
			for (MachineInstr &I : B)
				note(all, I, B);
		for (MachineBasicBlock &B : F)
			if (begins_block(B))
				for (const Instruction &I : *B.getBasicBlock())
					note(all, I, B);
		MachineDominatorTree DT(F);
		Copies copies = count_copies(F.getFunction());
		for (auto &[key, places] : all) {
			const Place &at = best_of(places);

			for (MachineBasicBlock *B : at.blocks) {
				if (goes_on(*B, at.blocks, DT))
					continue;
				unsigned n =
				    copies.lookup({B->getBasicBlock(), key});

				do
					make_probe(key, at.line, *B);
				while (n-- > 1);
			}
		}
		for (MachineBasicBlock &B : F)
			for (MachineInstr &I : B)
				if (number_of(I))
					I.setDebugLoc(
					    without_number(I.getDebugLoc()));
		return !all.empty();
	}
};
char ShowProbes::ID;

RegisterTargetPassConfigCallback show([](TargetMachine &, PassManagerBase &,
					 TargetPassConfig *config) {
	config->insertPass(&MachineBlockPlacementID, new ShowProbes);
});
} // namespace

static std::string quoted(StringRef s)
{
	std::string out;

	for (unsigned char c : s)
		if (isAlnum(c) || c == '_' || c == '.' || c == '-' || c == '/') {
			out += char(c);
		} else {
			char octal[8];

			snprintf(octal, sizeof(octal), "\\%03o", c);
			out += octal;
		}
	return out;
}

// Of LLVM's own list the linker keeps one function of each name, and it does
// not say what file they are of. For runtime/probe_map.c, in no segment.
static void list_functions(Module &M)
{
	NamedMDNode *list = M.getNamedMetadata(PseudoProbeDescMetadataName);
	std::string text;
	raw_string_ostream out(text);

	if (!list)
		return;
	out << ".pushsection .psr_probe_list,\"\",@progbits\n.asciz \""
	    << quoted(sys::path::filename(M.getSourceFileName()))
	    << "\"\n.long " << list->getNumOperands() << "\n";
	for (MDNode *node : list->operands()) {
		auto word = [&](unsigned i) {
			return mdconst::extract<ConstantInt>(
				   node->getOperand(i))
			    ->getZExtValue();
		};

		out << ".quad " << word(0) << "," << word(1) << "\n.asciz \""
		    << quoted(cast<MDString>(node->getOperand(2))->getString())
		    << "\"\n";
	}
	out << ".popsection\n";
	M.appendModuleInlineAsm(text);
}

static void hide_all(Module &M)
{
	for (Function &F : M)
		for (BasicBlock &B : F)
			hide(B);
}

// Clang leaves out the names that the linker knows where nothing but locations is
// wanted; and by these probes are told apart, vec::size from list::size.
static void name_all(Module &M)
{
	for (Function &F : M) {
		DISubprogram *of = F.getSubprogram();

		if (of && of->isDistinct() && of->getLinkageName().empty() &&
		    of->getName() != F.getName())
			of->replaceLinkageName(
			    MDString::get(M.getContext(), F.getName()));
	}
}

PreservedAnalyses PsrAddProbes::run(Module &M, ModuleAnalysisManager &MAM)
{
	// Of two copies of the plugin the first one does it.
	if (psr_options_probes() == PSR_PROBES_NONE ||
	    M.getNamedMetadata(PseudoProbeDescMetadataName))
		return PreservedAnalyses::all();
	name_all(M);
	SampleProfileProbePass(nullptr).run(M, MAM);
	list_functions(M);
	if (psr_options_probes() == PSR_PROBES_HIDDEN)
		hide_all(M);
	return PreservedAnalyses::none();
}

// That no sample went one way says that it is rare, not that it is never gone.
// Were it, then a loop behind, met by all other samples, would seem never to run
// once a pass has put what was met of its entry onto another path: LLVM makes
// such code small, and places it far away.
static void soften(Instruction &I)
{
	SmallVector<uint32_t, 4> weights;

	if (!extractBranchWeights(I, weights) || !is_contained(weights, 0u) ||
	    all_equal(weights))
		return;
	for (uint32_t &w : weights)
		w = w ? std::min(w, ~0u / SOFTER) * SOFTER : 1;
	setBranchWeights(I, weights, false);
}

// Otherwise they are hidden already, or the user's own.
PreservedAnalyses PsrHideProbes::run(Module &M, ModuleAnalysisManager &)
{
	if (psr_options_probes() != PSR_PROBES_SHOWN)
		return PreservedAnalyses::all();
	hide_all(M);
	for (Function &F : M)
		for (BasicBlock &B : F)
			soften(*B.getTerminator());
	return PreservedAnalyses::none();
}

bool psr_ext_has_entries(LLVMValueRef f)
{
	return psr_options_probes() == PSR_PROBES_SHOWN &&
	       function_of(f).getEntryCount();
}

bool psr_ext_forget_entries(LLVMValueRef f)
{
	if (!psr_ext_has_entries(f))
		return false;
	function_of(f).setMetadata(LLVMContext::MD_prof, nullptr);
	return true;
}

void psr_ext_forget_probes(LLVMBasicBlockRef b, bool weights)
{
	for (Instruction &I : *unwrap(b)) {
		if (number_of(I))
			I.setDebugLoc(without_number(I.getDebugLoc()));
		if (weights)
			I.setMetadata(LLVMContext::MD_prof, nullptr);
	}
}
