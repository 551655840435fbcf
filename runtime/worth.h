/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* worth.h - whether what a process knows is worth saving. */
#ifndef PSR_WORTH_H
#define PSR_WORTH_H

#include <stdbool.h>
#include <stdint.h>

#include "sites.h"

/* The process has begun to take notice. Once, before the others. */
void psr_worth_start(uint64_t now_ticks);

/* psr run enters this program's run: all is saved at its end. */
void psr_worth_recorded(void);

/*
 * As the program ends: whether to save what it knows of the COUNT modules.
 * Saving takes some 1.5 ms, and has the next process wake after 20 ms, not 4,
 * if this one gained (early.h). That is well spent where a run is recorded, and
 * for what may still change a choice, if the program spent a quarter of what it
 * costs there, or lost a sixteenth of it on trials; else it may take a tenth of
 * SHARE of the program's time since psr_worth_start(), and of the programs that
 * are too short for that one of so many is saved, and stands for all of them.
 * May be asked for each module that goes: it is one decision. Needs a place that
 * is safe (safe.h), signals blocked, and the module list locked.
 */
bool psr_worth_saving(struct psr_module_state *const *m, size_t count,
		      double share);

/* As how many programs what is saved now counts. */
double psr_worth_weight(void);

/*
 * Whether this process, if it ended now, would save what it knows even without
 * news that pay for it: no longer to be changed once it is so. From any thread.
 */
bool psr_worth_keeps(double share);

/*
 * As M goes: has the next program with its sites wake early if this one gained
 * and the database is as it was, no longer if it lost (early.h).
 */
void psr_worth_early(const struct psr_module_state *m);

#endif
