/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * identity.c - the hash that names a site for ever.
 *
 * It covers opcodes, types, how operands are wired and constants; no names of
 * values, no metadata, no line numbers and no numbered names (private
 * constants, renamed types), so that it changes only when the nest does.
 */
#include "identity.h"

#include <stdlib.h>
#include <string.h>

#include "ir.h"

struct hash {
	uint64_t h;
	LLVMValueRef *values; /* sorted; the nest's instructions */
	uint32_t *numbers;    /* of values[i], in program order */
	size_t n;
	LLVMValueRef outside[64]; /* seen inputs, in order */
	unsigned noutside;
};

static void mix(struct hash *x, uint64_t v)
{
	x->h = (x->h ^ v) * UINT64_C(0x9E3779B97F4A7C15);
	x->h ^= x->h >> 29;
}

static void mix_bytes(struct hash *x, const char *s, size_t n)
{
	mix(x, n);
	for (size_t i = 0; i < n; i++)
		mix(x, (unsigned char)s[i]);
}

static void mix_type(struct hash *x, LLVMTypeRef t)
{
	LLVMTypeKind kind = LLVMGetTypeKind(t);

	mix(x, (uint64_t)kind);
	if (kind == LLVMIntegerTypeKind) {
		mix(x, LLVMGetIntTypeWidth(t));
	} else if (kind == LLVMArrayTypeKind) {
		mix(x, LLVMGetArrayLength2(t));
		mix_type(x, LLVMGetElementType(t));
	} else if (kind == LLVMStructTypeKind) {
		unsigned n = LLVMCountStructElementTypes(t);

		mix(x, n);
		for (unsigned i = 0; i < n; i++)
			mix_type(x, LLVMStructGetTypeAtIndex(t, i));
	}
}

static void mix_global(struct hash *x, LLVMValueRef v)
{
	LLVMLinkage linkage = LLVMGetLinkage(v);
	size_t n;
	const char *s = psr_ir_name(v, &n);

	if (linkage == LLVMPrivateLinkage)
		mix(x, 'p');
	else
		mix_bytes(x, s, n);
}

static void mix_constant(struct hash *x, LLVMValueRef v)
{
	mix(x, (uint64_t)LLVMGetValueKind(v));
	mix_type(x, LLVMTypeOf(v));
	if (LLVMIsAGlobalValue(v))
		mix_global(x, v);
	else if (LLVMIsAConstantInt(v) &&
		 LLVMGetIntTypeWidth(LLVMTypeOf(v)) <= 64)
		mix(x, LLVMConstIntGetZExtValue(v));
	else if (LLVMIsAConstantFP(v))
		mix(x, psr_ext_hash_double(v));
	else if (LLVMIsAConstantExpr(v))
		for (int i = 0; i < LLVMGetNumOperands(v); i++)
			mix_constant(x, LLVMGetOperand(v, (unsigned)i));
}

static int compare_values(const void *a, const void *b)
{
	uintptr_t p = (uintptr_t) * (LLVMValueRef const *)a;
	uintptr_t q = (uintptr_t) * (LLVMValueRef const *)b;

	return (p > q) - (p < q);
}

/* Inputs are numbered as they are met; beyond the table, by their type. */
static void mix_outside(struct hash *x, LLVMValueRef v)
{
	for (unsigned i = 0; i < x->noutside; i++)
		if (x->outside[i] == v) {
			mix(x, 'o' + UINT64_C(256) * i);
			return;
		}
	if (x->noutside < sizeof(x->outside) / sizeof(*x->outside))
		x->outside[x->noutside++] = v;
	mix(x, 'n');
	mix_type(x, LLVMTypeOf(v));
}

static void mix_operand(struct hash *x, LLVMValueRef v)
{
	LLVMValueRef *at;

	if (LLVMIsConstant(v)) {
		mix_constant(x, v);
		return;
	}
	at = bsearch(&v, x->values, x->n, sizeof(*at), compare_values);
	if (at)
		mix(x, 'i' + UINT64_C(256) * x->numbers[at - x->values]);
	else
		mix_outside(x, v);
}

static void mix_instruction(struct hash *x, LLVMValueRef i)
{
	LLVMOpcode opcode = LLVMGetInstructionOpcode(i);
	int n = LLVMGetNumOperands(i);

	mix(x, (uint64_t)opcode);
	mix_type(x, LLVMTypeOf(i));
	if (opcode == LLVMICmp)
		mix(x, (uint64_t)LLVMGetICmpPredicate(i));
	else if (opcode == LLVMFCmp)
		mix(x, (uint64_t)LLVMGetFCmpPredicate(i));
	else if (opcode == LLVMGetElementPtr)
		mix_type(x, LLVMGetGEPSourceElementType(i));
	for (int k = 0; k < n; k++) {
		LLVMValueRef v = LLVMGetOperand(i, (unsigned)k);

		if (!LLVMValueIsBasicBlock(v))
			mix_operand(x, v);
	}
}

struct numbered {
	LLVMValueRef value;
	uint32_t number;
};

static int compare_numbered(const void *a, const void *b)
{
	const struct numbered *p = a, *q = b;

	return compare_values(&p->value, &q->value);
}

static size_t collect(const struct psr_nest *nest, struct numbered *out)
{
	LLVMBasicBlockRef whole =
	    nest->loop ? NULL : LLVMGetFirstBasicBlock(nest->function);
	size_t n = 0;

	for (size_t b = 0; whole || b < nest->nblocks; b++) {
		LLVMBasicBlockRef at = whole ? whole : nest->blocks[b];

		for (LLVMValueRef i = LLVMGetFirstInstruction(at); i;
		     i = LLVMGetNextInstruction(i)) {
			out[n] = (struct numbered){i, (uint32_t)n};
			n++;
		}
		if (whole) {
			whole = LLVMGetNextBasicBlock(whole);
			if (!whole)
				break;
		}
	}
	return n;
}

static uint64_t hash_code(const struct psr_nest *nest)
{
	struct hash x = {.h = nest->kind + 1};
	size_t max = nest->features.size + 1;
	struct numbered *order = calloc(max, sizeof(*order));
	struct numbered *sorted = calloc(max, sizeof(*sorted));

	x.values = calloc(max, sizeof(*x.values));
	x.numbers = calloc(max, sizeof(*x.numbers));
	if (!order || !sorted || !x.values || !x.numbers)
		abort(); /* as clang does when it has no memory */
	x.n = collect(nest, order);
	memcpy(sorted, order, x.n * sizeof(*order));
	qsort(sorted, x.n, sizeof(*sorted), compare_numbered);
	for (size_t i = 0; i < x.n; i++) {
		x.values[i] = sorted[i].value;
		x.numbers[i] = sorted[i].number;
	}
	for (size_t i = 0; i < x.n; i++)
		mix_instruction(&x, order[i].value);
	free(order);
	free(sorted);
	free(x.values);
	free(x.numbers);
	return x.h;
}

static bool is_taken(const struct psr_nests *all, const struct psr_nest *nest)
{
	for (const struct psr_nest *other = all->at; other < nest; other++)
		if (!other->reason && other->id == nest->id)
			return true;
	return false;
}

void psr_identity_set(const struct psr_nests *all, struct psr_nest *nest)
{
	const char *base = strrchr(nest->file, '/');
	struct hash x = {.h = hash_code(nest)};

	base = base ? base + 1 : nest->file;
	mix_bytes(&x, nest->name, strlen(nest->name));
	mix_bytes(&x, base, strlen(base));
	nest->id = x.h;
	while (is_taken(all, nest)) {
		mix(&x, 't');
		nest->id = x.h;
	}
}
