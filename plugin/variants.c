/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * variants.c - copies a nest or function and gives each copy its recipe.
 *
 * The original stays where it is. Its copy moves to an internal function
 * "<function>.psr<N>", which is cloned for each further recipe. Globals and
 * static variables are shared by all. What the outlined code knew of its
 * inputs' aliasing is stated on the parameters where that is sound.
 */
#include "variants.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain.h"
#include "inputs.h"
#include "ir.h"
#include "recipes.h"
#include "verify.h"

#define VARIANT "psr-variant" /* attribute of all of them */

/* ---- Attributes --------------------------------------------------------- */

static void add_attribute(LLVMValueRef f, unsigned index, const char *name,
			  uint64_t value)
{
	unsigned kind = LLVMGetEnumAttributeKindForName(name, strlen(name));
	LLVMContextRef ctx = LLVMGetModuleContext(LLVMGetGlobalParent(f));

	LLVMAddAttributeAtIndex(f, index,
				LLVMCreateEnumAttribute(ctx, kind, value));
}

static bool is_pointer(LLVMValueRef v)
{
	return LLVMGetTypeKind(LLVMTypeOf(v)) == LLVMPointerTypeKind;
}

/*
 * Input SELF alone can lead to BASE: every other one is known to point elsewhere
 * or is no pointer; and what is in memory does not lead there, since BASE is
 * private to the function, or, if the nest is CLOSED, since none of that is
 * followed.
 */
static bool is_only_way(LLVMValueRef call, unsigned self, size_t ninputs,
			LLVMValueRef base, bool closed)
{
	bool private = psr_ext_base_is_private(base);

	if (!private && (!closed || LLVMIsConstant(base) ||
			 !psr_ext_base_is_object(base)))
		return false;
	for (unsigned i = 0; i < ninputs; i++) {
		LLVMValueRef v = LLVMGetOperand(call, i), other;

		if (i == self || !is_pointer(v))
			continue;
		other = psr_ext_base(v);
		if (!other || other == base ||
		    (!private && !psr_ext_base_is_object(other)))
			return false;
	}
	return true;
}

static void describe_input(LLVMValueRef f, LLVMValueRef call, unsigned i,
			   size_t ninputs, bool closed)
{
	LLVMValueRef v = LLVMGetOperand(call, i), base;
	struct psr_facts facts;

	psr_ext_facts(v, &facts);
	if (facts.noundef)
		add_attribute(f, i + 1, "noundef", 0);
	if (!is_pointer(v))
		return;
	if (facts.nonnull)
		add_attribute(f, i + 1, "nonnull", 0);
	if (facts.align > 1)
		add_attribute(f, i + 1, "align", facts.align);
	if (facts.dereferenceable)
		add_attribute(f, i + 1, "dereferenceable",
			      facts.dereferenceable);
	base = psr_ext_base(v);
	if (base && is_only_way(call, i, ninputs, base, closed))
		add_attribute(f, i + 1, "noalias", 0);
}

/*
 * Whether CALL captures is told by the original nest, which is still there:
 * while looking for captures, the call itself is taken to do nothing.
 */
static void mark_captures(LLVMValueRef call, bool none)
{
	LLVMContextRef ctx = LLVMGetTypeContext(LLVMTypeOf(call));
	unsigned kind = LLVMGetEnumAttributeKindForName("captures", 8);
	unsigned n = LLVMGetNumArgOperands(call);

	for (unsigned i = 0; i < n; i++) {
		if (!is_pointer(LLVMGetOperand(call, i)))
			continue;
		if (none)
			LLVMAddCallSiteAttribute(
			    call, i + 1, LLVMCreateEnumAttribute(ctx, kind, 0));
		else
			LLVMRemoveCallSiteEnumAttribute(call, i + 1, kind);
	}
}

/* Inputs come first; then a pointer to each output's own stack slot. */
static void describe_parameters(LLVMValueRef f, LLVMValueRef call,
				size_t ninputs)
{
	bool closed = psr_ext_touches_parameters_only(f);
	unsigned n = LLVMCountParams(f);

	mark_captures(call, true);
	for (unsigned i = 0; i < n; i++) {
		if (i < ninputs) {
			describe_input(f, call, i, ninputs, closed);
			continue;
		}
		add_attribute(f, i + 1, "noalias", 0);
		add_attribute(f, i + 1, "nonnull", 0);
		add_attribute(f, i + 1, "noundef", 0);
		add_attribute(f, i + 1, "writeonly", 0);
	}
	mark_captures(call, false);
}

static bool may_throw(LLVMValueRef f)
{
	for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(f); b;
	     b = LLVMGetNextBasicBlock(b))
		for (LLVMValueRef i = LLVMGetFirstInstruction(b); i;
		     i = LLVMGetNextInstruction(i))
			if (psr_ext_may_throw(i))
				return true;
	return false;
}

static void copy_unwind_table(LLVMValueRef from, LLVMValueRef to)
{
	unsigned kind = LLVMGetEnumAttributeKindForName("uwtable", 7);
	LLVMAttributeRef a =
	    LLVMGetEnumAttributeAtIndex(from, LLVMAttributeFunctionIndex, kind);

	if (a)
		LLVMAddAttributeAtIndex(to, LLVMAttributeFunctionIndex, a);
}

/* A variant is no function of the user's: nothing counts its calls. */
static void drop_instrumentation(LLVMValueRef f)
{
	static const char *const names[] = {
	    "instrument-function-entry",
	    "instrument-function-exit",
	    "instrument-function-entry-inlined",
	    "instrument-function-exit-inlined",
	    "fentry-call",
	    "mnop-mcount",
	    "mrecord-mcount",
	    "function-instrument",
	    "xray-instruction-threshold",
	    "patchable-function",
	    "patchable-function-entry",
	    "patchable-function-prefix",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		LLVMRemoveStringAttributeAtIndex(f, LLVMAttributeFunctionIndex,
						 names[i],
						 (unsigned)strlen(names[i]));
}

/* With the dispatch, the function touches the tick and the table. */
static void drop_memory_effects(LLVMValueRef f)
{
	static const char *const names[] = {"memory", "norecurse"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		LLVMRemoveEnumAttributeAtIndex(f, LLVMAttributeFunctionIndex,
					       LLVMGetEnumAttributeKindForName(
						   names[i], strlen(names[i])));
}

/* They are for speed, also where the user has sites in code that is small. */
static void optimise_for_speed(LLVMValueRef f)
{
	static const char *const names[] = {"optsize", "minsize"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		LLVMRemoveEnumAttributeAtIndex(f, LLVMAttributeFunctionIndex,
					       LLVMGetEnumAttributeKindForName(
						   names[i], strlen(names[i])));
}

bool psr_variant_is(LLVMValueRef f)
{
	return psr_ir_has_string(f, VARIANT);
}

static void finish_variant(struct psr_nest *nest, LLVMValueRef f)
{
	LLVMSetLinkage(f, LLVMInternalLinkage);
	LLVMSetVisibility(f, LLVMDefaultVisibility);
	LLVMSetUnnamedAddress(f, LLVMGlobalUnnamedAddr);
	copy_unwind_table(nest->function, f);
	drop_instrumentation(f);
	optimise_for_speed(f);
	LLVMAddTargetDependentFunctionAttr(f, VARIANT, "");
}

/* ---- Copies ------------------------------------------------------------- */

static void name_variant(const struct psr_nest *nest, unsigned n, char *out,
			 size_t size)
{
	LLVMModuleRef m = LLVMGetGlobalParent(nest->function);

	do
		snprintf(out, size, "%s.psr%u", nest->name, n++);
	while (LLVMGetNamedFunction(m, out));
}

/* FIRST as recipe I makes it; NULL, with the reason noted, if it cannot. */
static LLVMValueRef make_function(struct psr_fam *fam, struct psr_nest *nest,
				  LLVMValueRef first, unsigned i)
{
	char name[1024];
	LLVMValueRef f;

	name_variant(nest, 0, name, sizeof(name));
	f = psr_ext_clone_function(first, name);
	psr_ext_call_after(f, nest->function, strrchr(name, '.'));
	nest->recipe_reason[i] = psr_recipe_apply(i, fam, nest, f);
	if (!nest->recipe_reason[i])
		return f;
	psr_ext_delete_function(fam, f);
	return NULL;
}

/* A variant takes the place of one of its own kind. */
enum { ORDINARY, PARALLEL, COUNTED, KINDS };

static unsigned kind_of(unsigned i)
{
	uint32_t flags = psr_recipe_flags(&psr_recipes[i]);

	return flags & PSR_VARIANT_COUNTED    ? COUNTED
	       : flags & PSR_VARIANT_PARALLEL ? PARALLEL
					      : ORDINARY;
}

/* How many of each kind are wanted: those within the first nrecipes. */
static void count_kinds(const struct psr_nest *nest, unsigned *n)
{
	for (unsigned k = 0; k < nest->nrecipes; k++)
		n[kind_of(nest->recipes[k])]++;
}

/* A recipe like the K-th has failed: notes that this one would, too. */
static bool has_failed(struct psr_nest *nest, unsigned k)
{
	for (unsigned j = 0; j < k; j++) {
		enum psr_reason r = nest->recipe_reason[nest->recipes[j]];

		if (!r || r == PSR_REASON_NOT_CHOSEN ||
		    !psr_recipes_alike(nest->recipes[j], nest->recipes[k]))
			continue;
		nest->recipe_reason[nest->recipes[k]] = r;
		return true;
	}
	return false;
}

/* As many copies of FIRST as are wanted, of the most promising recipes. */
static bool make_functions(struct psr_fam *fam, struct psr_nest *nest,
			   LLVMValueRef first, struct psr_made *out)
{
	unsigned callee = (unsigned)LLVMGetNumOperands(out->call) - 1;
	unsigned left[KINDS] = {0};

	count_kinds(nest, left);
	out->n = 0;
	for (unsigned k = 0; k < nest->ncandidates; k++) {
		unsigned i = nest->recipes[k];
		LLVMValueRef f;

		if (!left[kind_of(i)] || has_failed(nest, k))
			continue;
		f = make_function(fam, nest, first, i);
		if (!f)
			continue;
		left[kind_of(i)]--;
		out->recipes[out->n] = i;
		out->functions[out->n++] = f;
	}
	if (!out->n) {
		nest->reason = PSR_REASON_NO_RECIPE;
		return false; /* FIRST is called by unreachable code */
	}
	LLVMSetOperand(out->call, callee, out->functions[0]);
	return true;
}

/* A check in front of each variant, with FIRST as the baseline. */
static bool verify_functions(struct psr_fam *fam, struct psr_nest *nest,
			     LLVMValueRef first, size_t ninputs,
			     struct psr_made *out)
{
	unsigned callee = (unsigned)LLVMGetNumOperands(out->call) - 1;

	for (unsigned k = 0; k < out->n; k++) {
		const char *name = psr_recipes[out->recipes[k]].name;
		LLVMValueRef f =
		    psr_verify_wrap(fam, nest, first, out->functions[k], name,
				    out->call, ninputs);

		if (!f)
			return false;
		out->functions[k] = f;
	}
	LLVMSetOperand(out->call, callee, out->functions[0]);
	return true;
}

/*
 * The slots of CALL's outputs, behind its inputs, need no stack protector: that
 * would be the whole function's, on each of its ways. A variant writes one value
 * of known size to each.
 */
static void leave_unprotected(LLVMValueRef call, size_t ninputs)
{
	LLVMContextRef ctx = LLVMGetTypeContext(LLVMTypeOf(call));
	LLVMMetadataRef no = LLVMValueAsMetadata(
	    LLVMConstInt(LLVMInt1TypeInContext(ctx), 0, false));
	LLVMValueRef node = LLVMMetadataAsValue(
	    ctx, LLVMMDNodeInContext2(ctx, &no, 1));
	unsigned kind =
	    LLVMGetMDKindIDInContext(ctx, "stack-protector", 15);
	unsigned n = LLVMGetNumArgOperands(call);

	for (unsigned i = (unsigned)ninputs; i < n; i++)
		if (LLVMIsAAllocaInst(LLVMGetOperand(call, i)))
			LLVMSetMetadata(LLVMGetOperand(call, i), kind, node);
}

static bool make_of_loop(struct psr_fam *fam, struct psr_nest *nest,
			 struct psr_made *out)
{
	struct psr_clone clone;
	LLVMValueRef f;
	size_t ninputs;

	psr_ext_clone_nest(nest->blocks, nest->nblocks, &clone);
	f = psr_ext_extract(nest->blocks, nest->nblocks, "psr", &out->call,
			    &ninputs);
	if (!f) {
		nest->reason = PSR_REASON_EXTRACT;
		return false; /* the copy is unreachable and goes away */
	}
	psr_inputs_locate(nest, out->call, ninputs);
	leave_unprotected(out->call, ninputs);
	out->before = clone.before;
	out->original = clone.original;
	out->variant = clone.copy;
	out->exit = clone.exit;
	finish_variant(nest, f);
	psr_domain_tell(fam, f);
	describe_parameters(f, out->call, ninputs);
	if (!may_throw(f)) {
		unsigned at = (unsigned)LLVMAttributeFunctionIndex;

		add_attribute(f, at, "nounwind", 0);
	}
	if (!make_functions(fam, nest, f, out))
		return false;
	if (!psr_options.verify ||
	    !verify_functions(fam, nest, f, ninputs, out))
		psr_ext_delete_function(fam, f);
	return true;
}

/* The variant's call must not turn the stack slots into dynamic ones. */
static void gather_allocas(LLVMValueRef f)
{
	LLVMBasicBlockRef entry = LLVMGetEntryBasicBlock(f);
	LLVMValueRef next, first = LLVMGetFirstInstruction(entry);
	LLVMBuilderRef b = LLVMCreateBuilderInContext(
	    LLVMGetModuleContext(LLVMGetGlobalParent(f)));

	for (LLVMValueRef i = first; i; i = next) {
		next = LLVMGetNextInstruction(i);
		if (i == first || !LLVMIsAAllocaInst(i) ||
		    !LLVMIsConstant(LLVMGetOperand(i, 0)))
			continue;
		LLVMInstructionRemoveFromParent(i);
		LLVMPositionBuilderBefore(b, LLVMGetFirstInstruction(entry));
		LLVMInsertIntoBuilder(b, i);
	}
	LLVMDisposeBuilder(b);
}

/* The block that forwards the function's own arguments to a variant. */
static LLVMBasicBlockRef forward_call(LLVMValueRef f, LLVMValueRef callee,
				      LLVMBasicBlockRef before,
				      LLVMValueRef *call)
{
	LLVMTypeRef type = LLVMGlobalGetValueType(f);
	LLVMContextRef ctx = LLVMGetTypeContext(type);
	LLVMBasicBlockRef at =
	    LLVMInsertBasicBlockInContext(ctx, before, "psr.variant");
	LLVMBuilderRef b = LLVMCreateBuilderInContext(ctx);
	unsigned n = LLVMCountParams(f);
	LLVMValueRef *args = calloc(n + 1, sizeof(*args));

	if (!args)
		abort(); /* as clang does when it has no memory */
	LLVMGetParams(f, args);
	LLVMPositionBuilderAtEnd(b, at);
	*call = LLVMBuildCall2(b, type, callee, args, n, "");
	psr_ext_copy_call_attributes(f, *call);
	if (LLVMGetTypeKind(LLVMGetReturnType(type)) == LLVMVoidTypeKind)
		LLVMBuildRetVoid(b);
	else
		LLVMBuildRet(b, *call);
	LLVMDisposeBuilder(b);
	free(args);
	return at;
}

static bool make_of_function(struct psr_fam *fam, struct psr_nest *nest,
			     struct psr_made *out)
{
	LLVMValueRef f = nest->function;
	LLVMBasicBlockRef entry = LLVMGetEntryBasicBlock(f);
	LLVMValueRef first, at = nest->work;
	char name[1024];

	gather_allocas(f);
	snprintf(name, sizeof(name), "%s.psr", nest->name);
	first = psr_ext_clone_function(f, name);
	finish_variant(nest, first);
	if (LLVMIsAInstruction(at) && LLVMGetInstructionParent(at) == entry)
		at = LLVMGetNextInstruction(at);
	else
		at = psr_ir_after_allocas(f);
	out->before = entry;
	out->original = psr_ext_split(entry, at);
	out->exit = NULL;
	out->variant = forward_call(f, first, out->original, &out->call);
	if (!make_functions(fam, nest, first, out))
		return false;
	psr_ext_delete_function(fam, first);
	nest->verify_reason = PSR_REASON_WHOLE;
	return true;
}

bool psr_variants_make(struct psr_fam *fam, struct psr_nest *nest,
		       struct psr_made *out)
{
	bool made = nest->loop ? make_of_loop(fam, nest, out)
			       : make_of_function(fam, nest, out);

	if (made)
		drop_memory_effects(nest->function);
	return made;
}
