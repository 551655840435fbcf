/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* err.h - one caller-owned message that says what failed and where. */
#ifndef PSR_ERR_H
#define PSR_ERR_H

#define PSR_MUST_CHECK    __attribute__((warn_unused_result))
#define PSR_PRINTF(f, a)  __attribute__((format(printf, f, a)))
#define PSR_API           __attribute__((visibility("default")))
#define PSR_COUNTOF(a)    (sizeof(a) / sizeof((a)[0]))

struct psr_err {
	char text[256];         /* one line, no newline, NUL-terminated */
};

/*
 * Writes the message to *ERR, if not NULL, and returns CODE, a negative
 * errno. Never allocates; preserves errno. Thread-safe for distinct ERR.
 */
PSR_API int psr_fail(struct psr_err *err, int code, const char *fmt, ...)
	PSR_PRINTF(3, 4);

/* Puts "CONTEXT: " before the message. Returns CODE. */
PSR_API int psr_fail_in(struct psr_err *err, int code, const char *fmt, ...)
	PSR_PRINTF(3, 4);

#endif
