/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* ir.h - small questions that several steps ask of the IR. */
#ifndef PSR_IR_H
#define PSR_IR_H

#include "llvm_ext.h"

/* F has the enum or the string attribute NAME. */
bool psr_ir_has(LLVMValueRef f, const char *name);
bool psr_ir_has_string(LLVMValueRef f, const char *name);

/* A sanitizer watches what F reads and writes. */
bool psr_ir_is_sanitized(LLVMValueRef f);

/* V is a conversion, or an operation on two values that cannot fail. */
bool psr_ir_is_arithmetic(LLVMValueRef v);

/* CALL calls the intrinsic NAME, such as "llvm.fmuladd". */
bool psr_ir_calls(LLVMValueRef call, const char *name);

/*
 * GLOBAL's name of *N characters, without the ".llvm.123" by which a thin link
 * tells apart the static functions of modules: it changes with their contents.
 */
const char *psr_ir_name(LLVMValueRef global, size_t *n);

/* B's instructions. */
unsigned psr_ir_size(LLVMBasicBlockRef b);

unsigned psr_ir_function_size(LLVMValueRef f);

/* All of L's. */
unsigned psr_ir_loop_size(psr_loop l);

/* The loops in F (PARENT NULL) or within PARENT, and within these. */
size_t psr_ir_loops(struct psr_fam *fam, LLVMValueRef f, psr_loop parent);

/* The first instruction of F that follows its leading allocas. */
LLVMValueRef psr_ir_after_allocas(LLVMValueRef f);

LLVMValueRef psr_ir_first_non_phi(LLVMBasicBlockRef b);

/* Calls the intrinsic NAME, of TYPE (NULL: it is of one only), with N ARGS. */
LLVMValueRef psr_ir_intrinsic(LLVMBuilderRef b, LLVMModuleRef m,
			      const char *name, LLVMTypeRef type,
			      LLVMValueRef *args, unsigned n);

/* X where X and Y, integers, compare by P; else Y. */
LLVMValueRef psr_ir_pick(LLVMBuilderRef b, LLVMIntPredicate p, LLVMValueRef x,
			 LLVMValueRef y, const char *name);
LLVMValueRef psr_ir_absolute(LLVMBuilderRef b, LLVMValueRef x,
			     const char *name);

/* i1: the addresses [LOW[0], HIGH[0]) and [LOW[1], HIGH[1]) have none in
 * common. */
LLVMValueRef psr_ir_apart(LLVMBuilderRef b, const LLVMValueRef low[2],
			  const LLVMValueRef high[2]);

/* Gives F the enum attribute NAME, which has no value. */
void psr_ir_add(LLVMValueRef f, const char *name);

/*
 * Stands for the descriptor of the site whose variants are being made; it
 * takes the place when it is made.
 */
#define PSR_SITE_PLACEHOLDER "psr.this.site"
LLVMValueRef psr_ir_site(LLVMModuleRef m);

/* F, internal, is part of the variant that refers to it: for its group, its
 * settings and its end. */
void psr_ir_mark_part(LLVMValueRef f);

/* Visits F and its parts. */
void psr_ir_each_part(LLVMValueRef f, void (*visit)(LLVMValueRef f, void *ctx),
		      void *ctx);

#endif
