/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* remember.h - site times between this process and the database. */
#ifndef PSR_REMEMBER_H
#define PSR_REMEMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "sites.h"

/* Reads what is known of the module. Without a database nothing is. */
void psr_remember_load(struct psr_module_state *m);

/* Prepares what is to be expected of variants without times: what the database
 * was trained to, or else what PSR comes with. Once, before that. */
void psr_remember_prior(void);

/*
 * Saves the news of the COUNT modules; what cannot be saved is kept for the
 * next time. Needs a place that is safe (safe.h), signals blocked, and the
 * module list locked.
 */
void psr_remember_save(struct psr_module_state *const *m, size_t count);

/* From a probe: saves all if that was long ago, where it is safe. */
void psr_remember_if_due(uint64_t now_ticks);

/* From now on it is due every few seconds; SAVE saves everything. */
void psr_remember_start(uint64_t now_ticks, void (*save)(void));
void psr_remember_every(uint64_t ticks);

#endif
