/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* llvm_ext.h - what LLVM-C lacks, as plain C functions that decide nothing.
 *
 * Handles are LLVM's own objects; none is owned by the caller unless said.
 * Analyses are cached by LLVM for each function; psr_ext_forget() drops them
 * and with them every psr_loop of that function. Not thread-safe: a compiler
 * runs one module pass at a time.
 */
#ifndef PSR_LLVM_EXT_H
#define PSR_LLVM_EXT_H

#include <llvm-c/Comdat.h>
#include <llvm-c/Core.h>
#include <llvm-c/DebugInfo.h>
#include <llvm-c/Target.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct psr_fam; /* the analyses of functions */
typedef struct psr_opaque_loop *psr_loop;
typedef struct psr_opaque_scev *psr_scev;

/* ---- What the C side offers to LLVM and clang -------------------------- */

struct psr_key {              /* options.c */
	const char *name;     /* "psr-remarks" */
	const char *argument; /* "FILE"; NULL: needs none */
	const char *help;
};
extern const struct psr_key psr_keys[]; /* ends with a NULL name */

/* Returns NULL, or why the value is bad (one line, static buffer). */
const char *psr_options_set(const char *key, const char *value);

/* Probes, by which samples of a program count its blocks. */
enum psr_probes {
	PSR_PROBES_NONE,
	PSR_PROBES_HIDDEN, /* from all passes */
	PSR_PROBES_SHOWN,  /* to clang's first ones, which read such counts */
};
/* -fbasic-block-sections, which probes do not go with; -ffunction-sections. */
void psr_options_set_sections(bool of_blocks, bool of_functions);
enum psr_probes psr_options_probes(void);

/* Where the pass runs, for link-time optimisation. */
enum psr_phase {
	PSR_PHASE_WHOLE,     /* without it */
	PSR_PHASE_FULL,      /* the module is vectorised now, linked later */
	PSR_PHASE_THIN,      /* it is vectorised at the link, later */
	PSR_PHASE_THIN_LINK, /* at that link */
};

/* Runs the pass; returns whether M has changed. Locks out other threads. */
bool psr_module_run(LLVMModuleRef m, struct psr_fam *fam, enum psr_phase phase);

/*
 * What is left to do with F when all passes have run: short loops that go round
 * often, in variants or says a profile, are to begin a line of the cache.
 * Returns whether any.
 */
bool psr_module_finish(struct psr_fam *fam, LLVMValueRef f);

/* Attribute of variants whose aligned vector stores go around the caches. */
#define PSR_NONTEMPORAL "psr-nontemporal"

/* F is a variant, to be vectorised even where clang vectorises nothing. */
bool psr_variant_is(LLVMValueRef f);

/*
 * llvm_probes.cpp. Whether samples say how often F was entered; drops that, and
 * returns whether they did. Of B's instructions samples count nothing; WEIGHTS:
 * drops how B's branches went.
 */
bool psr_ext_has_entries(LLVMValueRef f);
bool psr_ext_forget_entries(LLVMValueRef f);
void psr_ext_forget_probes(LLVMBasicBlockRef b, bool weights);

/* ---- Analyses ----------------------------------------------------------- */

void psr_ext_forget(struct psr_fam *fam, LLVMValueRef f);

/* Brings F's loops into simplified form; true if something changed. */
bool psr_ext_simplify_loops(struct psr_fam *fam, LLVMValueRef f);
bool psr_ext_has_loops(struct psr_fam *fam, LLVMValueRef f);

/* The I-th loop in program order of F (PARENT NULL) or within PARENT. */
size_t psr_ext_loop_count(struct psr_fam *fam, LLVMValueRef f, psr_loop parent);
psr_loop psr_ext_loop_at(struct psr_fam *fam, LLVMValueRef f, psr_loop parent,
			 size_t i);
/* The innermost loop around B, or NULL. */
psr_loop psr_ext_loop_of(struct psr_fam *fam, LLVMValueRef f,
			 LLVMBasicBlockRef b);

LLVMBasicBlockRef psr_ext_loop_header(psr_loop l);
LLVMBasicBlockRef psr_ext_loop_preheader(psr_loop l);   /* or NULL */
LLVMBasicBlockRef psr_ext_loop_unique_exit(psr_loop l); /* or NULL */
LLVMBasicBlockRef psr_ext_loop_latch(psr_loop l);       /* or NULL */
LLVMBasicBlockRef psr_ext_loop_exiting(psr_loop l); /* the only one, or NULL */
psr_loop psr_ext_loop_parent(psr_loop l);           /* or NULL */
bool psr_ext_loop_is_simple(psr_loop l);            /* form, dedicated exits */
bool psr_ext_loop_contains(psr_loop l, LLVMBasicBlockRef b);
/* Every cycle in L is a loop, with one block that it is entered by. */
bool psr_ext_loop_is_reducible(struct psr_fam *fam, LLVMValueRef f, psr_loop l);
bool psr_ext_loop_is_invariant(psr_loop l, LLVMValueRef v);
size_t psr_ext_loop_nblocks(psr_loop l);
LLVMBasicBlockRef psr_ext_loop_block(psr_loop l, size_t i);
unsigned psr_ext_loop_line(psr_loop l); /* 0: unknown */
bool psr_ext_loop_has_hint(psr_loop l, const char *name);
int psr_ext_loop_hint(psr_loop l, const char *name); /* its value, or 0 */
void psr_ext_loop_set_hint(psr_loop l, const char *name, unsigned value);
/* Those whose names begin with PREFIX. */
void psr_ext_loop_drop_hints(psr_loop l, const char *prefix);

enum psr_vector {
	PSR_VECTOR_OK,
	PSR_VECTOR_OFF,      /* the user's own hints say no */
	PSR_VECTOR_ILLEGAL,  /* dependences, phis, calls, ... */
	PSR_VECTOR_FP_ORDER, /* would reorder exact arithmetic */
};

/* What the loop vectorizer says of the innermost loop L, costs aside. */
enum psr_vector psr_ext_loop_vector(struct psr_fam *fam, LLVMValueRef f,
				    psr_loop l);

/* A profile says that L goes round fewer than ROUNDS times. */
bool psr_ext_loop_is_short(psr_loop l, unsigned rounds);

/* It says that L goes round ROUNDS times or more. */
bool psr_ext_loop_is_long(psr_loop l, unsigned rounds);

/* It says ROUNDS from now on; L's branches stay as likely. Returns whether it
 * does. */
bool psr_ext_loop_lengthen(psr_loop l, unsigned rounds);

enum psr_trip {
	PSR_TRIP_UNKNOWN,
	PSR_TRIP_KNOWN,
	PSR_TRIP_AVERAGE,
	PSR_TRIP_MOST
};

/*
 * L's iterations each time it is entered, as a 64-bit expression of values
 * that live at AT; PSR_TRIP_AVERAGE: its value half way where it varies
 * within NEST; PSR_TRIP_MOST: as if in steps of 1, where only the program knows
 * the step.
 */
enum psr_trip psr_ext_trip(struct psr_fam *fam, LLVMValueRef f, psr_loop l,
			   psr_loop nest, LLVMValueRef at, unsigned budget,
			   psr_scev *out);
#define PSR_ENDS_STEP (UINT64_C(1) << 16)

/*
 * L's iterations where they grow or shrink by a constant, PSR_ENDS_STEP at
 * most, with each iteration of a loop AROUND it: the least and the most, which
 * there are in its first or last iteration, as signed 64-bit expressions of
 * values that live at AT. They are right if both are positive and, like the
 * iterations of AROUND, at most 2^30.
 */
struct psr_ends {
	psr_loop around;
	psr_scev least, most;
};
bool psr_ext_trip_ends(struct psr_fam *fam, LLVMValueRef f, psr_loop l,
		       psr_loop nest, LLVMValueRef at, unsigned budget,
		       struct psr_ends *out);
/*
 * A guess, of LEAST or more, where that is unknown: as L's bounds come of what
 * the nest itself loads, which counts as 0; or as L may end before its bounds,
 * half way. False: nothing else is known of it.
 */
bool psr_ext_trip_guess(struct psr_fam *fam, LLVMValueRef f, psr_loop l,
			psr_loop nest, LLVMValueRef at, unsigned budget,
			unsigned least, psr_scev *out);
/*
 * V, an integer, is START + STEP * k in L's iteration k; START of values that
 * live in front of L, and of V's type; STEP from 1 to PSR_ENDS_STEP.
 */
struct psr_counter {
	psr_scev start;
	uint64_t step;
	bool may_wrap; /* with signs, as far as is known */
};
bool psr_ext_counts(struct psr_fam *fam, LLVMValueRef f, LLVMValueRef v,
		    psr_loop l, unsigned budget, struct psr_counter *out);
/* L's iterations are known when it is entered, but by a division, say. */
bool psr_ext_trip_is_costly(struct psr_fam *fam, LLVMValueRef f, psr_loop l);
bool psr_ext_scev_constant(psr_scev s, uint64_t *value);
uint64_t psr_ext_scev_max(struct psr_fam *fam, LLVMValueRef f, psr_scev s);
bool psr_ext_scev_is_safe(struct psr_fam *fam, LLVMValueRef f, psr_scev s,
			  LLVMValueRef at);
/* Of the expression's own type. */
LLVMValueRef psr_ext_scev_expand(struct psr_fam *fam, LLVMValueRef f,
				 psr_scev s, LLVMValueRef at);

enum psr_touch {
	PSR_TOUCH_NONE,    /* no memory that the program sees */
	PSR_TOUCH_KNOWN,   /* what psr_ext_span describes */
	PSR_TOUCH_UNKNOWN, /* anything */
};

#define PSR_SPAN_TERMS 4

/*
 * The bytes [low, high) behind BASE that one access touches in F's run, or in
 * an iteration of a loop: of the K-th one, STRIDE * K further on.
 */
struct psr_span {
	LLVMValueRef base; /* lives at F's entry */
	psr_scev low, high;
	psr_scev stride; /* NULL: the same bytes in each iteration */
	/* They hold if each trips[i] (of a loop, less 1) and steps[i] (in
	 * bytes) is so small that no product or sum of them wraps. */
	psr_scev trips[PSR_SPAN_TERMS], steps[PSR_SPAN_TERMS];
	unsigned nterms;
};

/* Does I touch memory, and in which ways? */
enum psr_touch psr_ext_touch(LLVMValueRef i, bool *reads, bool *writes);

/*
 * What I, of KNOWN touch, reads or WRITES: over all iterations of all loops
 * around it, by affine address computations whose terms are known at F's
 * entry. False: not so. Touches that never happen may be counted in.
 */
bool psr_ext_span(struct psr_fam *fam, LLVMValueRef f, LLVMValueRef i,
		  bool writes, struct psr_span *out);
/*
 * The same of an iteration of L. With a MODULUS, low and high are without the
 * terms whose step is a multiple of it.
 */
bool psr_ext_span_of(struct psr_fam *fam, LLVMValueRef f, psr_loop l,
		     psr_scev modulus, LLVMValueRef i, bool writes,
		     struct psr_span *out);
/*
 * What A reads or writes, in one iteration of a loop, may be what B does, in
 * the same or another one, as far as is known of their objects and types; and
 * of `restrict`, if its SCOPES outlive an iteration.
 */
bool psr_ext_may_share(struct psr_fam *fam, LLVMValueRef f, bool scopes,
		       LLVMValueRef a, bool a_writes, LLVMValueRef b,
		       bool b_writes);
bool psr_ext_keeps_scopes(psr_loop l);
/* L's iterations, less 1, as an i64 known at F's entry; NULL: not so. */
psr_scev psr_ext_trips_less_1(struct psr_fam *fam, LLVMValueRef f, psr_loop l);

/* The lesser, or greater, of two signed expressions. */
psr_scev psr_ext_scev_extreme(struct psr_fam *fam, LLVMValueRef f, psr_scev a,
			      psr_scev b, bool greater);
/* NULL: pointers into what may be two objects. */
psr_scev psr_ext_scev_minus(struct psr_fam *fam, LLVMValueRef f, psr_scev a,
			    psr_scev b);
/* A is B times something, by its form; by a small constant, told in TIMES. */
bool psr_ext_scev_multiple(struct psr_fam *fam, LLVMValueRef f, psr_scev a,
			   psr_scev b);
bool psr_ext_scev_times(struct psr_fam *fam, LLVMValueRef f, psr_scev a,
			psr_scev b, int *times);

#define PSR_AFFINE_LOOPS 4

/* An address: START, plus of each loop its iterations so far times its step. */
struct psr_affine {
	psr_scev start; /* a pointer */
	psr_loop
	    loops[PSR_AFFINE_LOOPS]; /* around the access, outermost first */
	psr_scev steps[PSR_AFFINE_LOOPS]; /* in bytes; NULL: does not vary */
	unsigned depth;
	uint64_t bytes; /* that are loaded or stored */
};

/*
 * The address of ACCESS, a load or store within NEST, of values that live at
 * AT, in front of it. False: it is no such sum, or the loops are too many.
 */
bool psr_ext_affine(struct psr_fam *fam, LLVMValueRef f, psr_loop nest,
		    LLVMValueRef access, LLVMValueRef at,
		    struct psr_affine *out);
/* B - A, where that is a constant. */
bool psr_ext_scev_distance(struct psr_fam *fam, LLVMValueRef f, psr_scev a,
			   psr_scev b, int64_t *out);

/* From the address of A, a load or store, to B's, where that is a constant. */
bool psr_ext_distance(struct psr_fam *fam, LLVMValueRef f, LLVMValueRef a,
		      LLVMValueRef b, int64_t *out);

/*
 * Moves I to the end of AT, where it may run more often than it did: what its
 * flags and metadata say of the cases that it was for is dropped.
 */
void psr_ext_hoist(LLVMValueRef i, LLVMBasicBlockRef at);

/*
 * The objects that A and B, loads or stores within NEST, point into may be the
 * same one; BY_TYPE: and their types leave it open, too.
 */
bool psr_ext_may_meet(struct psr_fam *fam, LLVMValueRef f, psr_loop nest,
		      LLVMValueRef a, LLVMValueRef b, bool by_type);

bool psr_ext_dominates(struct psr_fam *fam, LLVMValueRef f, LLVMBasicBlockRef a,
		       LLVMBasicBlockRef b);
/* The block that leads to B if it is the only one that does; else NULL. */
LLVMBasicBlockRef psr_ext_predecessor(LLVMBasicBlockRef b);

/* The one object that pointer V points into, or NULL where not known. */
LLVMValueRef psr_ext_base(LLVMValueRef v);
/* A noalias argument, alloca or fresh allocation never captured by F. */
bool psr_ext_base_is_private(LLVMValueRef base);
/* Two such objects that are not one lie apart. */
bool psr_ext_base_is_object(LLVMValueRef base);
/*
 * F follows no pointer that it found in memory, and calls nothing that might:
 * all it touches is its parameters', its own, or variables with names.
 */
bool psr_ext_touches_parameters_only(LLVMValueRef f);

struct psr_facts {
	bool noundef, nonnull;
	uint64_t align, dereferenceable;
};
void psr_ext_facts(LLVMValueRef v, struct psr_facts *out);

/* The module has an instrumented run's profile, in which B never ran. */
bool psr_ext_never_runs(struct psr_fam *fam, LLVMValueRef f,
			LLVMBasicBlockRef b);
bool psr_ext_may_throw(LLVMValueRef instruction);
bool psr_ext_is_vector_call(struct psr_fam *fam, LLVMValueRef f,
			    LLVMValueRef call);
/* CALL is of the C library's sqrt or sqrtf, and may set errno. */
bool psr_ext_is_square_root(struct psr_fam *fam, LLVMValueRef f,
			    LLVMValueRef call);
/* What such a CALL writes nothing in L touches but others of them. */
bool psr_ext_is_unseen(struct psr_fam *fam, LLVMValueRef f, psr_loop l,
		       LLVMValueRef call);
bool psr_ext_subtarget_has(const char *triple, const char *cpu,
			   const char *features, const char *wanted);
/* 0 default, else enum CodeModel + 1. */
unsigned psr_ext_code_model(LLVMModuleRef m);
bool psr_ext_has_block_address(LLVMValueRef f);
uint64_t psr_ext_hash_double(LLVMValueRef constant);

/* ---- Changes ------------------------------------------------------------ */

void psr_ext_form_lcssa(struct psr_fam *fam, LLVMValueRef f, psr_loop l);

struct psr_clone {
	LLVMBasicBlockRef before;   /* ends in a branch to ORIGINAL */
	LLVMBasicBlockRef original; /* new preheader of the original */
	LLVMBasicBlockRef copy;     /* preheader of the copy, unreachable */
	LLVMBasicBlockRef exit;     /* the unique exit block of both */
};

/*
 * Copies the nest of BLOCKS (header first; simplified, LCSSA, with a unique
 * exit block) and writes the copy's blocks over BLOCKS.
 */
void psr_ext_clone_nest(LLVMBasicBlockRef *blocks, size_t n,
			struct psr_clone *out);

/*
 * Moves BLOCKS to a new internal function "F.SUFFIX", which returns true.
 * *CALL is the call left in their place. NULL when they cannot be moved;
 * nothing has changed then.
 */
LLVMValueRef psr_ext_extract(LLVMBasicBlockRef *blocks, size_t n,
			     const char *suffix, LLVMValueRef *call,
			     size_t *ninputs);

/* In the symbol table and in the debug information. */
void psr_ext_rename(LLVMValueRef f, const char *name);
/* To a debugger, F is called as ORIGIN is in the source, with SUFFIX. */
void psr_ext_call_after(LLVMValueRef f, LLVMValueRef origin,
			const char *suffix);
LLVMValueRef psr_ext_clone_function(LLVMValueRef f, const char *name);
/*
 * F again, in front of it, internal and without debug information, for the same
 * machine code: that depends on the order of uses, which other copies lack.
 */
LLVMValueRef psr_ext_clone_plain(LLVMValueRef f, const char *name);
/* Functions of a section are emitted in the module's order. */
void psr_ext_move_before(LLVMValueRef f, LLVMValueRef g);
/* Keeps F, to which nothing that passes see refers. */
void psr_ext_keep(LLVMValueRef f);
/* Something has B's address. */
bool psr_ext_has_address(LLVMBasicBlockRef b);
/* The same with parameters of N more types at the end. */
LLVMValueRef psr_ext_clone_longer(LLVMValueRef f, const LLVMTypeRef *types,
				  size_t n, const char *name);
/* F, which nothing refers to, and what is known of it. */
void psr_ext_delete_function(struct psr_fam *fam, LLVMValueRef f);
/*
 * What clang does with a function before it vectorises, until no loop goes. The
 * entry has no effects afterwards: a guard may be put at its end.
 */
void psr_ext_simplify(struct psr_fam *fam, LLVMValueRef f);
/* Puts the code of the function that CALL calls in its place. */
bool psr_ext_inline(LLVMValueRef call);
void psr_ext_drop_unreachable(LLVMValueRef f);
/* Splits B before I; returns the block that starts with I. */
LLVMBasicBlockRef psr_ext_split(LLVMBasicBlockRef b, LLVMValueRef before);
void psr_ext_no_sanitize(LLVMValueRef global);
void psr_ext_copy_call_attributes(LLVMValueRef f, LLVMValueRef call);

/* ---- LLVM's passes on one function (llvm_passes.cpp) --------------------- */

/*
 * Runs PASSES, a pipeline in opt's words, on F, and forgets what was known of
 * it. False: there is no such pipeline.
 */
bool psr_ext_run(struct psr_fam *fam, LLVMValueRef f, const char *passes);

struct psr_setting { /* of a command-line option of LLVM's */
	const char *name, *value;
};

bool psr_ext_has_polly(void);
/* The user has given it. */
bool psr_ext_option_is_set(const char *name);
/*
 * The same with Polly's passes, under SETTINGS (up to one without a name); an
 * option that the user has set stays as it is. Polly's blocks have names.
 */
bool psr_ext_run_polly(struct psr_fam *fam, LLVMValueRef f, const char *passes,
		       const struct psr_setting *settings);

/* BRANCH's I-th way leads to TO, which has no phi; drops unreachable blocks. */
void psr_ext_redirect(LLVMValueRef branch, unsigned i, LLVMBasicBlockRef to);

/* Whatever the iterations, the loads or stores A and B never meet. */
bool psr_ext_apart(struct psr_fam *fam, LLVMValueRef f, LLVMValueRef a,
		   LLVMValueRef b);

/* The load or store moves by constant steps with each loop of NEST. */
bool psr_ext_is_affine(struct psr_fam *fam, LLVMValueRef f, LLVMValueRef access,
		       psr_loop nest);
/* How often L runs is known when it is entered. */
bool psr_ext_has_trip(struct psr_fam *fam, LLVMValueRef f, psr_loop l);

/* What PHI, in L's header, grows by in each iteration; NULL: by no rule. */
psr_scev psr_ext_phi_step(struct psr_fam *fam, LLVMValueRef f, LLVMValueRef phi,
			  psr_loop l);

struct psr_walk { /* a load or store in a loop within another */
	psr_scev address; /* of equal accesses the same */
	psr_scev start;   /* where both loops are entered */
	psr_scev outer_step, inner_step;
	uint64_t bytes;
};

/* How ACCESS moves with OUTER and, within, INNER (NULL: none). False: it is
 * not affine, or its steps vary. */
bool psr_ext_walk(struct psr_fam *fam, LLVMValueRef f, LLVMValueRef access,
		  psr_loop outer, psr_loop inner, struct psr_walk *out);

#ifdef __cplusplus
}
#endif
#endif
