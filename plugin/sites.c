/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * sites.c - which loop nests and functions become sites.
 *
 * A site is the outermost nest that qualifies: where a top-level nest does
 * not (its trip count is unknown, it handles exceptions, ...), the nests
 * within it are judged in its place. Judging is ordered by cost; whatever
 * fails leaves the function's code as it was, but for loop-simplified form.
 *
 * A nest qualifies when its variants can differ from the baseline to its
 * advantage: some innermost loop is one that the loop vectorizer takes, the
 * trip count of the whole is known on entry, and copying it is sound.
 */
#include "sites.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "identity.h"

#define NEST_MAX_SIZE  4000 /* IR instructions */
#define DEPTH_MAX      3    /* loops in a kernel's deepest chain */
#define TRIP_NOMINAL   16   /* where an inner trip count is unknown */
#define TRIP_LOOPS_MAX 12   /* loops whose trips are worth computing */
#define OUTER_BUDGET   16   /* cost of computing a trip count */
#define INNER_BUDGET   8
#define LIGHT_SIZE     24 /* instructions */
#define FUNCTION_WORK  1024
#define WORK_MAX       (UINT64_C(1) << 62)

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

	return !strncmp(triple, "x86_64", 6) && strstr(triple, "linux") &&
	       strstr(triple, "gnu") && !strstr(triple, "gnux32");
}

enum psr_reason psr_sites_module_reason(LLVMModuleRef m, unsigned speed)
{
	/* The runtime calls these; a probe in them would call itself. */
	static const char *const allocator[] = {
	    "malloc",   "calloc",         "realloc",       "free",
	    "memalign", "posix_memalign", "aligned_alloc", "_Znwm",
	    "_Znam",    "_ZdlPv",         "_ZdaPv",        "memcpy",
	    "memmove",  "memset",         "dlopen",        NULL};
	static const char *const runtime[] = {"__psr_enter", "__psr_leave",
					      NULL};
	unsigned model = psr_ext_code_model(m);

	if (psr_options.disable)
		return PSR_REASON_OFF;
	if (!target_is_supported(m))
		return PSR_REASON_TARGET;
	if (model > 2) /* neither default, tiny nor small */
		return PSR_REASON_CODE_MODEL;
	if (speed < 2)
		return PSR_REASON_OPT_LEVEL;
	if (defines_any(m, runtime))
		return PSR_REASON_STUB;
	if (defines_any(m, allocator))
		return PSR_REASON_ALLOCATOR;
	return PSR_REASON_NONE;
}

/* ---- The function ------------------------------------------------------- */

static bool has_attribute(LLVMValueRef f, const char *name)
{
	unsigned kind = LLVMGetEnumAttributeKindForName(name, strlen(name));

	return LLVMGetEnumAttributeAtIndex(f, LLVMAttributeFunctionIndex,
					   kind) != NULL;
}

static bool has_string(LLVMValueRef f, const char *name)
{
	return LLVMGetStringAttributeAtIndex(f, LLVMAttributeFunctionIndex,
					     name,
					     (unsigned)strlen(name)) != NULL;
}

static bool call_has_attribute(LLVMValueRef call, const char *name)
{
	unsigned kind = LLVMGetEnumAttributeKindForName(name, strlen(name));
	LLVMValueRef callee = LLVMGetCalledValue(call);

	if (LLVMGetCallSiteEnumAttribute(call, LLVMAttributeFunctionIndex,
					 kind))
		return true;
	return LLVMIsAFunction(callee) && has_attribute(callee, name);
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
		if (has_attribute(f, refused[i].attribute))
			return refused[i].reason;
	if (has_string(f, "no-builtins"))
		return PSR_REASON_FREESTANDING;
	if (psr_options.optimise_size)
		return PSR_REASON_NONE;
	return has_attribute(f, "optsize") || has_attribute(f, "minsize")
		   ? PSR_REASON_SIZE
		   : PSR_REASON_NONE;
}

static enum psr_reason function_reason(LLVMValueRef f)
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

static bool calls_intrinsic(LLVMValueRef call, const char *name)
{
	LLVMValueRef callee = LLVMGetCalledValue(call);
	unsigned id = LLVMLookupIntrinsicID(name, strlen(name));

	return LLVMIsAFunction(callee) && LLVMGetIntrinsicID(callee) == id;
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
	if (in_nest && calls_intrinsic(call, "llvm.threadlocal.address"))
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
		    calls_intrinsic(v, "llvm.threadlocal.address"))
			return PSR_REASON_THREAD_LOCAL;
		if (LLVMIsAGlobalVariable(v) && LLVMIsThreadLocal(v))
			return PSR_REASON_THREAD_LOCAL;
	}
	return PSR_REASON_NONE;
}

static enum psr_reason block_reason(struct psr_fam *fam, LLVMValueRef f,
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

/* ---- Features ----------------------------------------------------------- */

static unsigned count_instructions(LLVMBasicBlockRef b)
{
	unsigned n = 0;

	for (LLVMValueRef i = LLVMGetFirstInstruction(b); i;
	     i = LLVMGetNextInstruction(i))
		n++;
	return n;
}

static unsigned access_bytes(LLVMValueRef i, LLVMTypeRef type)
{
	LLVMModuleRef m = LLVMGetGlobalParent(
	    LLVMGetBasicBlockParent(LLVMGetInstructionParent(i)));

	return (unsigned)LLVMStoreSizeOfType(LLVMGetModuleDataLayout(m), type);
}

static bool is_float(LLVMTypeRef type)
{
	LLVMTypeKind kind = LLVMGetTypeKind(type);

	return kind == LLVMFloatTypeKind || kind == LLVMDoubleTypeKind ||
	       kind == LLVMHalfTypeKind || kind == LLVMX86_FP80TypeKind;
}

static void count_features(struct psr_features *x, LLVMValueRef i)
{
	x->instructions++;
	switch (LLVMGetInstructionOpcode(i)) {
	case LLVMLoad:
		x->loads++;
		x->load_bytes += access_bytes(i, LLVMTypeOf(i));
		break;
	case LLVMStore:
		x->stores++;
		x->store_bytes +=
		    access_bytes(i, LLVMTypeOf(LLVMGetOperand(i, 0)));
		break;
	case LLVMBr:
	case LLVMSwitch:
		x->branches++;
		break;
	case LLVMCall:
		if (calls_intrinsic(i, "llvm.fmuladd"))
			x->flops += 2;
		else if (is_float(LLVMTypeOf(i)))
			x->flops++;
		else
			x->calls++;
		break;
	case LLVMFAdd:
	case LLVMFSub:
	case LLVMFMul:
	case LLVMFDiv:
	case LLVMFRem:
		x->flops++;
		break;
	default:
		break;
	}
}

static unsigned header_phis(psr_loop l)
{
	LLVMBasicBlockRef b = psr_ext_loop_header(l);
	unsigned n = 0;

	for (LLVMValueRef i = LLVMGetFirstInstruction(b); LLVMIsAPHINode(i);
	     i = LLVMGetNextInstruction(i))
		n++;
	return n;
}

/* The features of L, if it is hotter (deeper) than what was seen. */
static void take_features(struct psr_fam *fam, struct psr_nest *nest,
			  psr_loop l, unsigned depth)
{
	struct psr_features *x = &nest->features;
	LLVMValueRef at = LLVMGetBasicBlockTerminator(
	    psr_ext_loop_preheader(nest->loop ? nest->loop : l));
	psr_scev trip;

	if (depth < x->depth || (depth == x->depth && x->instructions))
		return;
	x->instructions = x->loads = x->stores = x->flops = x->branches = 0;
	x->calls = x->load_bytes = x->store_bytes = 0;
	x->inner_trip = 0;
	x->depth = depth;
	x->recurrences = header_phis(l);
	for (size_t b = 0; b < psr_ext_loop_nblocks(l); b++)
		for (LLVMValueRef i =
			 LLVMGetFirstInstruction(psr_ext_loop_block(l, b));
		     i; i = LLVMGetNextInstruction(i))
			count_features(x, i);
	if (psr_ext_trip(fam, nest->function, l, nest->loop ? nest->loop : l,
			 at, INNER_BUDGET, &trip) != PSR_TRIP_UNKNOWN)
		psr_ext_scev_constant(trip, &x->inner_trip);
}

static void note_hints(struct psr_nest *nest, psr_loop l)
{
	if (psr_ext_loop_has_hint(l, "llvm.loop.vectorize.enable") ||
	    psr_ext_loop_has_hint(l, "llvm.loop.vectorize.width"))
		nest->user_hints |= PSR_USER_VECTORIZE;
	if (psr_ext_loop_has_hint(l, "llvm.loop.interleave.count"))
		nest->user_hints |= PSR_USER_INTERLEAVE;
	if (psr_ext_loop_has_hint(l, "llvm.loop.unroll.count") ||
	    psr_ext_loop_has_hint(l, "llvm.loop.unroll.full") ||
	    psr_ext_loop_has_hint(l, "llvm.loop.unroll.disable") ||
	    psr_ext_loop_has_hint(l, "llvm.loop.unroll.enable"))
		nest->user_hints |= PSR_USER_UNROLL;
}

static bool is_inside(psr_loop l, LLVMValueRef v)
{
	return LLVMIsAInstruction(v) &&
	       psr_ext_loop_contains(l, LLVMGetInstructionParent(v));
}

/* A value that L computes, rather than loads, merges or counts. */
static bool is_computed(psr_loop l, LLVMValueRef v)
{
	return is_inside(l, v) && !LLVMIsALoadInst(v) && !LLVMIsAPHINode(v);
}

/* PHI is updated from another value of L: a reduction or recurrence. */
static bool is_reduction(psr_loop l, LLVMValueRef phi)
{
	unsigned n = LLVMCountIncoming(phi);

	if (LLVMGetTypeKind(LLVMTypeOf(phi)) == LLVMPointerTypeKind)
		return false;
	for (unsigned i = 0; i < n; i++) {
		LLVMValueRef v = LLVMGetIncomingValue(phi, i);
		int k = is_inside(l, v) ? LLVMGetNumOperands(v) : 0;

		while (--k >= 0) {
			LLVMValueRef from = LLVMGetOperand(v, (unsigned)k);

			if (from != phi && is_inside(l, from))
				return true;
		}
	}
	return false;
}

/* L does more than to move data from place to place. */
static bool computes(psr_loop l)
{
	LLVMBasicBlockRef header = psr_ext_loop_header(l);

	for (size_t b = 0; b < psr_ext_loop_nblocks(l); b++)
		for (LLVMValueRef i =
			 LLVMGetFirstInstruction(psr_ext_loop_block(l, b));
		     i; i = LLVMGetNextInstruction(i)) {
			if (LLVMIsAStoreInst(i) &&
			    is_computed(l, LLVMGetOperand(i, 0)))
				return true;
			if (LLVMIsAPHINode(i) &&
			    LLVMGetInstructionParent(i) == header &&
			    is_reduction(l, i))
				return true;
		}
	return false;
}

/* Why L cannot profit, the mildest reason of its innermost loops. */
static enum psr_reason judge_innermost(struct psr_fam *fam,
				       struct psr_nest *nest, psr_loop l)
{
	if (!computes(l))
		return PSR_REASON_COPY;
	switch (psr_ext_loop_vector(fam, nest->function, l)) {
	case PSR_VECTOR_OK:
		nest->features.vector_loops++;
		return PSR_REASON_NONE;
	case PSR_VECTOR_OFF:
		return PSR_REASON_USER_HINT;
	case PSR_VECTOR_FP_ORDER:
		return PSR_REASON_FP_ORDER;
	default:
		return PSR_REASON_NO_VECTOR;
	}
}

static enum psr_reason milder(enum psr_reason a, enum psr_reason b)
{
	if (!a || !b)
		return PSR_REASON_NONE;
	return a == PSR_REASON_NO_VECTOR ? b : a;
}

static enum psr_reason judge_loops(struct psr_fam *fam, struct psr_nest *nest,
				   psr_loop l, unsigned depth)
{
	size_t n = psr_ext_loop_count(fam, nest->function, l);
	enum psr_reason r = PSR_REASON_NO_VECTOR;

	nest->features.loops++;
	note_hints(nest, l);
	for (size_t i = 0; i < n; i++)
		r = milder(
		    r, judge_loops(fam, nest,
				   psr_ext_loop_at(fam, nest->function, l, i),
				   depth + 1));
	if (n)
		return r;
	take_features(fam, nest, l, depth);
	return judge_innermost(fam, nest, l);
}

/* ---- Work --------------------------------------------------------------- */

struct product {
	LLVMBuilderRef b; /* NULL: constants only, for judging */
	LLVMValueRef at;
	struct psr_fam *fam;
	struct psr_nest *nest;
	psr_loop root;
	unsigned loops;
};

struct amount {             /* of work; at most BOUND */
	LLVMValueRef value; /* NULL: the constant BOUND */
	uint64_t bound;
};

static LLVMTypeRef i64_type(LLVMValueRef at)
{
	return LLVMInt64TypeInContext(LLVMGetTypeContext(LLVMTypeOf(at)));
}

static LLVMValueRef amount_value(struct product *p, struct amount a)
{
	return a.value ? a.value
		       : LLVMConstInt(i64_type(p->at), a.bound, false);
}

static LLVMValueRef build_overflow(struct product *p, const char *name,
				   LLVMValueRef x, LLVMValueRef y)
{
	LLVMModuleRef m = LLVMGetGlobalParent(
	    LLVMGetBasicBlockParent(LLVMGetInstructionParent(p->at)));
	LLVMTypeRef i64 = i64_type(p->at);
	unsigned id = LLVMLookupIntrinsicID(name, strlen(name));
	LLVMValueRef f = LLVMGetIntrinsicDeclaration(m, id, &i64, 1);
	LLVMValueRef args[] = {x, y};
	LLVMValueRef pair = LLVMBuildCall2(p->b, LLVMGlobalGetValueType(f), f,
					   args, 2, "psr.pair");
	LLVMValueRef value = LLVMBuildExtractValue(p->b, pair, 0, "psr.low");
	LLVMValueRef over = LLVMBuildExtractValue(p->b, pair, 1, "psr.over");

	return LLVMBuildSelect(p->b, over, LLVMConstInt(i64, WORK_MAX, false),
			       value, "psr.bounded");
}

static struct amount multiply(struct product *p, struct amount x,
			      struct amount y)
{
	struct amount out = {NULL, 0};
	bool fits = !y.bound || x.bound <= WORK_MAX / y.bound;

	out.bound = fits ? x.bound * y.bound : UINT64_MAX;
	if ((!x.value && !y.value) || !p->b) {
		if (!fits)
			out.bound = WORK_MAX;
		return out;
	}
	if (fits)
		out.value = LLVMBuildMul(p->b, amount_value(p, x),
					 amount_value(p, y), "psr.work");
	else
		out.value =
		    build_overflow(p, "llvm.umul.with.overflow",
				   amount_value(p, x), amount_value(p, y));
	return out;
}

static struct amount add(struct product *p, struct amount x, struct amount y)
{
	struct amount out = {NULL, 0};
	bool fits = x.bound <= WORK_MAX && y.bound <= WORK_MAX;

	out.bound = fits ? x.bound + y.bound : UINT64_MAX;
	if ((!x.value && !y.value) || !p->b)
		return out;
	if (fits)
		out.value = LLVMBuildAdd(p->b, amount_value(p, x),
					 amount_value(p, y), "psr.work");
	else
		out.value =
		    build_overflow(p, "llvm.uadd.with.overflow",
				   amount_value(p, x), amount_value(p, y));
	return out;
}

static struct amount trip_amount(struct product *p, psr_loop l)
{
	struct amount a = {NULL, TRIP_NOMINAL};
	LLVMValueRef f = p->nest->function;
	unsigned budget = l == p->root ? OUTER_BUDGET : INNER_BUDGET;
	psr_scev trip;

	if (p->loops++ >= TRIP_LOOPS_MAX ||
	    psr_ext_trip(p->fam, f, l, p->root, p->at, budget, &trip) ==
		PSR_TRIP_UNKNOWN)
		return a;
	if (psr_ext_scev_constant(trip, &a.bound))
		return a;
	a.bound = psr_ext_scev_max(p->fam, f, trip);
	if (p->b) {
		LLVMValueRef v = psr_ext_scev_expand(p->fam, f, trip, p->at);

		/* The loop may never look at a poisoned bound; we do. */
		a.value = LLVMBuildFreeze(p->b, v, "psr.trip");
	}
	return a;
}

static struct amount nest_amount(struct product *p, psr_loop l)
{
	LLVMValueRef f = p->nest->function;
	size_t n = psr_ext_loop_count(p->fam, f, l);
	struct amount inner = {NULL, n ? 0 : 1};
	struct amount trip = trip_amount(p, l);

	for (size_t i = 0; i < n; i++) {
		psr_loop child = psr_ext_loop_at(p->fam, f, l, i);
		struct amount a = nest_amount(p, child);

		inner = i ? add(p, inner, a) : a;
	}
	return multiply(p, trip, inner);
}

static bool trip_is_constant(struct psr_fam *fam, struct psr_nest *nest,
			     psr_loop l, LLVMValueRef at)
{
	uint64_t value;
	psr_scev trip;

	return psr_ext_trip(fam, nest->function, l, nest->loop, at,
			    OUTER_BUDGET, &trip) != PSR_TRIP_UNKNOWN &&
	       psr_ext_scev_constant(trip, &value);
}

/* True where every trip count is a constant and the work is below MIN. */
static bool is_too_small(struct psr_fam *fam, struct psr_nest *nest)
{
	LLVMValueRef at =
	    LLVMGetBasicBlockTerminator(psr_ext_loop_preheader(nest->loop));
	struct product p = {NULL, at, fam, nest, nest->loop, 0};
	size_t n = nest->nblocks;

	for (size_t i = 0; i < n; i++) {
		psr_loop l =
		    psr_ext_loop_of(fam, nest->function, nest->blocks[i]);

		if (!trip_is_constant(fam, nest, l, at))
			return false;
	}
	return nest_amount(&p, nest->loop).bound < nest->min_work;
}

static LLVMValueRef first_after_allocas(LLVMValueRef f)
{
	LLVMValueRef i = LLVMGetFirstInstruction(LLVMGetEntryBasicBlock(f));

	while (LLVMIsAAllocaInst(i))
		i = LLVMGetNextInstruction(i);
	return i;
}

/* The largest work of F's top-level loops that is known at its entry. */
static struct amount function_amount(struct product *p)
{
	LLVMValueRef f = p->nest->function;
	size_t n = psr_ext_loop_count(p->fam, f, NULL);
	struct amount best = {NULL, FUNCTION_WORK};

	for (size_t i = 0; i < n; i++) {
		psr_loop l = psr_ext_loop_at(p->fam, f, NULL, i);
		psr_scev trip;

		p->root = l;
		if (psr_ext_trip(p->fam, f, l, l, p->at, OUTER_BUDGET, &trip) ==
		    PSR_TRIP_UNKNOWN)
			continue;
		struct amount a = nest_amount(p, l);

		if (a.bound > best.bound || (a.value && !best.value))
			best = a;
	}
	return best;
}

static LLVMValueRef at_most(struct product *p, struct amount a)
{
	LLVMTypeRef i64 = i64_type(p->at);
	LLVMValueRef max = LLVMConstInt(i64, WORK_MAX, false);
	LLVMValueRef value = amount_value(p, a), less;

	if (a.bound <= WORK_MAX)
		return value;
	less = LLVMBuildICmp(p->b, LLVMIntULT, value, max, "psr.fits");
	return LLVMBuildSelect(p->b, less, value, max, "psr.work");
}

void psr_sites_emit_work(struct psr_fam *fam, struct psr_nest *nest)
{
	LLVMValueRef at = nest->loop ? LLVMGetBasicBlockTerminator(
					   psr_ext_loop_preheader(nest->loop))
				     : first_after_allocas(nest->function);
	LLVMContextRef ctx = LLVMGetTypeContext(LLVMTypeOf(at));
	LLVMBuilderRef b = LLVMCreateBuilderInContext(ctx);
	struct product p = {b, at, fam, nest, nest->loop, 0};

	LLVMPositionBuilderBefore(b, at);
	LLVMSetCurrentDebugLocation2(b, LLVMInstructionGetDebugLoc(at));
	nest->work = at_most(&p, nest->loop ? nest_amount(&p, nest->loop)
					    : function_amount(&p));
	LLVMDisposeBuilder(b);
}

static unsigned count_known_trips(struct psr_fam *fam, struct psr_nest *nest,
				  psr_loop l, LLVMValueRef at)
{
	size_t n = psr_ext_loop_count(fam, nest->function, l);
	unsigned known = 0;
	psr_scev trip;

	for (size_t i = 0; i < n; i++)
		known += count_known_trips(
		    fam, nest, psr_ext_loop_at(fam, nest->function, l, i), at);
	return known + (psr_ext_trip(fam, nest->function, l, nest->loop, at,
				     INNER_BUDGET, &trip) != PSR_TRIP_UNKNOWN);
}

/* ---- Judging ------------------------------------------------------------ */

static char *copy_string(const char *s, size_t n)
{
	char *copy = malloc(n + 1);

	if (copy) {
		memcpy(copy, s, n);
		copy[n] = 0;
	}
	return copy;
}

static char *source_file(LLVMValueRef f)
{
	size_t n;
	const char *s = LLVMGetSourceFileName(LLVMGetGlobalParent(f), &n);

	return copy_string(s, n);
}

static uint32_t smallest_work(const struct psr_nest *nest)
{
	unsigned n = nest->features.instructions;
	unsigned work;

	if (psr_options.min_work >= 0)
		return psr_options.min_work ? (uint32_t)psr_options.min_work
					    : 1;
	work = n ? 4096 / n : 1024;
	return work < 32 ? 32 : work > 1024 ? 1024 : work;
}

static struct psr_nest *append(struct psr_nests *out)
{
	struct psr_nest *at;

	if (out->n == out->allocated) {
		size_t n = out->allocated ? 2 * out->allocated : 16;

		at = realloc(out->at, n * sizeof(*at));
		if (!at)
			return NULL;
		out->at = at;
		out->allocated = n;
	}
	at = &out->at[out->n++];
	memset(at, 0, sizeof(*at));
	return at;
}

static struct psr_nest *nest_new(LLVMValueRef f, psr_loop l,
				 struct psr_nests *out)
{
	struct psr_nest *nest = append(out);
	size_t n;
	const char *name = LLVMGetValueName2(f, &n);

	if (!nest)
		return NULL;
	nest->function = f;
	nest->loop = l;
	nest->kind = l ? PSR_SITE_LOOP : PSR_SITE_FUNCTION;
	nest->name = copy_string(name, n);
	nest->file = source_file(f);
	nest->line = l ? psr_ext_loop_line(l) : LLVMGetDebugLocLine(f);
	nest->nblocks = l ? psr_ext_loop_nblocks(l) : 0;
	nest->blocks = calloc(nest->nblocks + 1, sizeof(*nest->blocks));
	for (size_t i = 0; nest->blocks && i < nest->nblocks; i++)
		nest->blocks[i] = psr_ext_loop_block(l, i);
	return nest->name && nest->file && nest->blocks ? nest : NULL;
}

static enum psr_reason exit_reason(psr_loop l)
{
	LLVMBasicBlockRef exit = psr_ext_loop_unique_exit(l);

	if (!exit)
		return PSR_REASON_EXITS;
	for (LLVMValueRef i = LLVMGetFirstInstruction(exit); i;
	     i = LLVMGetNextInstruction(i))
		if (LLVMIsALandingPadInst(i) ||
		    LLVMGetInstructionOpcode(i) == LLVMCleanupPad ||
		    LLVMGetInstructionOpcode(i) == LLVMCatchSwitch)
			return PSR_REASON_EXCEPTION;
	return PSR_REASON_NONE;
}

static enum psr_reason contents_reason(struct psr_fam *fam,
				       struct psr_nest *nest)
{
	for (size_t i = 0; i < nest->nblocks; i++) {
		enum psr_reason r =
		    block_reason(fam, nest->function, nest->blocks[i], true);

		if (r)
			return r;
		nest->features.size += count_instructions(nest->blocks[i]);
	}
	return nest->features.size > NEST_MAX_SIZE ? PSR_REASON_LARGE
						   : PSR_REASON_NONE;
}

/* PHI brings another pointer to each iteration: buffers change roles. */
static bool is_swapped(psr_loop l, LLVMValueRef phi)
{
	unsigned n = LLVMCountIncoming(phi);

	if (LLVMGetTypeKind(LLVMTypeOf(phi)) != LLVMPointerTypeKind)
		return false;
	for (unsigned i = 0; i < n; i++) {
		LLVMValueRef v = LLVMGetIncomingValue(phi, i);

		if (psr_ext_loop_contains(l, LLVMGetIncomingBlock(phi, i)) &&
		    v != phi &&
		    !(LLVMIsAGetElementPtrInst(v) &&
		      LLVMGetOperand(v, 0) == phi))
			return true;
	}
	return false;
}

/*
 * L repeats whole computations, as a loop over time steps does: it swaps
 * buffers, runs several nests in turn, or is deeper than any kernel. One call
 * would then be most of the program's run, with nothing left to learn for.
 */
static bool is_driver(struct psr_fam *fam, struct psr_nest *nest)
{
	psr_loop l = nest->loop;
	LLVMBasicBlockRef header = psr_ext_loop_header(l);
	size_t n = psr_ext_loop_count(fam, nest->function, l);

	if (!n)
		return false;
	if (n > 1 || nest->features.depth > DEPTH_MAX)
		return true;
	for (LLVMValueRef i = LLVMGetFirstInstruction(header);
	     LLVMIsAPHINode(i); i = LLVMGetNextInstruction(i))
		if (is_swapped(l, i))
			return true;
	return false;
}

static enum psr_reason nest_reason(struct psr_fam *fam, struct psr_nest *nest)
{
	enum psr_reason r = PSR_REASON_FORM;
	LLVMValueRef at;
	psr_scev trip;

	if (psr_ext_loop_is_simple(nest->loop))
		r = contents_reason(fam, nest);
	if (!r)
		r = exit_reason(nest->loop);
	if (r)
		return r;
	at = LLVMGetBasicBlockTerminator(psr_ext_loop_preheader(nest->loop));
	if (psr_ext_trip(fam, nest->function, nest->loop, nest->loop, at,
			 OUTER_BUDGET, &trip) == PSR_TRIP_UNKNOWN)
		return PSR_REASON_TRIP;
	r = judge_loops(fam, nest, nest->loop, 1);
	if (r)
		return r;
	nest->features.known_trips =
	    count_known_trips(fam, nest, nest->loop, at);
	if (is_driver(fam, nest))
		return PSR_REASON_DRIVER;
	nest->min_work = smallest_work(nest);
	return is_too_small(fam, nest) ? PSR_REASON_SMALL : PSR_REASON_NONE;
}

/* Whether the nests within one that failed for R may still qualify. */
static bool may_descend(enum psr_reason r)
{
	return r != PSR_REASON_NO_VECTOR && r != PSR_REASON_FP_ORDER &&
	       r != PSR_REASON_COPY && r != PSR_REASON_SMALL &&
	       r != PSR_REASON_USER_HINT;
}

/* Within a loop that is no site, only arithmetic or depth pays. */
static bool is_light(const struct psr_nest *nest)
{
	const struct psr_features *x = &nest->features;

	return !x->flops && x->depth < 2 && x->instructions < LIGHT_SIZE;
}

static int find_in(struct psr_fam *fam, LLVMValueRef f, psr_loop l, bool within,
		   enum psr_reason outer, struct psr_nests *out)
{
	struct psr_nest *nest = nest_new(f, l, out);
	enum psr_reason r;
	int ret = 0;

	if (!nest)
		return -ENOMEM;
	r = outer ? outer : nest_reason(fam, nest);
	if (!r && within && psr_options.min_work < 0 && is_light(nest))
		r = PSR_REASON_LIGHT;
	nest->reason = r;
	if (!r) {
		psr_identity_set(out, nest);
		return 0;
	}
	if (outer || !may_descend(r))
		return 0;
	for (size_t i = 0; !ret && i < psr_ext_loop_count(fam, f, l); i++)
		ret = find_in(fam, f, psr_ext_loop_at(fam, f, l, i),
			      r != PSR_REASON_DRIVER, outer, out);
	return ret;
}

static enum psr_reason convention_reason(LLVMValueRef f)
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

static enum psr_reason whole_reason(struct psr_fam *fam, struct psr_nest *nest)
{
	LLVMValueRef f = nest->function;
	enum psr_reason r = convention_reason(f);

	for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(f); !r && b;
	     b = LLVMGetNextBasicBlock(b)) {
		r = block_reason(fam, f, b, false);
		nest->features.size += count_instructions(b);
	}
	if (!r && nest->features.size > NEST_MAX_SIZE)
		r = PSR_REASON_LARGE;
	return r;
}

static void whole_features(struct psr_fam *fam, struct psr_nest *nest)
{
	size_t n = psr_ext_loop_count(fam, nest->function, NULL);

	for (size_t i = 0; i < n; i++) {
		psr_loop l = psr_ext_loop_at(fam, nest->function, NULL, i);

		if (psr_ext_loop_is_simple(l))
			judge_loops(fam, nest, l, 1);
	}
	nest->min_work = smallest_work(nest);
}

static int find_whole(struct psr_fam *fam, LLVMValueRef f,
		      enum psr_reason reason, struct psr_nests *out)
{
	struct psr_nest *nest = nest_new(f, NULL, out);

	if (!nest)
		return -ENOMEM;
	nest->reason = reason ? reason : whole_reason(fam, nest);
	if (nest->reason)
		return 0;
	whole_features(fam, nest);
	psr_identity_set(out, nest);
	return 0;
}

int psr_sites_find(struct psr_fam *fam, LLVMValueRef f,
		   enum psr_reason module_reason, bool annotated,
		   struct psr_nests *out)
{
	enum psr_reason reason = module_reason;
	size_t n = out->n;
	int ret = 0;

	if (!annotated && !psr_ext_has_loops(fam, f))
		return 0;
	if (!reason)
		reason = function_reason(f);
	if (!reason)
		psr_ext_simplify_loops(fam, f);
	if (annotated)
		ret = find_whole(fam, f, reason, out);
	for (size_t i = 0;
	     !ret && !annotated && i < psr_ext_loop_count(fam, f, NULL); i++)
		ret = find_in(fam, f, psr_ext_loop_at(fam, f, NULL, i), false,
			      reason, out);
	if (ret < 0)
		out->n = n; /* the process is about to give up anyway */
	return ret;
}

void psr_sites_free(struct psr_nests *nests)
{
	for (size_t i = 0; i < nests->n; i++) {
		free(nests->at[i].blocks);
		free(nests->at[i].name);
		free(nests->at[i].file);
	}
	free(nests->at);
	*nests = (struct psr_nests){0};
}
