/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* reasons.c - the identifiers and texts of reasons.def. */
#include "reasons.h"

static const char *const ids[] = {
    "",
#define REASON(symbol, id, text) id,
#include "reasons.def"
#undef REASON
};

static const char *const texts[] = {
    "",
#define REASON(symbol, id, text) text,
#include "reasons.def"
#undef REASON
};

const char *psr_reason_id(enum psr_reason r)
{
	return ids[r];
}

const char *psr_reason_text(enum psr_reason r)
{
	return texts[r];
}
