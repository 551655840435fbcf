/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* ir.c - small questions that several steps ask of the IR; changes nothing. */
#include "ir.h"

#include <string.h>

bool psr_ir_has(LLVMValueRef f, const char *name)
{
	unsigned kind = LLVMGetEnumAttributeKindForName(name, strlen(name));

	return LLVMGetEnumAttributeAtIndex(f, LLVMAttributeFunctionIndex,
					   kind) != NULL;
}

bool psr_ir_has_string(LLVMValueRef f, const char *name)
{
	return LLVMGetStringAttributeAtIndex(f, LLVMAttributeFunctionIndex,
					     name,
					     (unsigned)strlen(name)) != NULL;
}

bool psr_ir_is_sanitized(LLVMValueRef f)
{
	return psr_ir_has(f, "sanitize_address") ||
	       psr_ir_has(f, "sanitize_thread") ||
	       psr_ir_has(f, "sanitize_memory") ||
	       psr_ir_has(f, "sanitize_hwaddress") ||
	       psr_ir_has(f, "sanitize_memtag");
}

bool psr_ir_is_arithmetic(LLVMValueRef v)
{
	return LLVMIsACastInst(v) ||
	       (LLVMIsABinaryOperator(v) &&
		LLVMGetInstructionOpcode(v) != LLVMUDiv &&
		LLVMGetInstructionOpcode(v) != LLVMSDiv &&
		LLVMGetInstructionOpcode(v) != LLVMURem &&
		LLVMGetInstructionOpcode(v) != LLVMSRem);
}

bool psr_ir_calls(LLVMValueRef call, const char *name)
{
	LLVMValueRef callee = LLVMGetCalledValue(call);
	unsigned id = LLVMLookupIntrinsicID(name, strlen(name));

	return LLVMIsAFunction(callee) && LLVMGetIntrinsicID(callee) == id;
}

const char *psr_ir_name(LLVMValueRef global, size_t *n)
{
	static const char mark[] = ".llvm.";
	const size_t length = sizeof(mark) - 1;
	const char *name = LLVMGetValueName2(global, n);
	size_t end = *n;

	while (end && name[end - 1] >= '0' && name[end - 1] <= '9')
		end--;
	if (end > length && !memcmp(name + end - length, mark, length))
		*n = end - length;
	return name;
}

unsigned psr_ir_size(LLVMBasicBlockRef b)
{
	unsigned n = 0;

	for (LLVMValueRef i = LLVMGetFirstInstruction(b); i;
	     i = LLVMGetNextInstruction(i))
		n++;
	return n;
}

unsigned psr_ir_function_size(LLVMValueRef f)
{
	unsigned n = 0;

	for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(f); b;
	     b = LLVMGetNextBasicBlock(b))
		n += psr_ir_size(b);
	return n;
}

unsigned psr_ir_loop_size(psr_loop l)
{
	unsigned size = 0;

	for (size_t i = 0; i < psr_ext_loop_nblocks(l); i++)
		size += psr_ir_size(psr_ext_loop_block(l, i));
	return size;
}

size_t psr_ir_loops(struct psr_fam *fam, LLVMValueRef f, psr_loop parent)
{
	size_t n = psr_ext_loop_count(fam, f, parent), sum = n;

	for (size_t i = 0; i < n; i++)
		sum += psr_ir_loops(fam, f, psr_ext_loop_at(fam, f, parent, i));
	return sum;
}

LLVMValueRef psr_ir_after_allocas(LLVMValueRef f)
{
	LLVMValueRef i = LLVMGetFirstInstruction(LLVMGetEntryBasicBlock(f));

	while (LLVMIsAAllocaInst(i))
		i = LLVMGetNextInstruction(i);
	return i;
}

LLVMValueRef psr_ir_first_non_phi(LLVMBasicBlockRef b)
{
	LLVMValueRef i = LLVMGetFirstInstruction(b);

	while (LLVMIsAPHINode(i))
		i = LLVMGetNextInstruction(i);
	return i;
}

LLVMValueRef psr_ir_intrinsic(LLVMBuilderRef b, LLVMModuleRef m,
			      const char *name, LLVMTypeRef type,
			      LLVMValueRef *args, unsigned n)
{
	unsigned id = LLVMLookupIntrinsicID(name, strlen(name));
	LLVMValueRef f = LLVMGetIntrinsicDeclaration(m, id, &type, type != NULL);

	return LLVMBuildCall2(b, LLVMGlobalGetValueType(f), f, args, n, "");
}

LLVMValueRef psr_ir_pick(LLVMBuilderRef b, LLVMIntPredicate p, LLVMValueRef x,
			 LLVMValueRef y, const char *name)
{
	return LLVMBuildSelect(b, LLVMBuildICmp(b, p, x, y, ""), x, y, name);
}

LLVMValueRef psr_ir_absolute(LLVMBuilderRef b, LLVMValueRef x, const char *name)
{
	LLVMValueRef zero = LLVMConstNull(LLVMTypeOf(x));
	LLVMValueRef below = LLVMBuildICmp(b, LLVMIntSLT, x, zero, "");

	return LLVMBuildSelect(b, below, LLVMBuildNeg(b, x, ""), x, name);
}

LLVMValueRef psr_ir_apart(LLVMBuilderRef b, const LLVMValueRef low[2],
			  const LLVMValueRef high[2])
{
	LLVMValueRef below =
	    LLVMBuildICmp(b, LLVMIntULE, high[0], low[1], "psr.below");
	LLVMValueRef above =
	    LLVMBuildICmp(b, LLVMIntULE, high[1], low[0], "psr.above");

	return LLVMBuildOr(b, below, above, "psr.apart");
}

void psr_ir_add(LLVMValueRef f, const char *name)
{
	LLVMContextRef ctx = LLVMGetModuleContext(LLVMGetGlobalParent(f));
	unsigned kind = LLVMGetEnumAttributeKindForName(name, strlen(name));

	LLVMAddAttributeAtIndex(f, LLVMAttributeFunctionIndex,
				LLVMCreateEnumAttribute(ctx, kind, 0));
}

LLVMValueRef psr_ir_site(LLVMModuleRef m)
{
	LLVMTypeRef i8 = LLVMInt8TypeInContext(LLVMGetModuleContext(m));
	LLVMValueRef g = LLVMGetNamedGlobal(m, PSR_SITE_PLACEHOLDER);

	return g ? g : LLVMAddGlobal(m, i8, PSR_SITE_PLACEHOLDER);
}

#define PART "psr-part"

void psr_ir_mark_part(LLVMValueRef f)
{
	LLVMContextRef ctx = LLVMGetModuleContext(LLVMGetGlobalParent(f));

	LLVMAddAttributeAtIndex(
	    f, LLVMAttributeFunctionIndex,
	    LLVMCreateStringAttribute(ctx, PART, sizeof(PART) - 1, "", 0));
}

static void visit_operands(LLVMValueRef i,
			   void (*visit)(LLVMValueRef f, void *ctx), void *ctx)
{
	int n = LLVMGetNumOperands(i);

	for (int k = 0; k < n; k++) {
		LLVMValueRef v = LLVMGetOperand(i, (unsigned)k);

		if (LLVMIsAFunction(v) && psr_ir_has_string(v, PART))
			psr_ir_each_part(v, visit, ctx);
	}
}

void psr_ir_each_part(LLVMValueRef f, void (*visit)(LLVMValueRef f, void *ctx),
		      void *ctx)
{
	visit(f, ctx);
	for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(f); b;
	     b = LLVMGetNextBasicBlock(b))
		for (LLVMValueRef i = LLVMGetFirstInstruction(b); i;
		     i = LLVMGetNextInstruction(i))
			visit_operands(i, visit, ctx);
}
