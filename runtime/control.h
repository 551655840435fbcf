/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* control.h - when to move a run's limits, and where to. No I/O. */
#ifndef PSR_CONTROL_H
#define PSR_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "psr/record.h"

struct psr_control {
	/* Set by the caller. */
	uint64_t grant_bytes;    /* now; PSR_NONE: no bound */
	uint64_t ask_bytes;      /* as predicted; PSR_NONE: not */
	uint64_t expected_bytes; /* use up to there is no surprise; 0 */
	uint64_t min_bytes;      /* the user's bounds; 0 and */
	uint64_t max_bytes;      /* PSR_NONE: none */
	bool pinned;             /* to processors that we chose */
	/* The controller's own. Zero. */
	uint64_t moved_ns;  /* last change */
	uint64_t calm_ns;   /* since when much is unused */
	uint64_t window_ns; /* start of the pressure window */
	uint64_t window_memory_ns;
	uint64_t window_cpu_ns;
	unsigned paused;
};

struct psr_reading {
	uint64_t at_ns;              /* since the start */
	uint64_t firm_bytes;         /* what cannot be reclaimed */
	uint64_t pressure_memory_ns; /* cumulative; PSR_NONE: unknown */
	uint64_t pressure_cpu_ns;
	bool paused; /* stands at the wall */
};

enum psr_move { PSR_KEEP, PSR_GROW, PSR_SHRINK, PSR_ROLLBACK };

struct psr_decision {
	enum psr_move move;
	uint64_t grant_bytes; /* the new one */
	const char *reason;   /* static */
};

/* From which use on the grant grows; PSR_NONE: has no bound. */
uint64_t psr_control_trigger(const struct psr_control *c);

/* What to do on R. Updates *C as if the decision were carried out. */
struct psr_decision psr_control_step(struct psr_control *c,
				     const struct psr_reading *r);

#endif
