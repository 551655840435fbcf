/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * pin.c - a nest that reads its bounds, or where its data is, in each iteration
 * anew, as what it writes might be just that: bytes that are stored through
 * `image->pixels` may be `image->width`, for all that the compiler knows. So
 * nobody knows how often it runs, and no recipe applies.
 *
 * It gets a second version, in which what is read at an address that does not
 * vary is read once, in front ("loop versioning for invariant code motion", as
 * LLVM's LoopVersioningLICM has it for innermost loops whose bounds are known).
 * With it all trip counts are known there, and so is what is written.
 *
 * Legal: the new version is run where none of what it writes is what was read
 * in front, by the extents that its stores have if that does not change; then it
 * does not change, and the extents are right. Reading is sound where the
 * first iteration reads as much, or it has been read just before, or lies on a
 * page with such. Where a value was read in front of the nest already, and only
 * later iterations read it anew, the two are compared. Other threads may not
 * write meanwhile, by C's rules.
 */
#include "pin.h"

#include <stdlib.h>

#include "extent.h"
#include "ir.h"
#include "refuse.h"
#include "work.h"

#define SIZE_MAX_COPIED 600 /* instructions */
#define READS_MAX       8
#define STORES_MAX      8
#define PHIS_MAX        16
#define CHAIN_MAX       3 /* pointers that are read, one by way of another */
#define LEAST_WORK      64 /* iterations */
#define MOVES           12 /* from a test to what it is computed of */
#define OFFSET_MAX      (1 << 30)
#define PAGE            4096
#define OTHER           "llvm.loop.psr.other"
#define PINNED          "llvm.loop.psr.pinned"

struct place {
	LLVMValueRef base; /* does not vary in the nest */
	int64_t offset;
	int64_t bytes;
};

struct read {
	struct place at;
	LLVMTypeRef type;
	bool sound; /* to read in front, whatever else holds */
	LLVMValueRef value;
};

struct pin { /* one nest's */
	struct psr_fam *fam;
	LLVMValueRef f;
	psr_loop l;
	LLVMContextRef ctx;
	LLVMTypeRef i1, i8, i64;
	struct read reads[READS_MAX];
	unsigned nknown, nreads; /* of these, those dealt with */
	LLVMValueRef stores[STORES_MAX];
	unsigned nstores;
	LLVMBasicBlockRef before, guard; /* reads, then more of them and tests */
	LLVMBuilderRef b;
	LLVMValueRef all;                /* the tests so far: i1 */
};

static LLVMValueRef number(LLVMTypeRef type, uint64_t v)
{
	return LLVMConstInt(type, v, false);
}

/* ---- What is read again ------------------------------------------------- */

static int64_t size_of(const struct pin *p, LLVMTypeRef type)
{
	LLVMTargetDataRef layout =
	    LLVMGetModuleDataLayout(LLVMGetGlobalParent(p->f));

	return (int64_t)LLVMStoreSizeOfType(layout, type);
}

static bool is_gep(LLVMValueRef v)
{
	return LLVMIsAGetElementPtrInst(v) ||
	       (LLVMIsAConstantExpr(v) &&
		LLVMGetConstOpcode(v) == LLVMGetElementPtr);
}

/* Where POINTER, of BYTES, points: a constant beside what does not vary. */
static bool find_place(const struct pin *p, LLVMValueRef pointer, int64_t bytes,
		       struct place *out)
{
	LLVMValueRef base = pointer, by;

	*out = (struct place){pointer, 0, bytes};
	if (is_gep(pointer) && LLVMGetNumOperands(pointer) == 2 &&
	    LLVMGetGEPSourceElementType(pointer) == p->i8) {
		base = LLVMGetOperand(pointer, 0);
		by = LLVMGetOperand(pointer, 1);
		if (LLVMIsAConstantInt(by)) {
			out->base = base;
			out->offset = LLVMConstIntGetSExtValue(by);
		}
	}
	return psr_ext_loop_is_invariant(p->l, out->base) &&
	       llabs(out->offset) < OFFSET_MAX;
}

static bool overlaps(const struct place *a, const struct place *b)
{
	return a->base == b->base && a->offset < b->offset + b->bytes &&
	       b->offset < a->offset + a->bytes;
}

static bool is_plain(LLVMTypeRef type)
{
	LLVMTypeKind kind = LLVMGetTypeKind(type);

	return (kind == LLVMIntegerTypeKind &&
		LLVMGetIntTypeWidth(type) % 8 == 0 &&
		LLVMGetIntTypeWidth(type) <= 64) ||
	       kind == LLVMPointerTypeKind || kind == LLVMFloatTypeKind ||
	       kind == LLVMDoubleTypeKind;
}

static bool is_simple_load(LLVMValueRef i)
{
	return LLVMIsALoadInst(i) && !LLVMGetVolatile(i) &&
	       LLVMGetOrdering(i) == LLVMAtomicOrderingNotAtomic &&
	       is_plain(LLVMTypeOf(i));
}

static struct read *read_of(struct pin *p, LLVMValueRef load)
{
	LLVMTypeRef type = LLVMTypeOf(load);
	struct place at;

	if (!is_simple_load(load) ||
	    !find_place(p, LLVMGetOperand(load, 0), size_of(p, type), &at))
		return NULL;
	for (unsigned i = 0; i < p->nreads; i++)
		if (p->reads[i].at.base == at.base &&
		    p->reads[i].at.offset == at.offset &&
		    p->reads[i].type == type)
			return &p->reads[i];
	if (p->nreads == READS_MAX)
		return NULL;
	p->reads[p->nreads] = (struct read){.at = at, .type = type};
	return &p->reads[p->nreads++];
}

/* V is read once. */
static bool is_once(const struct pin *p, LLVMValueRef v)
{
	for (unsigned i = 0; i < p->nreads; i++)
		if (p->reads[i].value == v)
			return true;
	return false;
}

/*
 * R, in B, is read in L's first iteration. By way of a pointer that is read
 * itself that would be right only if nothing was written before.
 */
static bool runs_at_once(const struct pin *p, const struct read *r,
			 LLVMBasicBlockRef b)
{
	LLVMBasicBlockRef end = psr_ext_loop_exiting(p->l);

	return end && !is_once(p, r->at.base) &&
	       psr_ext_dominates(p->fam, p->f, b, end);
}

/* All of L's instructions; false: some of them may write who knows what. */
static bool find_accesses(struct pin *p)
{
	for (size_t k = 0; k < psr_ext_loop_nblocks(p->l); k++) {
		LLVMBasicBlockRef b = psr_ext_loop_block(p->l, k);

		for (LLVMValueRef i = LLVMGetFirstInstruction(b); i;
		     i = LLVMGetNextInstruction(i)) {
			bool reads, writes;
			struct read *r;

			if (psr_ext_touch(i, &reads, &writes) ==
			    PSR_TOUCH_UNKNOWN)
				return false;
			r = read_of(p, i);
			if (r)
				r->sound |= runs_at_once(p, r, b);
			if (!writes)
				continue;
			if (!LLVMIsAStoreInst(i) || p->nstores == STORES_MAX)
				return false;
			p->stores[p->nstores++] = i;
		}
	}
	return true;
}

/* The nest itself writes there. */
static bool is_written(const struct pin *p, const struct place *at)
{
	for (unsigned i = 0; i < p->nstores; i++) {
		LLVMTypeRef type = LLVMTypeOf(LLVMGetOperand(p->stores[i], 0));
		LLVMValueRef to = LLVMGetOperand(p->stores[i], 1);
		struct place w;

		if (find_place(p, to, size_of(p, type), &w) && overlaps(&w, at))
			return true;
	}
	return false;
}

/* Runs code that may end, or unmap what was there. */
static bool is_call(LLVMValueRef i)
{
	return LLVMIsACallInst(i) && !LLVMIsAIntrinsicInst(i);
}

/* R has been read by LOAD, at AT, and perhaps WRITTEN since. */
static void use_witness(struct read *r, LLVMValueRef load,
			const struct place *at, bool written)
{
	if (r->at.base != at->base || r->at.offset < at->offset ||
	    r->at.offset + r->at.bytes > at->offset + at->bytes)
		return;
	r->sound = true;
	if (!written && !r->value && r->at.offset == at->offset &&
	    r->type == LLVMTypeOf(load))
		r->value = load;
}

/* Finds what has been read before, on the way to the nest. */
static void find_witnesses(struct pin *p, LLVMBasicBlockRef b)
{
	bool written = false;

	for (; b; b = psr_ext_predecessor(b))
		for (LLVMValueRef i = LLVMGetLastInstruction(b); i;
		     i = LLVMGetPreviousInstruction(i)) {
			bool reads, writes;
			struct place at;

			if (is_call(i) || LLVMIsAInvokeInst(i))
				return;
			psr_ext_touch(i, &reads, &writes);
			written |= writes;
			if (!is_simple_load(i) ||
			    !find_place(p, LLVMGetOperand(i, 0),
					size_of(p, LLVMTypeOf(i)), &at))
				continue;
			for (unsigned k = p->nknown; k < p->nreads; k++)
				use_witness(&p->reads[k], i, &at, written);
		}
}

/* All of AT is there, whatever happens. */
static bool is_there(const struct pin *p, const struct place *at)
{
	struct psr_facts facts;
	uint64_t size;

	psr_ext_facts(at->base, &facts);
	size = facts.dereferenceable;
	if (LLVMIsAGlobalVariable(at->base) &&
	    LLVMGetLinkage(at->base) != LLVMExternalWeakLinkage &&
	    LLVMTypeIsSized(LLVMGlobalGetValueType(at->base)))
		size = (uint64_t)size_of(p, LLVMGlobalGetValueType(at->base));
	return at->offset >= 0 && (uint64_t)(at->offset + at->bytes) <= size;
}

static bool has_sound(const struct pin *p, LLVMValueRef base)
{
	for (unsigned i = 0; i < p->nreads; i++)
		if (p->reads[i].sound && p->reads[i].at.base == base)
			return true;
	return false;
}

static void drop(struct pin *p, bool (*is_wrong)(const struct pin *p,
						 const struct read *r))
{
	bool wrong[READS_MAX];
	unsigned n = p->nknown;

	for (unsigned i = n; i < p->nreads; i++)
		wrong[i] = is_wrong(p, &p->reads[i]);
	for (unsigned i = n; i < p->nreads; i++)
		if (!wrong[i])
			p->reads[n++] = p->reads[i];
	p->nreads = n;
}

static bool is_own(const struct pin *p, const struct read *r)
{
	return is_written(p, &r->at);
}

static bool is_unsound(const struct pin *p, const struct read *r)
{
	return !r->sound && !has_sound(p, r->at.base);
}

/*
 * Finds what is read again in L, entered from BEFORE, besides what is known.
 * False: nothing.
 */
static bool find_reads(struct pin *p, LLVMBasicBlockRef before)
{
	p->nstores = 0;
	if (!find_accesses(p))
		return false;
	find_witnesses(p, before);
	for (unsigned i = p->nknown; i < p->nreads; i++)
		p->reads[i].sound |= is_there(p, &p->reads[i].at);
	drop(p, is_own);
	drop(p, is_unsound);
	return p->nreads > p->nknown && p->nstores;
}

/* ---- Reading it once ---------------------------------------------------- */

static void test(struct pin *p, LLVMValueRef holds)
{
	p->all = LLVMBuildAnd(p->b, p->all, holds, "psr.pinned");
}

static LLVMValueRef address(struct pin *p, LLVMBuilderRef b,
			    const struct place *at, int64_t more)
{
	LLVMValueRef by = number(p->i64, (uint64_t)(at->offset + more));

	return at->offset + more
		   ? LLVMBuildGEP2(b, p->i8, at->base, &by, 1, "")
		   : at->base;
}

/* What nobody may ever have written is some value, too. */
static void build_load(struct pin *p, LLVMBuilderRef b, struct read *r)
{
	LLVMValueRef v = LLVMBuildLoad2(b, r->type, address(p, b, &r->at, 0),
					"psr.once");

	LLVMSetAlignment(v, 1);
	r->value = r->sound ? v : LLVMBuildFreeze(b, v, "");
}

/* i1 in front of B's position: all reads by BASE are of one page. */
static LLVMValueRef is_one_page(struct pin *p, LLVMBuilderRef b,
				LLVMValueRef base)
{
	LLVMValueRef first, last, both;
	int64_t low = OFFSET_MAX, high = -OFFSET_MAX;
	struct place at = {base, 0, 0};

	for (unsigned i = 0; i < p->nreads; i++) {
		const struct place *r = &p->reads[i].at;

		if (r->base != base)
			continue;
		low = r->offset < low ? r->offset : low;
		high = r->offset + r->bytes > high ? r->offset + r->bytes
						   : high;
	}
	first = LLVMBuildPtrToInt(b, address(p, b, &at, low), p->i64, "");
	last = LLVMBuildPtrToInt(b, address(p, b, &at, high - 1), p->i64, "");
	both = LLVMBuildXor(b, first, last, "");
	return LLVMBuildICmp(b, LLVMIntULT, both, number(p->i64, PAGE),
			     "psr.page");
}

/* In front: reads what is sound to read; NEAR, and whether the rest is. */
static LLVMValueRef read_sound(struct pin *p, LLVMBuilderRef b,
			       LLVMValueRef near)
{
	for (unsigned i = p->nknown; i < p->nreads; i++)
		if (p->reads[i].sound && !p->reads[i].value)
			build_load(p, b, &p->reads[i]);
	for (unsigned i = p->nknown; i < p->nreads; i++) {
		LLVMValueRef base = p->reads[i].at.base, page;
		bool asked = p->reads[i].sound;

		for (unsigned k = p->nknown; k < i; k++)
			asked |= !p->reads[k].sound &&
				 p->reads[k].at.base == base;
		if (asked)
			continue;
		page = is_one_page(p, b, base);
		near = near ? LLVMBuildAnd(b, near, page, "") : page;
	}
	return near;
}

/* The value of what V, in the nest, reads again; or NULL. */
static LLVMValueRef once(struct pin *p, LLVMValueRef v)
{
	LLVMTypeRef type = LLVMTypeOf(v);
	struct place at;

	if (!is_simple_load(v) ||
	    !find_place(p, LLVMGetOperand(v, 0), size_of(p, type), &at))
		return NULL;
	for (unsigned i = 0; i < p->nreads; i++) {
		const struct read *r = &p->reads[i];

		if (r->at.base == at.base && r->at.offset == at.offset &&
		    r->type == type)
			return r->value;
	}
	return NULL;
}

static bool replace_loads(struct pin *p)
{
	bool any = false;

	for (size_t k = 0; k < psr_ext_loop_nblocks(p->l); k++) {
		LLVMBasicBlockRef b = psr_ext_loop_block(p->l, k);
		LLVMValueRef i = LLVMGetFirstInstruction(b), next, v;

		for (; i; i = next) {
			next = LLVMGetNextInstruction(i);
			v = once(p, i);
			if (!v)
				continue;
			LLVMReplaceAllUsesWith(i, v);
			LLVMInstructionEraseFromParent(i);
			any = true;
		}
	}
	return any;
}

/* ---- What is carried from one reading to the next ------------------------ */

struct carried { /* phis that hand on one value */
	LLVMValueRef phis[PHIS_MAX], others[PHIS_MAX];
	unsigned nphis, nothers;
	LLVMValueRef value; /* that is read once */
	bool from_outside;  /* one of them is of L's header */
};

static bool add_to(LLVMValueRef *set, unsigned *n, LLVMValueRef v)
{
	for (unsigned i = 0; i < *n; i++)
		if (set[i] == v)
			return true;
	if (*n == PHIS_MAX)
		return false;
	set[(*n)++] = v;
	return true;
}

/* Adds what comes into the K-th phi. */
static bool follow(const struct pin *p, struct carried *c, unsigned k)
{
	LLVMValueRef phi = c->phis[k];

	c->from_outside |= LLVMGetInstructionParent(phi) ==
			   psr_ext_loop_header(p->l);
	for (unsigned i = 0; i < LLVMCountIncoming(phi); i++) {
		LLVMValueRef v = LLVMGetIncomingValue(phi, i);

		if (is_once(p, v)) {
			if (c->value && c->value != v)
				return false;
			c->value = v;
		} else if (psr_ext_loop_is_invariant(p->l, v)) {
			if (!add_to(c->others, &c->nothers, v))
				return false;
		} else if (!LLVMIsAPHINode(v) ||
			   !add_to(c->phis, &c->nphis, v)) {
			return false;
		}
	}
	return true;
}

static bool find_carried(const struct pin *p, LLVMValueRef phi,
			 struct carried *c)
{
	LLVMTypeKind kind = LLVMGetTypeKind(LLVMTypeOf(phi));

	*c = (struct carried){.phis = {phi}, .nphis = 1};
	if (kind != LLVMIntegerTypeKind && kind != LLVMPointerTypeKind)
		return false;
	for (unsigned k = 0; k < c->nphis; k++)
		if (!follow(p, c, k))
			return false;
	return c->value && (c->from_outside || !c->nothers);
}

/* All of C's phis are the value, if what comes from outside is. */
static void settle(struct pin *p, const struct carried *c)
{
	for (unsigned i = 0; i < c->nothers; i++)
		test(p, LLVMBuildICmp(p->b, LLVMIntEQ, c->others[i], c->value,
				      "psr.same"));
	for (unsigned i = 0; i < c->nphis; i++)
		LLVMReplaceAllUsesWith(c->phis[i], c->value);
	for (unsigned i = 0; i < c->nphis; i++)
		LLVMInstructionEraseFromParent(c->phis[i]);
}

static bool settle_one(struct pin *p)
{
	for (size_t k = 0; k < psr_ext_loop_nblocks(p->l); k++)
		for (LLVMValueRef i = LLVMGetFirstInstruction(
			 psr_ext_loop_block(p->l, k));
		     LLVMIsAPHINode(i); i = LLVMGetNextInstruction(i)) {
			struct carried c;

			if (!find_carried(p, i, &c))
				continue;
			settle(p, &c);
			return true;
		}
	return false;
}

/* ---- The test ----------------------------------------------------------- */

/*
 * An instruction in the nest, of no use but that it has BASE for an operand;
 * NULL: it is the same everywhere.
 */
static LLVMValueRef keep(struct pin *p, LLVMValueRef base)
{
	if (LLVMIsAConstant(base))
		return NULL;
	LLVMPositionBuilderBefore(
	    p->b, psr_ir_first_non_phi(psr_ext_loop_header(p->l)));
	return LLVMBuildPtrToInt(p->b, base, p->i64, "psr.kept");
}

/* A nest in G has LEAST_WORK iterations: less is not worth the other tests. */
static bool require_work(struct pin *p, LLVMValueRef g)
{
	LLVMValueRef at =
	    LLVMGetBasicBlockTerminator(LLVMGetEntryBasicBlock(g));
	psr_loop l = psr_ext_loop_at(p->fam, g, NULL, 0);
	LLVMValueRef work = NULL, n;
	LLVMBuilderRef b;
	psr_scev trip;

	/* Of three loops or more the outer two will do. */
	for (unsigned k = 0; l && k < 2; k++) {
		if (psr_ext_trip(p->fam, g, l, l, at, PSR_OUTER_BUDGET,
				 &trip) == PSR_TRIP_UNKNOWN)
			break;
		n = psr_guard_expand(p->fam, g, trip);
		b = psr_guard_builder(g);
		work = work ? LLVMBuildMul(b, work, n, "psr.work") : n;
		LLVMDisposeBuilder(b);
		l = psr_ext_loop_count(p->fam, g, l)
			? psr_ext_loop_at(p->fam, g, l, 0)
			: NULL;
	}
	if (!work)
		return false;
	b = psr_guard_builder(g);
	n = LLVMBuildICmp(b, LLVMIntUGE, work, number(p->i64, LEAST_WORK),
			  "psr.enough");
	LLVMDisposeBuilder(b);
	psr_guard_require(g, n);
	return true;
}

/* G, which gets R's base as BASE, writes nothing of R. */
static LLVMValueRef is_apart(struct pin *p, LLVMValueRef g,
			     const struct read *r, LLVMValueRef base,
			     const struct psr_extent *x)
{
	LLVMBuilderRef b = psr_guard_builder(g);
	struct place at = {base, r->at.offset, r->at.bytes};
	LLVMValueRef low = LLVMBuildPtrToInt(b, address(p, b, &at, 0), p->i64,
					     "");
	struct psr_extent read = {
	    .low = low,
	    .high = LLVMBuildAdd(b, low, number(p->i64, (uint64_t)at.bytes),
				 "")};

	LLVMDisposeBuilder(b);
	return psr_extents_apart(g, &read, x);
}

/*
 * G, the new version, returns false at once where it writes what was read in
 * front, by the bases of which BASES are G's parameters or globals. False: what
 * it writes is not known.
 */
static bool guard(struct pin *p, LLVMValueRef g, const LLVMValueRef *bases)
{
	struct psr_extents x;
	LLVMValueRef all;

	if (psr_extents_find_written(p->fam, g, &x))
		return false;
	all = x.valid;
	for (unsigned i = 0; i < x.n; i++)
		for (unsigned k = 0; k < p->nreads; k++) {
			LLVMValueRef apart = is_apart(p, g, &p->reads[k],
						      bases[k], &x.at[i]);
			LLVMBuilderRef b = psr_guard_builder(g);

			all = psr_guard_both(b, all, apart);
			LLVMDisposeBuilder(b);
		}
	if (psr_guard_fails(all))
		return false;
	psr_guard_require(g, all);
	return psr_options.min_work >= 0 || require_work(p, g);
}

/* ---- The two versions ---------------------------------------------------- */

/* B ends in a branch to X if CONDITION holds, else to Y. */
static LLVMValueRef branch(struct pin *p, LLVMBasicBlockRef b,
			   LLVMValueRef condition, LLVMBasicBlockRef x,
			   LLVMBasicBlockRef y)
{
	LLVMValueRef end = LLVMGetBasicBlockTerminator(b), out;

	LLVMPositionBuilderBefore(p->b, end);
	LLVMSetCurrentDebugLocation2(p->b, LLVMInstructionGetDebugLoc(end));
	out = LLVMBuildCondBr(p->b, condition, x, y);
	LLVMInstructionEraseFromParent(end);
	return out;
}

/* The version without BRANCH, which chooses, alone; what was read is unused. */
static void take_back(struct psr_fam *fam, LLVMValueRef f, LLVMValueRef branch)
{
	LLVMBasicBlockRef guard = LLVMGetInstructionParent(branch);
	LLVMBasicBlockRef other = LLVMGetSuccessor(branch, 1);
	LLVMBasicBlockRef header =
	    LLVMGetSuccessor(LLVMGetBasicBlockTerminator(other), 0);
	LLVMValueRef end =
	    LLVMGetBasicBlockTerminator(psr_ext_predecessor(guard));

	psr_ext_loop_drop_hints(psr_ext_loop_of(fam, f, header), OTHER);
	/* It may be asked before whether all can be read. */
	psr_ext_redirect(LLVMGetNumSuccessors(end) == 2 ? end : branch, 0,
			 other);
	psr_ext_forget(fam, f);
	psr_ext_simplify_loops(fam, f);
}

/*
 * Reads once, in front of L, what L reads again; then what it reads again by way
 * of that. False: there is nothing.
 */
static bool read_once(struct pin *p, LLVMBasicBlockRef other,
		      LLVMValueRef between)
{
	LLVMValueRef near = NULL;
	bool any = false;

	p->nknown = p->nreads = 0;
	p->all = number(p->i1, 1);
	for (unsigned k = 0; k < CHAIN_MAX && find_reads(p, p->before); k++) {
		LLVMPositionBuilderBefore(
		    p->b, LLVMGetBasicBlockTerminator(p->before));
		near = read_sound(p, p->b, near);
		LLVMPositionBuilderBefore(p->b, between);
		for (unsigned i = p->nknown; i < p->nreads; i++)
			if (!p->reads[i].sound)
				build_load(p, p->b, &p->reads[i]);
		p->nknown = p->nreads;
		any |= replace_loads(p);
		while (settle_one(p))
			continue;
	}
	if (near)
		branch(p, p->before, near, p->guard, other);
	LLVMPositionBuilderBefore(p->b, between);
	LLVMSetCondition(between,
			 LLVMBuildFreeze(p->b, p->all, "psr.guard"));
	return any;
}

/* Marks G's loops as those of a new version. */
static void mark(struct pin *p, LLVMValueRef g)
{
	size_t n = psr_ext_loop_count(p->fam, g, NULL);

	for (size_t i = 0; i < n; i++)
		psr_ext_loop_set_hint(psr_ext_loop_at(p->fam, g, NULL, i),
				      PINNED, 1);
}

/* ---- First things first --------------------------------------------------- */

/* Computes of its operands alone, and cannot fail. */
static bool may_compute(LLVMValueRef i)
{
	if (LLVMIsACallInst(i))
		return psr_ir_calls(i, "llvm.smin") ||
		       psr_ir_calls(i, "llvm.smax") ||
		       psr_ir_calls(i, "llvm.umin") ||
		       psr_ir_calls(i, "llvm.umax");
	return psr_ir_is_arithmetic(i) || LLVMIsAFreezeInst(i) ||
	       LLVMIsASelectInst(i) || LLVMIsAICmpInst(i);
}

static unsigned operands(LLVMValueRef i)
{
	return LLVMIsACallInst(i) ? LLVMGetNumArgOperands(i)
				  : (unsigned)LLVMGetNumOperands(i);
}

/* V is known at the end of BEFORE, or may be computed there. */
static bool may_move(struct pin *p, LLVMValueRef v, unsigned depth)
{
	if (!LLVMIsAInstruction(v) ||
	    psr_ext_dominates(p->fam, p->f, LLVMGetInstructionParent(v),
			      p->before))
		return true;
	if (!depth || !may_compute(v))
		return false;
	for (unsigned i = 0; i < operands(v); i++)
		if (!may_move(p, LLVMGetOperand(v, i), depth - 1))
			return false;
	return true;
}

static void move(struct pin *p, LLVMValueRef v)
{
	if (!LLVMIsAInstruction(v) ||
	    psr_ext_dominates(p->fam, p->f, LLVMGetInstructionParent(v),
			      p->before))
		return;
	for (unsigned i = 0; i < operands(v); i++)
		move(p, LLVMGetOperand(v, i));
	LLVMInstructionRemoveFromParent(v);
	LLVMPositionBuilderBefore(p->b, LLVMGetBasicBlockTerminator(p->before));
	LLVMInsertIntoBuilder(p->b, v);
}

/*
 * Asks what END does, whether there is enough to do, in front of all other
 * tests, if that is known there.
 */
static void ask_first(struct pin *p, LLVMValueRef end, LLVMBasicBlockRef other)
{
	LLVMValueRef enough;

	psr_ext_forget(p->fam, p->f);
	if (LLVMGetInstructionOpcode(end) != LLVMBr ||
	    !LLVMIsConditional(end) ||
	    !may_move(p, LLVMGetCondition(end), MOVES))
		return;
	enough = LLVMGetCondition(end);
	move(p, enough);
	LLVMSetCondition(end, number(p->i1, 1));
	psr_ext_split(p->before, LLVMGetBasicBlockTerminator(p->before));
	branch(p, p->before, enough,
	       LLVMGetSuccessor(LLVMGetBasicBlockTerminator(p->before), 0),
	       other);
}

/*
 * L, in which nothing is read again, as clang makes such code: it goes through
 * clang's passes as a function of its own. Where that returns false OTHER runs.
 */
static bool compile(struct pin *p, LLVMBasicBlockRef other)
{
	LLVMValueRef kept[READS_MAX], bases[READS_MAX], g, call;
	size_t n = psr_ext_loop_nblocks(p->l), ninputs;
	LLVMBasicBlockRef *blocks = calloc(n, sizeof(LLVMBasicBlockRef)), at;
	bool made;

	if (!blocks)
		abort(); /* as clang does when it has no memory */
	for (unsigned k = 0; k < p->nreads; k++)
		kept[k] = keep(p, p->reads[k].at.base);
	for (size_t i = 0; i < n; i++)
		blocks[i] = psr_ext_loop_block(p->l, i);
	g = psr_ext_extract(blocks, n, "psr.pinned", &call, &ninputs);
	free(blocks);
	if (!g)
		return false;
	for (unsigned k = 0; k < p->nreads; k++) {
		bases[k] = kept[k] ? LLVMGetOperand(kept[k], 0)
				   : p->reads[k].at.base;
		if (kept[k])
			LLVMInstructionEraseFromParent(kept[k]);
	}
	psr_ext_forget(p->fam, p->f);
	psr_ext_simplify(p->fam, g);
	psr_ext_simplify_loops(p->fam, g);
	/* A loop may have become a call: nothing is left to choose for. */
	made = psr_ext_loop_count(p->fam, g, NULL) && guard(p, g, bases);
	if (made)
		mark(p, g);
	at = LLVMGetInstructionParent(call);
	branch(p, at, call,
	       LLVMGetSuccessor(LLVMGetBasicBlockTerminator(at), 0), other);
	if (psr_ext_inline(call))
		psr_ext_delete_function(p->fam, g);
	if (made && psr_options.min_work < 0)
		ask_first(p, LLVMGetBasicBlockTerminator(at), other);
	return made;
}

/* Makes P's two versions; the branch between them, or NULL. */
static LLVMValueRef make(struct pin *p, LLVMBasicBlockRef *blocks, size_t n)
{
	LLVMValueRef between;
	struct psr_clone clone;
	LLVMBasicBlockRef header = blocks[0];
	bool made;

	psr_ext_form_lcssa(p->fam, p->f, p->l);
	psr_ext_clone_nest(blocks, n, &clone);
	p->before = clone.before;
	p->guard = psr_ext_split(clone.before,
				 LLVMGetBasicBlockTerminator(clone.before));
	between = branch(p, p->guard, number(p->i1, 1), clone.copy,
			 clone.original);
	psr_ext_forget(p->fam, p->f);
	psr_ext_simplify_loops(p->fam, p->f);
	psr_ext_loop_set_hint(psr_ext_loop_of(p->fam, p->f, header), OTHER, 1);
	p->l = psr_ext_loop_of(p->fam, p->f, blocks[0]);
	made = read_once(p, clone.original, between) &&
	       compile(p, clone.original);
	psr_ext_forget(p->fam, p->f);
	psr_ext_simplify_loops(p->fam, p->f);
	if (made)
		return between;
	take_back(p->fam, p->f, between);
	return NULL;
}

/* ---- Where --------------------------------------------------------------- */

/* Only what it reads again, perhaps, keeps NEST from being a site. */
static bool may_pin(struct psr_fam *fam, const struct psr_nest *nest)
{
	psr_loop l = nest->loop;

	if (!l || !nest->reason ||
	    (nest->reason != PSR_REASON_TRIP &&
	     nest->reason != PSR_REASON_NO_VECTOR) ||
	    !psr_ext_loop_is_simple(l) || !psr_ext_loop_unique_exit(l))
		return false;
	for (size_t i = 0; i < psr_ext_loop_nblocks(l); i++)
		if (psr_refuse_block(fam, nest->function,
				     psr_ext_loop_block(l, i), true))
			return false;
	return psr_ir_loop_size(l) <= SIZE_MAX_COPIED;
}

static bool begin(struct pin *p, struct psr_fam *fam, LLVMValueRef f,
		  psr_loop l)
{
	*p = (struct pin){.fam = fam, .f = f, .l = l};
	p->ctx = LLVMGetModuleContext(LLVMGetGlobalParent(f));
	p->i1 = LLVMInt1TypeInContext(p->ctx);
	p->i8 = LLVMInt8TypeInContext(p->ctx);
	p->i64 = LLVMInt64TypeInContext(p->ctx);
	return find_reads(p, psr_ext_loop_preheader(l));
}

/* Another version of the nest of L, if that helps; true: it was tried. */
static bool add(struct psr_fam *fam, LLVMValueRef f, psr_loop l,
		struct psr_pins *out)
{
	size_t n = psr_ext_loop_nblocks(l);
	LLVMBasicBlockRef *blocks = calloc(n, sizeof(LLVMBasicBlockRef));
	struct pin p;
	bool found;

	if (!blocks)
		abort(); /* as clang does when it has no memory */
	for (size_t i = 0; i < n; i++)
		blocks[i] = psr_ext_loop_block(l, i);
	found = begin(&p, fam, f, l);
	if (found) {
		p.b = LLVMCreateBuilderInContext(p.ctx);
		out->branches[out->n] = make(&p, blocks, n);
		out->n += out->branches[out->n] != NULL;
		LLVMDisposeBuilder(p.b);
	}
	free(blocks);
	return found;
}

/* L, or a loop around it, has the hint NAME. */
static bool is_within(psr_loop l, const char *name)
{
	for (; l; l = psr_ext_loop_parent(l))
		if (psr_ext_loop_has_hint(l, name))
			return true;
	return false;
}

bool psr_pins_has(psr_loop l)
{
	return is_within(l, PINNED);
}

bool psr_pins_make(struct psr_fam *fam, LLVMValueRef f,
		   const struct psr_nest *nests, size_t n, double *left,
		   struct psr_pins *out)
{
	LLVMBasicBlockRef headers[PSR_PINS_MAX];
	size_t nheaders = 0;
	bool tried = false;

	out->n = 0;
	if (psr_ir_is_sanitized(f))
		return false;
	for (size_t i = 0; i < n && nheaders < PSR_PINS_MAX; i++)
		if (may_pin(fam, &nests[i]))
			headers[nheaders++] = nests[i].blocks[0];
	for (size_t i = 0; i < nheaders; i++) {
		psr_loop l = psr_ext_loop_of(fam, f, headers[i]);
		unsigned size = psr_ir_loop_size(l), had = out->n;

		if (is_within(l, PINNED) || is_within(l, OTHER) || size > *left)
			continue;
		tried |= add(fam, f, l, out);
		if (out->n > had)
			*left -= size;
	}
	return tried;
}

bool psr_pins_drop(struct psr_fam *fam, LLVMValueRef f,
		   const struct psr_nest *nests, size_t n,
		   const struct psr_pins *pins)
{
	LLVMValueRef wrong[PSR_PINS_MAX];
	unsigned nwrong = 0;

	for (unsigned k = 0; k < pins->n; k++) {
		bool has_site = false;

		for (size_t i = 0; i < n; i++)
			has_site |= !nests[i].reason && nests[i].loop &&
				    psr_ext_dominates(
					fam, f,
					LLVMGetSuccessor(pins->branches[k], 0),
					psr_ext_loop_header(nests[i].loop));
		if (!has_site)
			wrong[nwrong++] = pins->branches[k];
	}
	for (unsigned i = 0; i < nwrong; i++)
		take_back(fam, f, wrong[i]);
	return nwrong;
}

bool psr_pins_is_other(psr_loop l)
{
	return psr_ext_loop_has_hint(l, OTHER);
}
