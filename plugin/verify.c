/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * verify.c - puts between a site and its variant a function that runs both the
 * variant and the baseline and compares what they write, byte by byte, and
 * their results: psr/verify.h describes it. The program goes on with what the
 * baseline did.
 *
 * What a nest writes are its extents (extent.c), so where some store is not
 * affine its variants are left as they are, and the remarks tell. A call for
 * which the extents do not hold is the original's.
 *
 * The function begins as a copy of the baseline, whose loops say what the
 * extents are, at its entry; that code is not reached any more.
 */
#include "verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "extent.h"
#include "ir.h"
#include "psr/verify.h"
#include "work.h"

#define SLOTS_MAX 64

struct check {
	struct psr_nest *nest;
	LLVMModuleRef m;
	LLVMContextRef ctx;
	LLVMTypeRef i32, i64, none;
	LLVMValueRef f, baseline, variant, call;
	unsigned ninputs, nslots;
	struct psr_extents extents;
	LLVMValueRef work;
	LLVMBuilderRef b;
	LLVMValueRef state;
	LLVMValueRef own[SLOTS_MAX]; /* the variant's slots */
};

/* ---- Small things -------------------------------------------------------- */

static LLVMValueRef number(LLVMTypeRef type, uint64_t value)
{
	return LLVMConstInt(type, value, false);
}

/* A slot of F's own stack. */
static LLVMValueRef local(struct check *c, LLVMTypeRef type, const char *name)
{
	LLVMBuilderRef b = LLVMCreateBuilderInContext(c->ctx);
	LLVMValueRef slot;

	LLVMPositionBuilderBefore(
	    b, LLVMGetFirstInstruction(LLVMGetEntryBasicBlock(c->f)));
	slot = LLVMBuildAlloca(b, type, name);
	LLVMDisposeBuilder(b);
	return slot;
}

static void store(struct check *c, LLVMValueRef value, LLVMValueRef place,
		  size_t offset)
{
	LLVMValueRef at = number(c->i64, offset);

	at = LLVMBuildInBoundsGEP2(c->b, LLVMInt8TypeInContext(c->ctx), place,
				   &at, 1, "");
	LLVMBuildStore(c->b, value, at);
}

static LLVMValueRef call_stub(struct check *c, const char *name,
			      LLVMTypeRef result, LLVMValueRef *args,
			      unsigned n)
{
	LLVMValueRef f = LLVMGetNamedFunction(c->m, name);
	LLVMTypeRef params[6];

	for (unsigned i = 0; i < n; i++)
		params[i] = LLVMTypeOf(args[i]);
	if (!f) {
		f = LLVMAddFunction(c->m, name,
				    LLVMFunctionType(result, params, n, false));
		LLVMSetVisibility(f, LLVMHiddenVisibility);
	}
	return LLVMBuildCall2(c->b, LLVMGlobalGetValueType(f), f, args, n, "");
}

static LLVMValueRef call_state(struct check *c, const char *name,
			       LLVMTypeRef result)
{
	return call_stub(c, name, result, &c->state, 1);
}

static LLVMBasicBlockRef new_block(struct check *c, const char *name)
{
	return LLVMAppendBasicBlockInContext(c->ctx, c->f, name);
}

static uint64_t bytes_of(struct check *c, LLVMTypeRef type)
{
	return LLVMStoreSizeOfType(LLVMGetModuleDataLayout(c->m), type);
}

/* ---- What the stub is told ----------------------------------------------- */

static LLVMValueRef string(struct check *c, const char *text)
{
	LLVMValueRef value =
	    LLVMConstStringInContext2(c->ctx, text, strlen(text), false);
	LLVMValueRef g = LLVMAddGlobal(c->m, LLVMTypeOf(value), "psr.about");

	LLVMSetInitializer(g, value);
	LLVMSetGlobalConstant(g, true);
	LLVMSetLinkage(g, LLVMPrivateLinkage);
	LLVMSetUnnamedAddress(g, LLVMGlobalUnnamedAddr);
	psr_ext_no_sanitize(g);
	return g;
}

static char letter(LLVMValueRef v)
{
	switch (LLVMGetTypeKind(LLVMTypeOf(v))) {
	case LLVMIntegerTypeKind:
		return LLVMGetIntTypeWidth(LLVMTypeOf(v)) <= 64 ? 'i' : '?';
	case LLVMPointerTypeKind:
		return 'p';
	case LLVMFloatTypeKind:
		return 'f';
	case LLVMDoubleTypeKind:
		return 'd';
	default:
		return '?';
	}
}

/* The bits of V, as i64. */
static LLVMValueRef bits(struct check *c, LLVMValueRef v)
{
	LLVMValueRef x = LLVMBuildFreeze(c->b, v, "");

	switch (letter(v)) {
	case 'i':
		return LLVMBuildIntCast2(c->b, x, c->i64, true, "");
	case 'p':
		return LLVMBuildPtrToInt(c->b, x, c->i64, "");
	case 'f':
		x = LLVMBuildBitCast(c->b, x, c->i32, "");
		return LLVMBuildZExt(c->b, x, c->i64, "");
	case 'd':
		return LLVMBuildBitCast(c->b, x, c->i64, "");
	default:
		return number(c->i64, 0);
	}
}

static LLVMValueRef describe_inputs(struct check *c)
{
	char text[4096];
	size_t at = 0;

	text[0] = 0;
	for (unsigned i = 0; i < c->ninputs && at < sizeof(text) - 300; i++) {
		size_t n;
		const char *name =
		    LLVMGetValueName2(LLVMGetOperand(c->call, i), &n);

		at += (size_t)snprintf(text + at, sizeof(text) - at, "%c%.*s;",
				       letter(LLVMGetParam(c->f, i)),
				       (int)(n < 256 ? n : 256), name);
	}
	return string(c, text);
}

static unsigned kind_of(LLVMTypeRef type)
{
	switch (LLVMGetTypeKind(type)) {
	case LLVMFloatTypeKind:
		return PSR_VERIFY_FLOAT;
	case LLVMDoubleTypeKind:
		return PSR_VERIFY_DOUBLE;
	default:
		return 0;
	}
}

static unsigned stored_kinds(LLVMValueRef f)
{
	unsigned kinds = 0;

	for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(f); b;
	     b = LLVMGetNextBasicBlock(b))
		for (LLVMValueRef i = LLVMGetFirstInstruction(b); i;
		     i = LLVMGetNextInstruction(i))
			if (LLVMIsAStoreInst(i))
				kinds |=
				    kind_of(LLVMTypeOf(LLVMGetOperand(i, 0)));
	return kinds;
}

/* The struct psr_verify_about of the variant. */
static LLVMValueRef about(struct check *c, const char *name)
{
	LLVMValueRef fields[] = {
	    string(c, c->nest->name),
	    string(c, c->nest->file),
	    string(c, name),
	    describe_inputs(c),
	    number(c->i64, c->nest->id),
	    number(c->i32, c->nest->line),
	    number(c->i32, stored_kinds(c->baseline)),
	    number(c->i64, 0),
	};
	LLVMValueRef value = LLVMConstStructInContext(c->ctx, fields, 8, false);
	LLVMValueRef g = LLVMAddGlobal(c->m, LLVMTypeOf(value), "psr.about");

	LLVMSetInitializer(g, value);
	LLVMSetLinkage(g, LLVMInternalLinkage);
	psr_ext_no_sanitize(g);
	return g;
}

/* An array of N i64 values of the caller's, on the stack. */
static LLVMValueRef array(struct check *c, unsigned n, const char *name)
{
	return local(c, LLVMArrayType2(c->i64, n ? n : 1), name);
}

static void put_number(struct check *c, LLVMValueRef v, LLVMValueRef to,
		       unsigned i)
{
	store(c, LLVMBuildFreeze(c->b, v, ""), to, i * sizeof(uint64_t));
}

static void put_ranges(struct check *c)
{
	const struct psr_extents *x = &c->extents;
	LLVMValueRef to = array(c, 3 * x->n, "psr.ranges");

	for (unsigned i = 0; i < x->n; i++) {
		put_number(c,
			   LLVMBuildPtrToInt(c->b, x->at[i].base, c->i64, ""),
			   to, 3 * i);
		put_number(c, x->at[i].low, to, 3 * i + 1);
		put_number(c, x->at[i].high, to, 3 * i + 2);
	}
	store(c, to, c->state, offsetof(struct psr_verify, ranges));
	store(c, number(c->i64, x->n), c->state,
	      offsetof(struct psr_verify, nranges));
}

static void put_inputs(struct check *c)
{
	LLVMValueRef to = array(c, c->ninputs, "psr.inputs");

	for (unsigned i = 0; i < c->ninputs; i++)
		put_number(c, bits(c, LLVMGetParam(c->f, i)), to, i);
	store(c, to, c->state, offsetof(struct psr_verify, inputs));
}

static void put_state(struct check *c, const char *name)
{
	c->state = array(c, sizeof(struct psr_verify) / 8, "psr.verify");
	store(c, about(c, name), c->state, offsetof(struct psr_verify, about));
	put_ranges(c);
	put_inputs(c);
	store(c, c->work, c->state, offsetof(struct psr_verify, work));
}

/* ---- What is called -------------------------------------------------------
 */

/* Of results, which may be less than their slots: both begin as zeros. */
static void make_slots(struct check *c)
{
	for (unsigned k = 0; k < c->nslots; k++) {
		LLVMTypeRef type = LLVMGetAllocatedType(
		    LLVMGetOperand(c->call, c->ninputs + k));
		LLVMValueRef zero = LLVMConstNull(type);

		c->own[k] = local(c, type, "psr.own");
		LLVMBuildStore(c->b, zero, c->own[k]);
		LLVMBuildStore(c->b, zero, LLVMGetParam(c->f, c->ninputs + k));
	}
}

static LLVMValueRef call_code(struct check *c, LLVMValueRef code, bool own)
{
	unsigned n = c->ninputs + c->nslots;
	LLVMValueRef *args = calloc(n + 1, sizeof(LLVMValueRef)), call;

	if (!args)
		abort(); /* as clang does when it has no memory */
	LLVMGetParams(c->f, args);
	for (unsigned k = 0; own && k < c->nslots; k++)
		args[c->ninputs + k] = c->own[k];
	call = LLVMBuildCall2(c->b, LLVMGlobalGetValueType(code), code, args, n,
			      "");
	free(args);
	return call;
}

static void compare_results(struct check *c)
{
	for (unsigned k = 0; k < c->nslots; k++) {
		LLVMTypeRef type = LLVMGetAllocatedType(c->own[k]);
		LLVMValueRef args[] = {
		    c->state,
		    number(c->i32, k),
		    number(c->i32, kind_of(type)),
		    c->own[k],
		    LLVMGetParam(c->f, c->ninputs + k),
		    number(c->i64, bytes_of(c, type)),
		};

		call_stub(c, "__psr_verify_result", c->none, args, 6);
	}
}

static void leave(struct check *c, bool done)
{
	LLVMTypeRef i1 = LLVMInt1TypeInContext(c->ctx);

	LLVMBuildRet(c->b, number(i1, done));
}

static void emit(struct check *c, LLVMBasicBlockRef at, const char *name)
{
	LLVMBasicBlockRef begin = new_block(c, "psr.begin");
	LLVMBasicBlockRef try = new_block(c, "psr.try");
	LLVMBasicBlockRef declined = new_block(c, "psr.declined");
	LLVMBasicBlockRef compare = new_block(c, "psr.compare");
	LLVMBasicBlockRef original = new_block(c, "psr.original");
	LLVMValueRef there;

	LLVMPositionBuilderAtEnd(c->b, at);
	LLVMBuildCondBr(c->b, LLVMBuildFreeze(c->b, c->extents.valid, ""),
			begin, original);
	LLVMPositionBuilderAtEnd(c->b, original);
	leave(c, false);
	LLVMPositionBuilderAtEnd(c->b, begin);
	put_state(c, name);
	make_slots(c);
	there = call_state(c, "__psr_verify_begin", c->i32);
	there = LLVMBuildICmp(c->b, LLVMIntNE, there, number(c->i32, 0), "");
	LLVMBuildCondBr(c->b, there, try, original);
	LLVMPositionBuilderAtEnd(c->b, try);
	LLVMBuildCondBr(c->b, call_code(c, c->variant, true), compare,
			declined);
	LLVMPositionBuilderAtEnd(c->b, declined);
	call_state(c, "__psr_verify_declined", c->none);
	leave(c, false);
	LLVMPositionBuilderAtEnd(c->b, compare);
	call_state(c, "__psr_verify_restore", c->none);
	call_code(c, c->baseline, false);
	compare_results(c);
	call_state(c, "__psr_verify_end", c->none);
	leave(c, true);
}

/* ---- The function ----------------------------------------------------------
 */

/* They hold of the baseline's code, not of what stands in its place. */
static void drop_attributes(struct check *c)
{
	static const char *const own[] = {"sanitize_address", "sanitize_thread",
					  "memory"};
	static const char *const params[] = {"noalias", "writeonly", "readonly",
					     "captures"};

	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		LLVMRemoveEnumAttributeAtIndex(
		    c->f, LLVMAttributeFunctionIndex,
		    LLVMGetEnumAttributeKindForName(own[i], strlen(own[i])));
	for (unsigned k = 1; k <= c->ninputs + c->nslots; k++)
		for (size_t i = 0; i < sizeof(params) / sizeof(*params); i++)
			LLVMRemoveEnumAttributeAtIndex(
			    c->f, k,
			    LLVMGetEnumAttributeKindForName(params[i],
							    strlen(params[i])));
}

/* The code that was there stays, as an optimiser finds it: unreachable. */
static LLVMBasicBlockRef cut_off(struct check *c)
{
	LLVMTypeRef i1 = LLVMInt1TypeInContext(c->ctx);
	LLVMBasicBlockRef entry = LLVMGetEntryBasicBlock(c->f), old, at;
	LLVMValueRef end = LLVMGetBasicBlockTerminator(entry);

	old = psr_ext_split(entry, end);
	at = new_block(c, "psr.check");
	LLVMInstructionEraseFromParent(LLVMGetBasicBlockTerminator(entry));
	LLVMPositionBuilderAtEnd(c->b, entry);
	LLVMBuildCondBr(c->b, number(i1, 0), old, at);
	return at;
}

static void set_location(struct check *c)
{
	LLVMMetadataRef scope = LLVMGetSubprogram(c->f);

	if (scope)
		LLVMSetCurrentDebugLocation2(
		    c->b, LLVMDIBuilderCreateDebugLocation(
			      c->ctx, c->nest->line, 0, scope, NULL));
}

static enum psr_reason find(struct check *c, struct psr_fam *fam)
{
	struct psr_nest whole = {.function = c->f};
	enum psr_reason r = psr_extents_find_written(fam, c->f, &c->extents);

	if (r)
		return r;
	if (c->nslots > SLOTS_MAX)
		return PSR_REASON_POINTERS;
	psr_work_emit(fam, &whole, NULL);
	c->work = whole.work; /* bounded, of a function */
	return PSR_REASON_NONE;
}

static void keep_apart(LLVMValueRef f)
{
	unsigned kind = LLVMGetEnumAttributeKindForName("noinline", 8);
	LLVMContextRef ctx = LLVMGetModuleContext(LLVMGetGlobalParent(f));

	LLVMAddAttributeAtIndex(f, LLVMAttributeFunctionIndex,
				LLVMCreateEnumAttribute(ctx, kind, 0));
}

LLVMValueRef psr_verify_wrap(struct psr_fam *fam, struct psr_nest *nest,
			     LLVMValueRef baseline, LLVMValueRef variant,
			     const char *name, LLVMValueRef call,
			     size_t ninputs)
{
	LLVMModuleRef m = LLVMGetGlobalParent(baseline);
	LLVMContextRef ctx = LLVMGetModuleContext(m);
	char own[1100];
	size_t n;
	struct check c = {
	    .nest = nest,
	    .m = m,
	    .ctx = ctx,
	    .i32 = LLVMInt32TypeInContext(ctx),
	    .i64 = LLVMInt64TypeInContext(ctx),
	    .none = LLVMVoidTypeInContext(ctx),
	    .baseline = baseline,
	    .variant = variant,
	    .call = call,
	    .ninputs = (unsigned)ninputs,
	    .nslots = LLVMCountParams(baseline) - (unsigned)ninputs,
	};

	snprintf(own, sizeof(own), "%s.verify", LLVMGetValueName2(variant, &n));
	c.f = psr_ext_clone_function(baseline, own);
	nest->verify_reason = find(&c, fam);
	if (nest->verify_reason) {
		psr_ext_delete_function(fam, c.f);
		return NULL;
	}
	c.b = LLVMCreateBuilderInContext(ctx);
	set_location(&c);
	emit(&c, cut_off(&c), name);
	LLVMDisposeBuilder(c.b);
	drop_attributes(&c);
	keep_apart(variant);
	keep_apart(baseline);
	psr_ext_forget(fam, c.f);
	return c.f;
}
