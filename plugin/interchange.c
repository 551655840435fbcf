/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * interchange.c - the inner loop outside, for blocks of the outer one.
 *
 *     for j:                          for block of j:
 *         FORE                            for j in block: FORE; s[j] = start
 *         s = start                       for k:
 *         for k:                =>            for j in block:
 *             BODY: s = f(s)                      BODY: s[j] = f(s[j])
 *         AFT(s)                          for j in block: AFT(s[j])
 *
 * Loop interchange with the scalars in its way expanded to small arrays (Allen
 * and Kennedy, Optimizing Compilers for Modern Architectures, 2001, chapter 5):
 * a matrix product written by its definition walks down the columns of one
 * factor and waits for every addition; afterwards it goes along the rows, and
 * the sums of a block are a vector. Four rounds of k are done at once, so that
 * s[j] is loaded and stored once for four.
 *
 * Legal: each j sees its own operations in their order: FORE, BODY for each k
 * in turn, AFT. In memory, iterations of j may run side by side (order.c), for
 * of two accesses of one place either k is the same, and then j is in order, or
 * j is, and then k. What FORE computes is computed again where it is needed:
 * it stores nothing, and what it loads no BODY stores to. Nothing but the
 * sums is carried by j or leaves the loops.
 *
 * What is new is made of clones; the old loops become unreachable.
 */
#include "interchange.h"

#include <string.h>

#include "extent.h"
#include "ir.h"
#include "order.h"
#include "work.h"

#define SUMS_MAX   4
#define PHIS_MAX   8
#define CHAIN_MAX  8 /* blocks in FORE or AFT */
#define PAIRS_MAX  8
#define CLONES_MAX 256
#define ROUNDS     4

struct phi { /* of an induction: start + step * n */
	LLVMValueRef phi, start, step;
};

struct sum { /* carried by the inner loop */
	LLVMValueRef phi, start, next, array;
};

struct pair {
	struct psr_fam *fam;
	LLVMValueRef f;
	psr_loop outer, inner;
	LLVMBasicBlockRef before, body, exit;
	LLVMBasicBlockRef fore[CHAIN_MAX], aft[CHAIN_MAX];
	unsigned nfore, naft;
	struct phi outer_phis[PHIS_MAX], inner_phis[PHIS_MAX];
	unsigned nouter, ninner;
	struct sum sums[SUMS_MAX];
	unsigned nsums;
	psr_scev outer_trip, inner_trip;
	LLVMValueRef outer_trips, inner_trips; /* i64, in BEFORE */
	bool has_ends;                         /* FORE or AFT do something */
	unsigned block;
	/* While code is made: */
	LLVMContextRef ctx;
	LLVMTypeRef i64;
	LLVMBuilderRef b;
	LLVMValueRef from[CLONES_MAX], to[CLONES_MAX];
	unsigned nclones;
};

/* ---- Is it such a pair? -------------------------------------------------- */

static bool is_in(psr_loop l, LLVMValueRef v)
{
	return LLVMIsAInstruction(v) &&
	       psr_ext_loop_contains(l, LLVMGetInstructionParent(v));
}

/* The only way from B, or NULL. */
static LLVMBasicBlockRef next_block(LLVMBasicBlockRef b)
{
	LLVMValueRef end = LLVMGetBasicBlockTerminator(b);

	return LLVMIsABranchInst(end) && !LLVMIsConditional(end)
		   ? LLVMGetSuccessor(end, 0)
		   : NULL;
}

/* The blocks from B to the one in front of END, or up to the latch. */
static bool chain(LLVMBasicBlockRef b, LLVMBasicBlockRef end,
		  LLVMBasicBlockRef last, LLVMBasicBlockRef *out, unsigned *n)
{
	for (*n = 0; b && b != end; b = b == last ? NULL : next_block(b)) {
		if (*n == CHAIN_MAX)
			return false;
		out[(*n)++] = b;
	}
	return *n && b == end;
}

static bool find_blocks(struct pair *p)
{
	LLVMBasicBlockRef latch = psr_ext_loop_latch(p->outer);

	p->before = psr_ext_loop_preheader(p->outer);
	p->exit = psr_ext_loop_unique_exit(p->outer);
	if (!p->before || !p->exit || !latch ||
	    psr_ext_loop_nblocks(p->inner) != 1 ||
	    !psr_ext_loop_unique_exit(p->inner) ||
	    LLVMIsAPHINode(LLVMGetFirstInstruction(p->exit)))
		return false;
	p->body = psr_ext_loop_header(p->inner);
	return chain(psr_ext_loop_header(p->outer), p->body, NULL, p->fore,
		     &p->nfore) &&
	       chain(psr_ext_loop_unique_exit(p->inner), NULL, latch, p->aft,
		     &p->naft) &&
	       p->aft[p->naft - 1] == latch &&
	       psr_ext_loop_nblocks(p->outer) == p->nfore + 1 + p->naft;
}

static LLVMValueRef incoming(psr_loop l, LLVMValueRef phi, bool from_within)
{
	unsigned n = LLVMCountIncoming(phi);

	for (unsigned i = 0; i < n; i++)
		if (psr_ext_loop_contains(l, LLVMGetIncomingBlock(phi, i)) ==
		    from_within)
			return LLVMGetIncomingValue(phi, i);
	return NULL;
}

/* The value of STEP as PHI's type has it, where it is known so early. */
static LLVMValueRef step_value(struct pair *p, LLVMValueRef phi, psr_scev step)
{
	LLVMTypeRef type = LLVMTypeOf(phi);
	LLVMValueRef end = LLVMGetBasicBlockTerminator(p->before);
	bool is_int = LLVMGetTypeKind(type) == LLVMIntegerTypeKind;
	uint64_t value;

	if (psr_ext_scev_constant(step, &value))
		return LLVMConstInt(is_int ? type : p->i64, value, false);
	if ((is_int && LLVMGetIntTypeWidth(type) != 64) ||
	    !psr_ext_scev_is_safe(p->fam, p->f, step, end))
		return NULL;
	return psr_ext_scev_expand(p->fam, p->f, step, end);
}

static bool add_induction(struct pair *p, psr_loop l, LLVMValueRef phi,
			  struct phi *out, unsigned *n)
{
	psr_scev step = psr_ext_phi_step(p->fam, p->f, phi, l);
	struct phi made = {phi, incoming(l, phi, false), NULL};

	if (!step || *n == PHIS_MAX || is_in(p->outer, made.start))
		return false;
	made.step = step_value(p, phi, step);
	out[(*n)++] = made;
	return made.step != NULL;
}

static bool add_sum(struct pair *p, LLVMValueRef phi)
{
	if (p->nsums == SUMS_MAX)
		return false;
	p->sums[p->nsums++] = (struct sum){
	    .phi = phi,
	    .start = incoming(p->inner, phi, false),
	    .next = incoming(p->inner, phi, true),
	};
	return true;
}

static bool find_phis(struct pair *p)
{
	for (LLVMValueRef i =
		 LLVMGetFirstInstruction(psr_ext_loop_header(p->outer));
	     LLVMIsAPHINode(i); i = LLVMGetNextInstruction(i))
		if (!add_induction(p, p->outer, i, p->outer_phis, &p->nouter))
			return false;
	for (LLVMValueRef i = LLVMGetFirstInstruction(p->body);
	     LLVMIsAPHINode(i); i = LLVMGetNextInstruction(i))
		if (psr_ext_phi_step(p->fam, p->f, i, p->inner)
			? !add_induction(p, p->inner, i, p->inner_phis,
					 &p->ninner)
			: !add_sum(p, i))
			return false;
	return true;
}

static int sum_by_next(const struct pair *p, LLVMValueRef next)
{
	for (unsigned i = 0; i < p->nsums; i++)
		if (p->sums[i].next == next)
			return (int)i;
	return -1;
}

/* All that AFT takes from BODY are last values of sums, by phis. */
static bool takes_only_sums(struct pair *p)
{
	for (unsigned k = 0; k < p->naft; k++)
		for (LLVMValueRef i = LLVMGetFirstInstruction(p->aft[k]); i;
		     i = LLVMGetNextInstruction(i)) {
			int n = LLVMGetNumOperands(i);

			if (LLVMIsAPHINode(i)) {
				if (LLVMCountIncoming(i) != 1 ||
				    (is_in(p->inner,
					   LLVMGetIncomingValue(i, 0)) &&
				     sum_by_next(p, LLVMGetIncomingValue(
							i, 0)) < 0))
					return false;
				continue;
			}
			while (--n >= 0)
				if (is_in(p->inner,
					  LLVMGetOperand(i, (unsigned)n)))
					return false;
		}
	return true;
}

/* What leaves the outer loop, or phis within FORE, are not dealt with. */
static bool stays_within(struct pair *p, LLVMBasicBlockRef b)
{
	LLVMBasicBlockRef header = psr_ext_loop_header(p->outer);

	for (LLVMValueRef i = LLVMGetFirstInstruction(b); i;
	     i = LLVMGetNextInstruction(i)) {
		if (LLVMIsAPHINode(i) && b != header && b != p->body &&
		    b != p->aft[0])
			return false;
		for (LLVMUseRef u = LLVMGetFirstUse(i); u;
		     u = LLVMGetNextUse(u))
			if (!is_in(p->outer, LLVMGetUser(u)))
				return false;
	}
	return true;
}

/* BODY stores, FORE loads: then FORE cannot be computed again later. */
static bool may_repeat(struct pair *p)
{
	bool loads = false, stores = false, reads, writes;

	for (unsigned k = 0; k < p->nfore; k++)
		for (LLVMValueRef i = LLVMGetFirstInstruction(p->fore[k]); i;
		     i = LLVMGetNextInstruction(i)) {
			psr_ext_touch(i, &reads, &writes);
			if (LLVMIsAStoreInst(i))
				return false;
			loads = loads || LLVMIsALoadInst(i);
		}
	for (LLVMValueRef i = LLVMGetFirstInstruction(p->body); i;
	     i = LLVMGetNextInstruction(i))
		stores = stores || LLVMIsAStoreInst(i);
	for (unsigned k = 0; k < p->naft; k++)
		for (LLVMValueRef i = LLVMGetFirstInstruction(p->aft[k]); i;
		     i = LLVMGetNextInstruction(i))
			if (LLVMIsAStoreInst(i) || LLVMIsALoadInst(i))
				p->has_ends = true;
	p->has_ends = p->has_ends || p->nsums;
	return !loads || !stores;
}

static bool find_trips(struct pair *p)
{
	LLVMValueRef end = LLVMGetBasicBlockTerminator(p->before);

	return psr_ext_trip(p->fam, p->f, p->outer, p->outer, end,
			    PSR_OUTER_BUDGET,
			    &p->outer_trip) == PSR_TRIP_KNOWN &&
	       psr_ext_trip(p->fam, p->f, p->inner, p->inner, end,
			    PSR_OUTER_BUDGET,
			    &p->inner_trip) == PSR_TRIP_KNOWN;
}

static bool is_pair(struct pair *p)
{
	if (!find_blocks(p) || !find_trips(p) || !find_phis(p) ||
	    !takes_only_sums(p) || !may_repeat(p))
		return false;
	for (unsigned k = 0; k < p->nfore; k++)
		if (!stays_within(p, p->fore[k]))
			return false;
	for (unsigned k = 0; k < p->naft; k++)
		if (!stays_within(p, p->aft[k]))
			return false;
	return stays_within(p, p->body);
}

/* ---- Clones -------------------------------------------------------------- */

static void map(struct pair *p, LLVMValueRef from, LLVMValueRef to)
{
	p->from[p->nclones] = from;
	p->to[p->nclones++] = to;
}

static LLVMValueRef mapped(const struct pair *p, LLVMValueRef v)
{
	for (unsigned i = p->nclones; i-- > 0;)
		if (p->from[i] == v)
			return p->to[i];
	return v;
}

/* Says less than it did: scopes of aliasing are those of one iteration. */
static void drop_scopes(struct pair *p, LLVMValueRef i)
{
	static const char *const names[] = {"noalias", "alias.scope"};

	for (size_t k = 0; k < sizeof(names) / sizeof(*names); k++)
		LLVMSetMetadata(i,
				LLVMGetMDKindIDInContext(
				    p->ctx, names[k],
				    (unsigned)strlen(names[k])),
				NULL);
}

static void clone_block(struct pair *p, LLVMBasicBlockRef b, bool stores)
{
	for (LLVMValueRef i = LLVMGetFirstInstruction(b);
	     i && !LLVMIsATerminatorInst(i); i = LLVMGetNextInstruction(i)) {
		LLVMTypeRef none = LLVMVoidTypeInContext(p->ctx);
		LLVMValueRef made;
		int n = LLVMGetNumOperands(i);

		if (LLVMIsAPHINode(i) ||
		    (LLVMTypeOf(i) == none && !LLVMIsAStoreInst(i)) ||
		    (LLVMIsAStoreInst(i) && !stores))
			continue;
		made = LLVMInstructionClone(i);
		for (int k = 0; k < n; k++)
			LLVMSetOperand(
			    made, (unsigned)k,
			    mapped(p, LLVMGetOperand(i, (unsigned)k)));
		LLVMInsertIntoBuilder(p->b, made);
		drop_scopes(p, made);
		map(p, i, made);
	}
}

/* The induction's value in iteration N. */
static LLVMValueRef induction(struct pair *p, const struct phi *x,
			      LLVMValueRef n)
{
	LLVMTypeRef type = LLVMTypeOf(x->phi);
	LLVMTypeRef step = LLVMTypeOf(x->step);
	LLVMValueRef way;

	if (step != p->i64 && LLVMGetIntTypeWidth(step) > 64)
		n = LLVMBuildZExt(p->b, n, step, "");
	else if (step != p->i64)
		n = LLVMBuildTrunc(p->b, n, step, "");
	way = LLVMBuildMul(p->b, n, x->step, "");
	if (LLVMGetTypeKind(type) == LLVMPointerTypeKind)
		return LLVMBuildGEP2(p->b, LLVMInt8TypeInContext(p->ctx),
				     x->start, &way, 1, "");
	return LLVMBuildAdd(p->b, x->start, way, "");
}

/* ---- Loops --------------------------------------------------------------- */

struct loop { /* for (i = 0; i < trips; i += step), trips > 0 */
	LLVMBasicBlockRef header;
	LLVMValueRef i;
};

static LLVMBasicBlockRef new_block(struct pair *p, const char *name)
{
	return LLVMInsertBasicBlockInContext(p->ctx, p->exit, name);
}

static LLVMValueRef number(struct pair *p, uint64_t n)
{
	return LLVMConstInt(p->i64, n, false);
}

static struct loop begin(struct pair *p, LLVMValueRef from, const char *name)
{
	LLVMBasicBlockRef at = LLVMGetInsertBlock(p->b);
	struct loop l = {new_block(p, name), NULL};

	LLVMBuildBr(p->b, l.header);
	LLVMPositionBuilderAtEnd(p->b, l.header);
	l.i = LLVMBuildPhi(p->b, p->i64, "psr.i");
	LLVMAddIncoming(l.i, &from, &at, 1);
	return l;
}

static void end(struct pair *p, struct loop *l, LLVMValueRef trips,
		uint64_t step)
{
	LLVMBasicBlockRef at = LLVMGetInsertBlock(p->b);
	LLVMBasicBlockRef after = new_block(p, "psr.after");
	LLVMValueRef next =
	    LLVMBuildNUWAdd(p->b, l->i, number(p, step), "psr.next");
	LLVMValueRef more =
	    LLVMBuildICmp(p->b, LLVMIntULT, next, trips, "psr.more");

	LLVMBuildCondBr(p->b, more, l->header, after);
	LLVMAddIncoming(l->i, &next, &at, 1);
	LLVMPositionBuilderAtEnd(p->b, after);
}

/* FORE of iteration J. */
static void fore(struct pair *p, LLVMValueRef j)
{
	p->nclones = 0;
	for (unsigned i = 0; i < p->nouter; i++)
		map(p, p->outer_phis[i].phi,
		    induction(p, &p->outer_phis[i], j));
	for (unsigned i = 0; i < p->nfore; i++)
		clone_block(p, p->fore[i], false);
}

static LLVMValueRef place(struct pair *p, const struct sum *s, LLVMValueRef t)
{
	return LLVMBuildInBoundsGEP2(p->b, LLVMTypeOf(s->phi), s->array, &t, 1,
				     "psr.sum");
}

static void first_pass(struct pair *p, LLVMValueRef j0, LLVMValueRef width)
{
	struct loop t = begin(p, number(p, 0), "psr.start");

	fore(p, LLVMBuildNUWAdd(p->b, j0, t.i, "psr.j"));
	for (unsigned i = 0; i < p->nsums; i++)
		LLVMBuildStore(p->b, mapped(p, p->sums[i].start),
			       place(p, &p->sums[i], t.i));
	end(p, &t, width, 1);
}

/* ROUNDS rounds of the inner loop from K on, for each of the block. */
static void rounds(struct pair *p, LLVMValueRef j0, LLVMValueRef width,
		   LLVMValueRef k, unsigned n)
{
	struct loop t = begin(p, number(p, 0), "psr.body");
	LLVMValueRef value[SUMS_MAX], next[SUMS_MAX];
	unsigned kept;

	fore(p, LLVMBuildNUWAdd(p->b, j0, t.i, "psr.j"));
	for (unsigned i = 0; i < p->nsums; i++)
		value[i] = LLVMBuildLoad2(p->b, LLVMTypeOf(p->sums[i].phi),
					  place(p, &p->sums[i], t.i), "");
	kept = p->nclones;
	for (unsigned u = 0; u < n; u++) {
		LLVMValueRef round =
		    LLVMBuildNUWAdd(p->b, k, number(p, u), "psr.k");

		p->nclones = kept;
		for (unsigned i = 0; i < p->nsums; i++)
			map(p, p->sums[i].phi, value[i]);
		for (unsigned i = 0; i < p->ninner; i++)
			map(p, p->inner_phis[i].phi,
			    induction(p, &p->inner_phis[i], round));
		clone_block(p, p->body, true);
		for (unsigned i = 0; i < p->nsums; i++)
			next[i] = mapped(p, p->sums[i].next);
		memcpy(value, next, sizeof(value));
	}
	for (unsigned i = 0; i < p->nsums; i++)
		LLVMBuildStore(p->b, value[i], place(p, &p->sums[i], t.i));
	end(p, &t, width, 1);
}

/* Whole groups of rounds, then what is left. */
static void second_pass(struct pair *p, LLVMValueRef j0, LLVMValueRef width)
{
	LLVMValueRef whole = LLVMBuildAnd(p->b, p->inner_trips,
					  number(p, ~(uint64_t)(ROUNDS - 1)),
					  "psr.whole");
	LLVMBasicBlockRef groups = new_block(p, "psr.groups");
	LLVMBasicBlockRef rest = new_block(p, "psr.rest");
	LLVMBasicBlockRef singles = new_block(p, "psr.singles");
	LLVMBasicBlockRef done = new_block(p, "psr.done");
	struct loop k;

	LLVMBuildCondBr(p->b, LLVMBuildIsNull(p->b, whole, ""), rest, groups);
	LLVMPositionBuilderAtEnd(p->b, groups);
	k = begin(p, number(p, 0), "psr.round");
	rounds(p, j0, width, k.i, ROUNDS);
	end(p, &k, whole, ROUNDS);
	LLVMBuildBr(p->b, rest);
	LLVMPositionBuilderAtEnd(p->b, rest);
	LLVMBuildCondBr(p->b,
			LLVMBuildICmp(p->b, LLVMIntULT, whole, p->inner_trips,
				      ""),
			singles, done);
	LLVMPositionBuilderAtEnd(p->b, singles);
	k = begin(p, whole, "psr.round");
	rounds(p, j0, width, k.i, 1);
	end(p, &k, p->inner_trips, 1);
	LLVMBuildBr(p->b, done);
	LLVMPositionBuilderAtEnd(p->b, done);
}

static void third_pass(struct pair *p, LLVMValueRef j0, LLVMValueRef width)
{
	struct loop t = begin(p, number(p, 0), "psr.finish");

	fore(p, LLVMBuildNUWAdd(p->b, j0, t.i, "psr.j"));
	for (LLVMValueRef i = LLVMGetFirstInstruction(p->aft[0]);
	     LLVMIsAPHINode(i); i = LLVMGetNextInstruction(i)) {
		LLVMValueRef v = LLVMGetIncomingValue(i, 0);
		int s = sum_by_next(p, v);

		map(p, i,
		    s < 0 ? mapped(p, v)
			  : LLVMBuildLoad2(p->b, LLVMTypeOf(i),
					   place(p, &p->sums[s], t.i), ""));
	}
	for (unsigned i = 0; i < p->naft; i++)
		clone_block(p, p->aft[i], true);
	end(p, &t, width, 1);
}

static LLVMValueRef least(struct pair *p, LLVMValueRef a, LLVMValueRef b)
{
	LLVMValueRef below = LLVMBuildICmp(p->b, LLVMIntULT, a, b, "");

	return LLVMBuildSelect(p->b, below, a, b, "psr.width");
}

static void make_arrays(struct pair *p)
{
	LLVMBasicBlockRef entry = LLVMGetEntryBasicBlock(p->f);

	LLVMPositionBuilderBefore(p->b, LLVMGetFirstInstruction(entry));
	for (unsigned i = 0; i < p->nsums; i++) {
		struct sum *s = &p->sums[i];

		s->array = LLVMBuildAlloca(
		    p->b, LLVMArrayType2(LLVMTypeOf(s->phi), p->block),
		    "psr.sums");
		LLVMSetAlignment(s->array, 64);
	}
}

static void change(struct pair *p)
{
	LLVMValueRef last = LLVMGetBasicBlockTerminator(p->before);
	LLVMBasicBlockRef start;
	LLVMValueRef left, width;
	struct loop j;

	p->b = LLVMCreateBuilderInContext(p->ctx);
	p->outer_trips = psr_ext_scev_expand(p->fam, p->f, p->outer_trip, last);
	p->inner_trips = psr_ext_scev_expand(p->fam, p->f, p->inner_trip, last);
	make_arrays(p);
	start = new_block(p, "psr.interchanged");
	LLVMPositionBuilderAtEnd(p->b, start);
	j = begin(p, number(p, 0), "psr.block");
	left = LLVMBuildSub(p->b, p->outer_trips, j.i, "psr.left");
	width = least(p, left, number(p, p->block));
	if (p->has_ends)
		first_pass(p, j.i, width);
	second_pass(p, j.i, width);
	if (p->has_ends)
		third_pass(p, j.i, width);
	end(p, &j, p->outer_trips, p->block);
	LLVMBuildBr(p->b, p->exit);
	psr_ext_redirect(last, 0, start);
	LLVMDisposeBuilder(p->b);
	psr_ext_forget(p->fam, p->f);
}

/* ---- The transform ------------------------------------------------------- */

static unsigned find_outer(struct psr_fam *fam, LLVMValueRef f, psr_loop l,
			   LLVMBasicBlockRef *out, unsigned n)
{
	size_t count = psr_ext_loop_count(fam, f, l);

	for (size_t i = 0; i < count; i++)
		n = find_outer(fam, f, psr_ext_loop_at(fam, f, l, i), out, n);
	if (l && count == 1 && n < PAIRS_MAX &&
	    !psr_ext_loop_count(fam, f, psr_ext_loop_at(fam, f, l, 0)))
		out[n++] = psr_ext_loop_header(l);
	return n;
}

static size_t size_of(psr_loop l)
{
	size_t n = 0;

	for (size_t i = 0; i < psr_ext_loop_nblocks(l); i++)
		n += psr_ir_size(psr_ext_loop_block(l, i));
	return n;
}

/* Changes the pair whose outer loop begins at HEADER. */
static enum psr_reason change_at(const struct psr_recipe *r,
				 struct psr_fam *fam, LLVMValueRef f,
				 LLVMBasicBlockRef header, LLVMValueRef *guard)
{
	struct pair p = {.fam = fam, .f = f, .block = r->value};
	enum psr_reason reason;

	p.ctx = LLVMGetModuleContext(LLVMGetGlobalParent(f));
	p.i64 = LLVMInt64TypeInContext(p.ctx);
	p.outer = psr_ext_loop_of(fam, f, header);
	p.inner = psr_ext_loop_at(fam, f, p.outer, 0);
	if (size_of(p.outer) > CLONES_MAX - 2 * PHIS_MAX - SUMS_MAX || !is_pair(&p))
		return PSR_REASON_PAIR;
	reason = psr_order_jam(fam, f, p.outer, p.inner, guard);
	if (!reason)
		change(&p);
	return reason;
}

static enum psr_reason applies(const struct psr_recipe *r,
			       const struct psr_nest *nest)
{
	(void)r;
	if (nest->features.depth < 2)
		return PSR_REASON_SHALLOW;
	if (nest->user_hints)
		return PSR_REASON_USER_PRAGMA;
	return nest->features.regular ? PSR_REASON_NONE : PSR_REASON_EXTENT;
}

static enum psr_reason apply(const struct psr_recipe *r, struct psr_fam *fam,
			     const struct psr_nest *nest, LLVMValueRef f)
{
	LLVMTypeRef i1 =
	    LLVMInt1TypeInContext(LLVMGetModuleContext(LLVMGetGlobalParent(f)));
	LLVMValueRef guard = LLVMConstInt(i1, 1, false);
	enum psr_reason reason = PSR_REASON_PAIR, last;
	LLVMBasicBlockRef headers[PAIRS_MAX];
	unsigned n, changed = 0;

	(void)nest;
	psr_ext_run(fam, f, "loop-mssa(licm)");
	n = find_outer(fam, f, NULL, headers, 0);
	for (unsigned i = 0; i < n; i++) {
		last = change_at(r, fam, f, headers[i], &guard);
		changed += !last;
		if (last)
			reason = last;
	}
	if (!changed)
		return reason;
	if (LLVMIsNull(guard))
		return PSR_REASON_ORDER;
	if (!LLVMIsConstant(guard))
		psr_guard_require(f, guard);
	psr_ext_forget(fam, f);
	return PSR_REASON_NONE;
}

/* Strides within the inner loop may be none without. */
static int promise(const struct psr_recipe *r, const struct psr_nest *nest)
{
	const struct psr_features *x = &nest->features;

	(void)r;
	if (!x->vector_loops)
		return 20;
	return x->strided ? 5 : -30;
}

const struct psr_transform psr_interchange = {PSR_VARIANT_GUARDED, applies,
					      apply, promise, 2.1};
