/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* cc_profile.h - the database's profile, for clang to inherit. */
#ifndef PSR_CC_PROFILE_H
#define PSR_CC_PROFILE_H

#include <stdbool.h>

#include "cc_args.h"

/*
 * Writes what the default database knows of the sources among ARGS to a file
 * in memory that the process which this one becomes inherits, and its name to
 * PATH. False: nothing is known, or it cannot be asked; nothing is said.
 */
bool psr_cc_profile(const struct psr_args *args, char *path, size_t size);

#endif
