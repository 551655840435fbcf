/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * domain.c - square roots that may set errno.
 *
 *     for (i)                          for (i)
 *         y[i] = sqrt(x[i])     =>         y[i] = llvm.sqrt(x[i])
 *                                          negative |= x[i] < 0
 *                                      if (negative)
 *                                          sqrt(-1)
 *
 * The instruction computes what the function does, but sets no errno where the
 * argument is out of its domain. So clang calls the function for such, and no
 * loop with that is vectorised, or a site.
 *
 * Legal: the C library's square root is correctly rounded, as the instruction
 * is, and sets errno to EDOM or not at all. Nothing else in the loop may read or
 * write errno, so a copy of the loop need not set it before it ends; and by a
 * call of the same function, whatever that does. The original stays as it is.
 */
#include "domain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ir.h"

#define HIDDEN "psr-domain" /* attribute of calls: what "memory" was */

#define QUERIES_MAX 1000000

enum { FLOAT, DOUBLE, TYPES };

struct flag { /* of one type of arguments */
	LLVMValueRef slot;
	LLVMTypeRef bits; /* an integer of the argument's size */
	LLVMValueRef callee;
	LLVMMetadataRef where;
};

static unsigned memory_kind(void)
{
	return LLVMGetEnumAttributeKindForName("memory", strlen("memory"));
}

static LLVMAttributeRef find_hidden(LLVMValueRef call)
{
	return LLVMIsACallInst(call)
		   ? LLVMGetCallSiteStringAttribute(
			 call, LLVMAttributeFunctionIndex, HIDDEN,
			 (unsigned)strlen(HIDDEN))
		   : NULL;
}

static void set_memory(LLVMContextRef ctx, LLVMValueRef call, uint64_t effects)
{
	LLVMAddCallSiteAttribute(
	    call, LLVMAttributeFunctionIndex,
	    LLVMCreateEnumAttribute(ctx, memory_kind(), effects));
}

static void hide(LLVMContextRef ctx, LLVMValueRef call)
{
	LLVMAttributeRef own = LLVMGetCallSiteEnumAttribute(
	    call, LLVMAttributeFunctionIndex, memory_kind());
	char was[24] = "";

	if (own)
		snprintf(was, sizeof(was), "%llu",
			 (unsigned long long)LLVMGetEnumAttributeValue(own));
	LLVMAddCallSiteAttribute(
	    call, LLVMAttributeFunctionIndex,
	    LLVMCreateStringAttribute(ctx, HIDDEN, (unsigned)strlen(HIDDEN),
				      was, (unsigned)strlen(was)));
	set_memory(ctx, call, 0);
}

static void show(LLVMContextRef ctx, LLVMValueRef call,
		 LLVMAttributeRef hidden)
{
	unsigned n;
	const char *was = LLVMGetStringAttributeValue(hidden, &n);

	if (n)
		set_memory(ctx, call, strtoull(was, NULL, 10));
	else
		LLVMRemoveCallSiteEnumAttribute(
		    call, LLVMAttributeFunctionIndex, memory_kind());
	LLVMRemoveCallSiteStringAttribute(call, LLVMAttributeFunctionIndex,
					  HIDDEN, (unsigned)strlen(HIDDEN));
}

/* Hides L's calls, of which nobody else in L sees anything. */
static void hide_in(struct psr_fam *fam, LLVMValueRef f, psr_loop l)
{
	LLVMContextRef ctx = LLVMGetModuleContext(LLVMGetGlobalParent(f));
	uint64_t size = psr_ir_loop_size(l), asked = 0;

	for (size_t b = 0; b < psr_ext_loop_nblocks(l); b++)
		for (LLVMValueRef i = LLVMGetFirstInstruction(
			 psr_ext_loop_block(l, b));
		     i; i = LLVMGetNextInstruction(i)) {
			if (!LLVMIsACallInst(i) ||
			    !psr_ext_is_square_root(fam, f, i))
				continue;
			asked += size;
			if (asked <= QUERIES_MAX &&
			    psr_ext_is_unseen(fam, f, l, i))
				hide(ctx, i);
		}
}

void psr_domain_hide(struct psr_fam *fam, LLVMValueRef f)
{
	size_t n = psr_ext_loop_count(fam, f, NULL);

	for (size_t i = 0; i < n; i++)
		hide_in(fam, f, psr_ext_loop_at(fam, f, NULL, i));
}

void psr_domain_show(struct psr_fam *fam, LLVMValueRef f)
{
	LLVMContextRef ctx = LLVMGetModuleContext(LLVMGetGlobalParent(f));
	bool changed = false;

	for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(f); b;
	     b = LLVMGetNextBasicBlock(b))
		for (LLVMValueRef i = LLVMGetFirstInstruction(b); i;
		     i = LLVMGetNextInstruction(i)) {
			LLVMAttributeRef hidden = find_hidden(i);

			if (!hidden)
				continue;
			show(ctx, i, hidden);
			changed = true;
		}
	if (changed)
		psr_ext_forget(fam, f);
}

/* ---- In a copy ------------------------------------------------------------ */

static bool is_double(LLVMTypeRef type)
{
	return LLVMGetTypeKind(type) == LLVMDoubleTypeKind;
}

/* FLAG's slot in F's frame, which says no at first. */
static void make_flag(LLVMValueRef f, LLVMBuilderRef b, LLVMValueRef call,
		      struct flag *flag)
{
	LLVMContextRef ctx = LLVMGetModuleContext(LLVMGetGlobalParent(f));

	flag->bits = is_double(LLVMTypeOf(call)) ? LLVMInt64TypeInContext(ctx)
						 : LLVMInt32TypeInContext(ctx);
	flag->callee = LLVMGetCalledValue(call);
	flag->where = LLVMInstructionGetDebugLoc(call);
	LLVMPositionBuilderBefore(b, psr_ir_after_allocas(f));
	flag->slot = LLVMBuildAlloca(b, flag->bits, "psr.negative");
	LLVMBuildStore(b, LLVMConstNull(flag->bits), flag->slot);
}

/* CALL's argument is noted, and the instruction takes its place. */
static LLVMValueRef replace(LLVMBuilderRef b, LLVMValueRef call,
			    const struct flag *flag)
{
	LLVMTypeRef type = LLVMTypeOf(call);
	LLVMModuleRef m = LLVMGetGlobalParent(
	    LLVMGetBasicBlockParent(LLVMGetInstructionParent(call)));
	LLVMValueRef x = LLVMGetOperand(call, 0), root, negative;

	LLVMPositionBuilderBefore(b, call);
	LLVMSetCurrentDebugLocation2(b, LLVMInstructionGetDebugLoc(call));
	negative = LLVMBuildSExt(
	    b, LLVMBuildFCmp(b, LLVMRealOLT, x, LLVMConstNull(type), ""),
	    flag->bits, "");
	negative = LLVMBuildOr(
	    b, LLVMBuildLoad2(b, flag->bits, flag->slot, ""), negative, "");
	LLVMBuildStore(b, negative, flag->slot);
	root = psr_ir_intrinsic(b, m, "llvm.sqrt", type, &x, 1);
	if (LLVMCanValueUseFastMathFlags(call))
		LLVMSetFastMathFlags(root, LLVMGetFastMathFlags(call));
	return root;
}

/* Sets errno in front of RET, where FLAG says so. */
static void tell_at(LLVMValueRef f, LLVMBuilderRef b, LLVMValueRef ret,
		    const struct flag *flag)
{
	LLVMContextRef ctx = LLVMGetModuleContext(LLVMGetGlobalParent(f));
	LLVMBasicBlockRef at = LLVMGetInstructionParent(ret);
	LLVMBasicBlockRef rest = psr_ext_split(at, ret);
	LLVMBasicBlockRef set =
	    LLVMInsertBasicBlockInContext(ctx, rest, "psr.errno");
	LLVMTypeRef type = LLVMGlobalGetValueType(flag->callee);
	LLVMValueRef minus = LLVMConstReal(LLVMGetReturnType(type), -1);
	LLVMValueRef any;

	LLVMInstructionEraseFromParent(LLVMGetBasicBlockTerminator(at));
	LLVMPositionBuilderAtEnd(b, at);
	LLVMSetCurrentDebugLocation2(b, flag->where);
	any = LLVMBuildICmp(b, LLVMIntNE,
			    LLVMBuildLoad2(b, flag->bits, flag->slot, ""),
			    LLVMConstNull(flag->bits), "psr.any");
	LLVMBuildCondBr(b, any, set, rest);
	LLVMPositionBuilderAtEnd(b, set);
	LLVMSetInstructionCallConv(
	    LLVMBuildCall2(b, type, flag->callee, &minus, 1, ""),
	    LLVMGetFunctionCallConv(flag->callee));
	LLVMBuildBr(b, rest);
}

static void tell_at_returns(LLVMValueRef f, LLVMBuilderRef b,
			    const struct flag *flag)
{
	for (LLVMBasicBlockRef at = LLVMGetFirstBasicBlock(f); at;
	     at = LLVMGetNextBasicBlock(at)) {
		LLVMValueRef end = LLVMGetBasicBlockTerminator(at);

		if (!LLVMIsAReturnInst(end))
			continue;
		tell_at(f, b, end, flag);
		at = LLVMGetInstructionParent(end);
	}
}

static void replace_all(LLVMValueRef f, LLVMBuilderRef b,
			struct flag flags[TYPES])
{
	LLVMValueRef next;

	for (LLVMBasicBlockRef at = LLVMGetFirstBasicBlock(f); at;
	     at = LLVMGetNextBasicBlock(at))
		for (LLVMValueRef i = LLVMGetFirstInstruction(at); i;
		     i = next) {
			struct flag *flag;

			next = LLVMGetNextInstruction(i);
			if (!find_hidden(i))
				continue;
			flag = &flags[is_double(LLVMTypeOf(i)) ? DOUBLE
							       : FLOAT];
			if (!flag->slot)
				make_flag(f, b, i, flag);
			LLVMReplaceAllUsesWith(i, replace(b, i, flag));
			LLVMInstructionEraseFromParent(i);
		}
}

void psr_domain_tell(struct psr_fam *fam, LLVMValueRef f)
{
	LLVMBuilderRef b = LLVMCreateBuilderInContext(
	    LLVMGetModuleContext(LLVMGetGlobalParent(f)));
	struct flag flags[TYPES] = {{0}};
	bool changed = false;

	replace_all(f, b, flags);
	for (unsigned k = 0; k < TYPES; k++)
		if (flags[k].slot) {
			tell_at_returns(f, b, &flags[k]);
			changed = true;
		}
	LLVMDisposeBuilder(b);
	if (!changed)
		return;
	psr_ext_forget(fam, f);
	psr_ext_run(fam, f, "mem2reg,loop-simplify,lcssa");
}
