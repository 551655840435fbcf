/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * split.c - an innermost loop in three parts, of which the middle one asks
 * nothing ("index set splitting"; Griebl, Feautrier, Lengauer: Index set
 * splitting, 2000).
 *
 * A filter that clamps its coordinates to an image, or leaves out what lies
 * outside, asks that of each pixel, though only those at the borders may
 * answer otherwise; and loads by clamped indexes are no vectors.
 *
 * What is asked compares a value that grows by a constant in each iteration,
 * without wrapping, with one that the loop does not change; or is the lesser
 * or greater of the two. The answer changes in one iteration, or two if the
 * comparison is unsigned, and which these are is computed in front of the loop.
 * So there is a range of iterations in which all answers are known. Legal: the
 * parts run in turn, each as the loop itself did, one after the other; the
 * middle part has for what is asked the answers that it would get.
 *
 * The parts are rounds of a loop around the loop, which is unrolled then. Part
 * K runs from BOUNDS[K] to BOUNDS[K + 1]; any of them may be empty.
 */
#include "split.h"

#include "ir.h"
#include "work.h"

#define BORDERS_MAX 32
#define LOOPS_MAX   8
#define PARTS       3
#define NEAR        8 /* iterations: a border at the loop's beginning */

enum { FIRST, LAST, BOTH }; /* the middle is behind it, in front, between */

struct border {
	LLVMValueRef i;     /* a comparison, or a minimum or maximum */
	LLVMValueRef grows; /* one of its operands, or where that is clamped */
	LLVMValueRef fixed; /* the other */
	struct psr_counter by; /* how GROWS does */
	bool beyond;  /* it changes behind FIXED, not at it */
	bool is_unsigned;
	bool value;   /* of a comparison, in the middle */
	int side;
};

struct split {
	struct psr_fam *fam;
	LLVMValueRef f;
	psr_loop l;
	LLVMContextRef ctx;
	LLVMModuleRef m;
	LLVMTypeRef i64;
	LLVMBuilderRef b;
	struct border borders[BORDERS_MAX];
	unsigned n;
};

/* ---- Borders ------------------------------------------------------------- */

static bool is_within(psr_loop l, LLVMValueRef v)
{
	return LLVMIsAInstruction(v) &&
	       psr_ext_loop_contains(l, LLVMGetInstructionParent(v));
}

/* V as it is in the middle. */
static LLVMValueRef unclamped(const struct split *s, LLVMValueRef v)
{
	for (unsigned k = s->n; k-- > 0;)
		if (s->borders[k].i == v && !LLVMIsAICmpInst(v))
			return s->borders[k].grows;
	return v;
}

/* Which of I's operands grows and which is fixed; SWAPPED: the second grows. */
static bool find_operands(struct split *s, LLVMValueRef i, struct border *out,
			  bool *swapped)
{
	for (unsigned k = 0; k < 2; k++) {
		LLVMValueRef v = unclamped(s, LLVMGetOperand(i, k));
		LLVMValueRef other = LLVMGetOperand(i, 1 - k);

		if (LLVMGetTypeKind(LLVMTypeOf(v)) != LLVMIntegerTypeKind ||
		    LLVMGetIntTypeWidth(LLVMTypeOf(v)) > 64 ||
		    is_within(s->l, other) || !is_within(s->l, v) ||
		    !psr_ext_counts(s->fam, s->f, v, s->l, PSR_OUTER_BUDGET,
				    &out->by))
			continue;
		out->grows = v;
		out->fixed = other;
		*swapped = k;
		return true;
	}
	return false;
}

/* It changes in one of the loop's first iterations, as far as is known. */
static bool is_near_start(const struct border *b)
{
	unsigned unused = 64 - LLVMGetIntTypeWidth(LLVMTypeOf(b->grows));
	uint64_t bits;
	long long to, start;

	if (!LLVMIsAConstantInt(b->fixed))
		return false;
	if (!psr_ext_scev_constant(b->by.start, &bits))
		return true;
	to = LLVMConstIntGetSExtValue(b->fixed);
	start = (long long)(bits << unused) >> unused;
	return to < start || (uint64_t)to - (uint64_t)start < NEAR * b->by.step;
}

static LLVMIntPredicate mirrored(LLVMIntPredicate p)
{
	switch (p) {
	case LLVMIntSLT:
		return LLVMIntSGT;
	case LLVMIntSLE:
		return LLVMIntSGE;
	case LLVMIntSGT:
		return LLVMIntSLT;
	case LLVMIntSGE:
		return LLVMIntSLE;
	case LLVMIntULT:
		return LLVMIntUGT;
	case LLVMIntULE:
		return LLVMIntUGE;
	case LLVMIntUGT:
		return LLVMIntULT;
	case LLVMIntUGE:
		return LLVMIntULE;
	default:
		return p;
	}
}

static void judge_comparison(LLVMIntPredicate p, struct border *b)
{
	bool start = is_near_start(b), less;

	b->is_unsigned = p == LLVMIntULT || p == LLVMIntULE ||
			 p == LLVMIntUGT || p == LLVMIntUGE;
	b->beyond = p == LLVMIntSLE || p == LLVMIntULE || p == LLVMIntSGT ||
		    p == LLVMIntUGT;
	less = p == LLVMIntSLT || p == LLVMIntULT || p == LLVMIntSLE ||
	       p == LLVMIntULE;
	if (p == LLVMIntEQ || p == LLVMIntNE) {
		b->beyond = start;
		b->value = p == LLVMIntNE;
		b->side = start ? FIRST : LAST;
		return;
	}
	b->value = less != start;
	b->side = start ? FIRST : b->is_unsigned ? BOTH : LAST;
}

/* A minimum is what grows in front of the border, a maximum behind it. */
static bool judge_call(LLVMValueRef i, struct border *b)
{
	bool least = psr_ir_calls(i, "llvm.smin") ||
		     psr_ir_calls(i, "llvm.umin");

	b->is_unsigned = psr_ir_calls(i, "llvm.umin") ||
			 psr_ir_calls(i, "llvm.umax");
	if (!least && !psr_ir_calls(i, "llvm.smax") &&
	    !psr_ir_calls(i, "llvm.umax"))
		return false;
	b->beyond = least;
	b->side = !least ? FIRST : b->is_unsigned ? BOTH : LAST;
	return true;
}

static bool is_border(struct split *s, LLVMValueRef i, struct border *out)
{
	bool swapped;

	*out = (struct border){.i = i};
	if (!LLVMIsAICmpInst(i) && (!LLVMIsACallInst(i) ||
				    !judge_call(i, out)))
		return false;
	if (!find_operands(s, i, out, &swapped))
		return false;
	if (LLVMIsAICmpInst(i)) {
		LLVMIntPredicate p = LLVMGetICmpPredicate(i);

		judge_comparison(swapped ? mirrored(p) : p, out);
	}
	return true;
}

/* Whether L goes on is no border. */
static bool is_exit_test(psr_loop l, LLVMValueRef i)
{
	LLVMValueRef last =
	    LLVMGetBasicBlockTerminator(psr_ext_loop_latch(l));
	LLVMUseRef u = LLVMGetFirstUse(i);

	return u && !LLVMGetNextUse(u) && LLVMGetUser(u) == last;
}

static void find_borders(struct split *s)
{
	for (size_t k = 0; k < psr_ext_loop_nblocks(s->l); k++)
		for (LLVMValueRef i = LLVMGetFirstInstruction(
			 psr_ext_loop_block(s->l, k));
		     i && s->n < BORDERS_MAX; i = LLVMGetNextInstruction(i))
			if (is_border(s, i, &s->borders[s->n]) &&
			    !is_exit_test(s->l, i))
				s->n++;
}

static bool has_form(psr_loop l)
{
	LLVMBasicBlockRef latch = psr_ext_loop_latch(l);
	LLVMValueRef last = latch ? LLVMGetBasicBlockTerminator(latch) : NULL;

	return last && psr_ext_loop_preheader(l) &&
	       psr_ext_loop_unique_exit(l) && LLVMIsABranchInst(last) &&
	       LLVMIsConditional(last) && psr_ext_loop_exiting(l) == latch;
}

bool psr_split_judge(struct psr_fam *fam, const struct psr_nest *nest)
{
	for (size_t k = 0; k < nest->nblocks; k++) {
		psr_loop l =
		    psr_ext_loop_of(fam, nest->function, nest->blocks[k]);
		struct split s = {.fam = fam, .f = nest->function, .l = l};

		if (psr_ext_loop_header(l) != nest->blocks[k] ||
		    psr_ext_loop_count(fam, s.f, l) || !has_form(l) ||
		    !psr_ext_has_trip(fam, s.f, l))
			continue;
		find_borders(&s);
		if (s.n)
			return true;
	}
	return false;
}

/* ---- Bounds of the parts ------------------------------------------------- */

static LLVMValueRef number(const struct split *s, uint64_t n)
{
	return LLVMConstInt(s->i64, n, false);
}

static LLVMValueRef saturated(struct split *s, const char *name,
			      LLVMValueRef x, LLVMValueRef y)
{
	LLVMValueRef args[] = {x, y};

	return psr_ir_intrinsic(s->b, s->m, name, s->i64, args, 2);
}

/* How many iterations there are in which what begins at START is below TO. */
static LLVMValueRef count_below(struct split *s, LLVMValueRef start,
				uint64_t step, LLVMValueRef to)
{
	LLVMValueRef way = saturated(s, "llvm.ssub.sat", to, start);
	LLVMValueRef none = number(s, 0);
	LLVMValueRef less = LLVMBuildSub(s->b, way, number(s, 1), "");
	LLVMValueRef count = LLVMBuildAdd(
	    s->b, LLVMBuildUDiv(s->b, less, number(s, step), ""),
	    number(s, 1), "");
	LLVMValueRef any = LLVMBuildICmp(s->b, LLVMIntSGT, way, none, "");

	return LLVMBuildSelect(s->b, any, count, none, "psr.below");
}

/* As many as TRIPS, or none if B's value would wrap within these. */
static LLVMValueRef unwrapped(struct split *s, const struct border *b,
			      LLVMValueRef start, LLVMValueRef trips,
			      LLVMValueRef high)
{
	unsigned width = LLVMGetIntTypeWidth(LLVMTypeOf(b->grows));
	uint64_t end = UINT64_C(1) << (width - 1);
	LLVMValueRef count, all;

	if (!b->by.may_wrap)
		return high;
	count = count_below(s, start, b->by.step,
			    number(s, width == 64 ? end - 1 : end));
	all = LLVMBuildICmp(s->b, LLVMIntUGE, count, trips, "");
	return LLVMBuildSelect(s->b, all, high, number(s, 0), "");
}

/* Narrows *LOW and *HIGH to where B's answer is known. */
static void narrow(struct split *s, const struct border *b, LLVMValueRef at,
		   LLVMValueRef trips, LLVMValueRef *low, LLVMValueRef *high)
{
	LLVMValueRef start = psr_ext_scev_expand(s->fam, s->f, b->by.start, at);
	LLVMValueRef none = number(s, 0), to, count, zero, sound;

	start = LLVMBuildFreeze(s->b, LLVMBuildSExt(s->b, start, s->i64, ""),
				"psr.start");
	*high = unwrapped(s, b, start, trips, *high);
	to = LLVMBuildFreeze(
	    s->b, LLVMBuildSExt(s->b, b->fixed, s->i64, ""), "psr.border");
	sound = LLVMBuildICmp(s->b, LLVMIntSGE, to, none, "");
	if (b->beyond)
		to = saturated(s, "llvm.sadd.sat", to, number(s, 1));
	count = count_below(s, start, b->by.step, to);
	if (b->side == FIRST)
		*low = psr_ir_pick(s->b, LLVMIntUGT, *low, count, "");
	else
		*high = psr_ir_pick(s->b, LLVMIntULT, *high, count, "");
	if (!b->is_unsigned)
		return;
	/* Unsigned, what is negative is large. */
	zero = count_below(s, start, b->by.step, none);
	*low = psr_ir_pick(s->b, LLVMIntUGT, *low, zero, "");
	*high = LLVMBuildSelect(s->b, sound, *high, none, "");
}

/* BOUNDS[0] to BOUNDS[PARTS] of the parts of TRIPS iterations. */
static void make_bounds(struct split *s, LLVMValueRef at, LLVMValueRef trips,
			LLVMValueRef *bounds)
{
	LLVMValueRef low = number(s, 0), high = trips;

	for (unsigned k = 0; k < s->n; k++)
		narrow(s, &s->borders[k], at, trips, &low, &high);
	bounds[0] = number(s, 0);
	bounds[1] = psr_ir_pick(s->b, LLVMIntULT, low, trips, "psr.low");
	bounds[2] = psr_ir_pick(s->b, LLVMIntUGT, high, bounds[1], "psr.high");
	bounds[3] = trips;
}

/* ---- The loop of parts --------------------------------------------------- */

static LLVMValueRef new_phi(struct split *s, LLVMBasicBlockRef b,
			    LLVMTypeRef type, const char *name)
{
	LLVMValueRef first = LLVMGetFirstInstruction(b);

	if (first)
		LLVMPositionBuilderBefore(s->b, first);
	else
		LLVMPositionBuilderAtEnd(s->b, b);
	return LLVMBuildPhi(s->b, type, name);
}

static void from(LLVMValueRef phi, LLVMValueRef v, LLVMBasicBlockRef b)
{
	LLVMAddIncoming(phi, &v, &b, 1);
}

static LLVMValueRef incoming_of(LLVMValueRef phi, LLVMBasicBlockRef b)
{
	for (unsigned i = 0; i < LLVMCountIncoming(phi); i++)
		if (LLVMGetIncomingBlock(phi, i) == b)
			return LLVMGetIncomingValue(phi, i);
	return NULL;
}

static void replace(LLVMValueRef old, LLVMValueRef by)
{
	LLVMReplaceAllUsesWith(old, by);
	LLVMInstructionEraseFromParent(old);
}

struct parts { /* blocks of the loop around, where PART runs from 0 */
	LLVMBasicBlockRef before, begin, enter, header, latch, leave, next;
	LLVMBasicBlockRef exit;
	LLVMValueRef part, middle, low, high;
};

/* What the loop begins with in each part: what it left off with in the last. */
static void chain_header(struct split *s, struct parts *p)
{
	LLVMValueRef phi = LLVMGetFirstInstruction(p->header), after;

	for (; LLVMIsAPHINode(phi); phi = after) {
		LLVMTypeRef type = LLVMTypeOf(phi);
		LLVMValueRef made = new_phi(s, p->header, type, "");
		LLVMValueRef now = new_phi(s, p->begin, type, "psr.now");
		LLVMValueRef then = new_phi(s, p->next, type, "psr.then");

		after = LLVMGetNextInstruction(phi);
		from(now, incoming_of(phi, p->before), p->before);
		from(now, then, p->next);
		from(then, incoming_of(phi, p->latch), p->leave);
		from(then, now, p->begin);
		from(made, now, p->enter);
		from(made, incoming_of(phi, p->latch), p->latch);
		for (unsigned k = 0; k < s->n; k++)
			if (s->borders[k].grows == phi)
				s->borders[k].grows = made;
		replace(phi, made);
	}
}

/* What is used behind the loop comes of the last part that ran. */
static void chain_exit(struct split *s, struct parts *p)
{
	LLVMValueRef phi = LLVMGetFirstInstruction(p->exit), after;

	for (; phi && LLVMIsAPHINode(phi); phi = after) {
		LLVMTypeRef type = LLVMTypeOf(phi);
		LLVMValueRef made = new_phi(s, p->exit, type, "");
		LLVMValueRef now = new_phi(s, p->begin, type, "psr.out");
		LLVMValueRef then = new_phi(s, p->next, type, "psr.out");

		after = LLVMGetNextInstruction(phi);
		from(now, LLVMGetPoison(type), p->before);
		from(now, then, p->next);
		from(then, incoming_of(phi, p->latch), p->leave);
		from(then, now, p->begin);
		from(made, then, p->next);
		replace(phi, made);
	}
}

/* The loop counts from LOW to HIGH, whatever it did. */
static void count(struct split *s, struct parts *p)
{
	LLVMValueRef old = LLVMGetBasicBlockTerminator(p->latch);
	unsigned loop = LLVMGetMDKindIDInContext(s->ctx, "llvm.loop", 9);
	LLVMValueRef hints = LLVMGetMetadata(old, loop);
	LLVMValueRef i = new_phi(s, p->header, s->i64, "psr.i"), next, more;

	LLVMPositionBuilderBefore(s->b, old);
	next = LLVMBuildNUWAdd(s->b, i, number(s, 1), "psr.next");
	from(i, p->low, p->enter);
	from(i, next, p->latch);
	more = LLVMBuildICmp(s->b, LLVMIntULT, next, p->high, "psr.more");
	LLVMInstructionEraseFromParent(old);
	LLVMPositionBuilderAtEnd(s->b, p->latch);
	old = LLVMBuildCondBr(s->b, more, p->header, p->leave);
	if (hints)
		LLVMSetMetadata(old, loop, hints);
}

static LLVMBasicBlockRef new_block(struct split *s, const char *name)
{
	return LLVMAppendBasicBlockInContext(s->ctx, s->f, name);
}

static LLVMValueRef of_part(struct split *s, const struct parts *p,
			    LLVMValueRef *bounds)
{
	LLVMValueRef first = LLVMBuildICmp(s->b, LLVMIntEQ, p->part,
					   number(s, 0), "");

	return LLVMBuildSelect(
	    s->b, first, bounds[0],
	    LLVMBuildSelect(s->b, p->middle, bounds[1], bounds[2], ""), "");
}

static void make_parts(struct split *s, struct parts *p, LLVMValueRef *bounds)
{
	LLVMValueRef some, next, more;

	p->begin = new_block(s, "psr.part");
	p->enter = new_block(s, "psr.enter");
	p->leave = new_block(s, "psr.leave");
	p->next = new_block(s, "psr.next");
	p->part = new_phi(s, p->begin, s->i64, "psr.k");
	chain_header(s, p);
	chain_exit(s, p);

	LLVMPositionBuilderAtEnd(s->b, p->begin);
	p->middle = LLVMBuildICmp(s->b, LLVMIntEQ, p->part, number(s, 1),
				  "psr.middle");
	p->low = of_part(s, p, bounds);
	p->high = of_part(s, p, bounds + 1);
	some = LLVMBuildICmp(s->b, LLVMIntULT, p->low, p->high, "psr.some");
	LLVMBuildCondBr(s->b, some, p->enter, p->next);
	count(s, p);
	LLVMPositionBuilderAtEnd(s->b, p->enter);
	LLVMBuildBr(s->b, p->header);
	LLVMPositionBuilderAtEnd(s->b, p->leave);
	LLVMBuildBr(s->b, p->next);

	LLVMPositionBuilderAtEnd(s->b, p->next);
	next = LLVMBuildAdd(s->b, p->part, number(s, 1), "");
	from(p->part, number(s, 0), p->before);
	from(p->part, next, p->next);
	more = LLVMBuildICmp(s->b, LLVMIntULT, next, number(s, PARTS), "");
	LLVMBuildCondBr(s->b, more, p->begin, p->exit);
	LLVMSetSuccessor(LLVMGetBasicBlockTerminator(p->before), 0, p->begin);
}

/* In the middle, B is what is known of it. */
static void answer(struct split *s, const struct border *b,
		   const struct parts *p)
{
	LLVMValueRef made, after = LLVMGetNextInstruction(b->i);
	LLVMValueRef none = LLVMGetUndef(LLVMTypeOf(b->i));
	/* Stands for B, that is used by what takes its place. */
	LLVMValueRef mark;

	LLVMPositionBuilderBefore(s->b, after);
	mark = LLVMBuildFreeze(s->b, none, "");
	LLVMReplaceAllUsesWith(b->i, mark);
	if (!LLVMIsAICmpInst(b->i))
		made = LLVMBuildSelect(s->b, p->middle, b->grows, b->i, "");
	else if (b->value)
		made = LLVMBuildOr(s->b, p->middle, b->i, "");
	else
		made = LLVMBuildAnd(s->b,
				    LLVMBuildNot(s->b, p->middle, ""), b->i,
				    "");
	replace(mark, made);
}

static bool change(struct split *s)
{
	struct parts p = {
	    .before = psr_ext_loop_preheader(s->l),
	    .header = psr_ext_loop_header(s->l),
	    .latch = psr_ext_loop_latch(s->l),
	    .exit = psr_ext_loop_unique_exit(s->l),
	};
	LLVMValueRef last = LLVMGetBasicBlockTerminator(p.before);
	LLVMValueRef bounds[PARTS + 1], trips;
	psr_scev trip;

	if (psr_ext_trip(s->fam, s->f, s->l, s->l, last, PSR_OUTER_BUDGET,
			 &trip) != PSR_TRIP_KNOWN)
		return false;
	s->b = LLVMCreateBuilderInContext(s->ctx);
	LLVMPositionBuilderBefore(s->b, last);
	trips = LLVMBuildFreeze(
	    s->b, psr_ext_scev_expand(s->fam, s->f, trip, last), "psr.trips");
	LLVMPositionBuilderBefore(s->b, last);
	make_bounds(s, last, trips, bounds);
	make_parts(s, &p, bounds);
	for (unsigned k = s->n; k-- > 0;)
		answer(s, &s->borders[k], &p);
	LLVMDisposeBuilder(s->b);
	psr_ext_forget(s->fam, s->f);
	psr_ext_loop_set_hint(psr_ext_loop_of(s->fam, s->f, p.begin),
			      "llvm.loop.unroll.full", 1);
	return true;
}

/* ---- The transform ------------------------------------------------------- */

static unsigned find_innermost(struct psr_fam *fam, LLVMValueRef f, psr_loop l,
			       LLVMBasicBlockRef *out, unsigned n, unsigned max)
{
	size_t count = psr_ext_loop_count(fam, f, l);

	for (size_t i = 0; i < count; i++)
		n = find_innermost(fam, f, psr_ext_loop_at(fam, f, l, i), out,
				   n, max);
	if (l && !count && n < max)
		out[n++] = psr_ext_loop_header(l);
	return n;
}

static bool find_at(struct split *s, struct psr_fam *fam, LLVMValueRef f,
		    LLVMBasicBlockRef header)
{
	*s = (struct split){.fam = fam, .f = f};
	s->m = LLVMGetGlobalParent(f);
	s->ctx = LLVMGetModuleContext(s->m);
	s->i64 = LLVMInt64TypeInContext(s->ctx);
	s->l = psr_ext_loop_of(fam, f, header);
	if (has_form(s->l))
		find_borders(s);
	return s->n;
}

/* The outer parts are short. */
static void keep_small(struct psr_fam *fam, LLVMValueRef f)
{
	LLVMBasicBlockRef headers[PARTS * LOOPS_MAX];
	unsigned n = find_innermost(fam, f, NULL, headers, 0,
				    PARTS * LOOPS_MAX);
	struct split s;

	for (unsigned i = 0; i < n; i++)
		if (find_at(&s, fam, f, headers[i])) {
			psr_ext_loop_set_hint(
			    s.l, "llvm.loop.vectorize.enable", 0);
			psr_ext_loop_set_hint(
			    s.l, "llvm.loop.unroll.disable", 1);
		}
}

static enum psr_reason applies(const struct psr_recipe *r,
			       const struct psr_nest *nest)
{
	(void)r;
	if (nest->user_hints)
		return PSR_REASON_USER_PRAGMA;
	return nest->has_border ? PSR_REASON_NONE : PSR_REASON_NO_BORDER;
}

static enum psr_reason apply(const struct psr_recipe *r, struct psr_fam *fam,
			     const struct psr_nest *nest, LLVMValueRef f)
{
	LLVMBasicBlockRef headers[LOOPS_MAX];
	unsigned n, changed = 0;
	struct split s;

	(void)r;
	(void)nest;
	psr_ext_run(fam, f, "loop-simplify,lcssa");
	n = find_innermost(fam, f, NULL, headers, 0, LOOPS_MAX);
	for (unsigned i = 0; i < n; i++)
		changed += find_at(&s, fam, f, headers[i]) && change(&s);
	if (!changed)
		return PSR_REASON_NO_BORDER;
	psr_ext_run(fam, f,
		    "loop-simplify,lcssa,loop(loop-unroll-full),instsimplify,"
		    "simplifycfg,loop-simplify,lcssa,loop-mssa(licm),"
		    "early-cse<memssa>,adce,loop-simplify");
	keep_small(fam, f);
	return PSR_REASON_NONE;
}

/* Vectors where there were none, or less asked. */
static int promise(const struct psr_recipe *r, const struct psr_nest *nest)
{
	(void)r;
	(void)nest;
	return 25;
}

/* The suite's seven sites grow by 0.85, those of run-borders.test by 1.2. */
const struct psr_transform psr_split = {0, applies, apply, promise, 1.2};
