/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* variable.h - the environment, without the C library's functions. */
#ifndef PSR_VARIABLE_H
#define PSR_VARIABLE_H

#include <stddef.h>

extern char **environ __attribute__((weak));

/* What follows PREFIX in S; NULL: S begins otherwise. */
static inline const char *psr_behind(const char *s, const char *prefix)
{
	while (*prefix)
		if (*s++ != *prefix++)
			return NULL;
	return s;
}

/* What the environment says of NAME; NULL: nothing. */
static inline const char *psr_variable(const char *name)
{
	const char *value;

	for (char **e = &environ ? environ : NULL; e && *e; e++)
		if ((value = psr_behind(*e, name)) && *value == '=')
			return value + 1;
	return NULL;
}

#endif
