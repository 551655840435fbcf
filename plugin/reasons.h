/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* reasons.h - why something was left out, expanded from reasons.def. */
#ifndef PSR_REASONS_H
#define PSR_REASONS_H

enum psr_reason {
	PSR_REASON_NONE,
#define REASON(symbol, id, text) PSR_REASON_##symbol,
#include "reasons.def"
#undef REASON
	PSR_NREASONS
};

const char *psr_reason_id(enum psr_reason r); /* "trip-count" */
const char *psr_reason_text(enum psr_reason r);

#endif
