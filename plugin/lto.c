/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * lto.c - thin link-time optimisation inlines across modules at the link, and
 * vectorises there. So that is where sites are made: before, they would keep
 * functions from being imported and inlined. But lld knows no options of a
 * plugin, and a link has modules that were compiled with others, or without
 * the plugin; so the compilation writes its options into the module as
 *
 *     !psr.options = !{!0}
 *     !0 = !{!"psr-min-work=1", !"psr-remarks=r.json"}
 *
 * which stays with this module when its functions are imported into others.
 * Of a profile that is the contents, for the file may be gone by then.
 */
#include "lto.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "llvm_ext.h"
#include "options.h"
#include "profile.h"

#define RECORD "psr.options"

void psr_lto_record(LLVMModuleRef m)
{
	LLVMContextRef ctx = LLVMGetModuleContext(m);
	LLVMMetadataRef strings[PSR_SETTINGS_MAX];
	size_t n = 0;

	for (const char *s; (s = psr_options_setting(n)); n++)
		strings[n] = LLVMMDStringInContext2(ctx, s, strlen(s));
	LLVMAddNamedMetadataOperand(
	    m, RECORD,
	    LLVMMetadataAsValue(ctx, LLVMMDNodeInContext2(ctx, strings, n)));
}

static void set_one(LLVMValueRef string)
{
	unsigned n;
	const char *text = LLVMGetMDString(string, &n);
	char *key = malloc(n + 1), *value;
	const char *bad;

	if (!key)
		abort(); /* as clang does when it has no memory */
	memcpy(key, text, n);
	key[n] = 0;
	value = strchr(key, '=');
	if (value)
		*value++ = 0;
	bad = psr_options_set(key, value ? value : "");
	if (bad) { /* another version compiled it */
		fprintf(stderr, "psr: %s\n", bad);
		exit(1);
	}
	free(key);
}

bool psr_lto_is_recorded(LLVMModuleRef m)
{
	return LLVMGetNamedMetadataNumOperands(m, RECORD) == 1;
}

void psr_lto_recall(LLVMModuleRef m)
{
	LLVMValueRef node, strings[PSR_SETTINGS_MAX];
	unsigned n;

	if (!psr_lto_is_recorded(m))
		return;
	LLVMGetNamedMetadataOperands(m, RECORD, &node);
	n = LLVMGetMDNodeNumOperands(node);
	if (n > PSR_SETTINGS_MAX)
		return; /* no record of ours */
	LLVMGetMDNodeOperands(node, strings);
	psr_profile_read("none"); /* the last module's */
	for (unsigned i = 0; i < n; i++)
		set_one(strings[i]);
}
