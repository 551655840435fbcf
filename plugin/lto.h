/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* lto.h - what a compilation hands on to the thin link. */
#ifndef PSR_LTO_H
#define PSR_LTO_H

#include <llvm-c/Core.h>
#include <stdbool.h>

/* Writes the options into M, and with them that M may have sites. */
void psr_lto_record(LLVMModuleRef m);

bool psr_lto_is_recorded(LLVMModuleRef m);

/* Sets the options that stand in M, if it is recorded. */
void psr_lto_recall(LLVMModuleRef m);

#endif
