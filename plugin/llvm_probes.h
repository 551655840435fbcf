// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// llvm_probes.h - passes that add and hide pseudo probes; for the C++ files.
#ifndef PSR_LLVM_PROBES_H
#define PSR_LLVM_PROBES_H

#include <llvm/IR/PassManager.h>

struct PsrAddProbes : llvm::PassInfoMixin<PsrAddProbes> {
	llvm::PreservedAnalyses run(llvm::Module &M,
				    llvm::ModuleAnalysisManager &MAM);

	static bool isRequired()
	{
		return true;
	}
};

struct PsrHideProbes : llvm::PassInfoMixin<PsrHideProbes> {
	llvm::PreservedAnalyses run(llvm::Module &M,
				    llvm::ModuleAnalysisManager &);

	static bool isRequired()
	{
		return true;
	}
};

#endif
