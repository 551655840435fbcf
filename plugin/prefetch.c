/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * prefetch.c - a[f(index[i])]: the processor cannot guess where that is, but
 * index[i + distance] is read soon anyway, and tells (Ainsworth and Jones:
 * Software Prefetching for Indirect Memory Accesses, CGO 2017).
 *
 * Legal: a prefetch has no effect. The index is loaded early, from where the
 * same loop, once entered, loads it in any case: its address is affine, its
 * load runs in every iteration, the loop is left at its end only, after a number
 * of iterations that is known when it is entered, and no iteration beyond the
 * last one is looked at. Between index and address is arithmetic that cannot
 * fail.
 */
#include "prefetch.h"

#include "ir.h"

#define DEPTH     12 /* instructions from an index to an address, one by one */
#define FAR_BITS  32 /* of an index */
#define NEAR_BITS 12 /* of what is cached in any case */
#define MANY      8  /* prefetches of one loop */
#define TRIP_COST 4  /* to compute the trip count */

struct ahead { /* code for one loop */
	struct psr_fam *fam;
	LLVMValueRef f;
	psr_loop l;
	unsigned distance;
	LLVMBasicBlockRef before, latch;
	LLVMValueRef last;               /* iteration; i64, in BEFORE */
	LLVMValueRef at;                 /* i64: the iteration ahead */
	LLVMValueRef done[MANY];         /* addresses */
	bool writes[MANY];
	LLVMValueRef users[MANY];
	unsigned n;
};

/* ---- Does it apply? ------------------------------------------------------ */

static bool is_arithmetic(LLVMValueRef v)
{
	return psr_ir_is_arithmetic(v) || LLVMIsAGetElementPtrInst(v);
}

/* An index or pointer that may lead far: what fewer bits lead to is cached. */
static bool leads_far(LLVMTypeRef type)
{
	if (LLVMGetTypeKind(type) == LLVMIntegerTypeKind)
		return LLVMGetIntTypeWidth(type) >= FAR_BITS;
	return LLVMGetTypeKind(type) == LLVMPointerTypeKind;
}

static uint64_t constant_of(LLVMValueRef v)
{
	return LLVMIsAConstantInt(v) && LLVMGetIntTypeWidth(LLVMTypeOf(v)) <= 64
		   ? LLVMConstIntGetZExtValue(v)
		   : 0;
}

/* V keeps so few bits of a value that they are no better an index. */
static bool is_narrowed(LLVMValueRef v)
{
	uint64_t c = LLVMGetNumOperands(v) == 2
			 ? constant_of(LLVMGetOperand(v, 1))
			 : 0;

	if (psr_options_any_size())
		return false;
	if (LLVMIsATruncInst(v))
		return !leads_far(LLVMTypeOf(v));
	if (LLVMGetInstructionOpcode(v) == LLVMAnd)
		return c && c >> NEAR_BITS == 0;
	return LLVMGetInstructionOpcode(v) == LLVMLShr &&
	       c + NEAR_BITS >= LLVMGetIntTypeWidth(LLVMTypeOf(v));
}

/* V comes of such a load, by arithmetic. */
static bool is_loaded(LLVMValueRef v, unsigned depth)
{
	if (!LLVMIsAInstruction(v) || !depth)
		return false;
	if (LLVMIsALoadInst(v))
		return leads_far(LLVMTypeOf(v));
	if (is_narrowed(v))
		return false;
	if (!is_arithmetic(v))
		return false;
	for (unsigned i = 0; i < (unsigned)LLVMGetNumOperands(v); i++)
		if (is_loaded(LLVMGetOperand(v, i), depth - 1))
			return true;
	return false;
}

static LLVMValueRef address_of(LLVMValueRef i)
{
	if (LLVMIsALoadInst(i))
		return LLVMGetOperand(i, 0);
	return LLVMIsAStoreInst(i) ? LLVMGetOperand(i, 1) : NULL;
}

bool psr_prefetch_judge(const struct psr_nest *nest)
{
	for (size_t k = 0; k < nest->nblocks; k++)
		for (LLVMValueRef i = LLVMGetFirstInstruction(nest->blocks[k]);
		     i; i = LLVMGetNextInstruction(i)) {
			LLVMValueRef a = address_of(i);

			if (a && is_loaded(a, DEPTH))
				return true;
		}
	return false;
}

static enum psr_reason applies(const struct psr_recipe *r,
			       const struct psr_nest *nest)
{
	(void)r;
	return nest->has_index ? PSR_REASON_NONE : PSR_REASON_NO_INDEX;
}

/* ---- The iteration ahead ------------------------------------------------- */

static LLVMBuilderRef builder_at_end(LLVMBasicBlockRef b)
{
	LLVMBuilderRef out = LLVMCreateBuilderInContext(
	    LLVMGetTypeContext(LLVMTypeOf(LLVMBasicBlockAsValue(b))));

	LLVMPositionBuilderBefore(out, LLVMGetBasicBlockTerminator(b));
	return out;
}

/* min(iteration + distance, last), from a phi of its own. */
static void count_iterations(struct ahead *a)
{
	LLVMContextRef ctx = LLVMGetModuleContext(LLVMGetGlobalParent(a->f));
	LLVMTypeRef i64 = LLVMInt64TypeInContext(ctx);
	LLVMBasicBlockRef header = psr_ext_loop_header(a->l);
	LLVMBuilderRef b = LLVMCreateBuilderInContext(ctx);
	LLVMValueRef phi, next, values[2], past;
	LLVMBasicBlockRef blocks[2] = {a->before, a->latch};

	LLVMPositionBuilderBefore(b, LLVMGetFirstInstruction(header));
	phi = LLVMBuildPhi(b, i64, "psr.iteration");
	LLVMPositionBuilderBefore(b, psr_ir_first_non_phi(header));
	next = LLVMBuildNUWAdd(b, phi, LLVMConstInt(i64, a->distance, false),
			       "psr.ahead");
	past = LLVMBuildICmp(b, LLVMIntULT, next, a->last, "psr.within");
	a->at = LLVMBuildSelect(b, past, next, a->last, "psr.ahead");
	LLVMPositionBuilderBefore(b, LLVMGetBasicBlockTerminator(a->latch));
	next = LLVMBuildNUWAdd(b, phi, LLVMConstInt(i64, 1, false), "psr.next");
	values[0] = LLVMConstNull(i64);
	values[1] = next;
	LLVMAddIncoming(phi, values, blocks, 2);
	LLVMDisposeBuilder(b);
}

/* LOAD's address moves on by STEP bytes in each iteration. */
static bool goes_by(const struct ahead *a, LLVMValueRef load,
		    struct psr_walk *walk, uint64_t *step)
{
	return psr_ext_walk(a->fam, a->f, load, a->l, NULL, walk) &&
	       psr_ext_scev_constant(walk->outer_step, step) && *step;
}

/* The index that LOAD, for which goes_by() holds, reads in the iteration
 * ahead. */
static LLVMValueRef load_ahead(struct ahead *a, LLVMBuilderRef b,
			       LLVMValueRef load)
{
	LLVMContextRef ctx = LLVMGetModuleContext(LLVMGetGlobalParent(a->f));
	LLVMValueRef start, offset, v;
	struct psr_walk walk;
	uint64_t step;

	goes_by(a, load, &walk, &step);
	start = psr_ext_scev_expand(a->fam, a->f, walk.start,
				    LLVMGetBasicBlockTerminator(a->before));
	offset = LLVMBuildMul(b, a->at,
			      LLVMConstInt(LLVMTypeOf(a->at), step, false),
			      "psr.offset");
	v = LLVMBuildGEP2(b, LLVMInt8TypeInContext(ctx), start, &offset, 1,
			  "psr.index");
	v = LLVMBuildLoad2(b, LLVMTypeOf(load), v, "psr.index");
	LLVMSetAlignment(v, LLVMGetAlignment(load));
	return v;
}

/* A load that runs in each iteration, at an affine address. */
static bool is_index(const struct ahead *a, LLVMValueRef load)
{
	struct psr_walk walk;
	uint64_t step;

	return !LLVMGetVolatile(load) &&
	       LLVMGetOrdering(load) == LLVMAtomicOrderingNotAtomic &&
	       psr_ext_dominates(a->fam, a->f, LLVMGetInstructionParent(load),
				 a->latch) &&
	       goes_by(a, load, &walk, &step);
}

/* V is arithmetic of what does not change in the loop and of *N indices. */
static bool can_tell(const struct ahead *a, LLVMValueRef v, unsigned depth,
		     unsigned *n)
{
	if (psr_ext_loop_is_invariant(a->l, v))
		return true;
	if (!depth || !LLVMIsAInstruction(v))
		return false;
	if (LLVMIsALoadInst(v)) {
		*n += leads_far(LLVMTypeOf(v));
		return is_index(a, v);
	}
	if (!is_arithmetic(v))
		return false;
	for (unsigned i = 0; i < (unsigned)LLVMGetNumOperands(v); i++)
		if (!can_tell(a, LLVMGetOperand(v, i), depth - 1, n))
			return false;
	return true;
}

/* V, which can be told, in the iteration ahead. */
static LLVMValueRef tell(struct ahead *a, LLVMBuilderRef b, LLVMValueRef v)
{
	LLVMValueRef copy;

	if (psr_ext_loop_is_invariant(a->l, v))
		return v;
	if (LLVMIsALoadInst(v))
		return load_ahead(a, b, v);
	copy = LLVMInstructionClone(v);
	for (unsigned i = 0; i < (unsigned)LLVMGetNumOperands(v); i++)
		LLVMSetOperand(copy, i, tell(a, b, LLVMGetOperand(v, i)));
	LLVMInsertIntoBuilder(b, copy);
	return copy;
}

/* ---- One loop ------------------------------------------------------------ */

static void prefetch(struct ahead *a, LLVMValueRef user, LLVMValueRef address,
		     bool writes)
{
	LLVMModuleRef m = LLVMGetGlobalParent(a->f);
	LLVMContextRef ctx = LLVMGetModuleContext(m);
	LLVMTypeRef i32 = LLVMInt32TypeInContext(ctx);
	LLVMBuilderRef b = LLVMCreateBuilderInContext(ctx);
	LLVMValueRef args[4];

	LLVMPositionBuilderBefore(b, user);
	args[0] = tell(a, b, address);
	args[1] = LLVMConstInt(i32, writes, false);
	args[2] = LLVMConstInt(i32, 3, false); /* into all caches */
	args[3] = LLVMConstInt(i32, 1, false); /* data */
	psr_ir_intrinsic(b, m, "llvm.prefetch", LLVMTypeOf(address), args, 4);
	LLVMDisposeBuilder(b);
}

/* Notes that USER reads or writes at ADDRESS, once for both. */
static void note(struct ahead *a, LLVMValueRef user, LLVMValueRef address)
{
	bool writes = LLVMIsAStoreInst(user);
	unsigned indices = 0;

	for (unsigned i = 0; i < a->n; i++)
		if (a->done[i] == address) {
			a->writes[i] = a->writes[i] || writes;
			return;
		}
	if (a->n == MANY || !can_tell(a, address, DEPTH, &indices) || !indices)
		return;
	a->done[a->n] = address;
	a->writes[a->n] = writes;
	a->users[a->n++] = user;
}

static bool begin(struct ahead *a)
{
	LLVMBuilderRef b;
	psr_scev trip;

	a->before = psr_ext_loop_preheader(a->l);
	a->latch = psr_ext_loop_latch(a->l);
	if (!a->before || !a->latch || psr_ext_loop_exiting(a->l) != a->latch)
		return false;
	if (psr_ext_trip(a->fam, a->f, a->l, a->l,
			 LLVMGetBasicBlockTerminator(a->before), TRIP_COST,
			 &trip) != PSR_TRIP_KNOWN)
		return false;
	for (size_t k = 0; k < psr_ext_loop_nblocks(a->l); k++) {
		LLVMBasicBlockRef at = psr_ext_loop_block(a->l, k);

		for (LLVMValueRef i = LLVMGetFirstInstruction(at); i;
		     i = LLVMGetNextInstruction(i)) {
			LLVMValueRef address = address_of(i);

			if (address)
				note(a, i, address);
		}
	}
	if (!a->n)
		return false;
	a->last = psr_ext_scev_expand(a->fam, a->f, trip,
				      LLVMGetBasicBlockTerminator(a->before));
	b = builder_at_end(a->before);
	a->last = LLVMBuildSub(b, a->last,
			       LLVMConstInt(LLVMTypeOf(a->last), 1, false),
			       "psr.last");
	LLVMDisposeBuilder(b);
	return true;
}

/* Of L and the loops within; returns how many prefetches there are. */
static unsigned prefetch_loop(struct psr_fam *fam, LLVMValueRef f, psr_loop l,
			      unsigned distance)
{
	struct ahead a = {.fam = fam, .f = f, .l = l, .distance = distance};
	size_t n = psr_ext_loop_count(fam, f, l);
	unsigned sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += prefetch_loop(fam, f, psr_ext_loop_at(fam, f, l, i),
				     distance);
	if (!l || n || !begin(&a))
		return sum;
	count_iterations(&a);
	for (unsigned i = 0; i < a.n; i++)
		prefetch(&a, a.users[i], a.done[i], a.writes[i]);
	return sum + a.n;
}

static enum psr_reason apply(const struct psr_recipe *r, struct psr_fam *fam,
			     const struct psr_nest *nest, LLVMValueRef f)
{
	unsigned n = prefetch_loop(fam, f, NULL, r->value);

	(void)nest;
	psr_ext_forget(fam, f);
	return n ? PSR_REASON_NONE : PSR_REASON_NO_INDEX;
}

static int promise(const struct psr_recipe *r, const struct psr_nest *nest)
{
	(void)r;
	return nest->features.vector_loops || nest->features.depth > 1 ? 30 : 60;
}

const struct psr_transform psr_prefetch = {0, applies, apply, promise, 1.1};
