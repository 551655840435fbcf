/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * inputs.c - numbers what a counted variant tells of, and what a later build
 * finds in the profile: a nest's integer inputs and conditional branches.
 *
 * An input is a value of at most 64 bits that is made outside of the nest.
 * Numbers follow the order of the code, as the nest's identity does: nests of
 * the same identity have the same numbers.
 */
#include "inputs.h"

#include <string.h>

#define BRANCH "psr.branch"

static bool is_integer(LLVMValueRef v)
{
	LLVMTypeRef type = LLVMTypeOf(v);

	return LLVMGetTypeKind(type) == LLVMIntegerTypeKind &&
	       LLVMGetIntTypeWidth(type) <= 64;
}

static bool is_outside(const struct psr_nest *nest, LLVMValueRef v)
{
	if (LLVMIsAArgument(v))
		return true;
	return LLVMIsAInstruction(v) &&
	       !psr_ext_loop_contains(nest->loop, LLVMGetInstructionParent(v));
}

static void add_input(struct psr_nest *nest, LLVMValueRef v)
{
	for (unsigned i = 0; i < nest->ninputs; i++)
		if (nest->inputs[i] == v)
			return;
	if (nest->ninputs < PSR_INPUTS)
		nest->inputs[nest->ninputs++] = v;
}

static unsigned kind_of(LLVMValueRef i)
{
	LLVMContextRef ctx = LLVMGetTypeContext(LLVMTypeOf(i));

	return LLVMGetMDKindIDInContext(ctx, BRANCH, strlen(BRANCH));
}

static void number_branch(LLVMValueRef i, unsigned n)
{
	LLVMContextRef ctx = LLVMGetTypeContext(LLVMTypeOf(i));
	LLVMMetadataRef number = LLVMValueAsMetadata(
	    LLVMConstInt(LLVMInt32TypeInContext(ctx), n, false));

	LLVMSetMetadata(
	    i, kind_of(i),
	    LLVMMetadataAsValue(ctx, LLVMMDNodeInContext2(ctx, &number, 1)));
}

void psr_inputs_number(struct psr_nest *nest)
{
	unsigned nbranches = 0;

	nest->ninputs = 0;
	for (size_t b = 0; b < nest->nblocks; b++)
		for (LLVMValueRef i = LLVMGetFirstInstruction(nest->blocks[b]);
		     i; i = LLVMGetNextInstruction(i)) {
			int n = LLVMGetNumOperands(i);

			for (int k = 0; k < n; k++) {
				LLVMValueRef v = LLVMGetOperand(i, (unsigned)k);

				if (is_integer(v) && is_outside(nest, v))
					add_input(nest, v);
			}
			if (LLVMIsABranchInst(i) && LLVMIsConditional(i) &&
			    nbranches < PSR_BRANCHES)
				number_branch(i, nbranches++);
		}
	nest->nbranches = nbranches;
}

LLVMValueRef psr_inputs_constant(LLVMTypeRef type, int64_t value)
{
	bool flag = LLVMGetIntTypeWidth(type) == 1;

	return LLVMConstInt(type, (uint64_t)value, !flag);
}

static void weigh(LLVMValueRef i, const struct psr_profile_branch *b)
{
	LLVMContextRef ctx = LLVMGetTypeContext(LLVMTypeOf(i));
	LLVMTypeRef i32 = LLVMInt32TypeInContext(ctx);
	unsigned kind = LLVMGetMDKindIDInContext(ctx, "prof", 4);
	LLVMMetadataRef parts[] = {
	    LLVMMDStringInContext2(ctx, "branch_weights", 14),
	    LLVMValueAsMetadata(LLVMConstInt(i32, b->taken, false)),
	    LLVMValueAsMetadata(LLVMConstInt(i32, b->not_taken, false)),
	};

	if (!LLVMGetMetadata(i, kind))
		LLVMSetMetadata(i, kind,
				LLVMMetadataAsValue(
				    ctx, LLVMMDNodeInContext2(ctx, parts, 3)));
}

/*
 * B is in an innermost loop that may be vectorised: LLVM would not do so where
 * weights say that it has few iterations, or that the scalar code would rarely
 * run what is behind a condition; but which is faster is measured.
 */
static bool is_in_vectors(struct psr_fam *fam, LLVMValueRef f,
			  LLVMBasicBlockRef b)
{
	psr_loop l = psr_ext_loop_of(fam, f, b);

	return l && !psr_ext_loop_count(fam, f, l) &&
	       psr_ext_loop_vector(fam, f, l) == PSR_VECTOR_OK;
}

void psr_inputs_weigh(struct psr_fam *fam, const struct psr_nest *nest)
{
	const struct psr_profile_site *s = nest->profile;

	for (size_t b = 0; s && s->nbranches && b < nest->nblocks; b++) {
		LLVMValueRef i = LLVMGetBasicBlockTerminator(nest->blocks[b]);
		int n = psr_inputs_branch(i);

		if (n < 0 ||
		    is_in_vectors(fam, nest->function, nest->blocks[b]))
			continue;
		for (size_t k = 0; k < s->nbranches; k++)
			if (s->branches[k].branch == n)
				weigh(i, &s->branches[k]);
	}
}

void psr_inputs_locate(struct psr_nest *nest, LLVMValueRef call, size_t n)
{
	for (unsigned i = 0; i < nest->ninputs; i++) {
		nest->parameter[i] = -1;
		for (unsigned k = 0; k < n; k++)
			if (LLVMGetOperand(call, k) == nest->inputs[i])
				nest->parameter[i] = (int)k;
	}
}

int psr_inputs_branch(LLVMValueRef i)
{
	LLVMValueRef node, number = NULL;

	if (!LLVMIsABranchInst(i) || !LLVMIsConditional(i))
		return -1;
	node = LLVMGetMetadata(i, kind_of(i));
	if (!node || LLVMGetMDNodeNumOperands(node) != 1)
		return -1;
	LLVMGetMDNodeOperands(node, &number);
	return (int)LLVMConstIntGetZExtValue(number);
}

void psr_inputs_forget(LLVMModuleRef m)
{
	for (LLVMValueRef f = LLVMGetFirstFunction(m); f;
	     f = LLVMGetNextFunction(f))
		for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(f); b;
		     b = LLVMGetNextBasicBlock(b)) {
			LLVMValueRef i = LLVMGetBasicBlockTerminator(b);

			if (i && LLVMIsABranchInst(i))
				LLVMSetMetadata(i, kind_of(i), NULL);
		}
}
