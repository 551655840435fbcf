// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// llvm_unwrap.h - LLVM's objects behind the C handles; for the C++ files.
#ifndef PSR_LLVM_UNWRAP_H
#define PSR_LLVM_UNWRAP_H

#include "llvm_ext.h"

#include <llvm/Analysis/LoopInfo.h>
#include <llvm/Analysis/ScalarEvolutionExpressions.h>
#include <llvm/IR/PassManager.h>

static inline llvm::FunctionAnalysisManager &fam_of(psr_fam *fam)
{
	return *reinterpret_cast<llvm::FunctionAnalysisManager *>(fam);
}

static inline llvm::Loop *loop_of(psr_loop l)
{
	return reinterpret_cast<llvm::Loop *>(l);
}

static inline psr_loop wrap_loop(llvm::Loop *l)
{
	return reinterpret_cast<psr_loop>(l);
}

static inline const llvm::SCEV *scev_of(psr_scev s)
{
	return reinterpret_cast<const llvm::SCEV *>(s);
}

static inline psr_scev wrap_scev(const llvm::SCEV *s)
{
	return reinterpret_cast<psr_scev>(const_cast<llvm::SCEV *>(s));
}

static inline llvm::Function &function_of(LLVMValueRef f)
{
	return *llvm::unwrap<llvm::Function>(f);
}

template <typename A>
static inline typename A::Result &analysis(psr_fam *fam, LLVMValueRef f)
{
	return fam_of(fam).getResult<A>(function_of(f));
}

// E depends on more than what is known at the function's entry.
static inline bool varies(const llvm::SCEV *e)
{
	return llvm::SCEVExprContains(e, [](const llvm::SCEV *s) {
		if (auto *u = llvm::dyn_cast<llvm::SCEVUnknown>(s))
			return llvm::isa<llvm::Instruction>(u->getValue());
		return llvm::isa<llvm::SCEVAddRecExpr>(s);
	});
}

// A is a product that has all factors of B; llvm_iterations.cpp.
bool is_multiple(const llvm::SCEV *a, const llvm::SCEV *b);

#endif
