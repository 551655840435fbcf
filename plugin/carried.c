/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * carried.c - are a loop's iterations independent in what they touch?
 *
 * Objects first: of two accesses that do not go by the same pointer, one
 * writing, LLVM's alias analyses must know that they never meet. For those by
 * one pointer, iteration K of the loop L touches
 *
 *     base + stride * K + D * q + [low, high),    any integer q
 *
 * where [low, high) is the hull of all of them and of all iterations of the
 * loops within, but for loops whose steps are multiples of a D chosen here.
 * All must have the same stride. Two iterations never touch the same byte if
 *
 *     high - low <= |stride|                                   without D
 *     and |stride| * (trips - 1) + high - low <= |D|           with it:
 *
 * K's bytes are then a window of their own, of each D bytes where there is a
 * D. Rows of a matrix are of the first kind, columns of the second. Sizes are
 * mostly known at run time only, for C's matrices are written a[i * n + j]: so
 * the conditions are tested on entry, unless LLVM folds them. In terms of
 * Banerjee ("Dependence Analysis", 1997) this is the extreme value test for
 * the direction vectors (<, *, ...) and (>, *, ...), with symbolic bounds, and
 * its use modulo D delinearises (compare Grosser et al., "Optimistic
 * Delinearization of Parametrically Sized Arrays", 2015).
 *
 * That the sums are right as integers, not only modulo 2^64, is tested with
 * them; extent.c tells why its limits suffice.
 */
#include "carried.h"

#include <stdlib.h>
#include <string.h>

#include "extent.h"
#include "ir.h"

#define ACCESSES_MAX 256
#define BASES_MAX    16
#define STEPS_MAX    16

struct access {
	LLVMValueRef i;
	bool writes;
	bool affine; /* else only the object is known, at most */
	struct psr_span span;
};

struct group { /* the accesses by one pointer, if some of them write */
	psr_scev stride, modulus;
	psr_scev first; /* where the first one begins */
	psr_scev low, high;
	psr_scev divided[STEPS_MAX]; /* that MODULUS must divide */
	unsigned ndivided;
};

struct search {
	struct psr_fam *fam;
	LLVMValueRef f;
	psr_loop l;
	struct access at[ACCESSES_MAX];
	unsigned n;
	struct group groups[BASES_MAX];
	unsigned ngroups;
	struct psr_terms terms;
	psr_scev trips; /* of L, less 1 */
	bool scopes;
};

/* ---- The accesses ------------------------------------------------------- */

static bool add_access(struct search *s, LLVMValueRef i, bool writes)
{
	struct access *a = &s->at[s->n];

	a->i = i;
	a->writes = writes;
	a->affine =
	    psr_ext_span_of(s->fam, s->f, s->l, NULL, i, writes, &a->span);
	if (a->affine && psr_extent_is_slot(a->span.base))
		return true; /* has its own care */
	return ++s->n < ACCESSES_MAX;
}

static enum psr_reason add_instruction(struct search *s, LLVMValueRef i)
{
	bool reads, writes;
	enum psr_touch touch = psr_ext_touch(i, &reads, &writes);

	if (touch == PSR_TOUCH_NONE)
		return PSR_REASON_NONE;
	if (touch == PSR_TOUCH_UNKNOWN)
		return PSR_REASON_EXTENT;
	if ((reads && !add_access(s, i, false)) ||
	    (writes && !add_access(s, i, true)))
		return PSR_REASON_POINTERS;
	return PSR_REASON_NONE;
}

static enum psr_reason collect(struct search *s)
{
	enum psr_reason r = PSR_REASON_NONE;

	for (size_t k = 0; k < psr_ext_loop_nblocks(s->l) && !r; k++) {
		LLVMBasicBlockRef b = psr_ext_loop_block(s->l, k);

		for (LLVMValueRef i = LLVMGetFirstInstruction(b); i && !r;
		     i = LLVMGetNextInstruction(i))
			r = add_instruction(s, i);
	}
	return r;
}

/* ---- Different pointers ------------------------------------------------- */

static bool same_base(const struct access *a, const struct access *b)
{
	return a->affine && b->affine && a->span.base == b->span.base;
}

static enum psr_reason check_objects(struct search *s)
{
	for (unsigned i = 0; i < s->n; i++) {
		struct access *w = &s->at[i];

		if (!w->writes)
			continue;
		if (!w->affine)
			return PSR_REASON_EXTENT;
		for (unsigned k = 0; k < s->n; k++) {
			struct access *a = &s->at[k];

			if (!same_base(a, w) &&
			    psr_ext_may_share(s->fam, s->f, s->scopes, w->i,
					      true, a->i, a->writes))
				return PSR_REASON_MEET;
		}
	}
	return PSR_REASON_NONE;
}

/* ---- One pointer -------------------------------------------------------- */

static bool constant_of(psr_scev s, int64_t *value)
{
	uint64_t bits;

	if (!psr_ext_scev_constant(s, &bits))
		return false;
	*value = (int64_t)bits;
	*value = *value < 0 ? -*value : *value;
	return true;
}

/* By its form STEP is more than STRIDE, whatever the sizes will be. */
static bool is_larger(struct search *s, psr_scev step, psr_scev stride)
{
	int64_t x, y;
	int times;
	bool known = constant_of(stride, &y);

	if (constant_of(step, &x))
		return known && x > y;
	return known ||
	       (psr_ext_scev_multiple(s->fam, s->f, step, stride) &&
		!psr_ext_scev_times(s->fam, s->f, step, stride, &times));
}

/* The least step of the loops within that is larger than the stride. */
static psr_scev choose_modulus(struct search *s, const struct access *first)
{
	psr_scev stride = first->span.stride, best = NULL;

	for (unsigned i = 0; i < s->n; i++) {
		const struct psr_span *span = &s->at[i].span;

		if (!same_base(&s->at[i], first))
			continue;
		for (unsigned k = 0; k < span->nterms; k++) {
			psr_scev step = span->steps[k];

			if (is_larger(s, step, stride) &&
			    (!best || is_larger(s, best, step)))
				best = step;
		}
	}
	return best;
}

static bool note_divided(struct search *s, struct group *g,
			 const struct psr_span *span)
{
	for (unsigned i = 0; i < span->nterms; i++) {
		psr_scev step = span->steps[i];
		int times;

		if (!psr_ext_scev_multiple(s->fam, s->f, step, g->modulus) ||
		    psr_ext_scev_times(s->fam, s->f, step, g->modulus, &times))
			continue;
		if (g->ndivided == STEPS_MAX)
			return false;
		g->divided[g->ndivided++] = step;
	}
	return true;
}

/* A window further on by whole D is the same one. */
static void reduce(struct search *s, const struct group *g,
		   struct psr_span *span)
{
	psr_scev shift = psr_ext_scev_minus(s->fam, s->f, span->low, g->first);
	int times;

	if (!g->modulus ||
	    !psr_ext_scev_times(s->fam, s->f, shift, g->modulus, &times))
		return;
	span->low = psr_ext_scev_minus(s->fam, s->f, span->low, shift);
	span->high = psr_ext_scev_minus(s->fam, s->f, span->high, shift);
}

/* Iterations apart by a few touch the same byte, by the form of addresses. */
static bool meets(struct search *s, const struct group *g,
		  const struct psr_span *span)
{
	psr_scev shift = psr_ext_scev_minus(s->fam, s->f, span->low, g->first);
	int times;

	return psr_ext_scev_times(s->fam, s->f, shift, g->stride, &times) &&
	       times;
}

/* A loop within steps from one iteration's window to another's. */
static bool strides_within(struct search *s, const struct group *g,
			   const struct psr_span *span)
{
	int times;

	for (unsigned i = 0; i < span->nterms; i++)
		if (psr_ext_scev_times(s->fam, s->f, span->steps[i], g->stride,
				       &times) &&
		    (!g->modulus ||
		     !psr_ext_scev_multiple(s->fam, s->f, span->steps[i],
					    g->modulus)))
			return true;
	return false;
}

static enum psr_reason add_to_group(struct search *s, struct group *g,
				    struct access *a)
{
	struct psr_span *span = &a->span;

	if (g->modulus && (!psr_ext_span_of(s->fam, s->f, s->l, g->modulus,
					    a->i, a->writes, span) ||
			   !note_divided(s, g, span)))
		return PSR_REASON_CARRIED;
	if (!g->first) {
		g->first = g->low = span->low;
		g->high = span->high;
	}
	reduce(s, g, span);
	if (strides_within(s, g, span) || meets(s, g, span))
		return PSR_REASON_CARRIED;
	g->low = psr_ext_scev_extreme(s->fam, s->f, g->low, span->low, false);
	g->high = psr_ext_scev_extreme(s->fam, s->f, g->high, span->high, true);
	return psr_terms_add(&s->terms, span) ? PSR_REASON_NONE
					      : PSR_REASON_POINTERS;
}

static enum psr_reason check_group(struct search *s, const struct access *first)
{
	struct group *g = &s->groups[s->ngroups];
	enum psr_reason r = PSR_REASON_NONE;

	*g = (struct group){.stride = first->span.stride};
	for (unsigned i = 0; i < s->n; i++)
		if (same_base(&s->at[i], first) &&
		    (!g->stride || s->at[i].span.stride != g->stride))
			return PSR_REASON_CARRIED;
	g->modulus = choose_modulus(s, first);
	for (unsigned i = 0; i < s->n && !r; i++)
		if (same_base(&s->at[i], first))
			r = add_to_group(s, g, &s->at[i]);
	s->ngroups++;
	return r;
}

/* Some access before the I-th, by the same pointer, writes too. */
static bool is_seen(const struct search *s, unsigned i)
{
	for (unsigned k = 0; k < i; k++)
		if (s->at[k].writes && same_base(&s->at[k], &s->at[i]))
			return true;
	return false;
}

static enum psr_reason check_groups(struct search *s)
{
	enum psr_reason r = PSR_REASON_NONE;

	for (unsigned i = 0; i < s->n && !r; i++) {
		if (!s->at[i].writes || is_seen(s, i))
			continue;
		if (s->ngroups == BASES_MAX)
			return PSR_REASON_POINTERS;
		r = check_group(s, &s->at[i]);
	}
	return r;
}

/* ---- The conditions ----------------------------------------------------- */

static LLVMValueRef expand(struct search *s, psr_scev e)
{
	return psr_guard_expand(s->fam, s->f, e);
}

static LLVMValueRef magnitude(struct search *s, LLVMBuilderRef b, psr_scev e)
{
	return psr_ir_absolute(b, expand(s, e), "psr.size");
}

static LLVMValueRef and_at_most(LLVMBuilderRef b, LLVMValueRef all,
				LLVMValueRef x, LLVMValueRef y)
{
	LLVMValueRef fits = LLVMBuildICmp(b, LLVMIntULE, x, y, "psr.fits");

	return psr_guard_both(b, all, fits);
}

/* all && D divides each step that was left out as its multiple. */
static LLVMValueRef and_divides(struct search *s, const struct group *g,
				LLVMBuilderRef b, LLVMValueRef all,
				LLVMValueRef d)
{
	LLVMValueRef zero = LLVMConstNull(LLVMTypeOf(d));
	LLVMValueRef one = LLVMConstInt(LLVMTypeOf(d), 1, false), by, left;

	for (unsigned i = 0; i < g->ndivided; i++) {
		by = LLVMBuildFreeze(b, d, "psr.by");
		by = LLVMBuildSelect(
		    b, LLVMBuildICmp(b, LLVMIntEQ, by, zero, ""), one, by, "");
		left = LLVMBuildURem(b, magnitude(s, b, g->divided[i]), by, "");
		all = psr_guard_both(
		    b, all, LLVMBuildICmp(b, LLVMIntEQ, left, zero, ""));
	}
	return all;
}

static LLVMValueRef emit_group(struct search *s, const struct group *g,
			       LLVMValueRef all)
{
	LLVMBuilderRef b = psr_guard_builder(s->f);
	LLVMValueRef low = expand(s, g->low), high = expand(s, g->high);
	LLVMValueRef width = LLVMBuildSub(b, high, low, "psr.width");
	LLVMValueRef stride = magnitude(s, b, g->stride), d, way;

	all = psr_offset_valid(s->f, all, low);
	all = psr_offset_valid(s->f, all, high);
	all = and_at_most(b, all, width, stride);
	if (g->modulus) {
		d = magnitude(s, b, g->modulus);
		way = LLVMBuildMul(b, stride, expand(s, s->trips), "psr.way");
		all = and_at_most(b, all,
				  LLVMBuildAdd(b, way, width, "psr.width"), d);
		all = and_divides(s, g, b, all, d);
	}
	LLVMDisposeBuilder(b);
	return all;
}

/* The strides count as steps, though not with the loops within. */
static bool add_strides(struct search *s)
{
	for (unsigned i = 0; i < s->ngroups; i++) {
		struct psr_span span = {.nterms = 1};

		span.steps[0] = s->groups[i].stride;
		span.trips[0] = s->trips;
		if (!psr_terms_add(&s->terms, &span))
			return false;
	}
	return true;
}

static enum psr_reason search(struct search *s)
{
	enum psr_reason r;

	s->trips = psr_ext_trips_less_1(s->fam, s->f, s->l);
	if (!s->trips)
		return PSR_REASON_TRIP;
	s->scopes = psr_ext_keeps_scopes(s->l);
	r = collect(s);
	if (!r)
		r = check_objects(s);
	if (!r)
		r = check_groups(s);
	return r || add_strides(s) ? r : PSR_REASON_POINTERS;
}

enum psr_reason psr_carried_emit(struct psr_fam *fam, LLVMValueRef f,
				 psr_loop l, LLVMValueRef *condition)
{
	struct search *s = calloc(1, sizeof(*s));
	enum psr_reason r;

	if (!s)
		abort(); /* as clang does when it has no memory */
	s->fam = fam;
	s->f = f;
	s->l = l;
	r = search(s);
	if (!r) {
		*condition = psr_terms_valid(fam, f, &s->terms);
		for (unsigned i = 0; i < s->ngroups; i++)
			*condition = emit_group(s, &s->groups[i], *condition);
	}
	free(s);
	return r;
}
