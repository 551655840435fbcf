/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* streams.h - the strided memory that a nest goes through again and again. */
#ifndef PSR_STREAMS_H
#define PSR_STREAMS_H

#include "llvm_ext.h"
#include "reasons.h"

#define PSR_STREAMS_MAX    8
#define PSR_ACCESSES_MAX   48
#define PSR_CONDITIONS_MAX 8
#define PSR_TESTS_MAX      32

/* With trip counts of at most PSR_TRIPS_MAX, and steps of at most
 * PSR_STEP_MAX bytes, no distance within a stream wraps. */
#define PSR_TRIPS_MAX (UINT64_C(1) << 30)
#define PSR_STEP_MAX  (UINT64_C(1) << 30)

#define PSR_PAGE 4096 /* bytes; no processor has smaller pages */

/* One load or store of the nest. */
struct psr_access {
	LLVMValueRef instruction;
	bool store;
	bool affine; /* AT is known, and every trip count around it */
	bool always; /* runs in every iteration, if the conditions hold */
	int stream;  /* that it belongs to, or -1 */
	struct psr_affine at;
};

/*
 * The elements of one size that accesses of one address reach: an array of
 * one or two dimensions, by the loops in which the address varies. In some
 * loop around these it does not: the same elements are met again.
 */
struct psr_stream {
	struct psr_affine at;
	int outer;      /* of at.loops, the rows' loop; -1: one dimension */
	unsigned inner; /* of at.loops, the elements' loop */
	/* Where its own accesses do not run always, one that does, to a part
	 * before (or BEHIND) it of the same structures; else -1. */
	int beside;
	bool behind;
	bool read, written;
};

struct psr_streams { /* of a nest in function F; valid while it is not changed
		      */
	struct psr_fam *fam;
	LLVMValueRef f, at; /* AT: values are known there, in front of NEST */
	psr_loop nest;
	struct psr_access accesses[PSR_ACCESSES_MAX];
	unsigned naccesses;
	struct psr_stream streams[PSR_STREAMS_MAX];
	unsigned n;
	/* What must hold on entry for every element to be met. */
	struct {
		LLVMValueRef value; /* i1, invariant */
		bool is;
	} conditions[PSR_CONDITIONS_MAX];
	unsigned nconditions;
	/* What must hold on entry: the stream's memory and the access's are
	 * apart. */
	struct {
		unsigned stream, access;
	} tests[PSR_TESTS_MAX];
	unsigned ntests;
};

/*
 * Finds the streams of NEST, of F, that are worth packing as far as its code
 * tells. AT is the end of the nest's preheader, or of F's entry where the nest
 * is all of F. Changes nothing. A reason: there is none.
 */
enum psr_reason psr_streams_find(struct psr_fam *fam, LLVMValueRef f,
				 psr_loop nest, LLVMValueRef at,
				 struct psr_streams *out);

/* How often L runs: most; where that varies, at least least. */
bool psr_streams_trips(const struct psr_streams *s, psr_loop l,
		       struct psr_ends *out);

/* L's trip count, about half way where it varies; NULL: not known. */
psr_scev psr_streams_rounds(const struct psr_streams *s, psr_loop l);

#endif
