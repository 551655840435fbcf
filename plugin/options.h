/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* options.h - what the user asked of the plugin.
 *
 * One set for each process: a compiler compiles one module at a time, and in
 * a linker module.c sees to it.
 */
#ifndef PSR_OPTIONS_H
#define PSR_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "llvm_ext.h"

#define PSR_RECIPES_MAX 80

struct psr_options {
	const char *remarks; /* file, "-" for stderr, or NULL */
	int64_t min_work;    /* -1: by the nest's size */
	int max_variants;    /* of one site; -1: by its shape */
	bool recipes;        /* some were asked for: */
	bool recipe[PSR_RECIPES_MAX];
	double budget;       /* added IR over the module's IR */
	bool contract;       /* fused variants are allowed */
	bool disable;
	bool verify;        /* variants check themselves */
	enum psr_probes probes;
	bool optimise_size; /* sites in functions optimised for size, too */
	bool block_sections, function_sections;
};

extern struct psr_options psr_options;

/* The user, or a test, wants the smallest nests to have variants, too. */
bool psr_options_any_size(void);

#define PSR_SETTINGS_MAX 32 /* that are kept */

/* What was set last, key by key: "KEY=VALUE" of the I-th, or NULL. */
const char *psr_options_setting(size_t i);

#endif
