/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Text grows by doubling. Running out of memory is remembered in `failed`,
 * so that a writer checks once, at the end.
 */
#include "text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "psr/record.h"

static bool grow(struct psr_text *t, size_t more)
{
	size_t size = t->size ? t->size : 256;
	char *s;

	if (t->failed)
		return false;
	while (size - t->n <= more)
		size *= 2;
	if (size == t->size)
		return true;
	s = realloc(t->s, size);
	if (!s) {
		t->failed = true;
		return false;
	}
	t->s = s;
	t->size = size;
	return true;
}

void psr_text_add(struct psr_text *t, const char *fmt, ...)
{
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	if (n >= 0 && grow(t, (size_t)n)) {
		vsnprintf(t->s + t->n, (size_t)n + 1, fmt, again);
		t->n += (size_t)n;
	}
	va_end(again);
	va_end(ap);
}

/* Length of the UTF-8 sequence at S; 0: not one. */
static size_t utf8_length(const unsigned char *s)
{
	size_t n = s[0] < 0x80                    ? 1
		   : s[0] >= 0xc2 && s[0] < 0xe0  ? 2
		   : (s[0] & 0xf0) == 0xe0        ? 3
		   : s[0] >= 0xf0 && s[0] <= 0xf4 ? 4
						  : 0;

	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0; /* overlong, surrogate or past U+10FFFF */
	return n;
}

/* Length of the part of S that JSON takes as it is. */
static size_t plain_length(const unsigned char *s)
{
	size_t n = 0, step;

	while (s[n] >= 0x20 && s[n] != 0x7f && s[n] != '"' && s[n] != '\\' &&
	       (step = utf8_length(s + n)))
		n += step;
	return n;
}

void psr_text_json(struct psr_text *t, const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	psr_text_add(t, "\"");
	while (*p) {
		size_t n = plain_length(p);

		if (n)
			psr_text_add(t, "%.*s", (int)n, (const char *)p);
		else if (*p == '"' || *p == '\\')
			psr_text_add(t, "\\%c", *p);
		else
			psr_text_add(t, "\\u%04x", *p);
		p += n ? n : 1;
	}
	psr_text_add(t, "\"");
}

void psr_text_u64(struct psr_text *t, uint64_t v)
{
	if (v == PSR_NONE)
		psr_text_add(t, "null");
	else
		psr_text_add(t, "%llu", (unsigned long long)v);
}

void psr_text_f64(struct psr_text *t, double v)
{
	if (isfinite(v))
		psr_text_add(t, "%.6g", v);
	else
		psr_text_add(t, "null");
}

void psr_text_free(struct psr_text *t)
{
	free(t->s);
	memset(t, 0, sizeof(*t));
}
