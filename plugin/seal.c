/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * seal.c - a program that installs a system call filter, or forbids itself
 * to read the time stamp counter, may be killed for what the runtime does
 * later: to load a library, to open the database, to take the time. It cannot
 * be asked for afterwards, as the question is a system call too. So the stub
 * is told before, by a call of __psr_seal in front of every call of prctl,
 * syscall or seccomp_load that may be one of these: where a constant says that
 * it is not, nothing is emitted.
 *
 * Done in modules without sites too: the code that locks a program in is
 * seldom where its loops are. At -O0 and -Os psr-cc is clang, without this.
 */
#include "seal.h"

#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>

#include "ir.h"
#include "llvm_ext.h"

#define X86_64_PRCTL    157
#define X86_64_SECCOMP  317
#define AARCH64_PRCTL   167
#define AARCH64_SECCOMP 277

static bool is_named(LLVMValueRef f, const char *name)
{
	size_t n;

	return !strcmp(LLVMGetValueName2(f, &n), name);
}

static bool is_constant(LLVMValueRef v, uint64_t *out)
{
	if (!LLVMIsAConstantInt(v) || LLVMGetIntTypeWidth(LLVMTypeOf(v)) > 64)
		return false;
	*out = LLVMConstIntGetZExtValue(v);
	return true;
}

/* V, prctl's first argument, unless it is known not to seal. */
static LLVMValueRef option(LLVMValueRef v)
{
	uint64_t value;

	if (LLVMGetTypeKind(LLVMTypeOf(v)) != LLVMIntegerTypeKind)
		return NULL;
	if (!is_constant(v, &value))
		return v;
	return (int)value == PR_SET_SECCOMP || (int)value == PR_SET_TSC ? v
									: NULL;
}

static bool is_for_aarch64(LLVMValueRef f)
{
	return !strncmp(LLVMGetTarget(LLVMGetGlobalParent(f)), "aarch64", 7);
}

static LLVMValueRef sealing(LLVMValueRef call)
{
	LLVMTypeRef i32 =
	    LLVMInt32TypeInContext(LLVMGetTypeContext(LLVMTypeOf(call)));
	LLVMValueRef f = LLVMGetCalledValue(call);
	LLVMValueRef seccomp = LLVMConstInt(i32, PR_SET_SECCOMP, false);
	unsigned n = LLVMGetNumArgOperands(call);
	uint64_t number;
	bool arm;

	if (!LLVMIsAFunction(f))
		return NULL;
	if (is_named(f, "seccomp_load"))
		return seccomp;
	if (is_named(f, "prctl"))
		return n ? option(LLVMGetOperand(call, 0)) : NULL;
	if (!is_named(f, "syscall") || !n ||
	    !is_constant(LLVMGetOperand(call, 0), &number))
		return NULL;
	arm = is_for_aarch64(f);
	if (number == (arm ? AARCH64_SECCOMP : X86_64_SECCOMP))
		return seccomp;
	if (number == (arm ? AARCH64_PRCTL : X86_64_PRCTL) && n > 1)
		return option(LLVMGetOperand(call, 1));
	return NULL;
}

static LLVMValueRef seal_function(LLVMModuleRef m, LLVMTypeRef type)
{
	LLVMValueRef f = LLVMGetNamedFunction(m, "__psr_seal");

	if (f)
		return f;
	f = LLVMAddFunction(m, "__psr_seal", type);
	LLVMSetLinkage(f, LLVMExternalWeakLinkage);
	LLVMSetVisibility(f, LLVMHiddenVisibility);
	return f;
}

/* if (__psr_seal) __psr_seal(OP); in front of CALL. */
static void emit(LLVMModuleRef m, LLVMValueRef call, LLVMValueRef op)
{
	LLVMContextRef ctx = LLVMGetModuleContext(m);
	LLVMTypeRef i32 = LLVMInt32TypeInContext(ctx);
	LLVMTypeRef type =
	    LLVMFunctionType(LLVMVoidTypeInContext(ctx), &i32, 1, false);
	LLVMValueRef seal = seal_function(m, type), there;
	LLVMBasicBlockRef before = LLVMGetInstructionParent(call), tell, next;
	LLVMBuilderRef b = LLVMCreateBuilderInContext(ctx);

	next = psr_ext_split(before, call);
	tell = LLVMInsertBasicBlockInContext(ctx, next, "psr.seal");
	LLVMInstructionEraseFromParent(LLVMGetBasicBlockTerminator(before));
	LLVMPositionBuilderAtEnd(b, before);
	LLVMSetCurrentDebugLocation2(b, LLVMInstructionGetDebugLoc(call));
	there = LLVMBuildICmp(b, LLVMIntNE, seal,
			      LLVMConstNull(LLVMTypeOf(seal)), "psr.present");
	LLVMBuildCondBr(b, there, tell, next);
	LLVMPositionBuilderAtEnd(b, tell);
	op = LLVMBuildIntCast2(b, op, i32, true, "psr.op");
	LLVMBuildCall2(b, type, seal, &op, 1, "");
	LLVMBuildBr(b, next);
	LLVMDisposeBuilder(b);
}

static bool emit_in(LLVMModuleRef m, LLVMValueRef f)
{
	bool changed = false;

	for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(f); b;
	     b = LLVMGetNextBasicBlock(b)) {
		LLVMValueRef next;

		for (LLVMValueRef i = LLVMGetFirstInstruction(b); i; i = next) {
			LLVMValueRef op = NULL;

			next = LLVMGetNextInstruction(i);
			if (LLVMIsACallInst(i) || LLVMIsAInvokeInst(i))
				op = sealing(i);
			if (!op)
				continue;
			emit(m, i, op);
			b = LLVMGetInstructionParent(i);
			changed = true;
		}
	}
	return changed;
}

static bool is_used(LLVMModuleRef m)
{
	static const char *const names[] = {"prctl", "syscall", "seccomp_load"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (LLVMGetNamedFunction(m, names[i]))
			return true;
	return false;
}

bool psr_seal_emit(LLVMModuleRef m)
{
	bool changed = false;

	if (!is_used(m))
		return false;
	for (LLVMValueRef f = LLVMGetFirstFunction(m); f;
	     f = LLVMGetNextFunction(f))
		if (!LLVMIsDeclaration(f) && !psr_ir_has(f, "naked") &&
		    !psr_ir_has(f, "presplitcoroutine"))
			changed |= emit_in(m, f);
	return changed;
}
