/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * recipes.c - the ways to make a variant of a site: one row each.
 *
 * Every recipe keeps results bit-identical:
 *  - it adds instruction sets and never removes one of the user's;
 *  - where the module is compiled without FMA and the recipe has it, each
 *    llvm.fmuladd that the user's flags do not allow to fuse (it has no
 *    `contract` flag) becomes a multiplication and an addition, which is how
 *    the baseline computes it. `contract` stands on an instruction only by
 *    the user's -ffp-contract=fast, -ffast-math or a pragma, which permit
 *    either result: it is left alone. psr-fp=contract gives that permission
 *    for the whole module;
 *  - where the module is compiled with FMA, as for AArch64 always, so is every
 *    variant, for features are only ever added;
 *  - no fast-math flag is added, so no order of operations changes.
 * The user's pragmas on a loop win over a recipe, which is left out then.
 */
#include "recipes.h"

#include "constant.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ifconv.h"
#include "interchange.h"
#include "ir.h"
#include "layout.h"
#include "noalias.h"
#include "nontemporal.h"
#include "parallel.h"
#include "polly.h"
#include "prefetch.h"
#include "split.h"
#include "unroll.h"

#define V2 PSR_ISA_V2
#define V3 (V2 | PSR_ISA_V3)
#define V4 (V3 | PSR_ISA_V4)
#define POPCNT (V4 | PSR_ISA_POPCNT)
#define NEON PSR_ISA_NEON
#define SVE  (NEON | PSR_ISA_SVE)
#define SVE2 (SVE | PSR_ISA_SVE2)

#define VARIANTS       5 /* reach 95 % of what all recipes could gain */
#define VARIANTS_LIGHT 3 /* of a single loop without arithmetic */

#define WON     1000 /* more for what has won, says the profile */
/*
 * IR instructions of a loop times the interleaving asked of it. More do not fit
 * the registers, and took the compiler up to twenty times as long.
 */
#define INTERLEAVE_MAX 320

#define MANY_GROWTH 1.9 /* of text: three and more vectors at a time */

#define VARIETY 25 /* less promise for each with the same transforms */

#define FEATURES_V2 "+cx16,+sahf,+popcnt,+sse3,+sse4.1,+sse4.2,+ssse3"
#define FEATURES_V3 "+avx,+avx2,+bmi,+bmi2,+f16c,+fma,+lzcnt,+movbe,+xsave"
#define FEATURES_V4 "+avx512f,+avx512bw,+avx512cd,+avx512dq,+avx512vl"

#define FEATURES_POPCNT "+avx512bitalg,+avx512vpopcntdq"

/* Of each family of processors in order: each has what is before. */
static const struct {
	uint32_t isa;
	const char *family; /* as triples begin */
	const char *features;
} isas[] = {
    {PSR_ISA_V2, "x86_64", FEATURES_V2},
    {PSR_ISA_V3, "x86_64", FEATURES_V3},
    {PSR_ISA_V4, "x86_64", FEATURES_V4},
    {PSR_ISA_POPCNT, "x86_64", FEATURES_POPCNT},
    {PSR_ISA_NEON, "aarch64", "+neon"},
    {PSR_ISA_SVE, "aarch64", "+sve"},
    {PSR_ISA_SVE2, "aarch64", "+sve2"},
};
#define NISAS (sizeof(isas) / sizeof(*isas))

/* ---- The function's own flags ------------------------------------------- */

static void get_string(LLVMValueRef f, const char *name, char *out, size_t size)
{
	unsigned n = 0;
	LLVMAttributeRef a = LLVMGetStringAttributeAtIndex(
	    f, LLVMAttributeFunctionIndex, name, (unsigned)strlen(name));
	const char *s = a ? LLVMGetStringAttributeValue(a, &n) : "";

	snprintf(out, size, "%.*s", (int)n, s);
}

static bool flags_imply(LLVMValueRef f, const char *features)
{
	char cpu[128], own[4096];

	get_string(f, "target-cpu", cpu, sizeof(cpu));
	get_string(f, "target-features", own, sizeof(own));
	return psr_ext_subtarget_has(LLVMGetTarget(LLVMGetGlobalParent(f)), cpu,
				     own, features);
}

static bool is_for(LLVMValueRef f, const char *family)
{
	return !strncmp(LLVMGetTarget(LLVMGetGlobalParent(f)), family,
			strlen(family));
}

static bool flags_have_fma(LLVMValueRef f)
{
	return is_for(f, "aarch64") || flags_imply(f, "+fma") ||
	       flags_imply(f, "+fma4");
}

static uint32_t implied_isa(LLVMValueRef f)
{
	uint32_t isa = 0;

	for (size_t i = 0; i < NISAS; i++) {
		if (!is_for(f, isas[i].family))
			continue;
		if (!flags_imply(f, isas[i].features))
			break;
		isa |= isas[i].isa;
	}
	return isa;
}

/* R is made for processors that F is not compiled for. */
static bool is_foreign(const struct psr_recipe *r, LLVMValueRef f)
{
	for (size_t i = 0; i < NISAS; i++)
		if (r->isa & isas[i].isa && !is_for(f, isas[i].family))
			return true;
	return false;
}

uint32_t psr_recipe_isa(const struct psr_recipe *r, LLVMValueRef f)
{
	return r->isa & ~implied_isa(f);
}

/* True if the user has switched off, by name, a feature that R needs. */
static bool is_disabled_by_user(const struct psr_recipe *r, LLVMValueRef f)
{
	char own[4096], off[64];

	get_string(f, "target-features", own, sizeof(own));
	for (size_t i = 0; i < NISAS; i++) {
		const char *s = isas[i].features;

		while ((r->isa & isas[i].isa) && *s) {
			size_t n = strcspn(s, ",");
			char *at;

			snprintf(off, sizeof(off), "-%.*s", (int)n - 1, s + 1);
			at = strstr(own, off);
			if (at && (!at[n] || at[n] == ','))
				return true;
			s += n + (s[n] == ',');
		}
	}
	return false;
}

static unsigned preferred_width(LLVMValueRef f)
{
	char text[16];

	get_string(f, "prefer-vector-width", text, sizeof(text));
	return (unsigned)strtoul(text, NULL, 10);
}

/* The width that clang vectorises F with. */
static unsigned native_width(LLVMValueRef f)
{
	unsigned preferred = preferred_width(f);
	unsigned width = 128;

	if (is_for(f, "aarch64"))
		return width;
	if (flags_imply(f, "+avx"))
		width = 256;
	if (flags_imply(f, "+avx512f") &&
	    (preferred >= 512 || !flags_imply(f, "+prefer-256-bit")))
		width = 512;
	return preferred && preferred < width ? preferred : width;
}

static bool adds_something(const struct psr_recipe *r, LLVMValueRef f)
{
	return psr_recipe_isa(r, f) || r->interleave || r->tune ||
	       r->transforms[0] ||
	       (r->width && r->width != native_width(f));
}

/* ---- Does it apply? ----------------------------------------------------- */

static enum psr_reason applies_vector(const struct psr_recipe *r,
				      const struct psr_nest *nest)
{
	LLVMValueRef f = nest->function;
	unsigned preferred = preferred_width(f);
	char tune[64];

	get_string(f, "tune-cpu", tune, sizeof(tune));
	if (is_disabled_by_user(r, f))
		return PSR_REASON_USER_FEATURE;
	if (preferred && preferred != r->width)
		return PSR_REASON_USER_WIDTH;
	if (r->interleave && (nest->user_hints & PSR_USER_INTERLEAVE))
		return PSR_REASON_USER_PRAGMA;
	if (r->tune && *tune && strcmp(tune, "generic"))
		return PSR_REASON_USER_TUNE;
	if (!adds_something(r, f))
		return PSR_REASON_SAME;
	return PSR_REASON_NONE;
}

static enum psr_reason applies_scalar(const struct psr_recipe *r,
				      const struct psr_nest *nest)
{
	(void)r;
	if (nest->user_hints & (PSR_USER_VECTORIZE | PSR_USER_INTERLEAVE))
		return PSR_REASON_USER_PRAGMA;
	if (nest->loop && !nest->features.vector_loops)
		return PSR_REASON_NO_VECTOR;
	return PSR_REASON_NONE;
}

/*
 * Changes scalar code, too: by the instructions of x86-64-v3, with and without
 * another schedule (znver3's served best of four on a Zen 4).
 */
static bool suits_scalars(const struct psr_recipe *r)
{
	return r->isa == V3 && r->width == 256 && !r->interleave &&
	       !r->transforms[0] && (!r->tune || !strcmp(r->tune, "znver3"));
}

/* ---- What does it promise? ---------------------------------------------- */

/*
 * Larger is better. Widths first; then, by the nest: interleaving where a
 * recurrence limits, narrow vectors and none where the trips are few.
 */
static int promise_vector(const struct psr_recipe *r,
			  const struct psr_nest *nest)
{
	const struct psr_features *x = &nest->features;
	unsigned bytes = x->load_bytes + x->store_bytes;
	int promise = r->width == 512 ? 70 : r->width == 256 ? 80 : 40;

	if (r->isa & PSR_ISA_SVE)
		promise = r->isa & PSR_ISA_SVE2 ? 75 : 80;

	if (!psr_recipe_isa(r, nest->function))
		promise -= 15;
	if (r->isa == V4 && r->width == 256)
		promise -= 18;
	if (r->interleave == 1)
		promise -= 30 - (bytes > 64 ? 15 : 0);
	else if (r->interleave)
		promise -= x->recurrences > 1 ? 16 : 27;
	if (r->tune)
		promise += nest->gains_isa || (!nest->loop && suits_scalars(r))
			       ? 20
			       : -40;
	if (x->inner_trip && x->inner_trip < 16 && r->width > 128)
		promise -= 35;
	return promise;
}

static int promise_scalar(const struct psr_recipe *r,
			  const struct psr_nest *nest)
{
	uint64_t trip = nest->features.inner_trip;

	(void)r;
	if (trip && trip < 16)
		return 90;
	return nest->features.depth > 1 ? 60 : 45;
}

/* ---- Applying ----------------------------------------------------------- */

static void set_string(LLVMValueRef f, const char *name, const char *value)
{
	LLVMAddTargetDependentFunctionAttr(f, name, value);
}

static void add_features(LLVMValueRef f, uint32_t isa)
{
	char text[8192];
	size_t n;

	get_string(f, "target-features", text, 4096);
	for (size_t i = 0; i < NISAS; i++) {
		if (!(isa & isas[i].isa))
			continue;
		n = strlen(text);
		snprintf(text + n, sizeof(text) - n, "%s%s", n ? "," : "",
			 isas[i].features);
	}
	if (isa)
		set_string(f, "target-features", text);
}

static bool is_fmuladd(LLVMValueRef i)
{
	LLVMValueRef callee = LLVMIsACallInst(i) ? LLVMGetCalledValue(i) : NULL;

	return callee && LLVMIsAFunction(callee) &&
	       LLVMGetIntrinsicID(callee) ==
		   LLVMLookupIntrinsicID("llvm.fmuladd", 12);
}

static void split_one(LLVMBuilderRef b, LLVMValueRef i)
{
	LLVMFastMathFlags flags = LLVMGetFastMathFlags(i);
	LLVMValueRef product, sum;

	LLVMPositionBuilderBefore(b, i);
	LLVMSetCurrentDebugLocation2(b, LLVMInstructionGetDebugLoc(i));
	product = LLVMBuildFMul(b, LLVMGetOperand(i, 0), LLVMGetOperand(i, 1),
				"psr.mul");
	sum = LLVMBuildFAdd(b, product, LLVMGetOperand(i, 2), "psr.add");
	if (LLVMIsAInstruction(product))
		LLVMSetFastMathFlags(product, flags);
	if (LLVMIsAInstruction(sum))
		LLVMSetFastMathFlags(sum, flags);
	LLVMReplaceAllUsesWith(i, sum);
	LLVMInstructionEraseFromParent(i);
}

/* Computes as the baseline, which has no FMA, does. */
static void split_fmuladds(LLVMValueRef f)
{
	LLVMBuilderRef b = LLVMCreateBuilderInContext(
	    LLVMGetModuleContext(LLVMGetGlobalParent(f)));

	for (LLVMBasicBlockRef at = LLVMGetFirstBasicBlock(f); at;
	     at = LLVMGetNextBasicBlock(at)) {
		LLVMValueRef next;

		for (LLVMValueRef i = LLVMGetFirstInstruction(at); i;
		     i = next) {
			next = LLVMGetNextInstruction(i);
			if (is_fmuladd(i) && !(LLVMGetFastMathFlags(i) &
					       LLVMFastMathAllowContract))
				split_one(b, i);
		}
	}
	LLVMDisposeBuilder(b);
}

/* Of the loops of at most MOST instructions. Returns of how many. */
static unsigned hint_innermost(struct psr_fam *fam, LLVMValueRef f,
			       psr_loop parent, const char *name,
			       unsigned value, unsigned most)
{
	size_t n = psr_ext_loop_count(fam, f, parent);
	unsigned hinted = 0;

	for (size_t i = 0; i < n; i++)
		hinted += hint_innermost(fam, f,
					 psr_ext_loop_at(fam, f, parent, i),
					 name, value, most);
	if (!parent || n || psr_ext_loop_has_hint(parent, name) ||
	    psr_ir_loop_size(parent) > most)
		return hinted;
	psr_ext_loop_set_hint(parent, name, value);
	return hinted + 1;
}

void psr_recipe_hint(struct psr_fam *fam, LLVMValueRef f, const char *name,
		     unsigned value)
{
	hint_innermost(fam, f, NULL, name, value, UINT_MAX);
}

struct vector {
	const struct psr_recipe *r;
	struct psr_fam *fam;
	unsigned hinted; /* loops */
};

/* A variant, or a part of one. */
static void apply_vector(LLVMValueRef variant, void *ctx)
{
	struct vector *v = ctx;
	const struct psr_recipe *r = v->r;
	char width[16];
	bool had_fma = flags_have_fma(variant);

	snprintf(width, sizeof(width), "%u", r->width);
	set_string(variant, "prefer-vector-width", width);
	add_features(variant, r->isa);
	if (r->tune)
		set_string(variant, "tune-cpu", r->tune);
	if (!had_fma && flags_have_fma(variant) && !psr_options.contract)
		split_fmuladds(variant);
	if (r->interleave)
		v->hinted += hint_innermost(
		    v->fam, variant, NULL, "llvm.loop.interleave.count",
		    r->interleave, INTERLEAVE_MAX / r->interleave);
}

static enum psr_reason apply_scalar(const struct psr_recipe *r,
				    struct psr_fam *fam,
				    const struct psr_nest *nest,
				    LLVMValueRef variant)
{
	(void)r;
	(void)nest;
	hint_innermost(fam, variant, NULL, "llvm.loop.vectorize.enable", 0,
		       UINT_MAX);
	return PSR_REASON_NONE;
}

static const struct psr_transform scalar = {0, applies_scalar, apply_scalar,
					    promise_scalar, 0.5};

/* Processors that count the bits of whole vectors need nothing else. */
static enum psr_reason applies_popcount(const struct psr_recipe *r,
					const struct psr_nest *nest)
{
	(void)r;
	if (!nest->features.vector_loops)
		return PSR_REASON_NO_VECTOR;
	return nest->features.popcounts ? PSR_REASON_NONE
					: PSR_REASON_NO_POPCOUNT;
}

static enum psr_reason apply_popcount(const struct psr_recipe *r,
				      struct psr_fam *fam,
				      const struct psr_nest *nest,
				      LLVMValueRef variant)
{
	(void)r;
	(void)fam;
	(void)nest;
	(void)variant;
	return PSR_REASON_NONE;
}

static int promise_popcount(const struct psr_recipe *r,
			    const struct psr_nest *nest)
{
	(void)r;
	(void)nest;
	return 20;
}

static const struct psr_transform popcount = {
    0, applies_popcount, apply_popcount, promise_popcount, 1};

/* ---- The table ---------------------------------------------------------- */

#define VECTOR(name, isa, width, interleave, tune)                             \
	{                                                                      \
		name, isa, width, interleave, tune, 0,                         \
		{                                                              \
			NULL                                                   \
		}                                                              \
	}

const struct psr_recipe psr_recipes[] = {
    {"scalar", 0, 0, 0, NULL, 0, {&scalar}},
    VECTOR("v2-w128", V2, 128, 0, NULL),
    VECTOR("v2-w128-i4", V2, 128, 4, NULL),
    VECTOR("v3-w128", V3, 128, 0, NULL),
    VECTOR("v3-w256", V3, 256, 0, NULL),
    VECTOR("v3-w256-i1", V3, 256, 1, NULL),
    VECTOR("v3-w256-i4", V3, 256, 4, NULL),
    VECTOR("v3-w256-i8", V3, 256, 8, NULL),
    VECTOR("v4-w256", V4, 256, 0, NULL),
    VECTOR("v4-w256-i4", V4, 256, 4, NULL),
    VECTOR("v4-w512", V4, 512, 0, NULL),
    VECTOR("v4-w512-i1", V4, 512, 1, NULL),
    VECTOR("v4-w512-i2", V4, 512, 2, NULL),
    VECTOR("v4-w512-i4", V4, 512, 4, NULL),
    {"popcnt-w512", POPCNT, 512, 0, NULL, 0, {&popcount}},
    {"noalias-v3-w256", V3, 256, 0, NULL, 0, {&psr_noalias}},
    {"noalias-v4-w512", V4, 512, 0, NULL, 0, {&psr_noalias}},
    {"nontemporal-v3-w128", V3, 128, 4, NULL, 0, {&psr_apart, &psr_nontemporal}},
    {"layout", 0, 0, 0, NULL, 0, {&psr_layout}},
    {"layout-v3-w256", V3, 256, 0, NULL, 0, {&psr_layout}},
    {"layout-v4-w512", V4, 512, 0, NULL, 0, {&psr_layout}},
    {"rolled", 0, 0, 0, NULL, 1, {&psr_rolled}},
    {"unroll4-v3-w256", V3, 256, 0, NULL, 4, {&psr_unroll}},
    {"ifconv-v3-w256", V3, 256, 0, NULL, 0, {&psr_ifconv}},
    {"ifconv-v3-w128", V3, 128, 0, NULL, 0, {&psr_ifconv}},
    {"ifconv-v4-w512", V4, 512, 0, NULL, 0, {&psr_ifconv}},
    {"split-v3-w256", V3, 256, 0, NULL, 0, {&psr_split}},
    {"flat-v3-w256", V3, 256, 0, NULL, 0, {&psr_apart, &psr_flat}},
    {"flat-v4-w512", V4, 512, 0, NULL, 0, {&psr_apart, &psr_flat}},
    {"jam2-v3-w256", V3, 256, 0, NULL, 2, {&psr_apart, &psr_jam}},
    {"jam4-v3-w256", V3, 256, 0, NULL, 4, {&psr_apart, &psr_jam}},
    {"jam4-v4-w512", V4, 512, 0, NULL, 4, {&psr_apart, &psr_jam}},
    {"jam8-v3-w256", V3, 256, 0, NULL, 8, {&psr_apart, &psr_jam}},
    {"interchange-v2-w128", V2, 128, 0, NULL, 256, {&psr_apart, &psr_interchange}},
    {"interchange-v3-w256", V3, 256, 0, NULL, 256, {&psr_apart, &psr_interchange}},
    {"interchange-v4-w512", V4, 512, 0, NULL, 256, {&psr_apart, &psr_interchange}},
    {"polly16-v3-w256", V3, 256, 0, NULL, 16, {&psr_apart, &psr_polly}},
    {"polly32-v3-w256", V3, 256, 0, NULL, 32, {&psr_apart, &psr_polly}},
    {"polly64-v4-w512", V4, 512, 0, NULL, 64, {&psr_apart, &psr_polly}},
    {"prefetch32", 0, 0, 0, NULL, 32, {&psr_prefetch}},
    {"parallel", 0, 0, 0, NULL, 0, {&psr_parallel}},
    {"parallel-v3-w256", V3, 256, 0, NULL, 0, {&psr_parallel}},
    {"parallel-v4-w512", V4, 512, 0, NULL, 0, {&psr_parallel}},
    VECTOR("tune-haswell", V3, 256, 0, "haswell"),
    VECTOR("tune-znver3", V3, 256, 0, "znver3"),
    VECTOR("tune-znver4", V4, 512, 0, "znver4"),
    VECTOR("tune-sapphirerapids", V4, 512, 0, "sapphirerapids"),
    {"const", 0, 0, 0, NULL, 0, {&psr_constant}},
    {"const-v3-w256", V3, 256, 0, NULL, 0, {&psr_constant}},
    {"const-v4-w512", V4, 512, 0, NULL, 0, {&psr_constant}},
    {"const-noalias-v3-w256",
     V3,
     256,
     0,
     NULL,
     0,
     {&psr_constant, &psr_noalias}},
    {"case1-v3-w256", V3, 256, 0, NULL, 1, {&psr_case}},
    {"case2-v3-w256", V3, 256, 0, NULL, 2, {&psr_case}},
    {"case3-v3-w256", V3, 256, 0, NULL, 3, {&psr_case}},
    {"case4-v3-w256", V3, 256, 0, NULL, 4, {&psr_case}},
    {"stride-v3-w256", V3, 256, 0, NULL, 0, {&psr_stride}},
    {"stride-v4-w512", V4, 512, 0, NULL, 0, {&psr_stride}},
    VECTOR("neon-i1", NEON, 128, 1, NULL),
    VECTOR("neon-i2", NEON, 128, 2, NULL),
    VECTOR("neon-i4", NEON, 128, 4, NULL),
    VECTOR("neon-i8", NEON, 128, 8, NULL),
    VECTOR("sve", SVE, 128, 0, NULL),
    VECTOR("sve-i1", SVE, 128, 1, NULL),
    VECTOR("sve-i4", SVE, 128, 4, NULL),
    VECTOR("sve2", SVE2, 128, 0, NULL),
    {"noalias-neon", NEON, 128, 0, NULL, 0, {&psr_noalias}},
    {"case1-neon", NEON, 128, 0, NULL, 1, {&psr_case}},
    {"case2-neon", NEON, 128, 0, NULL, 2, {&psr_case}},
    {"case3-neon", NEON, 128, 0, NULL, 3, {&psr_case}},
    {"case4-neon", NEON, 128, 0, NULL, 4, {&psr_case}},
    {"ifconv-neon", NEON, 128, 0, NULL, 0, {&psr_ifconv}},
    {"noalias-sve", SVE, 128, 0, NULL, 0, {&psr_noalias}},
    VECTOR("tune-cortex-a55", NEON, 128, 0, "cortex-a55"),
    VECTOR("tune-cortex-a76", NEON, 128, 0, "cortex-a76"),
    VECTOR("tune-neoverse-v1", SVE, 128, 0, "neoverse-v1"),
    VECTOR("tune-neoverse-v2", SVE2, 128, 0, "neoverse-v2"),
    {"counted", 0, 0, 0, NULL, 0, {&psr_counted}},
};
const unsigned psr_nrecipes = sizeof(psr_recipes) / sizeof(*psr_recipes);

_Static_assert(sizeof(psr_recipes) / sizeof(*psr_recipes) <= PSR_RECIPES_MAX,
	       "options.h has no room for them");

int psr_recipe_find(const char *name, size_t n)
{
	for (unsigned i = 0; i < psr_nrecipes; i++)
		if (strlen(psr_recipes[i].name) == n &&
		    !memcmp(psr_recipes[i].name, name, n))
			return (int)i;
	return -1;
}

/* ---- A row as a whole ---------------------------------------------------- */

uint32_t psr_recipe_flags(const struct psr_recipe *r)
{
	uint32_t flags = 0;

	for (unsigned i = 0; i < PSR_TRANSFORMS_MAX && r->transforms[i]; i++)
		flags |= r->transforms[i]->flags;
	return flags;
}

enum psr_reason psr_recipe_apply(unsigned i, struct psr_fam *fam,
				 const struct psr_nest *nest,
				 LLVMValueRef variant)
{
	const struct psr_recipe *r = &psr_recipes[i];
	enum psr_reason reason = PSR_REASON_NONE;
	struct vector v = {r, fam, 0};

	for (unsigned k = 0; k < PSR_TRANSFORMS_MAX && r->transforms[k]; k++) {
		reason = r->transforms[k]->apply(r, fam, nest, variant);
		if (reason)
			return reason;
	}
	if (r->width)
		psr_ir_each_part(variant, apply_vector, &v);
	return r->interleave && !v.hinted ? PSR_REASON_LARGE : PSR_REASON_NONE;
}

static enum psr_reason applies(const struct psr_recipe *r,
			       const struct psr_nest *nest)
{
	enum psr_reason reason = PSR_REASON_NONE;

	if (is_foreign(r, nest->function))
		return PSR_REASON_OTHER_CPU;
	if (psr_recipe_flags(r) && !nest->loop)
		return PSR_REASON_GUARD; /* it returns what the user's does */
	if (nest->loop && !nest->features.vector_loops &&
	    (!r->transforms[0] || r->transforms[0] == &scalar) &&
	    !(nest->gains_isa && suits_scalars(r) &&
	      (nest->only_isa || r->tune)))
		return PSR_REASON_NO_VECTOR;
	for (unsigned i = 0; i < PSR_TRANSFORMS_MAX && r->transforms[i]; i++)
		if ((reason = r->transforms[i]->applies(r, nest)))
			return reason;
	return r->width ? applies_vector(r, nest) : PSR_REASON_NONE;
}

static int promise(const struct psr_recipe *r, const struct psr_nest *nest)
{
	int sum = r->width ? promise_vector(r, nest) : 0;

	for (unsigned i = 0; i < PSR_TRANSFORMS_MAX && r->transforms[i]; i++)
		sum += r->transforms[i]->promise(r, nest);
	return sum;
}

double psr_recipe_growth(unsigned i)
{
	const struct psr_recipe *r = &psr_recipes[i];
	double growth = r->interleave > 2 ? MANY_GROWTH : 1;

	for (unsigned k = 0; k < PSR_TRANSFORMS_MAX && r->transforms[k]; k++)
		growth *= r->transforms[k]->growth;
	return growth;
}

/* ---- Choosing ----------------------------------------------------------- */

/* The index of NAME in LIST; N if it is not there. */
static size_t is_named(char **list, size_t n, const char *name)
{
	size_t i = 0;

	while (i < n && strcmp(list[i], name))
		i++;
	return i;
}

/* More for what has won, in the order of the work that it has won. */
static int promise_won(const struct psr_recipe *r, const struct psr_nest *nest)
{
	const struct psr_profile_site *s = nest->profile;
	size_t at = s ? is_named(s->won, s->nwon, r->name) : 0;

	return s && at < s->nwon ? WON - (int)at * VARIETY : 0;
}

unsigned psr_recipes_won(const struct psr_nest *nest)
{
	unsigned won = 0;

	for (unsigned k = 0; k < nest->nrecipes; k++)
		if (promise_won(&psr_recipes[nest->recipes[k]], nest))
			won = k + 1;
	return won;
}

/* R is one of the few ways by which NEST may gain. */
static bool is_among(const struct psr_recipe *r, const struct psr_nest *nest)
{
	if (nest->only_isa &&
	    (suits_scalars(r) || r->transforms[0] == &psr_rolled))
		return true;
	return nest->only_constant && (r->transforms[0] == &psr_constant ||
				       r->transforms[0] == &psr_case ||
				       r->transforms[0] == &psr_counted);
}

static enum psr_reason judge(unsigned i, const struct psr_nest *nest)
{
	const struct psr_profile_site *s = nest->profile;
	const struct psr_recipe *r = &psr_recipes[i];

	if (psr_options.recipes && !psr_options.recipe[i])
		return PSR_REASON_NOT_ASKED;
	if (nest->only_parallel &&
	    !(psr_recipe_flags(r) & PSR_VARIANT_PARALLEL))
		return PSR_REASON_DRIVER;
	if ((nest->only_constant || nest->only_isa) && !is_among(r, nest))
		return nest->only_constant ? PSR_REASON_FP_ORDER
					   : PSR_REASON_NO_VECTOR;
	if (s && is_named(s->lost, s->nlost, r->name) < s->nlost)
		return PSR_REASON_LOST;
	return applies(r, nest);
}

bool psr_recipes_alike(unsigned i, unsigned k)
{
	return psr_recipes[i].transforms[0] &&
	       psr_recipes[i].value == psr_recipes[k].value &&
	       !memcmp(psr_recipes[i].transforms, psr_recipes[k].transforms,
		       sizeof(psr_recipes[i].transforms));
}

static unsigned same_transforms(const struct psr_nest *nest, unsigned i)
{
	unsigned n = 0;

	for (unsigned k = 0; k < nest->ncandidates; k++)
		n += psr_recipes[i].transforms[0] &&
		     !memcmp(psr_recipes[nest->recipes[k]].transforms,
			     psr_recipes[i].transforms,
			     sizeof(psr_recipes[i].transforms));
	return n;
}

/*
 * The most promising recipe that is still to choose from, or -1. Of several
 * with the same transforms, each next one promises less: variety is worth
 * more than another width.
 */
static int best_left(const struct psr_nest *nest, const bool *left)
{
	int best = -1, most = 0;

	for (unsigned i = 0; i < psr_nrecipes; i++) {
		int p;

		if (!left[i])
			continue;
		p = promise(&psr_recipes[i], nest) +
		    promise_won(&psr_recipes[i], nest) -
		    VARIETY * (int)same_transforms(nest, i);
		if (best < 0 || p > most) {
			best = (int)i;
			most = p;
		}
	}
	return best;
}

static unsigned most_variants(const struct psr_nest *nest)
{
	const struct psr_features *x = &nest->features;

	if (psr_options.max_variants >= 0)
		return (unsigned)psr_options.max_variants;
	if (psr_options.recipes)
		return PSR_RECIPES_MAX;
	return x->flops || x->depth > 1 || nest->kind == PSR_SITE_FUNCTION
		   ? VARIANTS
		   : VARIANTS_LIGHT;
}

static bool is_parallel(unsigned i)
{
	return psr_recipe_flags(&psr_recipes[i]) & PSR_VARIANT_PARALLEL;
}

/*
 * The counted variant, which comes on top of the others, second in line of
 * those for one thread; 1 if it is a candidate.
 */
static unsigned place_counted(struct psr_nest *nest)
{
	unsigned at = 0, n = nest->ncandidates, to = 0;
	unsigned counted = (unsigned)psr_recipe_find("counted", 7);

	while (at < n && nest->recipes[at] != counted)
		at++;
	if (at == n)
		return 0;
	n--;
	for (unsigned k = at; k < n; k++)
		nest->recipes[k] = nest->recipes[k + 1];
	while (to < n && is_parallel(nest->recipes[to]))
		to++;
	to += to < n;
	for (unsigned k = n; k > to; k--)
		nest->recipes[k] = nest->recipes[k - 1];
	nest->recipes[to] = counted;
	return 1;
}

static unsigned *put(unsigned *to, const unsigned *from, unsigned n)
{
	memcpy(to, from, n * sizeof(*from));
	return to + n;
}

/*
 * Those that need more than one thread come on top of MOST others: the best of
 * them after the first two and the counted one, the next after all; how many.
 */
static unsigned place_parallel(struct psr_nest *nest, unsigned most)
{
	unsigned parallel[PSR_RECIPES_MAX], others[PSR_RECIPES_MAX];
	unsigned n = 0, m = 0, wanted = nest->features.depth > 1 ? 2 : 1;
	unsigned first, *at = nest->recipes;

	for (unsigned k = 0; k < nest->ncandidates; k++) {
		unsigned i = nest->recipes[k];

		if (is_parallel(i))
			parallel[n++] = i;
		else
			others[m++] = i;
	}
	if (!n)
		return 0;
	most = m < most ? m : most;
	first = most < 3 ? most : 3;
	at = put(at, others, first);
	at = put(at, parallel, 1);
	at = put(at, others + first, most - first);
	at = put(at, parallel + 1, n - 1);
	put(at, others + most, m - most);
	return psr_options.recipes || n < wanted ? n : wanted;
}

/* The candidates for one of several sets of constants. */
static unsigned count_cases(const struct psr_nest *nest)
{
	unsigned n = 0;

	for (unsigned k = 0; k < nest->ncandidates; k++)
		n += psr_recipes[nest->recipes[k]].transforms[0] == &psr_case;
	return n;
}

/*
 * The original won wherever it was timed, against MOST others or all that there
 * are: of those that the budget left out, one may still gain.
 */
static bool original_stands(const struct psr_nest *nest, unsigned most)
{
	const struct psr_profile_site *s = nest->profile;
	uint32_t aside = PSR_VARIANT_COUNTED | PSR_VARIANT_PARALLEL;

	if (!s || !s->baseline || psr_options.recipes || psr_constant_any(nest) ||
	    psr_constant_cases(nest))
		return false;
	if (s->nlost >= most)
		return true;
	for (unsigned k = 0; k < psr_nrecipes; k++)
		if (!(psr_recipe_flags(&psr_recipes[k]) & aside) &&
		    !judge(k, nest))
			return false;
	return true;
}

void psr_recipes_choose(struct psr_nest *nest)
{
	unsigned most = most_variants(nest), wanted;
	bool left[PSR_RECIPES_MAX] = {false};
	int i;

	nest->ncandidates = 0;
	if (original_stands(nest, most)) {
		nest->reason = PSR_REASON_BASELINE;
		return;
	}
	for (unsigned k = 0; k < psr_nrecipes; k++) {
		nest->recipe_reason[k] = judge(k, nest);
		left[k] = !nest->recipe_reason[k];
		if (left[k])
			nest->recipe_reason[k] = PSR_REASON_NOT_CHOSEN;
	}
	while ((i = best_left(nest, left)) >= 0) {
		nest->recipes[nest->ncandidates++] = (unsigned)i;
		left[i] = false;
	}
	/* What is for one size of calls takes no place of what is for all. */
	if (most && psr_options.max_variants < 0)
		most += count_cases(nest);
	if (place_counted(nest) && most && psr_options.max_variants < 0)
		most++;
	wanted = place_parallel(nest, most);
	if (most && psr_options.max_variants < 0)
		most += wanted;
	nest->nrecipes = nest->ncandidates < most ? nest->ncandidates : most;
	if (nest->only_parallel && !psr_options.recipes && nest->nrecipes > 1)
		nest->nrecipes = 1;
	if (!nest->nrecipes)
		nest->reason = nest->only_parallel ? PSR_REASON_DRIVER
						   : PSR_REASON_NO_RECIPE;
}
