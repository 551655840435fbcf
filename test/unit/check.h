/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* check.h - counts failures; main() returns check_result(). */
#ifndef PSR_CHECK_H
#define PSR_CHECK_H

#include <stdio.h>

static int check_failures;

#define CHECK(cond, ...)                                                      \
	do {                                                                  \
		if (!(cond)) {                                                \
			check_failures++;                                     \
			fprintf(stderr, "%s:%d: %s: ", __FILE__, __LINE__,    \
			        #cond);                                       \
			fprintf(stderr, __VA_ARGS__);                         \
			fputc('\n', stderr);                                  \
		}                                                             \
	} while (0)

static inline int check_result(void)
{
	return check_failures != 0;
}

#endif
