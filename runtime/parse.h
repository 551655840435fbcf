/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* parse.h - values that users write. */
#ifndef PSR_PARSE_H
#define PSR_PARSE_H

#include <stdbool.h>
#include <stdint.h>

#include "psr/err.h"

/*
 * A whole or decimal number of bytes with an optional suffix K, M, G or T
 * (powers of 1024), B or iB. -EINVAL: none; -ERANGE: too large.
 */
PSR_MUST_CHECK int psr_parse_bytes(const char *text, uint64_t *out);

/* off, baseline, frozen, learn or pinned:VARIANT. */
bool psr_mode_valid(const char *mode);

#endif
