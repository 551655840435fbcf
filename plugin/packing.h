/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* packing.h - the code that copies streams, and works on the copies. */
#ifndef PSR_PACKING_H
#define PSR_PACKING_H

#include "streams.h"

#define PSR_PACKING_LOOPS  8
#define PSR_PACKING_COPIES (2 * 3 * PSR_STREAMS_MAX) /* in and out, in strips  \
						      */

/* Of one variant. What is known on entry is layout.c's, the rest packing.c's.
 */
struct psr_packing {
	struct psr_streams s;
	LLVMContextRef ctx;
	LLVMTypeRef i1, i8, i64, ptr;
	LLVMBuilderRef b;
	LLVMValueRef condition; /* i1, on entry */
	struct {
		psr_loop loop;
		LLVMValueRef trips; /* i64, on entry */
		LLVMValueRef iv;    /* i64, in its header */
	} loops[PSR_PACKING_LOOPS];
	unsigned nloops;
	struct {
		LLVMTypeRef type;
		unsigned align;      /* of its elements where they are */
		LLVMValueRef start;  /* where they begin */
		LLVMValueRef step;   /* bytes to the next element */
		LLVMValueRef stride; /* bytes to the next row, or NULL */
		LLVMValueRef trips, rows;
		LLVMValueRef offset; /* in the block */
		LLVMValueRef packed; /* the copy */
		LLVMValueRef row;    /* of it, in the inner loop's preheader */
	} streams[PSR_STREAMS_MAX];
	LLVMValueRef bytes;     /* of all copies */
	LLVMValueRef block;     /* where they are */
	LLVMBasicBlockRef next; /* what new code is put in front of */
	LLVMBasicBlockRef
	    copies[PSR_PACKING_COPIES]; /* headers of loops of ours */
	unsigned ncopies;
};

/* L's index in loops, or nloops. */
unsigned psr_packing_loop(const struct psr_packing *e, psr_loop l);

/* The stub's function NAME, which may not be there. */
LLVMValueRef psr_packing_function(struct psr_packing *e, const char *name,
				  LLVMTypeRef type);

/*
 * Behind all guards, everything known on entry being so: makes the nest work on
 * copies. What was known of the function is forgotten.
 */
void psr_packing_emit(struct psr_packing *e);

#endif
