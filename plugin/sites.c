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
 * advantage: some innermost loop is one that the loop vectorizer takes, or
 * strided memory can be packed, or loops are nested and so regular that another
 * order may be faster; the trip count of the whole is known on entry; and
 * copying it is sound.
 */
#include "sites.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "constant.h"
#include "identity.h"
#include "ifconv.h"
#include "inputs.h"
#include "ir.h"
#include "layout.h"
#include "noalias.h"
#include "pin.h"
#include "prefetch.h"
#include "refuse.h"
#include "shape.h"
#include "split.h"
#include "work.h"

#define NEST_MAX_SIZE  4000 /* IR instructions */
#define DEPTH_MAX      3    /* loops in a kernel's deepest chain */
#define REPEATED_DEPTH 8    /* from a value to what it is computed of */
#define LIGHT_SIZE     24   /* instructions */
#define HEAVY_WORK 65536 /* instructions of one run through scalar code */
#define ISA_SIZE       12   /* of what only other instructions may speed up */
#define THREADS_WORK   16   /* times the least work, to be shared out */
#define LEAST_PART     4    /* of it, what may gain enough to be dispatched */

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

/*
 * To be dispatched takes some ns: nothing of 4096 instructions. Of a quarter it
 * may be a twentieth, but many such nests gain half: the runtime learns which
 * do not, and leaves them alone (psr/site.h).
 */
static void set_work(struct psr_nest *nest)
{
	unsigned n = nest->features.instructions;
	unsigned work = n ? 4096 / n : 1024;

	nest->min_work = work < 32 ? 32 : work > 1024 ? 1024 : work;
	nest->least_work = 1 + nest->min_work / LEAST_PART;
	if (psr_options.min_work >= 0) {
		nest->min_work = psr_options.min_work
				     ? (uint32_t)psr_options.min_work
				     : 1;
		nest->least_work = nest->min_work;
	}
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
	const char *name = psr_ir_name(f, &n);

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
		enum psr_reason r = psr_refuse_block(fam, nest->function,
						     nest->blocks[i], true);

		if (r)
			return r;
		nest->features.size += psr_ir_size(nest->blocks[i]);
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

static bool swaps_buffers(psr_loop l)
{
	LLVMBasicBlockRef header = psr_ext_loop_header(l);

	for (LLVMValueRef i = LLVMGetFirstInstruction(header);
	     LLVMIsAPHINode(i); i = LLVMGetNextInstruction(i))
		if (is_swapped(l, i))
			return true;
	return false;
}

/* V is the same in each iteration of L, but for what memory holds. */
static bool is_repeated(psr_loop l, LLVMValueRef v, unsigned depth)
{
	if (psr_ext_loop_is_invariant(l, v))
		return true;
	if (!depth || LLVMIsAPHINode(v) || LLVMIsACallInst(v))
		return false;
	for (unsigned i = 0; i < (unsigned)LLVMGetNumOperands(v); i++)
		if (!is_repeated(l, LLVMGetOperand(v, i), depth - 1))
			return false;
	return true;
}

/* INNER goes over the same places in each iteration of L around it. */
static bool repeats(psr_loop l, psr_loop inner)
{
	for (size_t k = 0; k < psr_ext_loop_nblocks(inner); k++)
		for (LLVMValueRef i = LLVMGetFirstInstruction(
			 psr_ext_loop_block(inner, k));
		     i; i = LLVMGetNextInstruction(i))
			for (int o = 0; o < LLVMGetNumOperands(i); o++) {
				LLVMValueRef v = LLVMGetOperand(i, (unsigned)o);
				bool within =
				    LLVMIsAInstruction(v) &&
				    psr_ext_loop_contains(
					inner, LLVMGetInstructionParent(v));

				if (!within && !LLVMValueIsBasicBlock(v) &&
				    !is_repeated(l, v, REPEATED_DEPTH))
					return false;
			}
	return true;
}

/* Some loop in L goes over the same places in each iteration of it. */
static bool repeats_any(struct psr_fam *fam, LLVMValueRef f, psr_loop l)
{
	for (size_t i = 0; i < psr_ext_loop_count(fam, f, l); i++)
		if (repeats(l, psr_ext_loop_at(fam, f, l, i)))
			return true;
	return false;
}

/*
 * L repeats whole computations, as a loop over time steps does: it swaps
 * buffers, runs several nests in turn or a loop on the same places, or is
 * deeper than any kernel. One call would then be most of the program's run,
 * with nothing left to learn for, and of one size, whatever that of the nest.
 * But what can be packed gains by each round.
 */
static bool is_driver(struct psr_fam *fam, struct psr_nest *nest)
{
	LLVMValueRef f = nest->function;
	unsigned depth = nest->features.depth;
	size_t n = psr_ext_loop_count(fam, f, nest->loop);

	if (!n)
		return false;
	if (depth > DEPTH_MAX || swaps_buffers(nest->loop))
		return true;
	if (n > 1 && depth > 2)
		return nest->layout || repeats_any(fam, f, nest->loop);
	/* A single loop within may be too short to be chosen for itself. */
	return nest->layout && (n > 1 || depth > 2 || nest->only_isa) &&
	       repeats_any(fam, f, nest->loop);
}

/*
 * L, which is left to the nests within, goes over other places in each
 * iteration: these may be shared out to threads.
 */
static bool may_share_out(struct psr_fam *fam, const struct psr_nest *nest)
{
	return !swaps_buffers(nest->loop) &&
	       !repeats_any(fam, nest->function, nest->loop);
}

/*
 * What must not be reordered can still unroll, and what is around it be
 * vectorised, if the trip counts within turn out to be constant: to be counted.
 */
static bool may_be_constant(const struct psr_nest *nest)
{
	const struct psr_features *x = &nest->features;

	return x->depth > 1 && x->known_trips == x->loops && !x->inner_trip;
}

/* Calls functions that do who knows what, and have sites of their own. */
static bool has_calls(const struct psr_nest *nest)
{
	for (size_t i = 0; i < nest->nblocks; i++)
		for (LLVMValueRef x = LLVMGetFirstInstruction(nest->blocks[i]);
		     x; x = LLVMGetNextInstruction(x)) {
			bool reads, writes;

			if (LLVMIsACallInst(x) &&
			    psr_ext_touch(x, &reads, &writes) ==
				PSR_TOUCH_UNKNOWN)
				return true;
		}
	return false;
}

/*
 * Scalar code, too, may run a sixth faster with three-operand and bit
 * instructions, and scheduled otherwise.
 */
static bool may_gain_by_isa(const struct psr_nest *nest, enum psr_reason r)
{
	const struct psr_features *x = &nest->features;

	if (x->depth > 2 ||
	    (r != PSR_REASON_NO_VECTOR && r != PSR_REASON_FP_ORDER))
		return false;
	/* A sum in order waits for each addition, whatever the code. */
	return x->instructions >= ISA_SIZE ||
	       (x->flops && r == PSR_REASON_NO_VECTOR);
}

/* AArch64 has fused operations always, and vectorises sums in order. */
static bool is_fused_by_vectors(const struct psr_nest *nest)
{
	const char *target = LLVMGetTarget(LLVMGetGlobalParent(nest->function));

	return nest->features.product_sums && !strncmp(target, "aarch64", 7);
}

static enum psr_reason nest_reason(struct psr_fam *fam, struct psr_nest *nest)
{
	enum psr_reason r = PSR_REASON_FORM;
	LLVMValueRef at;
	psr_scev trip;

	if (psr_ext_never_runs(fam, nest->function,
			       psr_ext_loop_header(nest->loop)))
		return PSR_REASON_NEVER;
	if (psr_pins_is_other(nest->loop))
		return PSR_REASON_OTHER;
	if (psr_ext_loop_is_simple(nest->loop))
		r = contents_reason(fam, nest);
	if (!r)
		r = exit_reason(nest->loop);
	if (r)
		return r;
	at = LLVMGetBasicBlockTerminator(psr_ext_loop_preheader(nest->loop));
	if (psr_ext_trip(fam, nest->function, nest->loop, nest->loop, at,
			 PSR_OUTER_BUDGET, &trip) == PSR_TRIP_UNKNOWN)
		return PSR_REASON_TRIP;
	r = psr_shape_judge(fam, nest, nest->loop, 1);
	if (r == PSR_REASON_USER_HINT)
		return r;
	if (is_fused_by_vectors(nest))
		return PSR_REASON_FUSED_SUM;
	nest->features.regular = psr_shape_is_regular(fam, nest);
	nest->layout = r;
	if (r != PSR_REASON_COPY)
		psr_layout_judge(fam, nest);
	nest->has_index = r != PSR_REASON_COPY && psr_prefetch_judge(nest);
	/* A single scalar loop would gain too little to be dispatched. */
	nest->has_border = (!r || nest->features.depth > 1) &&
			   psr_split_judge(fam, nest);
	nest->reads_between = psr_ifconv_judge(fam, nest);
	nest->one_object = psr_noalias_is_one(nest);
	nest->features.known_trips =
	    psr_work_known_trips(fam, nest, nest->loop, at, PSR_INNER_BUDGET);
	/* What is called decides, and keeps little in registers. */
	if (r && has_calls(nest))
		return r;
	nest->gains_isa = may_gain_by_isa(nest, r);
	if (r && nest->layout && !nest->features.regular && !nest->has_index &&
	    !nest->has_border) {
		nest->only_constant =
		    r == PSR_REASON_FP_ORDER && may_be_constant(nest);
		nest->only_isa = nest->gains_isa;
		if (!nest->only_constant && !nest->only_isa)
			return r;
	}
	set_work(nest);
	if (is_driver(fam, nest)) {
		nest->only_parallel = may_share_out(fam, nest);
		if (nest->only_parallel && psr_options.min_work < 0) {
			nest->min_work *= THREADS_WORK;
			nest->least_work = nest->min_work;
		}
		return PSR_REASON_DRIVER;
	}
	return psr_work_is_small(fam, nest) ? PSR_REASON_SMALL
					    : PSR_REASON_NONE;
}

/* Whether the nests within one that failed for R may still qualify. */
static bool may_descend(const struct psr_nest *nest, enum psr_reason r)
{
	/* What has no loop to vectorise may have loops in loops, within. */
	if (r == PSR_REASON_NO_VECTOR || r == PSR_REASON_FP_ORDER ||
	    r == PSR_REASON_COPY)
		return nest->features.depth > 2;
	return r != PSR_REASON_SMALL && r != PSR_REASON_USER_HINT &&
	       r != PSR_REASON_NEVER && r != PSR_REASON_OTHER;
}

/*
 * Within a loop that is no site, only vectors of arithmetic or depth pay, or
 * such as are known to have enough to do.
 */
static bool is_light(const struct psr_nest *nest)
{
	const struct psr_features *x = &nest->features;

	if (x->depth > 1)
		return false;
	if (!x->vector_loops)
		return x->inner_trip * x->instructions < HEAVY_WORK;
	return !x->flops && !x->inner_trip && x->instructions < LIGHT_SIZE;
}

/* To what is known to pay, but not below the least. */
static void lower_work(struct psr_nest *nest, uint64_t pays)
{
	if (pays < nest->least_work)
		pays = nest->least_work;
	if (pays < nest->min_work)
		nest->min_work = (uint32_t)pays;
}

static void name_site(const struct psr_nests *all, struct psr_nest *nest)
{
	psr_identity_set(all, nest);
	nest->profile = psr_profile_find(nest->id);
	if (nest->profile && nest->profile->quick && psr_options.min_work < 0)
		lower_work(nest, nest->profile->pays);
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
	nest->reason = nest->only_parallel ? PSR_REASON_NONE : r;
	if (!nest->reason) {
		nest->pinned = psr_pins_has(l);
		name_site(out, nest);
		psr_inputs_number(nest);
		psr_constant_strides(fam, nest);
	}
	if (!r || outer || !may_descend(nest, r))
		return 0;
	for (size_t i = 0; !ret && i < psr_ext_loop_count(fam, f, l); i++)
		ret = find_in(fam, f, psr_ext_loop_at(fam, f, l, i),
			      r != PSR_REASON_DRIVER, outer, out);
	return ret;
}

static enum psr_reason whole_reason(struct psr_fam *fam, struct psr_nest *nest)
{
	LLVMValueRef f = nest->function;
	enum psr_reason r = psr_refuse_convention(f);

	for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(f); !r && b;
	     b = LLVMGetNextBasicBlock(b)) {
		r = psr_refuse_block(fam, f, b, false);
		nest->features.size += psr_ir_size(b);
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
			psr_shape_judge(fam, nest, l, 1);
	}
	set_work(nest);
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
	if (is_fused_by_vectors(nest)) {
		nest->reason = PSR_REASON_FUSED_SUM;
		return 0;
	}
	name_site(out, nest);
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
		reason = psr_refuse_function(f);
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

void psr_sites_cut(struct psr_nests *nests, size_t n)
{
	for (size_t i = n; i < nests->n; i++) {
		free(nests->at[i].blocks);
		free(nests->at[i].name);
		free(nests->at[i].file);
	}
	nests->n = n;
}

void psr_sites_free(struct psr_nests *nests)
{
	psr_sites_cut(nests, 0);
	free(nests->at);
	*nests = (struct psr_nests){0};
}
