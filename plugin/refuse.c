/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * refuse.c - what must be left alone: code whose copy, move or dispatch could
 * change the program's meaning, or that the runtime could not stand.
 *
 * Changes nothing. Each reason is in reasons.def, and in the tests.
 */
#include "refuse.h"

#include <string.h>

#include "ir.h"

/* ---- The module --------------------------------------------------------- */

static bool defines(LLVMModuleRef m, const char *name)
{
	LLVMValueRef f = LLVMGetNamedFunction(m, name);

	return f && !LLVMIsDeclaration(f);
}

static bool defines_any(LLVMModuleRef m, const char *const *names)
{
	for (; *names; names++)
		if (defines(m, *names))
			return true;
	return false;
}

static bool target_is_supported(LLVMModuleRef m)
{
	const char *triple = LLVMGetTarget(m);

	return (!strncmp(triple, "x86_64-", 7) ||
		!strncmp(triple, "aarch64-", 8)) &&
	       strstr(triple, "linux") && strstr(triple, "gnu") &&
	       !strstr(triple, "gnux32") && !strstr(triple, "gnu_ilp32");
}

enum psr_reason psr_refuse_module(LLVMModuleRef m)
{
	/* The runtime calls these; a probe in them would call itself. */
	static const char *const allocator[] = {
	    "malloc",   "calloc",         "realloc",       "free",
	    "memalign", "posix_memalign", "aligned_alloc", "_Znwm",
	    "_Znam",    "_ZdlPv",         "_ZdaPv",        "memcpy",
	    "memmove",  "memset",         "dlopen",        NULL};
	static const char *const runtime[] = {"__psr_enter_at", "__psr_leave",
					      NULL};
	unsigned model = psr_ext_code_model(m);

	if (psr_options.disable)
		return PSR_REASON_OFF;
	if (!target_is_supported(m))
		return PSR_REASON_TARGET;
	if (model > 2) /* neither default, tiny nor small */
		return PSR_REASON_CODE_MODEL;
	if (defines_any(m, runtime))
		return PSR_REASON_STUB;
	if (defines_any(m, allocator))
		return PSR_REASON_ALLOCATOR;
	return PSR_REASON_NONE;
}

/* ---- The function ------------------------------------------------------- */

static bool call_has_attribute(LLVMValueRef call, const char *name)
{
	unsigned kind = LLVMGetEnumAttributeKindForName(name, strlen(name));
	LLVMValueRef callee = LLVMGetCalledValue(call);

	if (LLVMGetCallSiteEnumAttribute(call, LLVMAttributeFunctionIndex,
					 kind))
		return true;
	return LLVMIsAFunction(callee) && psr_ir_has(callee, name);
}

static bool is_resolver(LLVMValueRef f)
{
	LLVMModuleRef m = LLVMGetGlobalParent(f);

	for (LLVMValueRef i = LLVMGetFirstGlobalIFunc(m); i;
	     i = LLVMGetNextGlobalIFunc(i))
		if (LLVMGetGlobalIFuncResolver(i) == f)
			return true;
	return false;
}

static bool calls_setjmp(LLVMValueRef f)
{
	for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(f); b;
	     b = LLVMGetNextBasicBlock(b))
		for (LLVMValueRef i = LLVMGetFirstInstruction(b); i;
		     i = LLVMGetNextInstruction(i))
			if ((LLVMIsACallInst(i) || LLVMIsAInvokeInst(i)) &&
			    call_has_attribute(i, "returns_twice"))
				return true;
	return false;
}

static enum psr_reason flags_reason(LLVMValueRef f)
{
	static const struct {
		const char *attribute;
		enum psr_reason reason;
	} refused[] = {
	    {"naked", PSR_REASON_NAKED},
	    {"optnone", PSR_REASON_OPTNONE},
	    {"presplitcoroutine", PSR_REASON_COROUTINE},
	    {"noimplicitfloat", PSR_REASON_NO_FLOAT},
	    {"strictfp", PSR_REASON_STRICT_FP},
	    {"cold", PSR_REASON_COLD},
	    {"returns_twice", PSR_REASON_SETJMP},
	};

	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
		if (psr_ir_has(f, refused[i].attribute))
			return refused[i].reason;
	if (psr_ir_has_string(f, "no-builtins"))
		return PSR_REASON_FREESTANDING;
	if (psr_options.optimise_size)
		return PSR_REASON_NONE;
	return psr_ir_has(f, "optsize") || psr_ir_has(f, "minsize")
		   ? PSR_REASON_SIZE
		   : PSR_REASON_NONE;
}

/* Vectors have another length there, and the caller has to switch. */
static bool is_streaming(LLVMValueRef f)
{
	static const char *const names[] = {
	    "aarch64_pstate_sm_enabled",
	    "aarch64_pstate_sm_compatible",
	    "aarch64_pstate_sm_body",
	    "aarch64_new_za",
	    "aarch64_in_za",
	    "aarch64_out_za",
	    "aarch64_inout_za",
	    "aarch64_preserves_za",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (psr_ir_has_string(f, names[i]))
			return true;
	return false;
}

enum psr_reason psr_refuse_function(LLVMValueRef f)
{
	enum psr_reason r = flags_reason(f);

	if (r)
		return r;
	if (LLVMGetLinkage(f) == LLVMAvailableExternallyLinkage)
		return PSR_REASON_ELSEWHERE;
	if (LLVMIsFunctionVarArg(LLVMGlobalGetValueType(f)))
		return PSR_REASON_VARARGS;
	if (psr_ext_has_block_address(f))
		return PSR_REASON_BLOCK_ADDRESS;
	if (is_streaming(f))
		return PSR_REASON_STREAMING;
	if (is_resolver(f))
		return PSR_REASON_RESOLVER;
	return calls_setjmp(f) ? PSR_REASON_SETJMP : PSR_REASON_NONE;
}

/* ---- The nest's instructions -------------------------------------------- */

static enum psr_reason type_reason(LLVMTypeRef type)
{
	switch (LLVMGetTypeKind(type)) {
	case LLVMVectorTypeKind:
	case LLVMScalableVectorTypeKind:
		return PSR_REASON_VECTOR_TYPE;
	case LLVMX86_AMXTypeKind:
		return PSR_REASON_VECTOR_TYPE;
	case LLVMTokenTypeKind:
		return PSR_REASON_TOKEN;
	case LLVMPointerTypeKind:
		return LLVMGetPointerAddressSpace(type)
			   ? PSR_REASON_ADDRESS_SPACE
			   : PSR_REASON_NONE;
	default:
		return PSR_REASON_NONE;
	}
}

static enum psr_reason memory_reason(LLVMValueRef i)
{
	if (LLVMGetVolatile(i))
		return PSR_REASON_VOLATILE;
	return LLVMGetOrdering(i) > LLVMAtomicOrderingUnordered
		   ? PSR_REASON_ATOMIC
		   : PSR_REASON_NONE;
}

static enum psr_reason call_reason(struct psr_fam *fam, LLVMValueRef f,
				   LLVMValueRef call, bool in_nest)
{
	if (LLVMIsAInlineAsm(LLVMGetCalledValue(call)))
		return PSR_REASON_ASM;
	if (LLVMGetTailCallKind(call) == LLVMTailCallKindMustTail)
		return PSR_REASON_MUSTTAIL;
	if (call_has_attribute(call, "returns_twice"))
		return PSR_REASON_SETJMP;
	if (call_has_attribute(call, "convergent") ||
	    call_has_attribute(call, "noduplicate"))
		return PSR_REASON_CONVERGENT;
	if (in_nest && psr_ir_calls(call, "llvm.threadlocal.address"))
		return PSR_REASON_THREAD_LOCAL;
	if (psr_ext_is_vector_call(fam, f, call))
		return PSR_REASON_VECTOR_CALL;
	return PSR_REASON_NONE;
}

static enum psr_reason opcode_reason(struct psr_fam *fam, LLVMValueRef f,
				     LLVMValueRef i, bool in_nest)
{
	switch (LLVMGetInstructionOpcode(i)) {
	case LLVMInvoke:
	case LLVMLandingPad:
	case LLVMResume:
	case LLVMCleanupPad:
	case LLVMCatchPad:
	case LLVMCatchSwitch:
	case LLVMCleanupRet:
	case LLVMCatchRet:
		return in_nest ? PSR_REASON_EXCEPTION : PSR_REASON_NONE;
	case LLVMCallBr:
		return PSR_REASON_ASM;
	case LLVMIndirectBr:
		return PSR_REASON_INDIRECT_BRANCH;
	case LLVMAlloca:
		return in_nest ? PSR_REASON_ALLOCA : PSR_REASON_NONE;
	case LLVMFence:
	case LLVMAtomicCmpXchg:
	case LLVMAtomicRMW:
		return PSR_REASON_ATOMIC;
	case LLVMLoad:
	case LLVMStore:
		return memory_reason(i);
	case LLVMVAArg:
		return PSR_REASON_VARARGS;
	case LLVMCall:
		return call_reason(fam, f, i, in_nest);
	default:
		return PSR_REASON_NONE;
	}
}

static enum psr_reason operand_reason(LLVMValueRef i, bool in_nest)
{
	int n = LLVMGetNumOperands(i);

	for (int k = 0; k < n; k++) {
		LLVMValueRef v = LLVMGetOperand(i, (unsigned)k);
		enum psr_reason r = type_reason(LLVMTypeOf(v));

		if (r)
			return r;
		if (!in_nest)
			continue;
		if (LLVMIsACallInst(v) &&
		    psr_ir_calls(v, "llvm.threadlocal.address"))
			return PSR_REASON_THREAD_LOCAL;
		if (LLVMIsAGlobalVariable(v) && LLVMIsThreadLocal(v))
			return PSR_REASON_THREAD_LOCAL;
	}
	return PSR_REASON_NONE;
}

enum psr_reason psr_refuse_block(struct psr_fam *fam, LLVMValueRef f,
				 LLVMBasicBlockRef b, bool in_nest)
{
	for (LLVMValueRef i = LLVMGetFirstInstruction(b); i;
	     i = LLVMGetNextInstruction(i)) {
		enum psr_reason r = opcode_reason(fam, f, i, in_nest);

		if (!r)
			r = type_reason(LLVMTypeOf(i));
		if (!r)
			r = operand_reason(i, in_nest);
		if (r)
			return r;
	}
	return PSR_REASON_NONE;
}

/* ---- Forwarding ---------------------------------------------------------- */

enum psr_reason psr_refuse_convention(LLVMValueRef f)
{
	static const char *const unforwardable[] = {"inalloca", "preallocated",
						    "swifterror", "nest"};
	unsigned n = LLVMCountParams(f);

	for (unsigned i = 1; i <= n; i++)
		for (size_t k = 0; k < 4; k++) {
			const char *name = unforwardable[k];
			unsigned kind =
			    LLVMGetEnumAttributeKindForName(name, strlen(name));

			if (LLVMGetEnumAttributeAtIndex(f, i, kind))
				return PSR_REASON_CONVENTION;
		}
	for (unsigned i = 0; i < n; i++) {
		enum psr_reason r = type_reason(LLVMTypeOf(LLVMGetParam(f, i)));

		if (r)
			return r;
	}
	return type_reason(LLVMGetReturnType(LLVMGlobalGetValueType(f)));
}
