/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Messages live in the caller's buffer, so failing never allocates and may
 * happen inside a user's program. A message that does not fit is cut.
 */
#include "psr/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int psr_fail(struct psr_err *err, int code, const char *fmt, ...)
{
	int saved = errno;
	va_list ap;

	if (err) {
		va_start(ap, fmt);
		vsnprintf(err->text, sizeof(err->text), fmt, ap);
		va_end(ap);
	}
	errno = saved;
	return code;
}

int psr_fail_in(struct psr_err *err, int code, const char *fmt, ...)
{
	int saved = errno;
	char inner[sizeof(err->text)];
	va_list ap;
	int n;

	if (err) {
		memcpy(inner, err->text, sizeof(inner));
		va_start(ap, fmt);
		n = vsnprintf(err->text, sizeof(err->text), fmt, ap);
		va_end(ap);
		if (n >= 0 && (size_t)n < sizeof(err->text))
			snprintf(err->text + n, sizeof(err->text) - (size_t)n,
			         ": %s", inner);
	}
	errno = saved;
	return code;
}
