/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* text.h - a growing string, and JSON written into it. */
#ifndef PSR_TEXT_H
#define PSR_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "psr/err.h"

/* Zero-initialise. Once memory runs out, nothing more is added. */
struct psr_text {
	char *s; /* NUL-terminated, or NULL when empty */
	size_t n;
	size_t size;
	bool failed;
};

void psr_text_add(struct psr_text *t, const char *fmt, ...) PSR_PRINTF(2, 3);

/* A JSON string; bytes that are no UTF-8 become \u0080..\u00ff. */
void psr_text_json(struct psr_text *t, const char *s);

/* A JSON number, or null where V is PSR_NONE or not finite. */
void psr_text_u64(struct psr_text *t, uint64_t v);
void psr_text_f64(struct psr_text *t, double v);

void psr_text_free(struct psr_text *t);

#endif
