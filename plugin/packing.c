/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * packing.c - the code that copies streams, and works on the copies.
 *
 * A matrix whose inner loop walks down the columns is transposed in strips of
 * STRIP columns, so that each line of it that is fetched is used up (blocking;
 * Lam, Rothberg and Wolf, "The cache performance and optimizations of blocked
 * algorithms", ASPLOS 1991).
 */
#include "packing.h"

#include "ir.h"

#include <stdio.h>
#include <string.h>

#define STRIP 16 /* columns: a line of four-byte elements */

static LLVMValueRef number(struct psr_packing *e, uint64_t n)
{
	return LLVMConstInt(e->i64, n, false);
}

unsigned psr_packing_loop(const struct psr_packing *e, psr_loop l)
{
	for (unsigned i = 0; i < e->nloops; i++)
		if (e->loops[i].loop == l)
			return i;
	return e->nloops;
}

LLVMValueRef psr_packing_function(struct psr_packing *e, const char *name,
				  LLVMTypeRef type)
{
	static const char *const attributes[] = {"nounwind", "willreturn"};
	LLVMModuleRef m = LLVMGetGlobalParent(e->s.f);
	LLVMValueRef f = LLVMGetNamedFunction(m, name);

	if (f)
		return f;
	f = LLVMAddFunction(m, name, type);
	LLVMSetLinkage(f, LLVMExternalWeakLinkage);
	for (size_t i = 0; i < 2; i++) {
		unsigned kind = LLVMGetEnumAttributeKindForName(
		    attributes[i], strlen(attributes[i]));

		LLVMAddAttributeAtIndex(
		    f, LLVMAttributeFunctionIndex,
		    LLVMCreateEnumAttribute(e->ctx, kind, 0));
	}
	return f;
}

/* ---- Loops of our own --------------------------------------------------- */

/* for (i = FROM; ...: returns i; the builder is in the loop. */
static LLVMValueRef begin_loop(struct psr_packing *e, LLVMValueRef from)
{
	LLVMBasicBlockRef before = LLVMGetInsertBlock(e->b);
	LLVMBasicBlockRef body =
	    LLVMInsertBasicBlockInContext(e->ctx, e->next, "psr.copy");
	LLVMValueRef phi;

	e->copies[e->ncopies++] = body;
	LLVMBuildBr(e->b, body);
	LLVMPositionBuilderAtEnd(e->b, body);
	phi = LLVMBuildPhi(e->b, e->i64, "psr.i");
	LLVMAddIncoming(phi, &from, &before, 1);
	return phi;
}

/* ... i < END; i += STEP): at least once. The builder is behind the loop. */
static void end_loop(struct psr_packing *e, LLVMValueRef phi, LLVMValueRef end,
		     uint64_t step)
{
	LLVMBasicBlockRef at = LLVMGetInsertBlock(e->b);
	LLVMBasicBlockRef after =
	    LLVMInsertBasicBlockInContext(e->ctx, e->next, "psr.copied");
	LLVMValueRef next = LLVMBuildNUWAdd(e->b, phi, number(e, step), "");
	LLVMValueRef more =
	    LLVMBuildICmp(e->b, LLVMIntULT, next, end, "psr.more");

	LLVMBuildCondBr(e->b, more, LLVMGetInstructionParent(phi), after);
	LLVMAddIncoming(phi, &next, &at, 1);
	LLVMPositionBuilderAtEnd(e->b, after);
}

/* Copies element I of row ROW (or NULL) of stream K, IN to or out of it. */
static void copy_element(struct psr_packing *e, unsigned k, LLVMValueRef row,
			 LLVMValueRef i, bool in)
{
	unsigned bytes = (unsigned)e->s.streams[k].at.bytes;
	LLVMTypeRef type = e->streams[k].type;
	LLVMValueRef place, copy, index = i, load, store;

	place = LLVMBuildMul(e->b, i, e->streams[k].step, "");
	if (row) {
		place = LLVMBuildAdd(
		    e->b, place,
		    LLVMBuildMul(e->b, row, e->streams[k].stride, ""), "");
		index = LLVMBuildAdd(
		    e->b, i, LLVMBuildMul(e->b, row, e->streams[k].trips, ""),
		    "");
	}
	place = LLVMBuildGEP2(e->b, e->i8, e->streams[k].start, &place, 1, "");
	copy = LLVMBuildInBoundsGEP2(e->b, type, e->streams[k].packed, &index,
				     1, "");
	load = LLVMBuildLoad2(e->b, type, in ? place : copy, "psr.element");
	LLVMSetAlignment(load, in ? e->streams[k].align : bytes);
	store = LLVMBuildStore(e->b, load, in ? copy : place);
	LLVMSetAlignment(store, in ? bytes : e->streams[k].align);
}

static bool is_copied(const struct psr_stream *x, bool in)
{
	return in ? x->read : x->written;
}

static bool same_grid(const struct psr_stream *x, const struct psr_stream *y)
{
	return x->at.loops[x->inner] == y->at.loops[y->inner] &&
	       (x->outer < 0) == (y->outer < 0) &&
	       (x->outer < 0 || x->at.loops[x->outer] == y->at.loops[y->outer]);
}

/* Copies an element of every stream of K's grid, from K on. */
static void copy_elements(struct psr_packing *e, unsigned k, LLVMValueRef row,
			  LLVMValueRef i, bool in)
{
	for (unsigned other = k; other < e->s.n; other++)
		if (is_copied(&e->s.streams[other], in) &&
		    same_grid(&e->s.streams[other], &e->s.streams[k]))
			copy_element(e, other, row, i, in);
}

/* One stream of each grid copies for all: the first one that is copied. */
static bool is_first(struct psr_packing *e, unsigned k, bool in)
{
	for (unsigned other = 0; other < k; other++)
		if (is_copied(&e->s.streams[other], in) &&
		    same_grid(&e->s.streams[other], &e->s.streams[k]))
			return false;
	return is_copied(&e->s.streams[k], in);
}

static void copy_array(struct psr_packing *e, unsigned k, bool in)
{
	LLVMValueRef i = begin_loop(e, number(e, 0));

	copy_elements(e, k, NULL, i, in);
	end_loop(e, i, e->streams[k].trips, 1);
}

/* Strips of rows; in each, element by element, all rows'. */
static void copy_matrix(struct psr_packing *e, unsigned k, bool in)
{
	LLVMValueRef rows = e->streams[k].rows, end, strip, i, row;

	strip = begin_loop(e, number(e, 0));
	end = LLVMBuildNUWAdd(e->b, strip, number(e, STRIP), "");
	end = psr_ir_pick(e->b, LLVMIntULT, end, rows, "");
	i = begin_loop(e, number(e, 0));
	row = begin_loop(e, strip);
	copy_elements(e, k, row, i, in);
	end_loop(e, row, end, 1);
	end_loop(e, i, e->streams[k].trips, 1);
	end_loop(e, strip, rows, STRIP);
}

static void copy_streams(struct psr_packing *e, bool in)
{
	for (unsigned k = 0; k < e->s.n; k++) {
		if (!is_first(e, k, in))
			continue;
		if (e->s.streams[k].outer < 0)
			copy_array(e, k, in);
		else
			copy_matrix(e, k, in);
	}
}

/* ---- Before and after --------------------------------------------------- */

/* At the end of the nest's preheader, behind all guards: copies in. */
static void emit_before(struct psr_packing *e)
{
	LLVMTypeRef type = LLVMFunctionType(e->ptr, &e->i64, 1, false);
	LLVMValueRef scratch = psr_packing_function(e, "__psr_scratch", type);
	LLVMBasicBlockRef at = psr_ext_loop_preheader(e->s.nest), leave, pack;
	LLVMValueRef end = LLVMGetBasicBlockTerminator(at);

	e->next = psr_ext_split(at, end);
	leave = LLVMInsertBasicBlockInContext(e->ctx, e->next, "psr.unfit");
	pack = LLVMInsertBasicBlockInContext(e->ctx, e->next, "psr.pack");
	LLVMInstructionEraseFromParent(LLVMGetBasicBlockTerminator(at));
	LLVMPositionBuilderAtEnd(e->b, leave);
	LLVMBuildRet(e->b, LLVMConstInt(e->i1, 0, false));
	LLVMPositionBuilderAtEnd(e->b, at);
	e->block =
	    LLVMBuildCall2(e->b, type, scratch, &e->bytes, 1, "psr.block");
	LLVMAddCallSiteAttribute(
	    e->block, LLVMAttributeReturnIndex,
	    LLVMCreateEnumAttribute(
		e->ctx, LLVMGetEnumAttributeKindForName("noalias", 7), 0));
	LLVMBuildCondBr(e->b, LLVMBuildIsNull(e->b, e->block, "psr.none"),
			leave, pack);
	LLVMPositionBuilderAtEnd(e->b, pack);
	for (unsigned k = 0; k < e->s.n; k++)
		e->streams[k].packed = LLVMBuildInBoundsGEP2(
		    e->b, e->i8, e->block, &e->streams[k].offset, 1, "psr.soa");
	copy_streams(e, true);
	LLVMBuildBr(e->b, e->next);
}

/* Where the nest ends: copies back, and returns the block. */
static void emit_after(struct psr_packing *e)
{
	LLVMTypeRef none = LLVMVoidTypeInContext(e->ctx);
	LLVMTypeRef type = LLVMFunctionType(none, &e->ptr, 1, false);
	LLVMBasicBlockRef exit = psr_ext_loop_unique_exit(e->s.nest);

	e->next = psr_ext_split(exit, psr_ir_first_non_phi(exit));
	LLVMInstructionEraseFromParent(LLVMGetBasicBlockTerminator(exit));
	LLVMPositionBuilderAtEnd(e->b, exit);
	copy_streams(e, false);
	LLVMBuildCall2(e->b, type,
		       psr_packing_function(e, "__psr_scratch_done", type),
		       &e->block, 1, "");
	LLVMBuildBr(e->b, e->next);
}

/* ---- Within ------------------------------------------------------------- */

/* The iterations so far of loop K of the nest. */
static LLVMValueRef iteration(struct psr_packing *e, unsigned k)
{
	psr_loop l = e->loops[k].loop;
	LLVMBasicBlockRef header = psr_ext_loop_header(l);
	LLVMBasicBlockRef from[] = {psr_ext_loop_preheader(l),
				    psr_ext_loop_latch(l)};
	LLVMValueRef values[] = {number(e, 0), NULL};

	if (e->loops[k].iv)
		return e->loops[k].iv;
	LLVMPositionBuilderBefore(e->b, LLVMGetFirstInstruction(header));
	e->loops[k].iv = LLVMBuildPhi(e->b, e->i64, "psr.iv");
	LLVMPositionBuilderBefore(e->b, LLVMGetBasicBlockTerminator(from[1]));
	values[1] = LLVMBuildAdd(e->b, e->loops[k].iv, number(e, 1), "");
	LLVMSetNUW(values[1], true);
	LLVMSetNSW(values[1], true);
	LLVMAddIncoming(e->loops[k].iv, values, from, 2);
	return e->loops[k].iv;
}

/* The row of stream K's copy that its inner loop goes through. */
static LLVMValueRef row_of(struct psr_packing *e, unsigned k)
{
	const struct psr_stream *x = &e->s.streams[k];
	LLVMValueRef row;

	if (x->outer < 0)
		return e->streams[k].packed;
	if (e->streams[k].row)
		return e->streams[k].row;
	row = iteration(e, psr_packing_loop(e, x->at.loops[x->outer]));
	LLVMPositionBuilderBefore(
	    e->b, LLVMGetBasicBlockTerminator(
		      psr_ext_loop_preheader(x->at.loops[x->inner])));
	row = LLVMBuildNUWMul(e->b, row, e->streams[k].trips, "");
	e->streams[k].row = LLVMBuildInBoundsGEP2(
	    e->b, e->streams[k].type, e->streams[k].packed, &row, 1, "psr.row");
	return e->streams[k].row;
}

static LLVMMetadataRef string_node(struct psr_packing *e, const char *text,
				   LLVMMetadataRef next)
{
	LLVMMetadataRef parts[] = {
	    LLVMMDStringInContext2(e->ctx, text, strlen(text)), next};

	return LLVMMDNodeInContext2(e->ctx, parts, next ? 2 : 1);
}

/* The scope of stream K's copy; F's name tells it from all others. */
static LLVMMetadataRef scope_of(struct psr_packing *e, unsigned k)
{
	char name[1024];
	size_t n;

	snprintf(name, sizeof(name), "%s layout",
		 LLVMGetValueName2(e->s.f, &n));
	LLVMMetadataRef domain = string_node(e, name, NULL);

	snprintf(name, sizeof(name), "%u", k);
	return string_node(e, name, domain);
}

static void set_metadata(struct psr_packing *e, LLVMValueRef i,
			 const char *kind, LLVMMetadataRef *parts, unsigned n)
{
	unsigned id =
	    LLVMGetMDKindIDInContext(e->ctx, kind, (unsigned)strlen(kind));

	LLVMSetMetadata(
	    i, id,
	    parts ? LLVMMetadataAsValue(e->ctx,
					LLVMMDNodeInContext2(e->ctx, parts, n))
		  : NULL);
}

/*
 * What was known of I's memory is replaced by what is known of the copy of
 * stream K: it was written, and the other copies lie elsewhere.
 */
static void describe_access(struct psr_packing *e, LLVMValueRef i, unsigned k)
{
	LLVMMetadataRef own = scope_of(e, k), others[PSR_STREAMS_MAX];
	unsigned n = 0;

	for (unsigned other = 0; other < e->s.n; other++)
		if (other != k)
			others[n++] = scope_of(e, other);
	set_metadata(e, i, "invariant.load", NULL, 0);
	set_metadata(e, i, "alias.scope", &own, 1);
	set_metadata(e, i, "noalias", n ? others : NULL, n);
}

/* Makes access A, of stream K, go to the copy. */
static void redirect(struct psr_packing *e, const struct psr_access *a,
		     unsigned k)
{
	const struct psr_stream *x = &e->s.streams[k];
	LLVMValueRef row = row_of(e, k), place;
	LLVMValueRef iv =
	    iteration(e, psr_packing_loop(e, x->at.loops[x->inner]));

	LLVMPositionBuilderBefore(e->b, a->instruction);
	place = LLVMBuildInBoundsGEP2(e->b, e->streams[k].type, row, &iv, 1,
				      "psr.place");
	LLVMSetOperand(a->instruction, a->store ? 1 : 0, place);
	LLVMSetAlignment(a->instruction, (unsigned)x->at.bytes);
	describe_access(e, a->instruction, k);
}

static void redirect_all(struct psr_packing *e)
{
	for (unsigned i = 0; i < e->s.naccesses; i++)
		if (e->s.accesses[i].stream >= 0)
			redirect(e, &e->s.accesses[i],
				 (unsigned)e->s.accesses[i].stream);
}

/* The loops that copy wait for memory: vectors would be gathers. */
static void keep_small(struct psr_packing *e)
{
	for (unsigned i = 0; i < e->ncopies; i++) {
		psr_loop l = psr_ext_loop_of(e->s.fam, e->s.f, e->copies[i]);

		psr_ext_loop_set_hint(l, "llvm.loop.vectorize.enable", 0);
		psr_ext_loop_set_hint(l, "llvm.loop.unroll.count", 1);
	}
}

void psr_packing_emit(struct psr_packing *e)
{
	LLVMSetCurrentDebugLocation2(
	    e->b, LLVMInstructionGetDebugLoc(LLVMGetBasicBlockTerminator(
		      psr_ext_loop_latch(e->s.nest))));
	emit_before(e);
	redirect_all(e);
	emit_after(e);
	psr_ext_forget(e->s.fam, e->s.f);
	keep_small(e);
}
