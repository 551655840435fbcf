/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * unswitch.c - where a short nest stands in a loop, and its work is the same
 * in each of that loop's rounds, the question whether it is too little to be
 * dispatched has the same answer in all of them. So it is asked once, in front
 * of the loop, and where it is too little a copy of the loop runs that is as
 * clang has it (loop unswitching; Cocke, Allen: A catalogue of optimizing
 * transformations, 1971). A Fourier transform of 64 numbers asks 6 times
 * then, not 63 times, which were a tenth of its time.
 *
 * Legal: both copies do the same, whichever is taken.
 */
#include "unswitch.h"

#include <stdlib.h>

#include "ir.h"
#include "refuse.h"
#include "work.h"

#define SIZE_MAX_COPIED 96 /* instructions of the loop, with the nest */

static bool may_copy(struct psr_fam *fam, LLVMValueRef f, psr_loop l)
{
	size_t n = psr_ext_loop_nblocks(l), size = 0;

	if (!psr_ext_loop_is_simple(l) || !psr_ext_loop_preheader(l) ||
	    !psr_ext_loop_unique_exit(l))
		return false;
	for (size_t i = 0; i < n; i++) {
		LLVMBasicBlockRef b = psr_ext_loop_block(l, i);

		size += psr_ir_size(b);
		if (size > SIZE_MAX_COPIED || psr_refuse_block(fam, f, b, false))
			return false;
	}
	return true;
}

/* As many trip counts are known in front of L as in front of the nest. */
static bool is_work_known(struct psr_fam *fam, const struct psr_nest *nest,
			  psr_loop l)
{
	LLVMValueRef near = LLVMGetBasicBlockTerminator(
	    psr_ext_loop_preheader(nest->loop));
	LLVMValueRef far =
	    LLVMGetBasicBlockTerminator(psr_ext_loop_preheader(l));

	return psr_work_known_trips(fam, nest, nest->loop, far,
				    PSR_OUTER_BUDGET) ==
	       psr_work_known_trips(fam, nest, nest->loop, near,
				    PSR_OUTER_BUDGET);
}

static bool has_other(const struct psr_nest *nest, psr_loop l,
		      const struct psr_nest *first, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (&first[i] != nest && first[i].loop &&
		    (!first[i].reason || first[i].nsmall) &&
		    psr_ext_loop_contains(l, first[i].blocks[0]))
			return true;
	return false;
}

psr_loop psr_unswitch_loop(struct psr_fam *fam, const struct psr_nest *nest,
			   const struct psr_nest *first, size_t n)
{
	psr_loop l = nest->loop ? psr_ext_loop_parent(nest->loop) : NULL;

	if (!l || nest->nsmall || !may_copy(fam, nest->function, l) ||
	    has_other(nest, l, first, n) || !is_work_known(fam, nest, l))
		return NULL;
	return l;
}

/*
 * By what the dispatch will ask, which is not there yet. Until then both are to
 * be reached, and what is in between may come to be split.
 */
static LLVMValueRef branch(const struct psr_nest *nest,
			   const struct psr_clone *c)
{
	LLVMValueRef end = LLVMGetBasicBlockTerminator(c->before), small, out;
	LLVMTypeRef type = LLVMTypeOf(nest->work);
	LLVMBuilderRef b = LLVMCreateBuilderInContext(LLVMGetTypeContext(type));

	LLVMPositionBuilderBefore(b, end);
	LLVMSetCurrentDebugLocation2(b, LLVMInstructionGetDebugLoc(end));
	small = LLVMBuildICmp(b, LLVMIntULT, nest->work,
			      LLVMConstInt(type, nest->min_work, false),
			      "psr.small");
	out = LLVMBuildCondBr(b, small, c->copy, c->original);
	LLVMInstructionEraseFromParent(end);
	LLVMDisposeBuilder(b);
	return out;
}

void psr_unswitch_make(struct psr_nest *nest, psr_loop loop)
{
	size_t n = psr_ext_loop_nblocks(loop);
	LLVMBasicBlockRef *blocks = calloc(n, sizeof(LLVMBasicBlockRef));
	struct psr_clone clone;

	if (!blocks)
		abort(); /* as clang does when it has no memory */
	for (size_t i = 0; i < n; i++)
		blocks[i] = psr_ext_loop_block(loop, i);
	psr_ext_clone_nest(blocks, n, &clone);
	free(blocks);
	nest->around = branch(nest, &clone);
}
