/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * ifconv.c - reads without the condition in front of them.
 *
 *     n = p[i - 1] + p[i + 1]         n = p[i - 1] + p[i + 1]
 *     if (n == 2)                     c = p[i]
 *         v = p[i]             =>     v = n == 2 ? c : 1
 *     else
 *         v = 1
 *
 * If-conversion (Allen, Kennedy, Porterfield, Warren: Conversion of control
 * dependence to data dependence, 1983) of loads that may trap, for all the
 * compiler knows: it keeps their branches, or masks them, for which there is
 * no instruction where elements are bytes, and does not think it worth a vector.
 *
 * Legal: what is read lies between two addresses that the iteration has read
 * from already, less than the smallest page apart, so on the page of either:
 * it can be read. It is used only where it was. Nothing is written under a
 * condition in these loops, nor is there a cycle in them, so nothing is between
 * the new place and the old: it is read from the same memory. What was known
 * only under the condition, as that an address does not wrap or is aligned, is
 * no longer said.
 */
#include "ifconv.h"

#include <llvm-c/Target.h>

#include "ir.h"

#define PAGE       4096 /* the smallest there is */
#define BLOCKS_MAX 32
#define LOADS_MAX  48 /* of a loop */
#define DEPTH_MAX  8  /* of what computes an address */
#define NARROW     2  /* bytes of what is loaded */

struct body { /* an innermost loop */
	struct psr_fam *fam;
	LLVMValueRef f;
	LLVMBasicBlockRef latch;
	LLVMBasicBlockRef blocks[BLOCKS_MAX];
	unsigned nblocks;
	LLVMValueRef loads[LOADS_MAX];
	unsigned nloads;
};

static bool before(const struct body *y, LLVMBasicBlockRef a,
		   LLVMBasicBlockRef b)
{
	return psr_ext_dominates(y->fam, y->f, a, b);
}

/* Each iteration passes through B. */
static bool is_always(const struct body *y, LLVMBasicBlockRef b)
{
	return before(y, b, y->latch);
}

static bool is_simple_load(LLVMValueRef i)
{
	LLVMTypeRef type = LLVMTypeOf(i);

	if (!LLVMIsALoadInst(i) || LLVMGetVolatile(i) ||
	    LLVMGetOrdering(i) != LLVMAtomicOrderingNotAtomic)
		return false;
	switch (LLVMGetTypeKind(type)) {
	case LLVMIntegerTypeKind:
		return LLVMGetIntTypeWidth(type) % 8 == 0;
	case LLVMFloatTypeKind:
	case LLVMDoubleTypeKind:
		return true;
	default:
		return false;
	}
}

static int64_t size_of(const struct body *y, LLVMValueRef load)
{
	LLVMModuleRef m = LLVMGetGlobalParent(y->f);

	return (int64_t)LLVMStoreSizeOfType(LLVMGetModuleDataLayout(m),
					    LLVMTypeOf(load));
}

/* False: there is too much in it, or it writes under a condition. */
static bool read_block(struct body *y, LLVMBasicBlockRef b)
{
	bool always = is_always(y, b), reads, writes;

	if (y->nblocks == BLOCKS_MAX)
		return false;
	y->blocks[y->nblocks++] = b;
	for (LLVMValueRef i = LLVMGetFirstInstruction(b); i;
	     i = LLVMGetNextInstruction(i)) {
		if (psr_ext_touch(i, &reads, &writes) == PSR_TOUCH_UNKNOWN ||
		    (writes && !always))
			return false;
		if (!is_simple_load(i))
			continue;
		if (y->nloads == LOADS_MAX)
			return false;
		y->loads[y->nloads++] = i;
	}
	return true;
}

static bool read_body(struct body *y, struct psr_fam *fam, LLVMValueRef f,
		      psr_loop l)
{
	size_t n = psr_ext_loop_nblocks(l);

	*y = (struct body){.fam = fam, .f = f};
	y->latch = psr_ext_loop_latch(l);
	if (!y->latch || n < 3 || !psr_ext_loop_is_reducible(fam, f, l))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!read_block(y, psr_ext_loop_block(l, i)))
			return false;
	return true;
}

/* The last block in front of B that each iteration passes through, or NULL. */
static LLVMBasicBlockRef fork_of(const struct body *y, LLVMBasicBlockRef b)
{
	LLVMBasicBlockRef at = NULL;

	for (unsigned i = 0; i < y->nblocks; i++)
		if (is_always(y, y->blocks[i]) && before(y, y->blocks[i], b) &&
		    (!at || before(y, at, y->blocks[i])))
			at = y->blocks[i];
	return at;
}

/* What LOAD reads lies between what was read when AT ends. */
static bool is_between(const struct body *y, LLVMValueRef load,
		       LLVMBasicBlockRef at)
{
	int64_t size = size_of(y, load), low = PAGE, high = PAGE;

	for (unsigned i = 0; i < y->nloads; i++) {
		LLVMValueRef other = y->loads[i];
		int64_t d, rest;

		/* The distances are from OTHER's first byte to LOAD's, and from
		 * behind LOAD's last one to behind OTHER's. */
		if (!before(y, LLVMGetInstructionParent(other), at) ||
		    !psr_ext_distance(y->fam, y->f, other, load, &d) ||
		    d > PAGE || d < -PAGE)
			continue;
		rest = size_of(y, other) - d - size;
		if (d >= 0 && d < low)
			low = d;
		if (rest >= 0 && rest < high)
			high = rest;
	}
	return low + size + high <= PAGE;
}

/* V can be computed at the end of AT. */
static bool may_hoist(const struct body *y, LLVMValueRef v,
		      LLVMBasicBlockRef at, unsigned depth)
{
	int n;

	if (!LLVMIsAInstruction(v) ||
	    before(y, LLVMGetInstructionParent(v), at))
		return true;
	if (!depth || (!LLVMIsAGetElementPtrInst(v) && !psr_ir_is_arithmetic(v)))
		return false;
	n = LLVMGetNumOperands(v);
	for (int i = 0; i < n; i++)
		if (!may_hoist(y, LLVMGetOperand(v, (unsigned)i), at,
			       depth - 1))
			return false;
	return true;
}

static void hoist(const struct body *y, LLVMValueRef v, LLVMBasicBlockRef at)
{
	int n;

	if (!LLVMIsAInstruction(v) ||
	    before(y, LLVMGetInstructionParent(v), at))
		return;
	n = LLVMGetNumOperands(v);
	for (int i = 0; i < n; i++)
		hoist(y, LLVMGetOperand(v, (unsigned)i), at);
	psr_ext_hoist(v, at);
	if (LLVMIsALoadInst(v))
		LLVMSetAlignment(v, 1);
}

/* Returns how many of L's loads can be hoisted; CHANGE: and does it. */
static unsigned convert(struct psr_fam *fam, LLVMValueRef f, psr_loop l,
			bool change)
{
	struct body y;
	unsigned n = 0;

	if (!read_body(&y, fam, f, l))
		return 0;
	for (unsigned i = 0; i < y.nloads; i++) {
		LLVMValueRef x = y.loads[i];
		LLVMBasicBlockRef b = LLVMGetInstructionParent(x), at;

		if (is_always(&y, b))
			continue;
		at = fork_of(&y, b);
		if (!at || !is_between(&y, x, at) ||
		    !may_hoist(&y, LLVMGetOperand(x, 0), at, DEPTH_MAX))
			continue;
		if (change)
			hoist(&y, x, at);
		n++;
	}
	return n;
}

static unsigned convert_all(struct psr_fam *fam, LLVMValueRef f, psr_loop l,
			    bool change)
{
	size_t count = psr_ext_loop_count(fam, f, l);
	unsigned n = 0;

	for (size_t i = 0; i < count; i++)
		n += convert_all(fam, f, psr_ext_loop_at(fam, f, l, i), change);
	return l && !count ? convert(fam, f, l, change) : n;
}

bool psr_ifconv_judge(struct psr_fam *fam, const struct psr_nest *nest)
{
	return !psr_ir_is_sanitized(nest->function) &&
	       convert_all(fam, nest->function, nest->loop, false);
}

/* ---- The transform ------------------------------------------------------- */

static enum psr_reason applies(const struct psr_recipe *r,
			       const struct psr_nest *nest)
{
	(void)r;
	return nest->reads_between ? PSR_REASON_NONE : PSR_REASON_NOT_BETWEEN;
}

static enum psr_reason apply(const struct psr_recipe *r, struct psr_fam *fam,
			     const struct psr_nest *nest, LLVMValueRef f)
{
	(void)r;
	(void)nest;
	if (!convert_all(fam, f, NULL, true))
		return PSR_REASON_NOT_BETWEEN;
	/* Selects for the branches, lest the loads sink behind them again. */
	psr_ext_forget(fam, f);
	psr_ext_run(fam, f, "simplifycfg,loop-simplify,lcssa");
	return PSR_REASON_NONE;
}

/*
 * Vectors where there were none. Of bytes many are in each, so that those of
 * half the width leave fewer over (stencil-life at 32 1.6 of clang's speed, with
 * whole ones 0.9; at 128 4.3 and 2.9).
 */
static int promise(const struct psr_recipe *r, const struct psr_nest *nest)
{
	const struct psr_features *x = &nest->features;

	if (r->width == 128 && x->load_bytes <= NARROW * x->loads)
		return 70;
	return 25;
}

const struct psr_transform psr_ifconv = {0, applies, apply, promise, 1.3};
