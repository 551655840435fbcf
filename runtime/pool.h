/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* pool.h - what this machine has, and which of its processors are free. */
#ifndef PSR_POOL_H
#define PSR_POOL_H

#include <sched.h>

#include "psr/store.h"

/* Memory within the caller's own limits; processors it may run on. */
void psr_pool_size(struct psr_pool_size *out);

/* The processor time that control groups leave the caller, in 1/1000
 * processors; UINT64_MAX: they set no limit. */
uint64_t psr_pool_quota(void);

/*
 * Chooses N of the processors in *ALLOWED that no live reservation in STORE
 * (NULL: none) has pinned, whole cores first. -EAGAIN: not that many free.
 */
PSR_MUST_CHECK int psr_pool_cpus(struct psr_store *store,
				 const cpu_set_t *allowed, unsigned n,
				 cpu_set_t *out, struct psr_err *err);

/* A set as "0-3,8", cut where it does not fit. */
void psr_cpus_format(const cpu_set_t *set, char *out, size_t size);

/* -EINVAL: no such list. */
PSR_MUST_CHECK int psr_cpus_parse(const char *text, cpu_set_t *out);

#endif
