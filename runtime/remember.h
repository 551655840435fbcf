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

/* psr run has said that it enters this program's run: all is saved at its end. */
void psr_remember_recorded(void);

/*
 * Saves the news of the COUNT modules; what cannot be saved is kept for the
 * next time. Needs a place that is safe (safe.h), signals blocked, and the
 * module list locked.
 */
void psr_remember_save(struct psr_module_state *const *m, size_t count);

/*
 * As the program ends: whether to save what it knows of the COUNT modules.
 * Saving takes some 1.5 ms, and has the next process wake after 20 ms, not 4,
 * if this one gained (early.h). That is well spent where a run is recorded, and
 * for what may still change a choice, if the program spent a quarter of what it
 * costs there; else it may take a tenth of SHARE of the program's time since psr_remember_start(),
 * and of the programs that are too short for that one of so many is saved, and
 * stands for all of them. May be asked for each module that goes: it is one
 * decision. Needs what saving needs.
 */
bool psr_remember_worth(struct psr_module_state *const *m, size_t count,
			double share);

/*
 * Whether this process, if it ended now, would save what it knows even without
 * news that pay for it: no longer to be changed once it is so. From any thread.
 */
bool psr_remember_keeps(double share);

/*
 * As M goes: has the next program with its sites wake early if this one gained
 * and the database is as it was, no longer if it lost (early.h).
 */
void psr_remember_early(const struct psr_module_state *m);

/* From a probe: saves all if that was long ago, where it is safe. */
void psr_remember_if_due(uint64_t now_ticks);

/* From now on it is due every few seconds; SAVE saves everything. */
void psr_remember_start(uint64_t now_ticks, void (*save)(void));
void psr_remember_every(uint64_t ticks);

#endif
