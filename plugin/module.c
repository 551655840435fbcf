/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * module.c - the pass: find the sites, choose their recipes, stay within the
 * budget, make variants and dispatch, tell of all of it.
 *
 * A module flag says that it was here: a second run changes nothing. What is
 * no site is left as it was. All choices depend on the module and the options
 * alone, so the same source gives the same object.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "constant.h"
#include "dispatch.h"
#include "domain.h"
#include "inputs.h"
#include "ir.h"
#include "lto.h"
#include "pin.h"
#include "place.h"
#include "recipes.h"
#include "refuse.h"
#include "remarks.h"
#include "seal.h"
#include "shape.h"
#include "sites.h"
#include "small.h"
#include "unswitch.h"
#include "work.h"

#define FLAG              "psr"
#define ALIGN             "llvm.loop.align"
#define LINE              64 /* bytes of the cache */
#define HALF_LINE         32
#define LINE_SIZE         32 /* instructions, of which many are addresses */
#define LONG_TRIP         16 /* rounds that pay for the padding in front */
#define VECTORISED        "llvm.loop.isvectorized"
#define NO_UNROLL         "llvm.loop.unroll.runtime.disable"
#define TINY_TRIP         16 /* of LLVM: vectorizer-min-trip-count */
#define FREE_INSTRUCTIONS 1472 /* a module may add so much in any case */
#define MAIN_INSTRUCTIONS 6144 /* one with the program's main function */
#define PROGRAM_FACTOR    2    /* more where that is nearly all of it */
#define HOT_INSTRUCTIONS  6144 /* where time is spent, by the profile */
#define PIN_INSTRUCTIONS  1024 /* for nests that are pinned, and as many */
#define PIN_SHARE         0.1  /* and this of the module to copy them */
#define REPEATS           4    /* loops that look alike in one function */
#define DISPATCH_SIZE     75   /* one site's dispatch and tables */
#define VECTOR_FACTOR     4    /* vector body, remainder, checks */
#define VECTOR_SIZE       40

static void fail(const char *what, int error)
{
	fprintf(stderr, "psr: %s: %s\n", what, strerror(-error));
	exit(1);
}

static void set_flag(LLVMModuleRef m)
{
	LLVMContextRef ctx = LLVMGetModuleContext(m);
	LLVMValueRef one = LLVMConstInt(LLVMInt32TypeInContext(ctx), 1, false);

	LLVMAddModuleFlag(m, LLVMModuleFlagBehaviorOverride, FLAG, strlen(FLAG),
			  LLVMValueAsMetadata(one));
}

/* ---- __attribute__((annotate("psr"))) ----------------------------------- */

static bool is_psr_string(LLVMValueRef g)
{
	size_t n;
	LLVMValueRef s;

	if (!LLVMIsAGlobalVariable(g) || !(s = LLVMGetInitializer(g)) ||
	    !LLVMIsAConstantDataSequential(s) || !LLVMIsConstantString(s))
		return false;
	return !strcmp(LLVMGetAsString(s, &n), "psr");
}

static bool is_annotated(LLVMModuleRef m, LLVMValueRef f)
{
	LLVMValueRef g = LLVMGetNamedGlobal(m, "llvm.global.annotations");
	LLVMValueRef list = g ? LLVMGetInitializer(g) : NULL;
	int n = list ? LLVMGetNumOperands(list) : 0;

	for (int i = 0; i < n; i++) {
		LLVMValueRef row = LLVMGetOperand(list, (unsigned)i);

		if (LLVMGetOperand(row, 0) == f &&
		    is_psr_string(LLVMGetOperand(row, 1)))
			return true;
	}
	return false;
}

/* ---- Budget ------------------------------------------------------------- */

static size_t module_size(LLVMModuleRef m)
{
	size_t n = 0;

	for (LLVMValueRef f = LLVMGetFirstFunction(m); f;
	     f = LLVMGetNextFunction(f))
		if (!psr_place_is_held(f))
			n += psr_ir_function_size(f);
	return n;
}

/* Time is spent there, says the profile. */
static bool is_hot(const struct psr_nest *s)
{
	return s->profile && s->profile->hot;
}

/* A single loop that a program runs through once, as to fill its memory. */
static bool runs_once(const struct psr_nest *s)
{
	return s->loop && s->features.depth == 1 &&
	       !psr_ext_loop_parent(s->loop) &&
	       s->function == LLVMGetNamedFunction(
				  LLVMGetGlobalParent(s->function), "main");
}

/* Those that share what is left when others have had theirs. */
static int rank(const struct psr_nest *s)
{
	return runs_once(s) || s->repeated ? 2 : s->pinned ? 1 : 0;
}

static bool looks_alike(const struct psr_nest *a, const struct psr_nest *b)
{
	const struct psr_features *p = &a->features, *q = &b->features;

	return p->depth == q->depth && p->instructions == q->instructions &&
	       p->loads == q->loads && p->stores == q->stores &&
	       p->flops == q->flops && p->branches == q->branches &&
	       p->load_bytes == q->load_bytes &&
	       p->store_bytes == q->store_bytes;
}

/*
 * SITES that a function has more than a few like, as it inlines another again
 * and again: each has its part of the time only. Not by lines, as what is made
 * must not depend on debug information.
 */
static void mark_repeated(struct psr_nest **sites, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned before = 0;

		for (size_t k = i; before < REPEATS && k--;) {
			if (sites[k]->function != sites[i]->function)
				break;
			before += looks_alike(sites[k], sites[i]);
		}
		sites[i]->repeated = before == REPEATS;
	}
}

/* The loops that an iteration is within, of the nest and around it. */
static unsigned depth_of(const struct psr_nest *s)
{
	psr_loop l = s->loop ? psr_ext_loop_parent(s->loop) : NULL;
	unsigned n = s->features.depth;

	for (; l; l = psr_ext_loop_parent(l))
		n++;
	return n;
}

/* Where a variant gains more: where time is known to be spent; then what runs
 * more than once, what is in many loops, deep nests, and those with
 * arithmetic. */
static int compare_gain(const void *a, const void *b)
{
	const struct psr_nest *p = *(const struct psr_nest *const *)a;
	const struct psr_nest *q = *(const struct psr_nest *const *)b;

	if (is_hot(p) != is_hot(q))
		return is_hot(p) ? -1 : 1;
	if (rank(p) != rank(q))
		return rank(p) - rank(q);
	if (p->only_isa != q->only_isa)
		return p->only_isa ? 1 : -1;
	if (p->only_parallel != q->only_parallel)
		return p->only_parallel ? 1 : -1;
	if (depth_of(p) != depth_of(q))
		return depth_of(p) > depth_of(q) ? -1 : 1;
	if (p->features.depth != q->features.depth)
		return p->features.depth > q->features.depth ? -1 : 1;
	if (p->features.flops != q->features.flops)
		return p->features.flops > q->features.flops ? -1 : 1;
	return p < q ? -1 : p > q; /* program order */
}

/* The recipes by which a site is ahead of the others, where more is gained. */
static unsigned lead(const struct psr_nest *s)
{
	return (depth_of(s) > 1 ? 2 : 0) + (s->features.flops ? 1 : 0);
}

/* The code that its loops become. */
static double body_of(const struct psr_nest *s)
{
	return s->only_isa ? s->features.size
			   : VECTOR_FACTOR * s->features.size + VECTOR_SIZE;
}

static double cost_of(const struct psr_nest *s, unsigned k)
{
	return psr_recipe_growth(s->recipes[k]) * body_of(s) +
	       (k ? 0 : DISPATCH_SIZE);
}

/*
 * Gives S recipes until it has UPTO, while *LEFT lasts and, for scalar code,
 * which gains least, *SCALAR, if that is given.
 */
static void give(struct psr_nest *s, unsigned upto, double *left,
		 double *scalar)
{
	while (s->ngranted < upto && s->ngranted < s->nrecipes) {
		double cost = cost_of(s, s->ngranted);

		if (!s->only_isa)
			scalar = NULL;
		if (cost > *left || (scalar && cost > *scalar))
			return;
		*left -= cost;
		if (scalar)
			*scalar -= cost;
		s->ngranted++;
	}
}

static void cut(struct psr_nest *s)
{
	for (unsigned j = s->ngranted; j < s->nrecipes; j++)
		s->recipe_reason[s->recipes[j]] = PSR_REASON_BUDGET;
	s->nrecipes = s->ngranted;
	if (!s->ngranted)
		s->reason = PSR_REASON_BUDGET;
}

/* In turn, each of SITES its next recipe, as long as there is any of *LEFT. */
static void give_in_turn(struct psr_nest **sites, size_t n, double *left)
{
	for (unsigned round = 1; round <= PSR_RECIPES_MAX; round++)
		for (size_t i = 0; i < n; i++)
			give(sites[i], round, left, NULL);
}

/*
 * First what has won, by the profile; then all that is wanted where time is
 * spent, of half of what is left, and of what the others leave. Of these each
 * has its first recipe, then those by which it leads, then each another, while
 * LEFT lasts; and so, of what is left then and some more, those that are
 * pinned, and then those that run once.
 */
static void share_budget(struct psr_nest **sites, size_t n, double left,
			 double scalar)
{
	double least = left > 0 ? HOT_INSTRUCTIONS : 0;
	double whole = left < least ? least : left, rest = whole, used, hot;
	size_t nhot = 0, end;

	for (size_t k = 0; k < n; k++)
		give(sites[k], psr_recipes_won(sites[k]), &rest, NULL);
	used = whole - rest;
	left -= used;
	rest = hot = least - used > left / 2 ? least - used : left / 2;
	while (nhot < n && is_hot(sites[nhot]))
		nhot++;
	give_in_turn(sites, nhot, &rest);
	left -= hot - rest;
	for (size_t i = nhot; i < n; i = end) {
		end = i;
		while (end < n && rank(sites[end]) == rank(sites[i]))
			end++;
		if (sites[i]->pinned)
			left += PIN_INSTRUCTIONS;
		for (unsigned round = 1; round <= PSR_RECIPES_MAX; round++)
			for (size_t k = i; k < end; k++)
				give(sites[k],
				     round > 1 ? round + lead(sites[k]) : 1,
				     &left, &scalar);
	}
	give_in_turn(sites, nhot, &left);
	for (size_t k = 0; k < n; k++)
		cut(sites[k]);
}

/* Half of what is LEFT may go to inline copies, the surest gain. */
static double share_small(struct psr_nests *nests, double left)
{
	double small = left / 2;

	for (size_t i = 0; i < nests->n; i++) {
		struct psr_nest *s = &nests->at[i];
		double cost;

		while ((cost = psr_small_cost(s)) > small)
			s->nsmall--;
		small -= cost;
		left -= cost;
	}
	return left;
}

static bool has_main(LLVMModuleRef m)
{
	LLVMValueRef f = LLVMGetNamedFunction(m, "main");

	return f && !LLVMIsDeclaration(f);
}

static void keep_budget(LLVMModuleRef m, struct psr_nests *nests)
{
	struct psr_nest **sites = calloc(nests->n + 1, sizeof(*sites));
	double size = (double)module_size(m), left;
	/* Of small programs the module with main is all, of large ones one. */
	bool is_program = has_main(m);
	double least = is_program ? MAIN_INSTRUCTIONS : FREE_INSTRUCTIONS;
	double scalar;
	size_t n = 0;

	if (!sites)
		fail("budget", -12);
	for (size_t i = 0; i < nests->n; i++)
		if (!nests->at[i].reason) {
			sites[n++] = &nests->at[i];
			if (is_program)
				size += body_of(&nests->at[i]) -
					nests->at[i].features.size;
		}
	mark_repeated(sites, n);
	left = psr_options.budget * (is_program ? PROGRAM_FACTOR : 1) * size;
	scalar = is_program ? MAIN_INSTRUCTIONS : left / 2;
	if (left < least && psr_options.budget > 0)
		left = least;
	qsort(sites, n, sizeof(*sites), compare_gain);
	share_budget(sites, n, share_small(nests, left), scalar);
	free(sites);
}

/* ---- The pass ----------------------------------------------------------- */

/*
 * Adds F's nests to NESTS; of LEFT instructions at most other versions are made
 * of such as may be sites with that, and dropped again if they are not.
 */
static int find_in(struct psr_fam *fam, LLVMValueRef f, enum psr_reason reason,
		   double *left, struct psr_nests *nests)
{
	bool annotated = is_annotated(LLVMGetGlobalParent(f), f), again;
	size_t n = nests->n;
	struct psr_pins pins = {.n = 0};
	int ret;

	/* A whole function may do anything between its loops. */
	if (!reason && !annotated)
		psr_domain_hide(fam, f);
	ret = psr_sites_find(fam, f, reason, annotated, nests);
	again = !ret && !reason && !annotated &&
		psr_pins_make(fam, f, &nests->at[n], nests->n - n, left, &pins);
	while (again && !ret) {
		psr_sites_cut(nests, n);
		ret = psr_sites_find(fam, f, reason, annotated, nests);
		again = pins.n && !ret &&
			psr_pins_drop(fam, f, &nests->at[n], nests->n - n,
				      &pins);
		pins.n = 0;
	}
	return ret;
}

static void find_all(LLVMModuleRef m, struct psr_fam *fam,
		     enum psr_reason reason, enum psr_phase phase,
		     struct psr_nests *nests)
{
	double left = psr_options.budget > 0
			  ? PIN_INSTRUCTIONS +
				PIN_SHARE * (double)module_size(m)
			  : 0;
	int ret = 0;

	for (LLVMValueRef f = LLVMGetFirstFunction(m); f && !ret;
	     f = LLVMGetNextFunction(f))
		if (!LLVMIsDeclaration(f)) {
			if (!reason && phase == PSR_PHASE_WHOLE)
				psr_place_hold(fam, f);
			ret = find_in(fam, f, reason, &left, nests);
		}
	if (ret < 0)
		fail("sites", ret);
	for (size_t i = 0; i < nests->n; i++)
		if (!nests->at[i].reason) {
			nests->at[i].nsmall = psr_small_wanted(&nests->at[i]);
			psr_recipes_choose(&nests->at[i]);
		}
}

/* A nest whose code is to be changed. */
static bool is_wanted(const struct psr_nest *nest)
{
	return !nest->reason || nest->nsmall;
}

static void number(struct psr_fam *fam, struct psr_nest *first, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_wanted(&first[i]) && first[i].loop)
			psr_ext_form_lcssa(fam, first[i].function,
					   first[i].loop);
	for (size_t i = 0; i < n; i++)
		if (is_wanted(&first[i]) && first[i].loop)
			psr_inputs_number(&first[i]);
}

/* Some of them may have been copied, for a nest within. */
static void find_blocks(struct psr_fam *fam, struct psr_nest *nest)
{
	LLVMBasicBlockRef *blocks;

	nest->loop =
	    psr_ext_loop_of(fam, nest->function, nest->blocks[0]);
	nest->nblocks = psr_ext_loop_nblocks(nest->loop);
	blocks = realloc(nest->blocks, nest->nblocks * sizeof(*blocks));
	if (!blocks)
		abort(); /* as clang does when it has no memory */
	nest->blocks = blocks;
	for (size_t i = 0; i < nest->nblocks; i++)
		blocks[i] = psr_ext_loop_block(nest->loop, i);
}

/* Finds the loops anew where code was copied. */
static void find_again(struct psr_fam *fam, struct psr_nest *first, size_t n)
{
	psr_ext_forget(fam, first->function);
	psr_ext_simplify_loops(fam, first->function);
	for (size_t i = 0; i < n; i++)
		if (is_wanted(&first[i]) && first[i].loop)
			find_blocks(fam, &first[i]);
}

/* Puts copies for small calls in front. */
static bool make_small(struct psr_fam *fam, struct psr_nest *first, size_t n)
{
	bool changed = false;

	for (size_t i = 0; i < n; i++)
		if (first[i].nsmall)
			changed |= psr_small_make(fam, &first[i]);
	if (!changed)
		return false;
	find_again(fam, first, n);
	number(fam, first, n);
	return true;
}

/*
 * Emits the work of all sites, where it is the same all through the loop around
 * one in front of that, which is copied then.
 */
static bool measure(struct psr_fam *fam, struct psr_nest *first, size_t n)
{
	psr_loop *around = calloc(n, sizeof(psr_loop));
	bool changed = false;

	if (!around)
		fail("loops", -12);
	for (size_t i = 0; i < n; i++) {
		if (first[i].reason)
			continue;
		around[i] = psr_unswitch_loop(fam, &first[i], first, n);
		psr_work_emit(fam, &first[i], around[i]);
		if (LLVMIsAConstantInt(first[i].work))
			around[i] = NULL; /* enough, always */
		if (around[i])
			psr_ext_form_lcssa(fam, first[i].function, around[i]);
	}
	for (size_t i = 0; i < n; i++)
		if (around[i]) {
			psr_unswitch_make(&first[i], around[i]);
			changed = true;
		}
	free(around);
	if (changed)
		find_again(fam, first, n);
	return changed;
}

/*
 * The calls that were counted are, nearly all, those that copies with constants
 * will take: their counts say nothing of what is left to the original.
 */
static bool has_constants(const struct psr_nest *nest)
{
	return nest->nsmall || psr_constant_any(nest);
}

/* Prepares all sites of one function while its analyses hold. */
static bool prepare(struct psr_fam *fam, struct psr_nest *first, size_t n)
{
	bool changed;

	number(fam, first, n);
	for (size_t i = 0; i < n; i++)
		if (is_wanted(&first[i]) && !has_constants(&first[i]))
			psr_inputs_weigh(fam, &first[i]);
	changed = make_small(fam, first, n);
	changed |= measure(fam, first, n);
	return changed;
}

/*
 * Aligns F's innermost loops. The code in front of a site moves all that
 * follows, and a short loop that comes to lie across lines may take twice its
 * time. Whole lines would cost more padding, which is run through, than they
 * gain.
 */
static void align_loops(struct psr_fam *fam, LLVMValueRef f, psr_loop l)
{
	size_t n = psr_ext_loop_count(fam, f, l);

	for (size_t i = 0; i < n; i++)
		align_loops(fam, f, psr_ext_loop_at(fam, f, l, i));
	if (l && !n && !psr_ext_loop_has_hint(l, ALIGN))
		psr_ext_loop_set_hint(l, ALIGN, HALF_LINE);
}

/*
 * Where a profile says that a loop runs for long, LLVM unrolls it even if that
 * takes a division: a sieve's loop took 1.6 times as long by it. Without one it
 * would not, and so the loop stays as it is.
 */
static bool keep_rolled(struct psr_fam *fam, LLVMValueRef f, psr_loop l)
{
	if (psr_shape_has_unroll(l) || !psr_ext_trip_is_costly(fam, f, l))
		return false;
	psr_ext_loop_set_hint(l, NO_UNROLL, 1);
	return true;
}

/*
 * A loop of fewer than TINY_TRIP rounds, says a profile, LLVM vectorises only
 * if that leaves no scalar rest. Then all is masked, and stores that no vector
 * can do stand one by one behind tests, which it thinks half as dear as they
 * are: another sieve took eight times as long, by clang's own profile, too.
 */
static bool keep_unmasked(struct psr_fam *fam, LLVMValueRef f, psr_loop l)
{
	return psr_ext_loop_is_short(l, TINY_TRIP) &&
	       psr_ext_loop_is_simple(l) &&
	       psr_ext_loop_vector(fam, f, l) == PSR_VECTOR_OK &&
	       psr_ext_loop_lengthen(l, TINY_TRIP);
}

/* F's innermost loops, as far as a profile makes them worse. */
static bool keep_loops(struct psr_fam *fam, LLVMValueRef f, psr_loop l)
{
	size_t n = psr_ext_loop_count(fam, f, l);
	bool changed = false;

	for (size_t i = 0; i < n; i++)
		changed |= keep_loops(fam, f, psr_ext_loop_at(fam, f, l, i));
	if (!l || n)
		return changed;
	changed |= keep_unmasked(fam, f, l);
	changed |= keep_rolled(fam, f, l);
	return changed;
}

static bool keep_all_loops(struct psr_fam *fam, LLVMModuleRef m)
{
	bool changed = false;

	for (LLVMValueRef f = LLVMGetFirstFunction(m); f;
	     f = LLVMGetNextFunction(f))
		if (!LLVMIsDeclaration(f) && psr_ext_has_entries(f))
			changed |= keep_loops(fam, f, NULL);
	return changed;
}

/*
 * Samples of a site are spread over its variants, so they would say of the
 * original that it is cold. What its calls tell is what counts there.
 */
static void forget_samples(struct psr_nest *first, size_t n)
{
	bool any = false, sampled;

	for (size_t i = 0; i < n; i++)
		any |= is_wanted(&first[i]);
	sampled = any && psr_ext_forget_entries(first->function);
	for (size_t i = 0; i < n; i++)
		for (size_t b = 0; is_wanted(&first[i]) && b < first[i].nblocks;
		     b++)
			psr_ext_forget_probes(first[i].blocks[b], sampled);
}

/* Instructions in the sites. */
static size_t size_in_loops(const struct psr_nest *first, size_t n)
{
	size_t size = 0;

	for (size_t i = 0; i < n; i++)
		if (!first[i].reason)
			size += first[i].features.size;
	return size;
}

static bool transform(struct psr_fam *fam, struct psr_nest *first, size_t n,
		      enum psr_phase phase)
{
	LLVMValueRef f = first->function;
	bool stays = psr_place_stays(f, size_in_loops(first, n));
	bool changed, aligned = false, grows = false;

	forget_samples(first, n);
	changed = prepare(fam, first, n);
	for (size_t i = 0; i < n; i++) {
		struct psr_made made;

		grows |= is_wanted(&first[i]) || first[i].pinned;
		if (first[i].reason)
			continue;
		if (!aligned && !stays)
			align_loops(fam, f, NULL);
		changed = aligned = true;
		if (psr_variants_make(fam, &first[i], &made))
			psr_dispatch_emit(&first[i], &made, phase);
	}
	if (changed)
		psr_ext_forget(fam, f);
	if (grows && phase == PSR_PHASE_WHOLE)
		psr_place_settle(f, stays);
	return changed;
}

static bool transform_all(struct psr_fam *fam, struct psr_nests *nests,
			  enum psr_phase phase)
{
	bool changed = false;
	size_t i = 0;

	while (i < nests->n) {
		size_t n = 1;

		while (i + n < nests->n &&
		       nests->at[i + n].function == nests->at[i].function)
			n++;
		changed |= transform(fam, &nests->at[i], n, phase);
		i += n;
	}
	return changed;
}

static void show_all(LLVMModuleRef m, struct psr_fam *fam)
{
	for (LLVMValueRef f = LLVMGetFirstFunction(m); f;
	     f = LLVMGetNextFunction(f))
		psr_domain_show(fam, f);
}

/* True: something was found, and perhaps changed. */
static bool make_sites(LLVMModuleRef m, struct psr_fam *fam,
		       enum psr_reason reason, enum psr_phase phase)
{
	struct psr_nests nests = {0};
	bool found;
	int ret = 0;

	find_all(m, fam, reason, phase, &nests);
	if (!reason) {
		keep_budget(m, &nests);
		transform_all(fam, &nests, phase);
		show_all(m, fam);
		psr_place_drop(fam, m);
		psr_inputs_forget(m);
	}
	found = nests.n > 0;
	if (psr_options.remarks)
		ret = psr_remarks_write(psr_options.remarks, &nests);
	if (ret < 0)
		fail(psr_options.remarks, ret);
	psr_sites_free(&nests);
	return found;
}

static bool has_loops(LLVMModuleRef m, struct psr_fam *fam)
{
	for (LLVMValueRef f = LLVMGetFirstFunction(m); f;
	     f = LLVMGetNextFunction(f))
		if (!LLVMIsDeclaration(f) && psr_ext_has_loops(fam, f))
			return true;
	return false;
}

static bool run(LLVMModuleRef m, struct psr_fam *fam, enum psr_phase phase)
{
	enum psr_reason reason = psr_refuse_module(m);
	bool begun = psr_lto_is_recorded(m), changed = false;

	if (LLVMGetModuleFlag(m, FLAG, strlen(FLAG)) ||
	    (begun && phase == PSR_PHASE_THIN))
		return false;
	if (!begun && (!reason || reason == PSR_REASON_ALLOCATOR))
		changed = psr_seal_emit(m);
	if (phase == PSR_PHASE_THIN) {
		changed |= has_loops(m, fam);
		if (changed)
			psr_lto_record(m);
	} else {
		changed |= make_sites(m, fam, reason, phase);
		changed |= keep_all_loops(fam, m);
		if (changed)
			set_flag(m);
	}
	return changed;
}

/* A linker has threads, and modules of which each has its own options. */

static bool has_vectors(psr_loop l)
{
	for (size_t b = 0; b < psr_ext_loop_nblocks(l); b++)
		for (LLVMValueRef i = LLVMGetFirstInstruction(
			 psr_ext_loop_block(l, b));
		     i; i = LLVMGetNextInstruction(i))
			if (LLVMGetTypeKind(LLVMTypeOf(i)) ==
			    LLVMVectorTypeKind)
				return true;
	return false;
}

/*
 * L may go round often, and then does not notice what is in front of it: in a
 * variant what is no vector loop's rest, elsewhere what a profile says.
 */
static bool may_be_long(LLVMValueRef f, psr_loop l)
{
	if (psr_variant_is(f))
		return !psr_ext_loop_has_hint(l, VECTORISED) || has_vectors(l);
	return psr_ext_loop_is_long(l, LONG_TRIP);
}

/*
 * A loop of a few instructions that lies across lines may take twice the time:
 * one of TSVC's did, by clang's own profile, too, which lays out the code anew,
 * and another's variant by the size of those in front of it.
 */
static bool begin_lines(struct psr_fam *fam, LLVMValueRef f, psr_loop l)
{
	size_t n = psr_ext_loop_count(fam, f, l);
	bool changed = false;

	for (size_t i = 0; i < n; i++)
		changed |= begin_lines(fam, f, psr_ext_loop_at(fam, f, l, i));
	if (!l || n || psr_ext_loop_hint(l, ALIGN) > HALF_LINE ||
	    !may_be_long(f, l) || psr_ir_loop_size(l) > LINE_SIZE)
		return changed;
	psr_ext_loop_drop_hints(l, ALIGN);
	psr_ext_loop_set_hint(l, ALIGN, LINE);
	return true;
}

bool psr_module_finish(struct psr_fam *fam, LLVMValueRef f)
{
	return (psr_variant_is(f) || psr_ext_has_entries(f)) &&
	       begin_lines(fam, f, NULL);
}

bool psr_module_run(LLVMModuleRef m, struct psr_fam *fam, enum psr_phase phase)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct psr_options saved;
	bool changed = false;

	pthread_mutex_lock(&lock);
	saved = psr_options;
	if (phase == PSR_PHASE_THIN_LINK)
		psr_lto_recall(m);
	if (phase != PSR_PHASE_THIN_LINK || psr_lto_is_recorded(m))
		changed = run(m, fam, phase);
	psr_options = saved;
	pthread_mutex_unlock(&lock);
	return changed;
}
