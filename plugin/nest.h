/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* nest.h - one loop nest or annotated function, on its way to be a site.
 *
 * sites.c finds and judges it, identity.c names it, recipes.c chooses for it,
 * variants.c and dispatch.c change the code, remarks.c tells of it.
 */
#ifndef PSR_NEST_H
#define PSR_NEST_H

#include "llvm_ext.h"
#include "options.h"
#include "profile.h"
#include "psr/site.h"
#include "reasons.h"

#define PSR_BRANCHES 32

struct psr_features { /* counts are of the hottest innermost loop */
	unsigned instructions, loads, stores, flops, branches, calls;
	unsigned load_bytes, store_bytes;
	unsigned depth;        /* loops in the deepest chain */
	unsigned loops;        /* in the whole nest */
	unsigned vector_loops; /* innermost loops that can be vectorised */
	unsigned known_trips;  /* loops whose trip count is known on entry */
	unsigned size;         /* IR instructions of the whole nest */
	unsigned strided;      /* accesses that skip memory, of that loop */
	unsigned product_sums; /* innermost loops with a sum of products */
	unsigned accumulated;  /* its stores that each round around repeats */
	unsigned popcounts;    /* of that loop */
	unsigned recurrences;  /* header phis of the innermost loop */
	bool regular;          /* loops in loops, and all memory affine */
	uint64_t inner_trip;   /* of that loop, if constant; else 0 */
};

struct psr_nest {
	LLVMValueRef function;
	psr_loop loop;             /* NULL: the whole function */
	LLVMBasicBlockRef *blocks; /* owned; header first */
	size_t nblocks;
	enum psr_site_kind kind;
	enum psr_reason reason; /* PSR_REASON_NONE: a site */
	char *name;             /* owned: the function's name */
	char *file;             /* owned: source file */
	unsigned line;
	uint64_t id;
	uint32_t min_work;   /* for what is made at compile time */
	uint32_t least_work; /* to be dispatched */
	unsigned user_hints; /* enum psr_user_hints */
	struct psr_features features;
	unsigned ninputs, nbranches;     /* numbered: see inputs.h */
	LLVMValueRef inputs[PSR_INPUTS]; /* where the nest stands */
	int parameter[PSR_INPUTS];       /* of a variant; -1: none */
	enum psr_reason layout; /* why no memory of it may be packed */
	uint32_t strides;                /* set of inputs: see constant.h */
	const struct psr_profile_site *profile; /* NULL: nothing is known */
	bool has_index;     /* see prefetch.h */
	bool has_border;    /* see split.h */
	bool reads_between; /* see ifconv.h */
	bool one_object;    /* see noalias.h */
	bool only_constant; /* gains by constants, if by anything */
	bool gains_isa;     /* may gain by instructions and scheduling */
	bool only_isa;      /* or by these */
	bool only_parallel; /* others gain in the nests within */
	bool pinned;        /* see pin.h */
	bool repeated;      /* one of many that look alike in the function */
	bool has_small;       /* inline copies for small constant calls */
	unsigned nsmall;      /* how many it shall have */
	LLVMValueRef work;    /* i64 on entry; while code is changed */
	LLVMValueRef trip;    /* the innermost, likewise; NULL: constant */
	LLVMValueRef overflow; /* i1: work means nothing; NULL: it does */
	bool unbounded;       /* see psr_work_bounded() */
	bool at_most;         /* work may be far less */
	LLVMValueRef around;  /* see unswitch.h; or NULL */
	unsigned nrecipes;    /* variants to be made */
	unsigned ngranted;    /* of these, within the budget */
	unsigned ncandidates; /* recipes that apply, most promising first */
	unsigned recipes[PSR_RECIPES_MAX];
	enum psr_reason recipe_reason[PSR_RECIPES_MAX];
	enum psr_reason verify_reason; /* why its variants are not verified */
};

enum psr_user_hints {
	PSR_USER_VECTORIZE = 1 << 0,
	PSR_USER_INTERLEAVE = 1 << 1,
	PSR_USER_UNROLL = 1 << 2,
};

struct psr_nests { /* of one module, in program order */
	struct psr_nest *at;
	size_t n, allocated;
};

#endif
