/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * options.c - the plugin's options, one table for every way to give them:
 * -Xclang -plugin-arg-psr -Xclang KEY=VALUE, -mllvm -KEY=VALUE, opt -KEY=VALUE.
 *
 * A later setting replaces an earlier one. A bad value is an error that ends
 * the compilation; nothing is guessed.
 */
#include "options.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "llvm_ext.h"
#include "profile.h"
#include "recipes.h"

struct psr_options psr_options = {
    .min_work = -1,
    .max_variants = -1,
    .budget = 0.75,
};

static char message[256];

static const char *bad(const char *key, const char *value, const char *want)
{
	snprintf(message, sizeof(message), "%s=%s: %s", key, value, want);
	return message;
}

static bool parse_count(const char *s, long long max, long long *out)
{
	char *end;

	if (*s < '0' || *s > '9')
		return false;
	errno = 0;
	*out = strtoll(s, &end, 10);
	return !errno && !*end && *out <= max;
}

static const char *set_remarks(const char *key, const char *value)
{
	if (!*value)
		return bad(key, value, "a file name or '-' is needed");
	psr_options.remarks = strdup(value);
	return psr_options.remarks ? NULL : "out of memory";
}

bool psr_options_any_size(void)
{
	return psr_options.min_work == 0 || psr_options.min_work == 1;
}

static const char *set_min_work(const char *key, const char *value)
{
	long long n;

	if (!parse_count(value, UINT32_MAX, &n))
		return bad(key, value, "not a number from 0 to 4294967295");
	psr_options.min_work = n;
	return NULL;
}

static const char *set_max_variants(const char *key, const char *value)
{
	long long n;

	if (!parse_count(value, PSR_RECIPES_MAX, &n))
		return bad(key, value, "not a number from 0 to 64");
	psr_options.max_variants = (int)n;
	return NULL;
}

static const char *set_recipes(const char *key, const char *value)
{
	bool chosen[PSR_RECIPES_MAX] = {false};
	const char *s = value;

	for (;;) {
		size_t n = strcspn(s, ",");
		int i = psr_recipe_find(s, n);

		if (i < 0) {
			snprintf(message, sizeof(message),
				 "%s=%s: no recipe is named '%.*s'", key, value,
				 (int)n, s);
			return message;
		}
		chosen[i] = true;
		if (!s[n])
			break;
		s += n + 1;
	}
	memcpy(psr_options.recipe, chosen, sizeof(chosen));
	psr_options.recipes = true;
	return NULL;
}

static const char *set_fp(const char *key, const char *value)
{
	if (strcmp(value, "strict") && strcmp(value, "contract"))
		return bad(key, value, "neither 'strict' nor 'contract'");
	psr_options.contract = !strcmp(value, "contract");
	return NULL;
}

static const char *set_budget(const char *key, const char *value)
{
	char *end;
	double factor = strtod(value, &end);

	if (end == value || *end || !(factor >= 0 && factor <= 1000))
		return bad(key, value, "not a factor from 0 to 1000");
	psr_options.budget = factor;
	return NULL;
}

static const char *set_flag(const char *key, const char *value, bool *flag)
{
	if (*value && strcmp(value, "0") && strcmp(value, "1"))
		return bad(key, value, "neither 0 nor 1");
	*flag = strcmp(value, "0") != 0;
	return NULL;
}

static const char *set_disable(const char *key, const char *value)
{
	return set_flag(key, value, &psr_options.disable);
}

static const char *set_optimise_size(const char *key, const char *value)
{
	return set_flag(key, value, &psr_options.optimise_size);
}

static const char *set_verify(const char *key, const char *value)
{
	return set_flag(key, value, &psr_options.verify);
}

static const char *set_profile(const char *key, const char *value)
{
	if (!*value)
		return bad(key, value, "a file name or 'none' is needed");
	return psr_profile_read(value);
}

static const char *set_probes(const char *key, const char *value)
{
	static const char *const words[] = {"none", "hidden", "shown"};

	for (unsigned i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(value, words[i])) {
			psr_options.probes = (enum psr_probes)i;
			return NULL;
		}
	return bad(key, value, "neither 'none', 'hidden' nor 'shown'");
}

void psr_options_set_sections(bool of_blocks, bool of_functions)
{
	psr_options.block_sections = of_blocks;
	psr_options.function_sections = of_functions;
	if (of_blocks)
		psr_options.probes = PSR_PROBES_NONE;
}

enum psr_probes psr_options_probes(void)
{
	return psr_options.probes;
}

const struct psr_key psr_keys[] = {
    {"psr-remarks", "FILE", "append JSON remarks to FILE ('-': stderr)"},
    {"psr-min-work", "N", "least work that is dispatched"},
    {"psr-max-variants", "N", "most variants of one site"},
    {"psr-recipes", "LIST", "recipes to use, separated by commas"},
    {"psr-fp", "strict|contract", "whether variants may fuse operations"},
    {"psr-budget", "FACTOR", "code added over code present"},
    {"psr-disable", NULL, "change nothing"},
    {"psr-optimise-size", NULL, "make sites at -Os and -Oz, too"},
    {"psr-verify", NULL, "compare each variant's call with the baseline's"},
    {"psr-profile", "FILE", "what earlier runs have learnt ('none': nothing)"},
    {"psr-probes", "none|hidden|shown",
     "let sampling count blocks; shown: clang reads such counts"},
    {NULL, NULL, NULL},
};

static const char *(*const setters[])(const char *, const char *) = {
    set_remarks, set_min_work, set_max_variants, set_recipes,
    set_fp,      set_budget,   set_disable,      set_optimise_size,
    set_verify,  set_profile,  set_probes,
};

/* Indexed as psr_keys; NULL: never set. */
static char *settings[sizeof(setters) / sizeof(*setters)];
_Static_assert(sizeof(settings) / sizeof(*settings) <= PSR_SETTINGS_MAX,
	       "lto.c keeps all of them");

static const char *set(size_t i, const char *value)
{
	const char *key = psr_keys[i].name, *bad = setters[i](key, value);
	size_t n;

	if (bad)
		return bad;
	if (setters[i] == set_profile) /* the linker has no such file */
		value = psr_profile_text();
	n = strlen(key) + strlen(value) + 2;
	free(settings[i]);
	settings[i] = malloc(n);
	if (!settings[i])
		return "out of memory";
	snprintf(settings[i], n, "%s=%s", key, value);
	return NULL;
}

const char *psr_options_setting(size_t i)
{
	for (size_t k = 0; k < sizeof(settings) / sizeof(*settings); k++)
		if (settings[k] && !i--)
			return settings[k];
	return NULL;
}

const char *psr_options_set(const char *key, const char *value)
{
	for (size_t i = 0; psr_keys[i].name; i++)
		if (!strcmp(key, psr_keys[i].name))
			return set(i, value);
	snprintf(message, sizeof(message), "unknown option '%s'", key);
	return message;
}
