/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* cc_profile.h - the database's profile, for clang to inherit. */
#ifndef PSR_CC_PROFILE_H
#define PSR_CC_PROFILE_H

#include <stdbool.h>

#include "cc_args.h"

struct psr_cc_profile {
	char sites[32];  /* files' names; "": nothing is known */
	char blocks[32];
};

/*
 * Writes what the default database knows of the sources among ARGS to files in
 * memory that the process which this one becomes inherits: of sites, and for
 * clang how often blocks ran, if BLOCKS. Nothing is said if it cannot be asked.
 */
void psr_cc_profile(const struct psr_args *args, bool blocks,
		    struct psr_cc_profile *out);

#endif
