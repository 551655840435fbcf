/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* cc_args.h - argument lists, and what the response files in them hold. */
#ifndef PSR_CC_ARGS_H
#define PSR_CC_ARGS_H

#include <stddef.h>

#include "psr/err.h"

/* A NULL-terminated list; owns its strings. All zero: empty. */
struct psr_args {
	char **v;
	size_t n;
	size_t cap;
};

/* Appends a copy of TEXT. -ENOMEM. */
PSR_MUST_CHECK int psr_args_add(struct psr_args *args, const char *text);

/* Appends copies of FROM's. -ENOMEM. */
PSR_MUST_CHECK int psr_args_append(struct psr_args *args,
				   const struct psr_args *from);

/*
 * Appends what clang makes of ARGV[0..ARGC): each @FILE that can be read is
 * replaced by the arguments in it (GNU quoting), recursively. -ENOMEM.
 */
PSR_MUST_CHECK int psr_args_expand(struct psr_args *args, int argc,
				   char *const *argv);

void psr_args_free(struct psr_args *args);

#endif
