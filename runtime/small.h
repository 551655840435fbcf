/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* small.h - which calls of a site are too small to be dispatched.
 *
 * Any thread may ask anything at any time; what is set is one atomic store.
 */
#ifndef PSR_SMALL_H
#define PSR_SMALL_H

#include "sites.h"

/*
 * K's classes were judged anew. As long as values of small calls are still
 * looked for, they are noticed.
 */
void psr_small_judge(const struct psr_known *k);

/* Small calls are noticed where LEARN and something is to be learnt of them. */
void psr_small_notice(struct psr_module_state *m, bool learn);

/* K's small calls are not noticed any more. */
void psr_small_ignore(const struct psr_known *k);

#endif
