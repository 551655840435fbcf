/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * streams.c - finds the strided memory that a nest goes through again and
 * again, and what must hold so that the nest may work on a copy of it.
 *
 * A stream is an address that is an affine function of the iterations of one
 * or two loops, and the same in each iteration of another loop around them,
 * with more bytes from element to element than an element has. Its elements
 * may be copied in front of the nest, used in their stead, and those that were
 * written copied back, because:
 *
 *  - every element is accessed by the nest itself, so that copying touches
 *    nothing that the nest would not: some access of the stream's runs in
 *    every iteration of every loop around it. Its block dominates the latch
 *    of its loop, which is left by its latch alone; so does that loop's
 *    preheader in the next one, and so on. Branches on what does not change
 *    within the nest may stand between: they become conditions on entry.
 *    What is only read, and that not always, may be copied too where it lies
 *    between bytes that are always accessed, of the same structure and of the
 *    next one, less than a page apart: it is in a page of theirs. That of the
 *    last structure, or the first, is tested on entry to be in one page with
 *    the byte beside it. What was copied in vain is not used;
 *    A loop that runs longer, or less long, with each iteration of one around
 *    it has elements in the iteration in which it runs longest;
 *  - nothing is called and nothing leaves the nest but its end, so that
 *    nobody can tell when an element was read or written;
 *  - a stream that is only read: no store of the nest meets its elements;
 *  - a stream that is written: no other access of the nest meets them, all its
 *    stores run in every iteration, so that all elements are written, and they
 *    lie apart, in one dimension with a step of at least their size.
 *
 * That two accesses do not meet is known by their objects (and types, for what
 * is only read: a later copy back could undo a store of another type), or
 * since they keep to different parts of each structure: with all steps
 * multiples of G, they start D apart modulo G, and neither reaches the other
 * (the lattice test, or GCD test: Banerjee, "Dependence Analysis for
 * Supercomputing", 1988). Else it is tested on entry that the two stretches
 * of memory are apart.
 */
#include "streams.h"

#include <string.h>

#include "ir.h"

#define TRIP_BUDGET 64 /* LLVM's basic instructions */

/* ---- Reading the nest --------------------------------------------------- */

bool psr_streams_trips(const struct psr_streams *s, psr_loop l,
		       struct psr_ends *out)
{
	*out = (struct psr_ends){NULL, NULL, NULL};
	return psr_ext_trip(s->fam, s->f, l, s->nest, s->at, TRIP_BUDGET,
			    &out->most) == PSR_TRIP_KNOWN ||
	       psr_ext_trip_ends(s->fam, s->f, l, s->nest, s->at, TRIP_BUDGET,
				 out);
}

psr_scev psr_streams_rounds(const struct psr_streams *s, psr_loop l)
{
	psr_scev trip;

	return psr_ext_trip(s->fam, s->f, l, s->nest, s->at, TRIP_BUDGET,
			    &trip) != PSR_TRIP_UNKNOWN
		   ? trip
		   : NULL;
}

static bool is_intrinsic(LLVMValueRef call)
{
	LLVMValueRef callee = LLVMGetCalledValue(call);

	return LLVMIsAFunction(callee) && LLVMGetIntrinsicID(callee);
}

static uint64_t magnitude(int64_t x)
{
	return x < 0 ? -(uint64_t)x : (uint64_t)x;
}

/* STEP is a constant, *OUT its magnitude. */
static bool is_constant(psr_scev step, uint64_t *out)
{
	uint64_t value;

	if (!psr_ext_scev_constant(step, &value))
		return false;
	*out = magnitude((int64_t)value);
	return true;
}

/* Where the address varies, how often is known, and by how much is sane. */
static bool is_bounded(const struct psr_streams *s, const struct psr_affine *at)
{
	struct psr_ends trips;
	uint64_t step;

	for (unsigned i = 0; i < at->depth; i++) {
		if (!at->steps[i])
			continue;
		if (!psr_streams_trips(s, at->loops[i], &trips) ||
		    (is_constant(at->steps[i], &step) && step > PSR_STEP_MAX))
			return false;
	}
	return true;
}

static enum psr_reason add_access(struct psr_streams *s, LLVMValueRef i)
{
	struct psr_access *a = &s->accesses[s->naccesses];
	bool reads, writes;
	enum psr_touch touch = psr_ext_touch(i, &reads, &writes);

	if (LLVMIsACallInst(i) && !is_intrinsic(i))
		return PSR_REASON_CALLS;
	if (touch == PSR_TOUCH_NONE)
		return PSR_REASON_NONE;
	if (touch == PSR_TOUCH_UNKNOWN ||
	    (!LLVMIsALoadInst(i) && !LLVMIsAStoreInst(i)))
		return PSR_REASON_EXTENT;
	if (s->naccesses == PSR_ACCESSES_MAX)
		return PSR_REASON_POINTERS;
	*a = (struct psr_access){
	    .instruction = i, .store = writes, .stream = -1};
	a->affine = psr_ext_affine(s->fam, s->f, s->nest, i, s->at, &a->at) &&
		    is_bounded(s, &a->at);
	s->naccesses++;
	return PSR_REASON_NONE;
}

static enum psr_reason add_accesses(struct psr_streams *s)
{
	enum psr_reason r = PSR_REASON_NONE;

	for (size_t b = 0; b < psr_ext_loop_nblocks(s->nest); b++)
		for (LLVMValueRef i = LLVMGetFirstInstruction(
			 psr_ext_loop_block(s->nest, b));
		     i && !r; i = LLVMGetNextInstruction(i))
			r = add_access(s, i);
	return r;
}

/* ---- Does it run in every iteration? ------------------------------------ */

static bool add_condition(struct psr_streams *s, LLVMValueRef value, bool is)
{
	for (unsigned i = 0; i < s->nconditions; i++)
		if (s->conditions[i].value == value)
			return s->conditions[i].is == is;
	if (s->nconditions == PSR_CONDITIONS_MAX)
		return false;
	s->conditions[s->nconditions].value = value;
	s->conditions[s->nconditions++].is = is;
	return true;
}

/* FROM, which alone leads to TO, always does if the conditions hold. */
static bool leads_to(struct psr_streams *s, LLVMBasicBlockRef from,
		     LLVMBasicBlockRef to)
{
	LLVMValueRef t = LLVMGetBasicBlockTerminator(from);
	LLVMValueRef condition;

	if (LLVMGetInstructionOpcode(t) != LLVMBr)
		return false;
	if (!LLVMIsConditional(t))
		return true;
	condition = LLVMGetCondition(t);
	return LLVMGetSuccessor(t, 0) != LLVMGetSuccessor(t, 1) &&
	       psr_ext_loop_is_invariant(s->nest, condition) &&
	       add_condition(s, condition, LLVMGetSuccessor(t, 0) == to);
}

/* B runs in every iteration of L, which B is in. */
static bool is_certain(struct psr_streams *s, psr_loop l, LLVMBasicBlockRef b)
{
	LLVMBasicBlockRef latch = psr_ext_loop_latch(l), from;

	if (!latch || psr_ext_loop_exiting(l) != latch)
		return false;
	while (!psr_ext_dominates(s->fam, s->f, b, latch)) {
		from = psr_ext_predecessor(b);
		if (!from || !psr_ext_loop_contains(l, from) ||
		    !leads_to(s, from, b))
			return false;
		b = from;
	}
	return true;
}

static bool is_always(struct psr_streams *s, LLVMValueRef i)
{
	LLVMBasicBlockRef b = LLVMGetInstructionParent(i);
	psr_loop l = psr_ext_loop_of(s->fam, s->f, b);

	while (is_certain(s, l, b)) {
		if (l == s->nest)
			return true;
		b = psr_ext_loop_preheader(l);
		l = psr_ext_loop_parent(l);
		if (!b)
			return false;
	}
	return false;
}

/* ---- Which accesses form a stream? -------------------------------------- */

/* A value that can be copied by one load and store of its size. */
static bool is_plain(LLVMValueRef access, uint64_t bytes)
{
	LLVMTypeRef type = LLVMIsAStoreInst(access)
			       ? LLVMTypeOf(LLVMGetOperand(access, 0))
			       : LLVMTypeOf(access);

	if (bytes != 1 && bytes != 2 && bytes != 4 && bytes != 8)
		return false;
	switch (LLVMGetTypeKind(type)) {
	case LLVMIntegerTypeKind:
		return LLVMGetIntTypeWidth(type) == 8 * bytes;
	case LLVMHalfTypeKind:
	case LLVMBFloatTypeKind:
	case LLVMFloatTypeKind:
	case LLVMDoubleTypeKind:
		return true;
	case LLVMPointerTypeKind:
		return bytes == 8;
	default:
		return false;
	}
}

/*
 * All elements are met in one iteration of the loop with which the trips of
 * AT's loop K vary, if they do: for others are the same, but fewer.
 */
static bool is_whole_once(const struct psr_streams *s,
			  const struct psr_affine *at, unsigned k)
{
	struct psr_ends trips;

	if (!psr_streams_trips(s, at->loops[k], &trips))
		return false;
	for (unsigned i = 0; i < at->depth; i++)
		if (at->loops[i] == trips.around)
			return !at->steps[i];
	return true;
}

/* Makes *OUT the stream that A is of, if it may be of one. */
static bool shape_stream(const struct psr_streams *s,
			 const struct psr_access *a, struct psr_stream *out)
{
	unsigned varying = 0, rounds = 0;
	uint64_t step;

	*out = (struct psr_stream){.at = a->at, .outer = -1, .beside = -1};
	for (unsigned i = 0; i < a->at.depth; i++) {
		if (!a->at.steps[i]) {
			rounds += psr_streams_rounds(s, a->at.loops[i]) != NULL;
			continue;
		}
		if (!is_whole_once(s, &a->at, i))
			return false;
		if (varying++)
			out->outer = (int)out->inner;
		out->inner = i;
	}
	if (!varying || varying > 2 || !rounds ||
	    !is_plain(a->instruction, a->at.bytes))
		return false;
	return !is_constant(a->at.steps[out->inner], &step) ||
	       step > a->at.bytes;
}

static bool same_steps(const struct psr_affine *x, const struct psr_affine *y)
{
	return x->depth == y->depth &&
	       !memcmp(x->loops, y->loops, x->depth * sizeof(*x->loops)) &&
	       !memcmp(x->steps, y->steps, x->depth * sizeof(*x->steps));
}

static bool same_place(const struct psr_affine *x, const struct psr_affine *y)
{
	return x->start == y->start && x->bytes == y->bytes && same_steps(x, y);
}

static int stream_of(const struct psr_streams *s, const struct psr_affine *at)
{
	for (unsigned i = 0; i < s->n; i++)
		if (same_place(&s->streams[i].at, at))
			return (int)i;
	return -1;
}

static void add_stream(struct psr_streams *s, const struct psr_stream *made)
{
	if (stream_of(s, &made->at) < 0 && s->n < PSR_STREAMS_MAX)
		s->streams[s->n++] = *made;
}

/* Streams of accesses that run in every iteration. */
static void add_certain(struct psr_streams *s)
{
	for (unsigned i = 0; i < s->naccesses; i++) {
		struct psr_access *a = &s->accesses[i];
		unsigned conditions = s->nconditions;
		struct psr_stream made;

		if (!a->affine || !shape_stream(s, a, &made))
			continue;
		a->always = is_always(s, a->instruction);
		if (a->always)
			add_stream(s, &made);
		else
			s->nconditions = conditions;
	}
}

/* X is a part of the same structures that access A, which runs always, is to.
 */
static bool is_beside(const struct psr_streams *s, struct psr_stream *x,
		      const struct psr_access *a)
{
	const struct psr_affine *at = &x->at;
	uint64_t step, apart;
	int64_t distance;

	if (!a->always || !same_steps(at, &a->at) || x->outer >= 0 ||
	    !is_constant(at->steps[x->inner], &step) || step > PSR_PAGE ||
	    !psr_ext_scev_distance(s->fam, s->f, a->at.start, at->start,
				   &distance))
		return false;
	apart = magnitude(distance);
	x->behind = distance < 0;
	return x->behind ? apart < step && apart >= at->bytes
			 : apart + at->bytes <= step;
}

/* Streams of loads that may not run, between others that do. */
static void add_enclosed(struct psr_streams *s)
{
	for (unsigned i = 0; i < s->naccesses; i++) {
		const struct psr_access *a = &s->accesses[i];
		struct psr_stream made;

		if (!a->affine || a->always || a->store ||
		    !shape_stream(s, a, &made))
			continue;
		for (unsigned k = 0; k < s->naccesses && made.beside < 0; k++)
			if (is_beside(s, &made, &s->accesses[k]))
				made.beside = (int)k;
		if (made.beside >= 0)
			add_stream(s, &made);
	}
}

static void add_streams(struct psr_streams *s)
{
	add_certain(s);
	add_enclosed(s);
	for (unsigned i = 0; i < s->naccesses; i++) {
		struct psr_access *a = &s->accesses[i];

		if (!a->affine || (a->stream = stream_of(s, &a->at)) < 0)
			continue;
		if (a->store)
			s->streams[a->stream].written = true;
		else
			s->streams[a->stream].read = true;
	}
}

/* ---- Is it worth it, and may it be? ------------------------------------- */

/* The bytes that streams use of each structure that stream K is a part of. */
static uint64_t used_bytes(const struct psr_streams *s, unsigned k,
			   uint64_t step)
{
	const struct psr_affine *at = &s->streams[k].at;
	uint64_t sum = 0;
	int64_t distance;

	for (unsigned i = 0; i < s->n; i++) {
		const struct psr_affine *other = &s->streams[i].at;

		if (same_steps(at, other) &&
		    psr_ext_scev_distance(s->fam, s->f, at->start, other->start,
					  &distance) &&
		    magnitude(distance) < step)
			sum += other->bytes;
	}
	return sum;
}

/* Of what the caches fetch for stream K, half is used or more. */
static bool is_dense(const struct psr_streams *s, unsigned k)
{
	const struct psr_stream *x = &s->streams[k];
	uint64_t step;

	return is_constant(x->at.steps[x->inner], &step) &&
	       2 * used_bytes(s, k, step) > step;
}

/* Each element of K, if it is written, is written always, and lies apart. */
static bool may_be_written(const struct psr_streams *s, unsigned k)
{
	if (!s->streams[k].written)
		return true;
	for (unsigned i = 0; i < s->naccesses; i++)
		if (s->accesses[i].stream == (int)k && s->accesses[i].store &&
		    !s->accesses[i].always)
			return false;
	return s->streams[k].outer < 0;
}

static uint64_t gcd(uint64_t a, uint64_t b)
{
	while (b) {
		uint64_t r = a % b;

		a = b;
		b = r;
	}
	return a;
}

/* The greatest common divisor of G and X's steps; 1: not known. */
static uint64_t common_step(const struct psr_affine *x, uint64_t g)
{
	uint64_t step;

	for (unsigned i = 0; i < x->depth; i++) {
		if (!x->steps[i])
			continue;
		if (!is_constant(x->steps[i], &step))
			return 1;
		g = gcd(g, step);
	}
	return g;
}

/* X and Y keep to different parts of each structure. */
static bool are_different_parts(const struct psr_streams *s,
				const struct psr_affine *x,
				const struct psr_affine *y)
{
	uint64_t g = common_step(y, common_step(x, 0)), d;
	int64_t distance;

	if (g < 2 ||
	    !psr_ext_scev_distance(s->fam, s->f, x->start, y->start,
				   &distance) ||
	    magnitude(distance) > PSR_STEP_MAX)
		return false;
	d = magnitude(distance) % g;
	if (distance < 0 && d)
		d = g - d;
	return d >= x->bytes && d + y->bytes <= g;
}

/* By their objects and types, some access of stream K may meet Y. */
static bool may_meet(const struct psr_streams *s, unsigned k,
		     const struct psr_access *y)
{
	for (unsigned i = 0; i < s->naccesses; i++)
		if (s->accesses[i].stream == (int)k &&
		    psr_ext_may_meet(s->fam, s->f, s->nest,
				     s->accesses[i].instruction, y->instruction,
				     !s->streams[k].written))
			return true;
	return false;
}

/* Access A, not of stream K, does not meet it; or a test will tell. */
static bool keeps_apart(struct psr_streams *s, unsigned k, unsigned a)
{
	const struct psr_stream *x = &s->streams[k];
	const struct psr_access *y = &s->accesses[a];

	if ((!x->written && !y->store) || !may_meet(s, k, y))
		return true;
	if (!y->affine)
		return false;
	if (are_different_parts(s, &x->at, &y->at))
		return true;
	if (s->ntests == PSR_TESTS_MAX)
		return false;
	s->tests[s->ntests].stream = k;
	s->tests[s->ntests++].access = a;
	return true;
}

static enum psr_reason judge(struct psr_streams *s, unsigned k)
{
	if (is_dense(s, k))
		return PSR_REASON_DENSE;
	if (!may_be_written(s, k))
		return PSR_REASON_MEETS;
	for (unsigned a = 0; a < s->naccesses; a++)
		if (s->accesses[a].stream != (int)k && !keeps_apart(s, k, a))
			return PSR_REASON_MEETS;
	return PSR_REASON_NONE;
}

/* Keeps the streams that KEEP names. */
static void keep_streams(struct psr_streams *s, const bool *keep)
{
	int now[PSR_STREAMS_MAX];
	unsigned n = 0, ntests = 0;

	for (unsigned k = 0; k < s->n; k++) {
		now[k] = keep[k] ? (int)n : -1;
		if (keep[k])
			s->streams[n++] = s->streams[k];
	}
	for (unsigned i = 0; i < s->naccesses; i++)
		if (s->accesses[i].stream >= 0)
			s->accesses[i].stream = now[s->accesses[i].stream];
	for (unsigned i = 0; i < s->ntests; i++)
		if (keep[s->tests[i].stream]) {
			s->tests[ntests] = s->tests[i];
			s->tests[ntests++].stream =
			    (unsigned)now[s->tests[i].stream];
		}
	s->ntests = ntests;
	s->n = n;
}

enum psr_reason psr_streams_find(struct psr_fam *fam, LLVMValueRef f,
				 psr_loop nest, LLVMValueRef at,
				 struct psr_streams *out)
{
	enum psr_reason r, why = PSR_REASON_REUSE;
	bool keep[PSR_STREAMS_MAX];

	*out = (struct psr_streams){.fam = fam, .f = f, .at = at, .nest = nest};
	r = add_accesses(out);
	if (r)
		return r;
	add_streams(out);
	for (unsigned k = 0; k < out->n; k++) {
		r = judge(out, k);
		keep[k] = !r;
		if (r)
			why = r;
	}
	keep_streams(out, keep);
	return out->n ? PSR_REASON_NONE : why;
}
