/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * interchange.c - inner loops outside, for blocks of the outer one.
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
 * s[j] is loaded and stored once for four. Of several inner loops, one after the
 * other, each is done so, and what lies between two for all of the block
 * (loop distribution, same place).
 *
 * Legal: each j sees its own operations in their order: FORE, BODY for each k
 * in turn, AFT. In memory, iterations of j may run side by side (order.c), for
 * of two accesses of one place either k is the same, and then j is in order, or
 * j is, and then k. What FORE, or what lies between two loops, computes is
 * computed again where it is needed, but for its stores; what it loads for that
 * nothing in between stores to. Nothing but the sums is carried by j or leaves
 * the loops.
 *
 * What is new is made of clones; the old loops become unreachable, or run where
 * a test in front of them, each time, says that the order matters.
 */
#include "interchange.h"

#include <string.h>

#include "extent.h"
#include "ir.h"
#include "order.h"
#include "work.h"

#define STAGES_MAX PSR_ORDER_LOOPS
#define SUMS_MAX   4
#define PHIS_MAX   8
#define CHAIN_MAX  8 /* blocks before, between and behind inner loops */
#define PAIRS_MAX  8
#define CLONES_MAX 320
#define ROUNDS     4

struct phi { /* of an induction: start + step * n */
	LLVMValueRef phi, start, step;
};

struct sum { /* carried by the inner loop */
	LLVMValueRef phi, start, next, array;
};

struct chain {
	LLVMBasicBlockRef at[CHAIN_MAX];
	unsigned n;
};

struct stage { /* an inner loop */
	psr_loop loop;
	LLVMBasicBlockRef body;
	struct phi phis[PHIS_MAX];
	unsigned nphis;
	struct sum sums[SUMS_MAX];
	unsigned nsums;
	psr_scev trip;
	LLVMValueRef trips; /* i64, in BEFORE */
};

struct pair {
	struct psr_fam *fam;
	LLVMValueRef f;
	psr_loop outer;
	struct stage stages[STAGES_MAX];
	unsigned n;
	struct chain chains[STAGES_MAX + 1]; /* K is in front of stage K */
	LLVMBasicBlockRef before, exit;
	struct phi phis[PHIS_MAX];
	unsigned nphis;
	psr_scev trip;
	LLVMValueRef trips;
	unsigned block;
	LLVMValueRef guard; /* i1, at the end of BEFORE */
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

/* The loop within the outer one that begins at B, or NULL. */
static psr_loop inner_at(const struct pair *p, LLVMBasicBlockRef b)
{
	size_t n = psr_ext_loop_count(p->fam, p->f, p->outer);

	for (size_t i = 0; i < n; i++) {
		psr_loop l = psr_ext_loop_at(p->fam, p->f, p->outer, i);

		if (psr_ext_loop_header(l) == b)
			return l;
	}
	return NULL;
}

/* The blocks from B up to an inner loop, which it returns, or to the latch. */
static psr_loop follow(const struct pair *p, LLVMBasicBlockRef b,
		       struct chain *out)
{
	LLVMBasicBlockRef latch = psr_ext_loop_latch(p->outer);
	psr_loop found = NULL;

	for (out->n = 0; b && !found && out->n < CHAIN_MAX;
	     b = b == latch ? NULL : next_block(b)) {
		out->at[out->n++] = b;
		if (b != latch)
			found = inner_at(p, next_block(b));
	}
	return found;
}

static bool find_blocks(struct pair *p)
{
	LLVMBasicBlockRef latch = psr_ext_loop_latch(p->outer);
	LLVMBasicBlockRef at = psr_ext_loop_header(p->outer);
	size_t nblocks;
	psr_loop l;

	p->before = psr_ext_loop_preheader(p->outer);
	p->exit = psr_ext_loop_unique_exit(p->outer);
	if (!p->before || !p->exit || !latch ||
	    LLVMIsAPHINode(LLVMGetFirstInstruction(p->exit)))
		return false;
	while ((l = follow(p, at, &p->chains[p->n]))) {
		if (p->n == STAGES_MAX || psr_ext_loop_nblocks(l) != 1)
			return false;
		p->stages[p->n].loop = l;
		p->stages[p->n++].body = psr_ext_loop_header(l);
		at = psr_ext_loop_unique_exit(l);
		if (!at)
			return false;
	}
	nblocks = p->n;
	for (unsigned k = 0; k <= p->n; k++)
		nblocks += p->chains[k].n;
	return p->n && p->chains[p->n].at[p->chains[p->n].n - 1] == latch &&
	       psr_ext_loop_nblocks(p->outer) == nblocks;
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

static bool add_sum(struct stage *s, LLVMValueRef phi)
{
	if (s->nsums == SUMS_MAX)
		return false;
	s->sums[s->nsums++] = (struct sum){
	    .phi = phi,
	    .start = incoming(s->loop, phi, false),
	    .next = incoming(s->loop, phi, true),
	};
	return true;
}

static bool find_phis(struct pair *p)
{
	for (LLVMValueRef i =
		 LLVMGetFirstInstruction(psr_ext_loop_header(p->outer));
	     LLVMIsAPHINode(i); i = LLVMGetNextInstruction(i))
		if (!add_induction(p, p->outer, i, p->phis, &p->nphis))
			return false;
	for (unsigned k = 0; k < p->n; k++) {
		struct stage *s = &p->stages[k];

		for (LLVMValueRef i = LLVMGetFirstInstruction(s->body);
		     LLVMIsAPHINode(i); i = LLVMGetNextInstruction(i))
			if (psr_ext_phi_step(p->fam, p->f, i, s->loop)
				? !add_induction(p, s->loop, i, s->phis,
						 &s->nphis)
				: !add_sum(s, i))
				return false;
	}
	return true;
}

/* V is a last value that stage S leaves. */
static bool is_result(const struct stage *s, LLVMValueRef v)
{
	for (unsigned i = 0; i < s->nsums; i++)
		if (s->sums[i].next == v)
			return true;
	return false;
}

/*
 * What B takes from inner loops, but its own, are last values of sums; what
 * leaves the outer loop, or phis but of loops and last values, are not dealt
 * with.
 */
static bool stays_within(const struct pair *p, LLVMBasicBlockRef b,
			 bool may_have_phis)
{
	for (LLVMValueRef i = LLVMGetFirstInstruction(b); i;
	     i = LLVMGetNextInstruction(i)) {
		int n = LLVMGetNumOperands(i);

		if (LLVMIsAPHINode(i) && !may_have_phis)
			return false;
		for (LLVMUseRef u = LLVMGetFirstUse(i); u;
		     u = LLVMGetNextUse(u))
			if (!is_in(p->outer, LLVMGetUser(u)))
				return false;
		while (--n >= 0) {
			LLVMValueRef v = LLVMGetOperand(i, (unsigned)n);

			for (unsigned k = 0; k < p->n; k++)
				if (b != p->stages[k].body &&
				    is_in(p->stages[k].loop, v) &&
				    !is_result(&p->stages[k], v))
					return false;
		}
	}
	return true;
}

static bool all_stays_within(const struct pair *p)
{
	for (unsigned k = 0; k <= p->n; k++)
		for (unsigned i = 0; i < p->chains[k].n; i++)
			if (!stays_within(p, p->chains[k].at[i], !i))
				return false;
	for (unsigned k = 0; k < p->n; k++)
		if (!stays_within(p, p->stages[k].body, true))
			return false;
	return true;
}

/* Chain K has 2 K, stage K 2 K + 1. */
static unsigned place_of(const struct pair *p, LLVMBasicBlockRef b)
{
	for (unsigned k = 0; k < p->n; k++) {
		if (b == p->stages[k].body)
			return 2 * k + 1;
		for (unsigned i = 0; i < p->chains[k].n; i++)
			if (b == p->chains[k].at[i])
				return 2 * k;
	}
	return 2 * p->n;
}

struct values { /* of the outer loop, which has no more */
	LLVMValueRef at[CLONES_MAX];
	unsigned n;
};

static void add_once(struct values *v, LLVMValueRef i)
{
	for (unsigned k = 0; k < v->n; k++)
		if (v->at[k] == i)
			return;
	v->at[v->n++] = i;
}

/*
 * A value of chain K is used behind it, or one computed of it, which ALL gets.
 * A sum's start in the next loop is not, nor are the outer loop's inductions,
 * which are computed otherwise.
 */
static bool is_used_behind(const struct pair *p, unsigned k, LLVMValueRef i,
			   struct values *all)
{
	LLVMBasicBlockRef header = psr_ext_loop_header(p->outer);

	for (LLVMUseRef u = LLVMGetFirstUse(i); u; u = LLVMGetNextUse(u)) {
		LLVMValueRef user = LLVMGetUser(u);
		LLVMBasicBlockRef b = LLVMGetInstructionParent(user);
		unsigned at = place_of(p, b);

		if (LLVMIsAPHINode(user) && (b == header || at == 2 * k + 1))
			continue;
		if (at != 2 * k)
			return true;
		add_once(all, user);
	}
	return false;
}

/* I, of chain K, is computed again behind it. */
static bool is_repeated(const struct pair *p, unsigned k, LLVMValueRef i)
{
	struct values all = {{i}, 1};

	for (unsigned n = 0; n < all.n; n++)
		if (is_used_behind(p, k, all.at[n], &all))
			return true;
	return false;
}

/* No store but of the last chain may change what LOAD finds. */
static bool is_kept(const struct pair *p, LLVMValueRef load)
{
	for (size_t k = 0; k < psr_ext_loop_nblocks(p->outer); k++) {
		LLVMBasicBlockRef b = psr_ext_loop_block(p->outer, k);

		if (place_of(p, b) == 2 * p->n)
			continue;
		for (LLVMValueRef i = LLVMGetFirstInstruction(b); i;
		     i = LLVMGetNextInstruction(i))
			if (LLVMIsAStoreInst(i) &&
			    !psr_ext_apart(p->fam, p->f, load, i))
				return false;
	}
	return true;
}

static bool may_repeat(const struct pair *p)
{
	for (unsigned k = 0; k < p->n; k++)
		for (unsigned n = 0; n < p->chains[k].n; n++)
			for (LLVMValueRef i = LLVMGetFirstInstruction(
				 p->chains[k].at[n]);
			     i; i = LLVMGetNextInstruction(i))
				if (LLVMIsALoadInst(i) &&
				    is_repeated(p, k, i) && !is_kept(p, i))
					return false;
	return true;
}

static bool find_trip(const struct pair *p, psr_loop l, psr_scev *out)
{
	return psr_ext_trip(p->fam, p->f, l, l,
			    LLVMGetBasicBlockTerminator(p->before),
			    PSR_OUTER_BUDGET, out) == PSR_TRIP_KNOWN;
}

static bool find_trips(struct pair *p)
{
	for (unsigned k = 0; k < p->n; k++)
		if (!find_trip(p, p->stages[k].loop, &p->stages[k].trip))
			return false;
	return find_trip(p, p->outer, &p->trip);
}

static bool is_pair(struct pair *p)
{
	return find_blocks(p) && find_trips(p) && find_phis(p) &&
	       all_stays_within(p) && may_repeat(p);
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

/* ---- Passes over a block ------------------------------------------------- */

static LLVMValueRef place(struct pair *p, const struct sum *s, LLVMValueRef t)
{
	return LLVMBuildInBoundsGEP2(p->b, LLVMTypeOf(s->phi), s->array, &t, 1,
				     "psr.sum");
}

static LLVMValueRef load_sum(struct pair *p, const struct sum *s,
			     LLVMValueRef t)
{
	return LLVMBuildLoad2(p->b, LLVMTypeOf(s->phi), place(p, s, t), "");
}

/* What the outer loop's iteration J0 + T has computed in front of stage K; with
 * chain K's STORES, or none. */
static void compute(struct pair *p, LLVMValueRef j0, LLVMValueRef t, unsigned k,
		    bool stores)
{
	LLVMValueRef j = LLVMBuildNUWAdd(p->b, j0, t, "psr.j");

	p->nclones = 0;
	for (unsigned i = 0; i < p->nphis; i++)
		map(p, p->phis[i].phi, induction(p, &p->phis[i], j));
	for (unsigned at = 0; at <= k; at++) {
		const struct chain *c = &p->chains[at];

		for (unsigned i = 0; at && i < p->stages[at - 1].nsums; i++)
			map(p, p->stages[at - 1].sums[i].next,
			    load_sum(p, &p->stages[at - 1].sums[i], t));
		for (LLVMValueRef i = LLVMGetFirstInstruction(c->at[0]);
		     at && LLVMIsAPHINode(i); i = LLVMGetNextInstruction(i))
			map(p, i, mapped(p, LLVMGetIncomingValue(i, 0)));
		for (unsigned i = 0; i < c->n; i++)
			clone_block(p, c->at[i], stores && at == k);
	}
}

static bool stores(const struct chain *c)
{
	for (unsigned k = 0; k < c->n; k++)
		for (LLVMValueRef i = LLVMGetFirstInstruction(c->at[k]); i;
		     i = LLVMGetNextInstruction(i))
			if (LLVMIsAStoreInst(i))
				return true;
	return false;
}

/* Chain K for each of the block, and the starts of stage K's sums. */
static void pass(struct pair *p, LLVMValueRef j0, LLVMValueRef width,
		 unsigned k)
{
	struct stage *s = k < p->n ? &p->stages[k] : NULL;
	struct loop t;

	if (!stores(&p->chains[k]) && !(s && s->nsums))
		return;
	t = begin(p, number(p, 0), s ? "psr.start" : "psr.finish");
	compute(p, j0, t.i, k, true);
	for (unsigned i = 0; s && i < s->nsums; i++)
		LLVMBuildStore(p->b, mapped(p, s->sums[i].start),
			       place(p, &s->sums[i], t.i));
	end(p, &t, width, 1);
}

/* N rounds of stage S from K on, for each of the block. */
static void rounds(struct pair *p, LLVMValueRef j0, LLVMValueRef width,
		   unsigned s, LLVMValueRef k, unsigned n)
{
	const struct stage *g = &p->stages[s];
	struct loop t = begin(p, number(p, 0), "psr.body");
	LLVMValueRef value[SUMS_MAX], next[SUMS_MAX];
	unsigned kept;

	compute(p, j0, t.i, s, false);
	for (unsigned i = 0; i < g->nsums; i++)
		value[i] = load_sum(p, &g->sums[i], t.i);
	kept = p->nclones;
	for (unsigned u = 0; u < n; u++) {
		LLVMValueRef round =
		    LLVMBuildNUWAdd(p->b, k, number(p, u), "psr.k");

		p->nclones = kept;
		for (unsigned i = 0; i < g->nsums; i++)
			map(p, g->sums[i].phi, value[i]);
		for (unsigned i = 0; i < g->nphis; i++)
			map(p, g->phis[i].phi,
			    induction(p, &g->phis[i], round));
		clone_block(p, g->body, true);
		for (unsigned i = 0; i < g->nsums; i++)
			next[i] = mapped(p, g->sums[i].next);
		memcpy(value, next, sizeof(value));
	}
	for (unsigned i = 0; i < g->nsums; i++)
		LLVMBuildStore(p->b, value[i], place(p, &g->sums[i], t.i));
	end(p, &t, width, 1);
}

/* Stage S: whole groups of rounds, then what is left. */
static void all_rounds(struct pair *p, LLVMValueRef j0, LLVMValueRef width,
		       unsigned s)
{
	LLVMValueRef trips = p->stages[s].trips;
	LLVMValueRef whole = LLVMBuildAnd(
	    p->b, trips, number(p, ~(uint64_t)(ROUNDS - 1)), "psr.whole");
	LLVMBasicBlockRef groups = new_block(p, "psr.groups");
	LLVMBasicBlockRef rest = new_block(p, "psr.rest");
	LLVMBasicBlockRef singles = new_block(p, "psr.singles");
	LLVMBasicBlockRef done = new_block(p, "psr.done");
	struct loop k;

	LLVMBuildCondBr(p->b, LLVMBuildIsNull(p->b, whole, ""), rest, groups);
	LLVMPositionBuilderAtEnd(p->b, groups);
	k = begin(p, number(p, 0), "psr.round");
	rounds(p, j0, width, s, k.i, ROUNDS);
	end(p, &k, whole, ROUNDS);
	LLVMBuildBr(p->b, rest);
	LLVMPositionBuilderAtEnd(p->b, rest);
	LLVMBuildCondBr(p->b,
			LLVMBuildICmp(p->b, LLVMIntULT, whole, trips, ""),
			singles, done);
	LLVMPositionBuilderAtEnd(p->b, singles);
	k = begin(p, whole, "psr.round");
	rounds(p, j0, width, s, k.i, 1);
	end(p, &k, trips, 1);
	LLVMBuildBr(p->b, done);
	LLVMPositionBuilderAtEnd(p->b, done);
}

static void make_arrays(struct pair *p)
{
	LLVMBasicBlockRef entry = LLVMGetEntryBasicBlock(p->f);

	LLVMPositionBuilderBefore(p->b, LLVMGetFirstInstruction(entry));
	for (unsigned k = 0; k < p->n; k++)
		for (unsigned i = 0; i < p->stages[k].nsums; i++) {
			struct sum *s = &p->stages[k].sums[i];

			s->array = LLVMBuildAlloca(
			    p->b,
			    LLVMArrayType2(LLVMTypeOf(s->phi), p->block),
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
	p->trips = psr_ext_scev_expand(p->fam, p->f, p->trip, last);
	for (unsigned k = 0; k < p->n; k++)
		p->stages[k].trips = psr_ext_scev_expand(
		    p->fam, p->f, p->stages[k].trip, last);
	make_arrays(p);
	start = new_block(p, "psr.interchanged");
	LLVMPositionBuilderAtEnd(p->b, start);
	j = begin(p, number(p, 0), "psr.block");
	left = LLVMBuildSub(p->b, p->trips, j.i, "psr.left");
	width = psr_ir_pick(p->b, LLVMIntULT, left, number(p, p->block),
			    "psr.width");
	for (unsigned k = 0; k < p->n; k++) {
		pass(p, j.i, width, k);
		all_rounds(p, j.i, width, k);
	}
	pass(p, j.i, width, p->n);
	end(p, &j, p->trips, p->block);
	LLVMBuildBr(p->b, p->exit);
	if (LLVMIsConstant(p->guard)) {
		psr_ext_redirect(last, 0, start);
	} else {
		LLVMPositionBuilderBefore(p->b, last);
		LLVMBuildCondBr(p->b, p->guard, start,
				LLVMGetSuccessor(last, 0));
		LLVMInstructionEraseFromParent(last);
	}
	LLVMDisposeBuilder(p->b);
	psr_ext_forget(p->fam, p->f);
}

/* ---- The transform ------------------------------------------------------- */

static unsigned find_outer(struct psr_fam *fam, LLVMValueRef f, psr_loop l,
			   LLVMBasicBlockRef *out, unsigned n)
{
	size_t count = psr_ext_loop_count(fam, f, l), innermost = 0;

	for (size_t i = 0; i < count; i++) {
		psr_loop inner = psr_ext_loop_at(fam, f, l, i);

		n = find_outer(fam, f, inner, out, n);
		innermost += !psr_ext_loop_count(fam, f, inner);
	}
	if (l && count && count == innermost && n < PAIRS_MAX)
		out[n++] = psr_ext_loop_header(l);
	return n;
}

/* Changes the pair whose outer loop begins at HEADER. */
static enum psr_reason change_at(const struct psr_recipe *r,
				 struct psr_fam *fam, LLVMValueRef f,
				 LLVMBasicBlockRef header, LLVMValueRef *guard)
{
	struct pair p = {.fam = fam, .f = f, .block = r->value};
	psr_loop inner[STAGES_MAX];
	enum psr_reason reason;

	p.ctx = LLVMGetModuleContext(LLVMGetGlobalParent(f));
	p.i64 = LLVMInt64TypeInContext(p.ctx);
	p.outer = psr_ext_loop_of(fam, f, header);
	if (psr_ir_loop_size(p.outer) + 2 * PHIS_MAX + STAGES_MAX * SUMS_MAX >
		CLONES_MAX ||
	    !is_pair(&p))
		return PSR_REASON_PAIR;
	for (unsigned k = 0; k < p.n; k++)
		inner[k] = p.stages[k].loop;
	p.guard = LLVMConstInt(LLVMInt1TypeInContext(p.ctx), 1, false);
	reason = psr_order_jam(
	    fam, f, p.outer, inner, p.n,
	    LLVMGetBasicBlockTerminator(LLVMGetEntryBasicBlock(f)), guard);
	/* Or by what is known where an outer iteration begins. */
	if (reason == PSR_REASON_ORDER)
		reason = psr_order_jam(fam, f, p.outer, inner, p.n,
				       LLVMGetBasicBlockTerminator(p.before),
				       &p.guard);
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
	psr_order_prepare(fam, f);
	n = find_outer(fam, f, NULL, headers, 0);
	for (unsigned i = 0; i < n; i++) {
		last = change_at(r, fam, f, headers[i], &guard);
		changed += !last;
		if (last)
			reason = last;
	}
	if (!changed)
		return reason;
	if (!LLVMIsConstant(guard))
		psr_guard_require(f, guard);
	psr_order_finish(fam, f);
	/*
	 * Chains were computed again as a whole, whatever is used of them. What
	 * is not, LLVM's vectorizer would follow back to its operands on every
	 * way that there is (collectValuesToIgnore).
	 */
	psr_ext_run(fam, f, "adce");
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
					      apply, promise, 2.4};
