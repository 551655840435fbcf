/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* team.h - runs a parallel variant on the threads that it is granted. */
#ifndef PSR_TEAM_H
#define PSR_TEAM_H

#include "psr/site.h"

/* __psr_parallel() of site.h. Keeps errno. */
int psr_team_run(psr_range_fn *range, void *context, int64_t trips);

/* Makes the team where it may, or wakes it: what runs next is as any. */
void psr_team_prepare(void);

/*
 * Chunk I of N covers the iterations [psr_team_chunk(I), psr_team_chunk(I + 1))
 * of TRIPS; N is at most TRIPS. Pure.
 */
int64_t psr_team_chunk(int64_t trips, uint32_t n, uint32_t i);

#endif
