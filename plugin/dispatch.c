/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * dispatch.c - emits what psr/site.h describes: the site's table, descriptor
 * and names, and the choice in front of the original code.
 *
 * Table and descriptor form one section group with the variants, that of the
 * function itself where it is in one (so that a linker keeps one complete set
 * of an inline function's), else one of their own (so that --gc-sections
 * drops all of it with the function). Where whole modules are linked later, it
 * is always one of their own: the function may be inlined there though another
 * module's copy of it is the one that is kept.
 *
 * Everything emitted here is marked !nosanitize: it is no code of the user's.
 */
#include "dispatch.h"

#include <stdio.h>
#include <string.h>

#include "ir.h"
#include "place.h"
#include "recipes.h"
#include "work.h"

#define INLINE_COST   5  /* the inliner's unit, of one instruction */
#define DISPATCH_SIZE 60 /* a call counts as six and its arguments */

struct site {
	const struct psr_nest *nest;
	const struct psr_made *made;
	enum psr_phase phase;
	LLVMModuleRef m;
	LLVMContextRef ctx;
	LLVMTypeRef i16, i32, i64, ptr;
	LLVMValueRef table, descriptor;
	LLVMValueRef start, code, size; /* places on the stack: see keep() */
	LLVMValueRef work;              /* where there is enough of it */
	LLVMComdatRef comdat;
	LLVMBuilderRef b;
};

/* ---- Data --------------------------------------------------------------- */

static LLVMValueRef add_global(struct site *s, LLVMTypeRef type,
			       const char *suffix)
{
	char name[1024];
	LLVMValueRef g;

	snprintf(name, sizeof(name), "%s.psr.%s", s->nest->name, suffix);
	g = LLVMAddGlobal(s->m, type, name);
	LLVMSetLinkage(g, LLVMInternalLinkage);
	psr_ext_no_sanitize(g);
	return g;
}

static void join_group(struct site *s, LLVMValueRef global)
{
	LLVMSetComdat(global, s->comdat);
}

static void join_part(LLVMValueRef f, void *ctx)
{
	struct site *s = ctx;

	join_group(s, f);
	if (s->phase == PSR_PHASE_WHOLE)
		LLVMSetSection(f, PSR_TEXT_SECTION);
}

static LLVMTypeRef table_type(const struct site *s)
{
	return LLVMArrayType2(s->i32,
			      s->nest->trip ? PSR_CLASSES : PSR_SIZES);
}

static void emit_table(struct site *s)
{
	LLVMTypeRef type = table_type(s);
	LLVMComdatRef own = s->phase == PSR_PHASE_FULL
				? NULL
				: LLVMGetComdat(s->nest->function);
	size_t n;

	s->table = add_global(s, type, "table");
	LLVMSetInitializer(s->table, LLVMConstNull(type));
	LLVMSetAlignment(s->table, 64);
	/* The runtime writes it behind the optimiser's back. */
	LLVMSetExternallyInitialized(s->table, true);
	if (!own) {
		const char *name = LLVMGetValueName2(s->table, &n);

		own = LLVMGetOrInsertComdat(s->m, name);
		LLVMSetComdatSelectionKind(
		    own, LLVMNoDeduplicateComdatSelectionKind);
	}
	s->comdat = own;
	join_group(s, s->table);
	for (unsigned i = 0; i < s->made->n; i++)
		psr_ir_each_part(s->made->functions[i], join_part, s);
}

/* A string in the read-only strings that the linker merges. */
static LLVMValueRef emit_string(struct site *s, const char *text)
{
	LLVMValueRef value =
	    LLVMConstStringInContext2(s->ctx, text, strlen(text), false);
	LLVMValueRef g = LLVMAddGlobal(s->m, LLVMTypeOf(value), "psr.name");

	LLVMSetInitializer(g, value);
	LLVMSetGlobalConstant(g, true);
	LLVMSetLinkage(g, LLVMPrivateLinkage);
	LLVMSetUnnamedAddress(g, LLVMGlobalUnnamedAddr);
	LLVMSetAlignment(g, 1);
	psr_ext_no_sanitize(g);
	return g;
}

static LLVMValueRef constant(LLVMTypeRef type, uint64_t value)
{
	return LLVMConstInt(type, value, false);
}

/* The distance from field INDEX (of element I, if an array) of G to TO. */
static LLVMValueRef distance(struct site *s, LLVMValueRef to, LLVMValueRef g,
			     LLVMTypeRef type, const unsigned *path,
			     unsigned npath)
{
	LLVMValueRef index[4] = {constant(s->i32, 0)}, from;

	for (unsigned i = 0; i < npath; i++)
		index[i + 1] = constant(s->i32, path[i]);
	from = LLVMConstInBoundsGEP2(type, g, index, npath + 1);
	return LLVMConstTrunc(LLVMConstSub(LLVMConstPtrToInt(to, s->i64),
					   LLVMConstPtrToInt(from, s->i64)),
			      s->i32);
}

static LLVMValueRef emit_variants(struct site *s)
{
	LLVMTypeRef fields[] = {s->i32, s->i32, s->i32, s->i32};
	LLVMTypeRef row = LLVMStructTypeInContext(s->ctx, fields, 4, false);
	LLVMTypeRef type = LLVMArrayType2(row, s->made->n);
	LLVMValueRef g = add_global(s, type, "variants");
	LLVMValueRef rows[PSR_RECIPES_MAX];

	for (unsigned i = 0; i < s->made->n; i++) {
		const struct psr_recipe *r = &psr_recipes[s->made->recipes[i]];
		LLVMValueRef name = emit_string(s, r->name);
		uint32_t isa = psr_recipe_isa(r, s->nest->function);
		LLVMValueRef row_fields[] = {
		    distance(s, s->made->functions[i], g, type,
			     (unsigned[]){i, 0}, 2),
		    distance(s, name, g, type, (unsigned[]){i, 1}, 2),
		    constant(s->i32, isa),
		    constant(s->i32, psr_recipe_flags(r)),
		};

		rows[i] =
		    LLVMConstStructInContext(s->ctx, row_fields, 4, false);
	}
	LLVMSetInitializer(g, LLVMConstArray2(row, rows, s->made->n));
	LLVMSetGlobalConstant(g, true);
	LLVMSetAlignment(g, 4);
	join_group(s, g);
	return g;
}

static uint64_t at_most_16(unsigned n)
{
	return n > UINT16_MAX ? UINT16_MAX : n;
}

#define LOG2_SIZES  6 /* of PSR_SIZES */
#define SITE_FIELDS 20

_Static_assert(1 << LOG2_SIZES == PSR_SIZES, "a table's row for each trips");

static LLVMTypeRef descriptor_type(struct site *s)
{
	LLVMTypeRef i8 = LLVMInt8TypeInContext(s->ctx);
	LLVMTypeRef types[SITE_FIELDS] = {
	    s->i32, s->i32, s->i64, s->i32, s->i32, s->i32, s->i32,
	    s->i32, i8,     i8,     i8,     i8,     s->i16, s->i16,
	    s->i16, s->i16, s->i16, s->i16, s->i16, s->i16};

	return LLVMStructTypeInContext(s->ctx, types, SITE_FIELDS, false);
}

/* Some variant tells of the calls that it runs. */
static bool is_counted(const struct site *s)
{
	for (unsigned i = 0; i < s->made->n; i++)
		if (psr_recipe_flags(&psr_recipes[s->made->recipes[i]]) &
		    PSR_VARIANT_COUNTED)
			return true;
	return false;
}

/* Where nothing else can be learnt of small calls, they are not noticed. */
static uint32_t least_work(const struct site *s)
{
	return is_counted(s) ? s->nest->least_work : s->nest->min_work;
}

static void emit_descriptor(struct site *s)
{
	const struct psr_nest *nest = s->nest;
	const struct psr_features *x = &nest->features;
	LLVMTypeRef type = descriptor_type(s);
	LLVMTypeRef i8 = LLVMInt8TypeInContext(s->ctx);
	LLVMValueRef g = add_global(s, type, "site");
	LLVMValueRef to[4] = {s->table, emit_variants(s),
			      emit_string(s, nest->name),
			      emit_string(s, nest->file)};
	LLVMValueRef fields[SITE_FIELDS] = {
	    constant(s->i32, PSR_SITE_ABI),
	    constant(s->i32, least_work(s)),
	    constant(s->i64, nest->id),
	    NULL,
	    NULL,
	    NULL,
	    NULL,
	    constant(s->i32, nest->line),
	    constant(i8, s->made->n),
	    constant(i8, (nest->trip ? PSR_SITE_BY_TRIP : 0) |
			     (nest->at_most ? PSR_SITE_AT_MOST : 0)),
	    constant(i8, nest->kind),
	    constant(i8, x->depth > 255 ? 255 : x->depth),
	    constant(s->i16, at_most_16(x->instructions)),
	    constant(s->i16, at_most_16(x->loads)),
	    constant(s->i16, at_most_16(x->stores)),
	    constant(s->i16, at_most_16(x->flops)),
	    constant(s->i16, at_most_16(x->branches)),
	    constant(s->i16, at_most_16(x->calls)),
	    constant(s->i16, at_most_16(x->load_bytes)),
	    constant(s->i16, at_most_16(x->store_bytes)),
	};

	for (unsigned i = 0; i < 4; i++)
		fields[3 + i] =
		    distance(s, to[i], g, type, (unsigned[]){3 + i}, 1);
	LLVMSetInitializer(
	    g, LLVMConstStructInContext(s->ctx, fields, SITE_FIELDS, false));
	LLVMSetGlobalConstant(g, true);
	LLVMSetSection(g, PSR_SITE_SECTION);
	LLVMSetAlignment(g, 8);
	join_group(s, g);
	s->descriptor = g;
	g = LLVMGetNamedGlobal(s->m, PSR_SITE_PLACEHOLDER);
	if (!g)
		return;
	LLVMReplaceAllUsesWith(g, s->descriptor);
	LLVMDeleteGlobal(g);
}

/* ---- What the module shares --------------------------------------------- */

/*
 * Hidden in the object file, but not in the IR: there LLVM would take it for
 * this program's own wherever the code is not PIC, and use the local-exec
 * model, which the linker refuses in a shared library. Code without -fPIC is
 * put into libraries, and without sites that works. In a program the linker
 * turns initial-exec into local-exec.
 */
static LLVMValueRef tick_variable(struct site *s)
{
	static const char hidden[] = ".hidden __psr_tick\n";
	LLVMValueRef g = LLVMGetNamedGlobal(s->m, "__psr_tick");
	LLVMComdatRef comdat;

	if (g)
		return g;
	g = LLVMAddGlobal(s->m, s->i64, "__psr_tick");
	comdat = LLVMGetOrInsertComdat(s->m, "__psr_tick");
	LLVMSetInitializer(g, LLVMConstNull(s->i64));
	LLVMSetLinkage(g, LLVMWeakAnyLinkage);
	LLVMAppendModuleInlineAsm(s->m, hidden, strlen(hidden));
	LLVMSetThreadLocalMode(g, LLVMInitialExecTLSModel);
	LLVMSetAlignment(g, 8);
	LLVMSetComdat(g, comdat);
	psr_ext_no_sanitize(g);
	return g;
}

/* PIC that is not PIE: a library may be made of it. */
static bool may_be_shared(LLVMModuleRef m)
{
	return LLVMGetModuleFlag(m, "PIC Level", 9) &&
	       !LLVMGetModuleFlag(m, "PIE Level", 9);
}

/* Instead of a thread-local variable where that may be used up: site.h. */
static LLVMValueRef tick_slots(struct site *s)
{
	LLVMTypeRef type =
	    LLVMArrayType2(LLVMArrayType2(s->i64, 8), PSR_TICK_SLOTS);
	LLVMValueRef g = LLVMGetNamedGlobal(s->m, "__psr_ticks");

	if (g)
		return g;
	g = LLVMAddGlobal(s->m, type, "__psr_ticks");
	LLVMSetInitializer(g, LLVMConstNull(type));
	LLVMSetLinkage(g, LLVMWeakAnyLinkage);
	LLVMSetVisibility(g, LLVMHiddenVisibility);
	LLVMSetAlignment(g, 64);
	LLVMSetComdat(g, LLVMGetOrInsertComdat(s->m, "__psr_ticks"));
	psr_ext_no_sanitize(g);
	return g;
}

static LLVMValueRef runtime_function(struct site *s, const char *name,
				     LLVMTypeRef type)
{
	static const char *const attributes[] = {"cold", "nounwind"};
	LLVMValueRef f = LLVMGetNamedFunction(s->m, name);

	if (f)
		return f;
	f = LLVMAddFunction(s->m, name, type);
	LLVMSetLinkage(f, LLVMExternalWeakLinkage);
	LLVMSetFunctionCallConv(f, LLVMPreserveMostCallConv);
	for (size_t i = 0; i < 2; i++) {
		unsigned kind = LLVMGetEnumAttributeKindForName(
		    attributes[i], strlen(attributes[i]));

		LLVMAddAttributeAtIndex(
		    f, LLVMAttributeFunctionIndex,
		    LLVMCreateEnumAttribute(s->ctx, kind, 0));
	}
	return f;
}

static LLVMTypeRef entry_type(struct site *s)
{
	LLVMTypeRef fields[] = {s->i64, s->i64};

	return LLVMStructTypeInContext(s->ctx, fields, 2, false);
}

/* ---- Code --------------------------------------------------------------- */

/* Marks I as not of the user's code. */
static LLVMValueRef ours(struct site *s, LLVMValueRef i)
{
	unsigned kind = LLVMGetMDKindIDInContext(s->ctx, "nosanitize", 10);

	if (LLVMIsAInstruction(i))
		LLVMSetMetadata(
		    i, kind,
		    LLVMMetadataAsValue(s->ctx,
					LLVMMDNodeInContext2(s->ctx, NULL, 0)));
	return i;
}

/* Of one of runtime_function(). */
static LLVMValueRef call_runtime(struct site *s, LLVMTypeRef type,
				 LLVMValueRef f, LLVMValueRef *args, unsigned n)
{
	LLVMValueRef call = LLVMBuildCall2(s->b, type, f, args, n, "");

	LLVMSetInstructionCallConv(call, LLVMPreserveMostCallConv);
	return ours(s, call);
}

static void set_weights(struct site *s, LLVMValueRef branch, unsigned taken,
			unsigned other)
{
	unsigned kind = LLVMGetMDKindIDInContext(s->ctx, "prof", 4);
	LLVMMetadataRef parts[] = {
	    LLVMMDStringInContext2(s->ctx, "branch_weights", 14),
	    LLVMValueAsMetadata(constant(s->i32, taken)),
	    LLVMValueAsMetadata(constant(s->i32, other)),
	};

	LLVMSetMetadata(branch, kind,
			LLVMMetadataAsValue(
			    s->ctx, LLVMMDNodeInContext2(s->ctx, parts, 3)));
}

static void set_unlikely(struct site *s, LLVMValueRef branch)
{
	set_weights(s, branch, 1, 4000);
}

static LLVMBasicBlockRef new_block(struct site *s, const char *name)
{
	return LLVMInsertBasicBlockInContext(s->ctx, s->made->original, name);
}

static LLVMValueRef intrinsic(struct site *s, const char *name,
			      LLVMTypeRef type, LLVMValueRef *args, unsigned n)
{
	return psr_ir_intrinsic(s->b, s->m, name, type, args, n);
}

/*
 * The inliner of the link must decide as it would without the dispatch: CALL,
 * which it meets before most of that, raises the bound of what is inlined by
 * what the inliner counts for it (llvm/Analysis/InlineCost.h).
 */
static LLVMValueRef excuse(struct site *s, LLVMValueRef call)
{
	static const char key[] = "call-threshold-bonus";
	unsigned args = LLVMGetNumArgOperands(s->made->call);
	char value[16];
	int n;

	if (s->phase != PSR_PHASE_FULL)
		return call;
	n = snprintf(value, sizeof(value), "%u",
		     INLINE_COST * (DISPATCH_SIZE + 3 * args));
	LLVMAddCallSiteAttribute(
	    call, LLVMAttributeFunctionIndex,
	    LLVMCreateStringAttribute(s->ctx, key, sizeof(key) - 1, value,
				      (unsigned)n));
	return call;
}

static LLVMValueRef tick_slot(struct site *s)
{
	LLVMValueRef slots = tick_slots(s);
	LLVMValueRef pointer = excuse(
	    s, intrinsic(s, "llvm.thread.pointer", s->ptr, NULL, 0));
	LLVMValueRef hash =
	    LLVMBuildMul(s->b, LLVMBuildPtrToInt(s->b, pointer, s->i64, ""),
			 constant(s->i64, PSR_TICK_HASH), "");
	LLVMValueRef index[] = {
	    constant(s->i64, 0),
	    LLVMBuildLShr(s->b, hash, constant(s->i64, 58), "psr.slot"),
	    constant(s->i64, 0),
	};

	return LLVMBuildInBoundsGEP2(s->b, LLVMGlobalGetValueType(slots), slots,
				     index, 3, "");
}

/* Where this thread's tick is. */
static LLVMValueRef tick_place(struct site *s)
{
	LLVMValueRef tick;

	if (may_be_shared(s->m))
		return tick_slot(s);
	tick = tick_variable(s);
	return excuse(s, intrinsic(s, "llvm.threadlocal.address", s->ptr,
				   &tick, 1));
}

/*
 * Lowers the tick by the work; returns what is left. Two threads may share a
 * slot, and lose a sample, so the accesses are atomic, which costs nothing.
 */
static LLVMValueRef lower_tick(struct site *s, LLVMValueRef at)
{
	LLVMValueRef load = ours(s, LLVMBuildLoad2(s->b, s->i64, at, ""));
	LLVMValueRef left, store;

	left = LLVMBuildSub(s->b, load, s->work, "psr.tick");
	store = ours(s, LLVMBuildStore(s->b, left, at));
	if (may_be_shared(s->m)) {
		LLVMSetOrdering(load, LLVMAtomicOrderingMonotonic);
		LLVMSetOrdering(store, LLVMAtomicOrderingMonotonic);
	}
	return left;
}

static LLVMValueRef emit_log2(struct site *s, LLVMValueRef v)
{
	LLVMValueRef args[] = {
	    v,
	    constant(LLVMInt1TypeInContext(s->ctx), 1),
	};
	LLVMValueRef zeros = intrinsic(s, "llvm.ctlz", s->i64, args, 2);

	return LLVMBuildXor(s->b, zeros, constant(s->i64, 63), "psr.log2");
}

/* Log2 of the innermost trip count, times 2 ^ SHIFT. */
static LLVMValueRef emit_trips(struct site *s, unsigned shift)
{
	LLVMValueRef most = constant(s->i64, PSR_TRIPS - 1);
	LLVMValueRef trips[] = {
	    emit_log2(s, LLVMBuildOr(s->b, s->nest->trip, constant(s->i64, 1),
				     "")),
	    most,
	};

	return LLVMBuildShl(
	    s->b, intrinsic(s, "llvm.umin", s->i64, trips, 2),
	    constant(s->i64, shift), "psr.trips");
}

/* What the runtime is told: see psr/site.h. */
static LLVMValueRef emit_size(struct site *s)
{
	LLVMValueRef work[] = {s->work, constant(s->i64, PSR_WORK_MAX)};

	work[0] = intrinsic(s, "llvm.umin", s->i64, work, 2);
	if (!s->nest->trip)
		return work[0];
	return LLVMBuildOr(s->b, work[0], emit_trips(s, PSR_TRIP_SHIFT),
			   "psr.size");
}

/* The table's entry for a call of this size, as i64. */
static LLVMValueRef look_up(struct site *s)
{
	LLVMTypeRef type = table_type(s);
	LLVMValueRef at = emit_log2(s, s->work);
	LLVMValueRef index[] = {constant(s->i64, 0), at}, entry;

	if (s->nest->trip)
		index[1] = LLVMBuildAdd(s->b, at, emit_trips(s, LOG2_SIZES),
					"psr.class");
	at = LLVMBuildInBoundsGEP2(s->b, type, s->table, index, 2, "");
	entry = ours(s, LLVMBuildLoad2(s->b, s->i32, at, ""));

	LLVMSetOrdering(entry, LLVMAtomicOrderingMonotonic);
	LLVMSetAlignment(entry, 4);
	return LLVMBuildSExt(s->b, entry, s->i64, "psr.entry");
}

struct choice {
	LLVMBasicBlockRef check;   /* enough work: is a sample due? */
	LLVMBasicBlockRef present; /* due: is there a runtime? */
	LLVMBasicBlockRef absent;  /* never: ignore small calls */
	LLVMBasicBlockRef enter;   /* ask it */
	LLVMBasicBlockRef table;   /* usual: read the table */
	LLVMBasicBlockRef choose;  /* variant or original */
	LLVMValueRef code;         /* in CHOOSE */
};

static LLVMValueRef phi2(struct site *s, LLVMValueRef x, LLVMBasicBlockRef bx,
			 LLVMValueRef y, LLVMBasicBlockRef by, const char *name)
{
	LLVMValueRef phi = LLVMBuildPhi(s->b, LLVMTypeOf(x), name);
	LLVMValueRef values[] = {x, y};
	LLVMBasicBlockRef blocks[] = {bx, by};

	LLVMAddIncoming(phi, values, blocks, 2);
	return phi;
}

/* Where the most work that is small is kept: PSR_TABLE_SMALL. */
static LLVMValueRef small_place(struct site *s)
{
	LLVMValueRef index[] = {
	    constant(s->i64, 0),
	    constant(s->i64, PSR_TABLE_SMALL),
	};

	return LLVMConstInBoundsGEP2(table_type(s), s->table, index, 2);
}

/*
 * When a sample began, or 0, of which code and size: on the stack, and
 * volatile, as in registers they would be kept all through the original's
 * loops, which may have none to spare (small solvers took a twentieth longer).
 */
static void emit_places(struct site *s)
{
	LLVMBasicBlockRef entry = LLVMGetEntryBasicBlock(s->nest->function);

	LLVMPositionBuilderBefore(s->b, LLVMGetFirstInstruction(entry));
	s->start = ours(s, LLVMBuildAlloca(s->b, s->i64, "psr.start"));
	s->code = ours(s, LLVMBuildAlloca(s->b, s->i64, "psr.code"));
	s->size = ours(s, LLVMBuildAlloca(s->b, s->i64, "psr.size"));
}

static void keep(struct site *s, LLVMValueRef place, LLVMValueRef value)
{
	LLVMSetVolatile(ours(s, LLVMBuildStore(s->b, value, place)), true);
}

static LLVMValueRef kept(struct site *s, LLVMValueRef place)
{
	LLVMValueRef load = LLVMBuildLoad2(s->b, s->i64, place, "psr.kept");

	LLVMSetVolatile(load, true);
	return ours(s, load);
}

/* What follows goes to the end of B, in place of its branch. */
static void drop_end(struct site *s, LLVMBasicBlockRef b)
{
	LLVMInstructionEraseFromParent(LLVMGetBasicBlockTerminator(b));
	LLVMPositionBuilderAtEnd(s->b, b);
}

/* There is nobody to notice small calls. */
static void emit_absent(struct site *s, struct choice *c)
{
	LLVMValueRef store;

	LLVMPositionBuilderAtEnd(s->b, c->absent);
	if (is_counted(s)) {
		store =
		    ours(s, LLVMBuildStore(
				s->b, constant(s->i32, UINT32_MAX),
				small_place(s)));
		LLVMSetOrdering(store, LLVMAtomicOrderingMonotonic);
		LLVMSetAlignment(store, 4);
	}
	LLVMBuildBr(s->b, c->table);
}

/* On to LITTLE where the work is too little, else to ENOUGH. */
static void emit_guard(struct site *s, LLVMBasicBlockRef little,
		       LLVMBasicBlockRef enough)
{
	LLVMValueRef large, most = constant(s->i64, least_work(s) - 1);

	if (is_counted(s)) {
		most = ours(s, LLVMBuildLoad2(s->b, s->i32, small_place(s),
					      "psr.most"));
		LLVMSetOrdering(most, LLVMAtomicOrderingMonotonic);
		LLVMSetAlignment(most, 4);
		most = LLVMBuildZExt(s->b, most, s->i64, "");
	}
	large =
	    LLVMBuildICmp(s->b, LLVMIntUGT, s->nest->work, most, "psr.large");
	if (s->nest->overflow)
		large = LLVMBuildOr(s->b, s->nest->overflow, large, "");
	LLVMBuildCondBr(s->b, large, enough, little);
}

/* The same question in front of the loop around. */
static void emit_around(struct site *s, LLVMValueRef branch)
{
	LLVMBasicBlockRef copy = LLVMGetSuccessor(branch, 0);
	LLVMBasicBlockRef loop = LLVMGetSuccessor(branch, 1);

	drop_end(s, LLVMGetInstructionParent(branch));
	emit_guard(s, copy, loop);
}

static LLVMValueRef emit_sampling(struct site *s, struct choice *c)
{
	LLVMTypeRef params[] = {s->ptr, s->i64, s->ptr};
	LLVMTypeRef type = LLVMFunctionType(entry_type(s), params, 3, false);
	LLVMValueRef enter = runtime_function(s, "__psr_enter_at", type);
	LLVMValueRef args[] = {s->descriptor, NULL, NULL};
	LLVMValueRef due, there, pair, code;

	LLVMPositionBuilderAtEnd(s->b, c->check);
	s->work = psr_work_bounded(s->b, s->nest);
	args[2] = tick_place(s);
	due = LLVMBuildICmp(s->b, LLVMIntSLT, lower_tick(s, args[2]),
			    constant(s->i64, 0), "psr.due");
	set_unlikely(s, LLVMBuildCondBr(s->b, due, c->present, c->table));
	LLVMPositionBuilderAtEnd(s->b, c->present);
	there = LLVMBuildICmp(s->b, LLVMIntNE, enter, LLVMConstNull(s->ptr),
			      "psr.present");
	LLVMBuildCondBr(s->b, there, c->enter, c->absent);
	emit_absent(s, c);
	LLVMPositionBuilderAtEnd(s->b, c->enter);
	args[1] = emit_size(s);
	keep(s, s->size, args[1]);
	pair = call_runtime(s, type, enter, args, 3);
	code = LLVMBuildExtractValue(s->b, pair, 0, "psr.code");
	keep(s, s->code, code);
	keep(s, s->start, LLVMBuildExtractValue(s->b, pair, 1, "psr.start"));
	LLVMBuildBr(s->b, c->choose);
	return code;
}

static void emit_choice(struct site *s, struct choice *c)
{
	LLVMValueRef entered, found, original;

	c->check = new_block(s, "psr.check");
	c->present = new_block(s, "psr.sample");
	c->absent = new_block(s, "psr.absent");
	c->enter = new_block(s, "psr.enter");
	c->table = new_block(s, "psr.table");
	c->choose = new_block(s, "psr.choose");
	if (s->nest->around)
		emit_around(s, s->nest->around);
	drop_end(s, s->made->before);
	keep(s, s->start, constant(s->i64, 0));
	emit_guard(s, s->made->original, c->check);
	entered = emit_sampling(s, c);
	LLVMPositionBuilderAtEnd(s->b, c->table);
	found = look_up(s);
	LLVMBuildBr(s->b, c->choose);
	LLVMPositionBuilderAtEnd(s->b, c->choose);
	c->code = phi2(s, found, c->table, entered, c->enter, "psr.code");
	original = LLVMBuildICmp(s->b, LLVMIntEQ, c->code, constant(s->i64, 0),
				 "psr.baseline");
	/* What spills does so around the call: the loops are here. */
	set_weights(s,
		    LLVMBuildCondBr(s->b, original, s->made->original,
				    s->made->variant),
		    16, 1);
}

/*
 * Makes the variant's call go where CODE says. It is a call of the user's code
 * (not ours()): MemorySanitizer has to hand over what is initialised.
 */
static void aim_call(struct site *s, struct choice *c)
{
	LLVMValueRef call = s->made->call, target;
	LLVMTypeRef i8 = LLVMInt8TypeInContext(s->ctx);
	unsigned callee = (unsigned)LLVMGetNumOperands(call) - 1;

	LLVMPositionBuilderBefore(s->b, call);
	target = LLVMBuildGEP2(s->b, i8, s->table, &c->code, 1, "psr.target");
	LLVMSetOperand(call, callee, target);
}

/*
 * What the dispatch calls preserves nearly all integer registers. Else what
 * lives across the nest would be in such as each call of the function has to
 * save first, and a function that calls nothing else, with its loop where it
 * seldom comes (an arithmetic coder's, say), would be a third longer.
 */
static void preserve_registers(struct site *s)
{
	/* Where a stack in pieces is extended, %r10 is not preserved. */
	if (psr_ir_has_string(s->nest->function, "split-stack"))
		return;
	for (unsigned i = 0; i < s->made->n; i++)
		LLVMSetFunctionCallConv(s->made->functions[i],
					LLVMPreserveMostCallConv);
	LLVMSetInstructionCallConv(s->made->call, LLVMPreserveMostCallConv);
}

/* Ends AT, which goes on at NEXT, by a sample if one has begun. */
static void emit_leave(struct site *s, LLVMBasicBlockRef at,
		       LLVMBasicBlockRef next)
{
	LLVMTypeRef params[] = {s->ptr, s->i64, s->i64, s->i64};
	LLVMTypeRef type =
	    LLVMFunctionType(LLVMVoidTypeInContext(s->ctx), params, 4, false);
	LLVMValueRef leave = runtime_function(s, "__psr_leave", type);
	LLVMValueRef args[] = {s->descriptor, NULL, NULL, NULL};
	LLVMBasicBlockRef block =
	    LLVMInsertBasicBlockInContext(s->ctx, next, "psr.leave");
	LLVMValueRef timed;

	drop_end(s, at);
	args[3] = kept(s, s->start);
	timed = LLVMBuildICmp(s->b, LLVMIntNE, args[3], constant(s->i64, 0),
			      "psr.timed");
	set_unlikely(s, LLVMBuildCondBr(s->b, timed, block, next));
	LLVMPositionBuilderAtEnd(s->b, block);
	args[1] = kept(s, s->size);
	args[2] = kept(s, s->code);
	call_runtime(s, type, leave, args, 4);
	LLVMBuildBr(s->b, next);
}

/* A variant that returns false has done nothing: on to the original. */
static void emit_fallback(struct site *s)
{
	LLVMBasicBlockRef called = LLVMGetInstructionParent(s->made->call);

	LLVMInstructionEraseFromParent(LLVMGetBasicBlockTerminator(called));
	LLVMPositionBuilderAtEnd(s->b, called);
	set_weights(s,
		    LLVMBuildCondBr(s->b, s->made->call, s->made->exit,
				    s->made->original),
		    4000, 1);
}

static void emit_loop_exit(struct site *s)
{
	LLVMBasicBlockRef exit = s->made->exit;

	emit_fallback(s);
	emit_leave(s, exit, psr_ext_split(exit, psr_ir_first_non_phi(exit)));
}

static bool is_return(LLVMBasicBlockRef b)
{
	return LLVMIsAReturnInst(LLVMGetBasicBlockTerminator(b)) != NULL;
}

static void emit_returns(struct site *s)
{
	LLVMValueRef f = s->nest->function;
	LLVMBasicBlockRef next;

	for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(f); b; b = next) {
		next = LLVMGetNextBasicBlock(b);
		if (is_return(b))
			emit_leave(s, b,
				   psr_ext_split(
				       b, LLVMGetBasicBlockTerminator(b)));
	}
}

static void site_init(struct site *s, const struct psr_nest *nest,
		      const struct psr_made *made)
{
	s->nest = nest;
	s->made = made;
	s->m = LLVMGetGlobalParent(nest->function);
	s->ctx = LLVMGetModuleContext(s->m);
	s->i16 = LLVMInt16TypeInContext(s->ctx);
	s->i32 = LLVMInt32TypeInContext(s->ctx);
	s->i64 = LLVMInt64TypeInContext(s->ctx);
	s->ptr = LLVMPointerTypeInContext(s->ctx, 0);
	s->b = LLVMCreateBuilderInContext(s->ctx);
}

/*
 * The call and what gets its arguments ready stand at the line where the nest
 * begins: a debugger stops once for a line of the nest in each function.
 */
static void place_call(struct site *s, LLVMMetadataRef line)
{
	LLVMBasicBlockRef b = s->made->variant;
	LLVMBasicBlockRef called = LLVMGetInstructionParent(s->made->call);

	if (!line || !s->made->exit)
		return;
	for (;;) {
		for (LLVMValueRef i = LLVMGetFirstInstruction(b); i;
		     i = LLVMGetNextInstruction(i))
			LLVMInstructionSetDebugLoc(i, line);
		if (b == called)
			return;
		b = called;
	}
}

void psr_dispatch_emit(const struct psr_nest *nest, const struct psr_made *made,
		       enum psr_phase phase)
{
	LLVMMetadataRef line;
	struct choice c;
	struct site s;

	site_init(&s, nest, made);
	s.phase = phase;
	emit_table(&s);
	emit_descriptor(&s);
	emit_places(&s);
	line = LLVMInstructionGetDebugLoc(
	    LLVMGetBasicBlockTerminator(made->before));
	LLVMSetCurrentDebugLocation2(s.b, line);
	emit_choice(&s, &c);
	aim_call(&s, &c);
	if (made->exit) {
		preserve_registers(&s);
		emit_loop_exit(&s);
	} else {
		emit_returns(&s);
	}
	place_call(&s, line);
	LLVMDisposeBuilder(s.b);
}
