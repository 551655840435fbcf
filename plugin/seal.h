/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* seal.h - lets the runtime withdraw before the program locks itself in. */
#ifndef PSR_SEAL_H
#define PSR_SEAL_H

#include <llvm-c/Core.h>
#include <stdbool.h>

/* Puts __psr_seal before M's calls that may do so. True: M has changed. */
bool psr_seal_emit(LLVMModuleRef m);

#endif
