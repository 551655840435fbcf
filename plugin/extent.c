/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * extent.c - the memory that a variant touches, as values at its entry.
 *
 * An access is affine: its offset from a pointer known at entry is a sum of
 * recurrences, one a loop, whose least and greatest value over the loop's
 * iterations is at one of its ends. Of several accesses by one pointer the
 * extent is their hull. Accesses that are conditional, or never happen, only
 * make it larger.
 *
 * The sums are right modulo 2^64. That they are right as integers is what
 * `valid` says: with every trip count at most 2^31 and every step at most
 * 2^30, the way of one loop is below 2^61, that of four below 2^63; if both
 * ends of a range then lie within +-2^62, no wrap lies between them, whatever
 * the other terms are. The addresses themselves do not wrap, since no object
 * crosses the end of memory.
 */
#include "extent.h"

#include <string.h>

#include "ir.h"

#define TRIPS_MAX  (UINT64_C(1) << 31)
#define STEP_MAX   (UINT64_C(1) << 30)
#define OFFSET_MAX (UINT64_C(1) << 62)

struct hull { /* of one pointer's accesses */
	LLVMValueRef base;
	bool read, written;
	psr_scev low, high;
};

struct search {
	struct psr_fam *fam;
	LLVMValueRef f;
	bool reads; /* are of interest, too */
	struct hull at[PSR_EXTENTS_MAX];
	unsigned n;
	struct psr_terms terms;
};

/* ---- Finding ------------------------------------------------------------ */

/* The slot of a result: no input, and nothing else points to it. */
bool psr_extent_is_slot(LLVMValueRef v)
{
	unsigned kind = LLVMGetEnumAttributeKindForName("writeonly", 9);
	LLVMValueRef f;

	if (!LLVMIsAArgument(v))
		return false;
	f = LLVMGetParamParent(v);
	for (unsigned i = 0; i < LLVMCountParams(f); i++)
		if (LLVMGetParam(f, i) == v)
			return LLVMGetEnumAttributeAtIndex(f, i + 1, kind);
	return false;
}

/* Adds S to a set. False: there is no room. */
static bool add_term(psr_scev *set, unsigned *n, psr_scev s)
{
	for (unsigned i = 0; i < *n; i++)
		if (set[i] == s)
			return true;
	if (*n == PSR_TERMS_MAX)
		return false;
	set[(*n)++] = s;
	return true;
}

bool psr_terms_add(struct psr_terms *t, const struct psr_span *span)
{
	for (unsigned i = 0; i < span->nterms; i++)
		if (!add_term(t->trips, &t->ntrips, span->trips[i]) ||
		    !add_term(t->steps, &t->nsteps, span->steps[i]))
			return false;
	return true;
}

static struct hull *hull_of(struct search *s, LLVMValueRef base)
{
	for (unsigned i = 0; i < s->n; i++)
		if (s->at[i].base == base)
			return &s->at[i];
	if (s->n == PSR_EXTENTS_MAX)
		return NULL;
	s->at[s->n] = (struct hull){.base = base};
	return &s->at[s->n++];
}

static bool add_span(struct search *s, const struct psr_span *span, bool writes)
{
	struct hull *h = hull_of(s, span->base);

	if (!h)
		return false;
	h->read = h->read || !writes;
	h->written = h->written || writes;
	h->low = h->low ? psr_ext_scev_extreme(s->fam, s->f, h->low, span->low,
					       false)
			: span->low;
	h->high = h->high ? psr_ext_scev_extreme(s->fam, s->f, h->high,
						 span->high, true)
			  : span->high;
	return psr_terms_add(&s->terms, span);
}

static enum psr_reason add_touch(struct search *s, LLVMValueRef i, bool writes)
{
	struct psr_span span;

	if (!psr_ext_span(s->fam, s->f, i, writes, &span))
		return PSR_REASON_EXTENT;
	if (psr_extent_is_slot(span.base))
		return PSR_REASON_NONE;
	return add_span(s, &span, writes) ? PSR_REASON_NONE
					  : PSR_REASON_POINTERS;
}

static enum psr_reason search_block(struct search *s, LLVMBasicBlockRef b)
{
	enum psr_reason r = PSR_REASON_NONE;

	for (LLVMValueRef i = LLVMGetFirstInstruction(b); i && !r;
	     i = LLVMGetNextInstruction(i)) {
		bool reads, writes;
		enum psr_touch touch = psr_ext_touch(i, &reads, &writes);

		reads = reads && s->reads;
		if (!reads && !writes)
			continue;
		if (touch == PSR_TOUCH_UNKNOWN)
			return PSR_REASON_EXTENT;
		if (touch == PSR_TOUCH_NONE)
			continue;
		if (reads)
			r = add_touch(s, i, false);
		if (writes && !r)
			r = add_touch(s, i, true);
	}
	return r;
}

/* ---- Emitting ----------------------------------------------------------- */

LLVMBuilderRef psr_guard_builder(LLVMValueRef f)
{
	LLVMBuilderRef b = LLVMCreateBuilderInContext(
	    LLVMGetModuleContext(LLVMGetGlobalParent(f)));

	LLVMPositionBuilderBefore(
	    b, LLVMGetBasicBlockTerminator(LLVMGetEntryBasicBlock(f)));
	return b;
}

bool psr_guard_fails(LLVMValueRef condition)
{
	return LLVMIsAConstantInt(condition) &&
	       !LLVMConstIntGetZExtValue(condition);
}

LLVMValueRef psr_guard_both(LLVMBuilderRef b, LLVMValueRef x, LLVMValueRef y)
{
	if (psr_guard_fails(x) || psr_guard_fails(y))
		return LLVMConstNull(LLVMTypeOf(x));
	return LLVMBuildAnd(b, x, y, "psr.both");
}

static LLVMValueRef constant(LLVMValueRef like, uint64_t value)
{
	return LLVMConstInt(LLVMTypeOf(like), value, false);
}

/* all && -limit <= value <= limit, or 0 <= value where it has no sign. */
static LLVMValueRef within(LLVMBuilderRef b, LLVMValueRef all,
			   LLVMValueRef value, uint64_t limit, bool has_sign)
{
	LLVMValueRef x = value, fits;

	if (has_sign)
		x = LLVMBuildAdd(b, value, constant(value, limit), "");
	fits = LLVMBuildICmp(b, LLVMIntULE, x,
			     constant(value, has_sign ? 2 * limit : limit),
			     "psr.fits");
	return psr_guard_both(b, all, fits);
}

LLVMValueRef psr_guard_expand(struct psr_fam *fam, LLVMValueRef f, psr_scev e)
{
	LLVMValueRef end =
	    LLVMGetBasicBlockTerminator(LLVMGetEntryBasicBlock(f));

	return psr_ext_scev_expand(fam, f, e, end);
}

static LLVMValueRef expand(struct search *s, psr_scev e)
{
	return psr_guard_expand(s->fam, s->f, e);
}

LLVMValueRef psr_terms_valid(struct psr_fam *fam, LLVMValueRef f,
			     const struct psr_terms *t)
{
	LLVMContextRef ctx = LLVMGetModuleContext(LLVMGetGlobalParent(f));
	LLVMValueRef all = LLVMConstInt(LLVMInt1TypeInContext(ctx), 1, false);
	LLVMBuilderRef b = psr_guard_builder(f);

	for (unsigned i = 0; i < t->ntrips; i++)
		all = within(b, all, psr_guard_expand(fam, f, t->trips[i]),
			     TRIPS_MAX, false);
	for (unsigned i = 0; i < t->nsteps; i++)
		all = within(b, all, psr_guard_expand(fam, f, t->steps[i]),
			     STEP_MAX, true);
	LLVMDisposeBuilder(b);
	return all;
}

LLVMValueRef psr_offset_valid(LLVMValueRef f, LLVMValueRef all,
			      LLVMValueRef offset)
{
	LLVMBuilderRef b = psr_guard_builder(f);

	all = within(b, all, offset, OFFSET_MAX, true);
	LLVMDisposeBuilder(b);
	return all;
}

static void emit(struct search *s, struct psr_extents *out)
{
	LLVMContextRef ctx = LLVMGetModuleContext(LLVMGetGlobalParent(s->f));
	LLVMTypeRef i64 = LLVMInt64TypeInContext(ctx);
	LLVMBuilderRef b = psr_guard_builder(s->f);
	LLVMValueRef all = psr_terms_valid(s->fam, s->f, &s->terms);

	for (unsigned i = 0; i < s->n; i++) {
		const struct hull *h = &s->at[i];
		LLVMValueRef low = expand(s, h->low);
		LLVMValueRef high = expand(s, h->high);
		LLVMValueRef base =
		    LLVMBuildPtrToInt(b, h->base, i64, "psr.base");

		all = within(b, all, low, OFFSET_MAX, true);
		all = within(b, all, high, OFFSET_MAX, true);
		out->at[i] = (struct psr_extent){
		    .base = h->base,
		    .read = h->read,
		    .written = h->written,
		    .low = LLVMBuildAdd(b, base, low, "psr.low"),
		    .high = LLVMBuildAdd(b, base, high, "psr.high"),
		};
	}
	out->n = s->n;
	out->valid = all;
	LLVMDisposeBuilder(b);
}

static enum psr_reason find(struct psr_fam *fam, LLVMValueRef f, bool reads,
			    struct psr_extents *out)
{
	struct search s = {.fam = fam, .f = f, .reads = reads};
	enum psr_reason r = PSR_REASON_NONE;

	for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(f); b && !r;
	     b = LLVMGetNextBasicBlock(b))
		r = search_block(&s, b);
	if (!r)
		emit(&s, out);
	return r;
}

enum psr_reason psr_extents_find(struct psr_fam *fam, LLVMValueRef f,
				 struct psr_extents *out)
{
	return find(fam, f, true, out);
}

enum psr_reason psr_extents_find_written(struct psr_fam *fam, LLVMValueRef f,
					 struct psr_extents *out)
{
	return find(fam, f, false, out);
}

LLVMValueRef psr_extents_apart(LLVMValueRef f, const struct psr_extent *a,
			       const struct psr_extent *b)
{
	LLVMBuilderRef at = psr_guard_builder(f);
	LLVMValueRef low[] = {a->low, b->low}, high[] = {a->high, b->high};
	LLVMValueRef apart = psr_ir_apart(at, low, high);

	LLVMDisposeBuilder(at);
	return apart;
}

void psr_guard_require(LLVMValueRef f, LLVMValueRef condition)
{
	LLVMContextRef ctx = LLVMGetModuleContext(LLVMGetGlobalParent(f));
	LLVMBasicBlockRef entry = LLVMGetEntryBasicBlock(f), next, leave;
	LLVMBuilderRef b = LLVMCreateBuilderInContext(ctx);

	next = psr_ext_split(entry, LLVMGetBasicBlockTerminator(entry));
	leave = LLVMInsertBasicBlockInContext(ctx, next, "psr.unfit");
	LLVMInstructionEraseFromParent(LLVMGetBasicBlockTerminator(entry));
	LLVMPositionBuilderAtEnd(b, entry);
	/* What it is computed of may be poison where no loop is entered. */
	LLVMBuildCondBr(b, LLVMBuildFreeze(b, condition, "psr.guard"), next,
			leave);
	LLVMPositionBuilderAtEnd(b, leave);
	LLVMBuildRet(b, LLVMConstInt(LLVMInt1TypeInContext(ctx), 0, false));
	LLVMDisposeBuilder(b);
}
