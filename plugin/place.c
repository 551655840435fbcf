/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * place.c - what has no sites stays where clang would have it.
 *
 * Code in front of a site, and the alignment of its loops, would move all that
 * follows in the program, and how code lies within lines of the cache may well
 * cost or gain a tenth of its time. So there are gaps: a function that is
 * mostly loops leaves for a section behind all others, with a gap in its place;
 * another, whose own code counts, stays, with a gap behind it. How large that
 * has to be only the assembler knows: it gets the function as it was, too, and
 * takes the gap's size from that. The copies of all object files are one COMDAT
 * group, of which a linker keeps the first file's and drops the others.
 */
#include "place.h"

#include <stdio.h>
#include <string.h>

#include "ir.h"
#include "options.h"

#define SUMMARY   "ProfileSummary"
#define SUFFIX    ".psr.plain"
#define GROUP     "__psr_plain"
#define LINE      "63" /* bytes of a line of a cache, less one */
#define NAME_SIZE 1024
#define MOST      4000 /* instructions of a function that is copied */

bool psr_place_is_held(LLVMValueRef f)
{
	size_t n;
	const char *name = LLVMGetValueName2(f, &n);

	return n > strlen(SUFFIX) &&
	       !strcmp(name + n - strlen(SUFFIX), SUFFIX);
}

/* Assembly may define symbols, and what has addresses cannot have two. */
static bool can_copy(LLVMValueRef f)
{
	for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(f); b;
	     b = LLVMGetNextBasicBlock(b)) {
		LLVMValueRef i = LLVMGetFirstInstruction(b);

		if (psr_ext_has_address(b))
			return false;
		for (; i; i = LLVMGetNextInstruction(i))
			if (LLVMIsACallBrInst(i) ||
			    (LLVMIsACallInst(i) &&
			     LLVMIsAInlineAsm(LLVMGetCalledValue(i))))
				return false;
	}
	return true;
}

/* F's section is not the one of its name: another may have that, too. */
static bool has_odd_section(LLVMValueRef f)
{
	LLVMValueRef used = LLVMGetNamedGlobal(LLVMGetGlobalParent(f),
					       "llvm.used");
	LLVMValueRef list = used ? LLVMGetInitializer(used) : NULL;
	int n = list ? LLVMGetNumOperands(list) : 0;

	for (int i = 0; i < n; i++)
		if (LLVMGetOperand(list, (unsigned)i) == f)
			return true; /* __attribute__((retain)) */
	return psr_ir_has_string(f, "implicit-section-name");
}

/* A profile, or the user, says where F is to be, or that it is no code. */
static bool is_placed(LLVMValueRef f)
{
	return psr_options.block_sections || has_odd_section(f) ||
	       psr_ir_has(f, "hot") || psr_ir_has(f, "cold") ||
	       psr_ir_has(f, "naked") ||
	       LLVMGetModuleFlag(LLVMGetGlobalParent(f), SUMMARY,
				 strlen(SUMMARY));
}

/* The assembler knows F, or what is called after it, by that name. */
static bool has_plain_name(const char *name, size_t n)
{
	return n < NAME_SIZE - sizeof(SUFFIX) &&
	       strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvw"
			    "xyz0123456789_.") == n;
}

void psr_place_hold(struct psr_fam *fam, LLVMValueRef f)
{
	char copy[NAME_SIZE];
	size_t n;
	const char *name = LLVMGetValueName2(f, &n);

	if (is_placed(f) || psr_ir_is_sanitized(f) ||
	    psr_ir_function_size(f) > MOST || !has_plain_name(name, n) ||
	    !psr_ext_has_loops(fam, f) || !can_copy(f))
		return;
	snprintf(copy, sizeof(copy), "%s" SUFFIX, name);
	psr_ext_clone_plain(f, copy);
}

static LLVMValueRef held_copy(LLVMValueRef f)
{
	LLVMValueRef before = LLVMGetPreviousFunction(f);

	return before && psr_place_is_held(before) ? before : NULL;
}

bool psr_place_stays(LLVMValueRef f, size_t in_loops)
{
	LLVMValueRef copy = held_copy(f);

	return copy && (LLVMGetSection(f) ||
			2 * in_loops < psr_ir_function_size(copy));
}

/*
 * What fills a gap: where the copy ends, and as many bytes, so that what
 * follows lies as it would; less those in front of the gap that F takes.
 */
#define END                                                                   \
	".pushsection " PSR_TEXT_SECTION ",\"axG\",@progbits," GROUP            \
	",comdat\n"                                                           \
	".Lpsr_end${:uid}:\n"                                                 \
	".popsection\n"
#define SIZE "(.Lpsr_end${:uid} - %s" SUFFIX ")"
#define IN_PLACE END ".skip " SIZE " & " LINE "\n"
#define BEHIND                                                                \
	END ".Lpsr_gap${:uid}:\n"                                             \
	    ".skip (" SIZE " + (%s - .Lpsr_gap${:uid})) & " LINE "\n"
#define TEXT_SIZE (512 + 2 * NAME_SIZE)

/* A function of nothing but TEXT, in front of F. */
static LLVMValueRef emit_gap(LLVMValueRef f, LLVMValueRef copy,
			     const char *text)
{
	static const char *const traits[] = {"naked", "nounwind", "nocf_check"};
	LLVMModuleRef m = LLVMGetGlobalParent(f);
	LLVMContextRef ctx = LLVMGetModuleContext(m);
	LLVMTypeRef none = LLVMVoidTypeInContext(ctx);
	LLVMTypeRef type = LLVMFunctionType(none, NULL, 0, false);
	LLVMBuilderRef b = LLVMCreateBuilderInContext(ctx);
	LLVMValueRef gap = LLVMAddFunction(m, "psr.gap", type), code;

	code = LLVMGetInlineAsm(type, text, strlen(text), "", 0, true, false,
				LLVMInlineAsmDialectATT, false);
	LLVMSetLinkage(gap, LLVMInternalLinkage);
	LLVMSetAlignment(gap, LLVMGetAlignment(f));
	LLVMSetComdat(gap, LLVMGetComdat(f));
	for (size_t i = 0; i < sizeof(traits) / sizeof(*traits); i++)
		psr_ir_add(gap, traits[i]);
	LLVMPositionBuilderAtEnd(
	    b, LLVMAppendBasicBlockInContext(ctx, gap, ""));
	LLVMBuildCall2(b, type, code, NULL, 0, "");
	LLVMBuildUnreachable(b);
	LLVMDisposeBuilder(b);
	LLVMSetSection(copy, PSR_TEXT_SECTION);
	LLVMSetComdat(copy, LLVMGetOrInsertComdat(m, GROUP));
	psr_ext_keep(copy);
	psr_ext_keep(gap);
	psr_ext_move_before(gap, f);
	return gap;
}

static void leave(LLVMValueRef f)
{
	LLVMValueRef copy = held_copy(f);
	char text[TEXT_SIZE];
	size_t n;
	const char *name = LLVMGetValueName2(f, &n);

	if (is_placed(f))
		return;
	snprintf(text, sizeof(text), IN_PLACE, name);
	if (copy)
		emit_gap(f, copy, text);
	LLVMSetSection(f, PSR_TEXT_SECTION);
	if (LLVMGetComdat(f))
		return;
	LLVMSetComdat(f, LLVMGetOrInsertComdat(LLVMGetGlobalParent(f), name));
	LLVMSetComdatSelectionKind(LLVMGetComdat(f),
				   LLVMNoDeduplicateComdatSelectionKind);
}

/* The section is that where clang would have F, too: it has to be the gap's. */
static void stay(LLVMValueRef f)
{
	LLVMValueRef copy = held_copy(f);
	char section[NAME_SIZE] = ".text", text[TEXT_SIZE];
	size_t n;
	const char *name = LLVMGetValueName2(f, &n);

	if (LLVMGetSection(f))
		snprintf(section, sizeof(section), "%s", LLVMGetSection(f));
	else if (psr_options.function_sections || LLVMGetComdat(f))
		snprintf(section, sizeof(section), ".text.%s", name);
	snprintf(text, sizeof(text), BEHIND, name, name);
	psr_ext_move_before(f, emit_gap(f, copy, text));
	LLVMSetSection(f, section);
	LLVMSetSection(LLVMGetNextFunction(f), section);
}

void psr_place_settle(LLVMValueRef f, bool stays)
{
	if (stays)
		stay(f);
	else
		leave(f);
}

void psr_place_drop(struct psr_fam *fam, LLVMModuleRef m)
{
	LLVMValueRef next;

	for (LLVMValueRef f = LLVMGetFirstFunction(m); f; f = next) {
		next = LLVMGetNextFunction(f);
		if (psr_place_is_held(f) && !LLVMGetSection(f))
			psr_ext_delete_function(fam, f);
	}
}
