/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* store_check.h - checks of what the store returns, with its message. */
#ifndef PSR_STORE_CHECK_H
#define PSR_STORE_CHECK_H

#include "check.h"
#include "psr/err.h"

static struct psr_err err;

#define OK(call)                                                               \
	do {                                                                   \
		int ok_ret = (call);                                           \
		CHECK(ok_ret == 0, "%d: %s", ok_ret, err.text);                \
	} while (0)
#define FAILS(code, call)                                                      \
	do {                                                                   \
		int ok_ret = (call);                                           \
		CHECK(ok_ret == (code), "%d: %s", ok_ret, err.text);           \
	} while (0)

#endif
