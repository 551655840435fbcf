/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* probe.h - the timed calls: what they run, how often they come. */
#ifndef PSR_PROBE_H
#define PSR_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "psr/site.h"

/* The hooks of attach.h. */
struct psr_entry psr_probe_enter(void *module, const struct psr_site *site,
				 uint64_t size, int64_t *tick);
void psr_probe_leave(void *module, const struct psr_site *site, uint64_t size,
		     int64_t code, uint64_t start);

bool psr_probe_values(void *module, const struct psr_site *site, uint32_t n,
		      const uint64_t *values);
void psr_probe_counts(void *module, const struct psr_site *site, uint32_t n,
		      const uint64_t *counts);

/* The same without learning: the table's entry, and never again. */
struct psr_entry psr_probe_fixed(void *module, const struct psr_site *site,
				 uint64_t size, int64_t *tick);

/* Without learning: each call runs the next of the site's variants. */
struct psr_entry psr_probe_turn(void *module, const struct psr_site *site,
				uint64_t size, int64_t *tick);

/* This thread is in the runtime: its sites run what the tables say. True if
 * it was not there before. */
bool psr_probe_begin_busy(void);
void psr_probe_end_busy(void);
bool psr_probe_is_busy(void);

/* Learns how long a time stamp is; BEGUN is at least 0.1 ms ago. */
struct psr_clock {
	uint64_t ticks, ns;
};
struct psr_clock psr_probe_clock(void);
void psr_probe_calibrate(const struct psr_clock *begun);
uint64_t psr_probe_ticks(double ns);

/* This thread's next of evenly distributed numbers. */
uint32_t psr_probe_random(void);

#endif
