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
 * itself asks of the loops comes on top.
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
				    const struct psr_nest *nest,
				    LLVMValueRef f)
{
	(void)nest;
	unroll_innermost(fam, f, NULL, r->value);
	return PSR_REASON_NONE;
}

static int promise_unroll(const struct psr_recipe *r,
			  const struct psr_nest *nest)
{
	(void)r;
	return nest->features.vector_loops ? -35 : -20;
}

const struct psr_transform psr_unroll = {0, applies_unroll, apply_unroll,
					 promise_unroll};

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
	*r = psr_order_jam(fam, f, l, inner, guard);
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
	psr_ext_run(fam, f, "loop-mssa(licm)");
	if (!mark(fam, f, NULL, r->value, &guard, &reason))
		return reason;
	if (LLVMIsNull(guard))
		return PSR_REASON_ORDER;
	if (!LLVMIsConstant(guard))
		psr_guard_require(f, guard);
	before = size_of(f);
	psr_ext_run(fam, f, "loop(loop-unroll-and-jam)");
	unmark(fam, f, NULL);
	return size_of(f) > before ? PSR_REASON_NONE : PSR_REASON_JAM;
}

/* Sums that must stay in order wait for each other otherwise. */
static int promise_jam(const struct psr_recipe *r, const struct psr_nest *nest)
{
	return nest->features.vector_loops ? -25 : (int)r->value + 2;
}

const struct psr_transform psr_jam = {PSR_VARIANT_GUARDED, applies_jam,
				      apply_jam, promise_jam};
