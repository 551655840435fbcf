/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * followed.h - what psr run, which follows one of a program's threads from
 * instruction to instruction now and then (trace.h), leaves in libpsrrt.so
 * there: for so long nothing that the thread does took the time that it takes.
 */
#ifndef PSR_FOLLOWED_H
#define PSR_FOLLOWED_H

#include <stdint.h>

#define PSR_FOLLOWED_NAME "psr_followed"
#define PSR_FOLLOWED_NOW  1 /* of ns, which is even else */

struct psr_followed {
	uint64_t thread; /* thread pointer of the one that was followed last */
	uint64_t ns;     /* for how long, all threads ever */
};

#endif
