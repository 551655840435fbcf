/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * unroll.c - innermost loops unrolled, or several iterations of the loop
 * around one run side by side ("unroll and jam"; Callahan, Carr, Kennedy:
 * Improving register allocation for subscripted variables, 1990).
 *
 * A sum whose additions must stay in order waits for each one; four sums of
 * four rows do not wait for each other. And what the rows share is loaded
 * once.
 *
 * Legal: unrolling changes no order. Jamming keeps the order of each
 * iteration's own operations, and that between iterations for each place in
 * memory (order.c); a sum is a value of one iteration of the outer loop, for
 * first its stores are moved out of the inner loop by LICM. What LLVM's pass
 * itself asks of the loops comes on top. Flattening is unrolling; that the loop
 * around may be vectorised then is for the vectorizer to say, which keeps the
 * order of exact sums.
 */
#include "unroll.h"

#include "extent.h"
#include "ir.h"
#include "order.h"

#define UNROLL "llvm.loop.unroll.count"
#define JAM    "llvm.loop.unroll_and_jam.count"

/* ---- Unroll -------------------------------------------------------------- */

static enum psr_reason applies_unroll(const struct psr_recipe *r,
				      const struct psr_nest *nest)
{
	(void)r;
	return nest->user_hints & PSR_USER_UNROLL ? PSR_REASON_USER_PRAGMA
						  : PSR_REASON_NONE;
}

static void unroll_innermost(struct psr_fam *fam, LLVMValueRef f, psr_loop l,
			     unsigned count)
{
	size_t n = psr_ext_loop_count(fam, f, l);

	for (size_t i = 0; i < n; i++)
		unroll_innermost(fam, f, psr_ext_loop_at(fam, f, l, i), count);
	if (l && !n && !psr_ext_loop_has_hint(l, UNROLL))
		psr_ext_loop_set_hint(l, UNROLL, count);
}

static enum psr_reason apply_unroll(const struct psr_recipe *r,
				    struct psr_fam *fam,
				    const struct psr_nest *nest, LLVMValueRef f)
{
	(void)nest;
	unroll_innermost(fam, f, NULL, r->value);
	return PSR_REASON_NONE;
}

static int promise_unroll(const struct psr_recipe *r,
			  const struct psr_nest *nest)
{
	(void)r;
	return nest->features.vector_loops ? -35 : -30;
}

const struct psr_transform psr_unroll = {0, applies_unroll, apply_unroll,
					 promise_unroll, 2.6};

/* ---- Not unrolled -------------------------------------------------------- */

/*
 * LLVM unrolls what goes round as often as data says, too, with what is left
 * behind it. Where that is a few times, now more, now less, nobody can foretell
 * which of the two a row of a sparse matrix begins in, and when both end.
 */
static enum psr_reason applies_rolled(const struct psr_recipe *r,
				      const struct psr_nest *nest)
{
	const struct psr_features *x = &nest->features;

	if (x->depth < 2)
		return PSR_REASON_SHALLOW;
	if (x->vector_loops || x->known_trips == x->loops)
		return PSR_REASON_STEADY;
	return applies_unroll(r, nest);
}

static int promise_rolled(const struct psr_recipe *r,
			  const struct psr_nest *nest)
{
	(void)r;
	(void)nest;
	return 110;
}

const struct psr_transform psr_rolled = {0, applies_rolled, apply_unroll,
					 promise_rolled, 0.9};

/* ---- Unroll and jam ------------------------------------------------------ */

static enum psr_reason applies_jam(const struct psr_recipe *r,
				   const struct psr_nest *nest)
{
	if (nest->features.depth < 2)
		return PSR_REASON_SHALLOW;
	return applies_unroll(r, nest);
}

/* Marks each loop around one innermost loop; *R: why the last was not. */
static unsigned mark(struct psr_fam *fam, LLVMValueRef f, psr_loop l,
		     unsigned count, LLVMValueRef *guard, enum psr_reason *r)
{
	size_t n = psr_ext_loop_count(fam, f, l);
	unsigned marked = 0;
	psr_loop inner;

	for (size_t i = 0; i < n; i++)
		marked += mark(fam, f, psr_ext_loop_at(fam, f, l, i), count,
			       guard, r);
	if (!l || n != 1)
		return marked;
	inner = psr_ext_loop_at(fam, f, l, 0);
	if (psr_ext_loop_count(fam, f, inner))
		return marked;
	*r = psr_order_jam(fam, f, l, &inner, 1,
			   LLVMGetBasicBlockTerminator(
			       LLVMGetEntryBasicBlock(f)),
			   guard);
	if (*r)
		return marked;
	psr_ext_loop_set_hint(l, JAM, count);
	return marked + 1;
}

/* What is left over has the mark still, for which clang would warn. */
static void unmark(struct psr_fam *fam, LLVMValueRef f, psr_loop l)
{
	size_t n = psr_ext_loop_count(fam, f, l);

	for (size_t i = 0; i < n; i++)
		unmark(fam, f, psr_ext_loop_at(fam, f, l, i));
	if (l)
		psr_ext_loop_drop_hints(l, "llvm.loop.unroll_and_jam.");
}

static size_t size_of(LLVMValueRef f)
{
	size_t n = 0;

	for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(f); b;
	     b = LLVMGetNextBasicBlock(b))
		n += psr_ir_size(b);
	return n;
}

static enum psr_reason apply_jam(const struct psr_recipe *r,
				 struct psr_fam *fam,
				 const struct psr_nest *nest, LLVMValueRef f)
{
	LLVMTypeRef i1 =
	    LLVMInt1TypeInContext(LLVMGetModuleContext(LLVMGetGlobalParent(f)));
	LLVMValueRef guard = LLVMConstInt(i1, 1, false);
	enum psr_reason reason = PSR_REASON_JAM;
	size_t before;

	(void)nest;
	psr_order_prepare(fam, f);
	if (!mark(fam, f, NULL, r->value, &guard, &reason))
		return reason;
	if (!LLVMIsConstant(guard))
		psr_guard_require(f, guard);
	before = size_of(f);
	/* Each round has inductions of its own, which are the same. */
	psr_ext_run(fam, f, "loop(loop-unroll-and-jam),loop(indvars)");
	unmark(fam, f, NULL);
	if (size_of(f) <= before)
		return PSR_REASON_JAM;
	psr_order_finish(fam, f);
	return PSR_REASON_NONE;
}

/*
 * Sums that must stay in order wait for each other otherwise; and what each
 * round adds to the same places is stored once for several.
 */
static int promise_jam(const struct psr_recipe *r, const struct psr_nest *nest)
{
	if (nest->features.vector_loops)
		return nest->features.accumulated ? (r->value == 4 ? 4 : 0)
						  : -25;
	return r->value == 4 ? 12 : (int)r->value;
}

const struct psr_transform psr_jam = {PSR_VARIANT_GUARDED, applies_jam,
				      apply_jam, promise_jam, 1.9};

/* ---- Flatten ------------------------------------------------------------- */

#define FULL      "llvm.loop.unroll.full"
#define FLAT_TRIP 64
#define FLAT_SIZE 1000 /* instructions, written out */

static enum psr_reason applies_flat(const struct psr_recipe *r,
				    const struct psr_nest *nest)
{
	const struct psr_features *x = &nest->features;

	if (x->depth < 2)
		return PSR_REASON_SHALLOW;
	if (!x->inner_trip || x->inner_trip > FLAT_TRIP ||
	    x->inner_trip * x->instructions > FLAT_SIZE)
		return PSR_REASON_LONG;
	return applies_unroll(r, nest);
}

static bool is_short(struct psr_fam *fam, LLVMValueRef f, psr_loop l)
{
	LLVMBasicBlockRef before = psr_ext_loop_preheader(l);
	size_t size = psr_ir_loop_size(l);
	uint64_t trip;
	psr_scev s;

	return before &&
	       psr_ext_trip(fam, f, l, l, LLVMGetBasicBlockTerminator(before),
			    1, &s) == PSR_TRIP_KNOWN &&
	       psr_ext_scev_constant(s, &trip) && trip <= FLAT_TRIP &&
	       trip * size <= FLAT_SIZE;
}

/* Marks short innermost loops; returns how many. */
static unsigned mark_short(struct psr_fam *fam, LLVMValueRef f, psr_loop l)
{
	size_t n = psr_ext_loop_count(fam, f, l);
	unsigned marked = 0;

	for (size_t i = 0; i < n; i++)
		marked += mark_short(fam, f, psr_ext_loop_at(fam, f, l, i));
	if (!l || n || !is_short(fam, f, l))
		return marked;
	psr_ext_loop_set_hint(l, FULL, 1);
	return marked + 1;
}

/* Some innermost loop can be vectorised. */
static bool has_vector(struct psr_fam *fam, LLVMValueRef f, psr_loop l)
{
	size_t n = psr_ext_loop_count(fam, f, l);

	for (size_t i = 0; i < n; i++)
		if (has_vector(fam, f, psr_ext_loop_at(fam, f, l, i)))
			return true;
	return l && !n && psr_ext_loop_vector(fam, f, l) == PSR_VECTOR_OK;
}

/*
 * The loop around becomes the innermost one: its iterations run side by side,
 * each with its sum in order.
 */
static enum psr_reason apply_flat(const struct psr_recipe *r,
				  struct psr_fam *fam,
				  const struct psr_nest *nest, LLVMValueRef f)
{
	(void)r;
	(void)nest;
	/* Again, for what was around them may be short, too. */
	for (int i = 0; i < 2 && mark_short(fam, f, NULL); i++)
		psr_ext_run(fam, f, "loop(loop-unroll-full),"
			    "instcombine<no-verify-fixpoint>");
	return has_vector(fam, f, NULL) ? PSR_REASON_NONE
					: PSR_REASON_NO_VECTOR;
}

static int promise_flat(const struct psr_recipe *r, const struct psr_nest *nest)
{
	(void)r;
	return nest->features.vector_loops ? 0 : 20;
}

const struct psr_transform psr_flat = {0, applies_flat, apply_flat,
				       promise_flat, 2.5};
