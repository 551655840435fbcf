/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* doctor.h - the checks of `psr doctor`. */
#ifndef PSR_DOCTOR_H
#define PSR_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

struct doctor {
	const char *db; /* NULL: the default */
	bool json;
	const char *name;    /* of the check that runs */
	struct psr_text out; /* JSON so far */
	size_t lines;
	size_t bad;
};

/* One line about the present check: there; not there; look at it. */
void doctor_ok(struct doctor *d, const char *fmt, ...) PSR_PRINTF(2, 3);
void doctor_no(struct doctor *d, const char *fmt, ...) PSR_PRINTF(2, 3);
void doctor_bad(struct doctor *d, const char *fmt, ...) PSR_PRINTF(2, 3);

/* doctor_machine.c */
void doctor_processor(struct doctor *d);
void doctor_processors(struct doctor *d);
void doctor_memory(struct doctor *d);
void doctor_huge_pages(struct doctor *d);
void doctor_memlock(struct doctor *d);
void doctor_counters(struct doctor *d);
void doctor_tracing(struct doctor *d);
void doctor_pressure(struct doctor *d);
void doctor_cgroup_v2(struct doctor *d);
void doctor_cgroup_v1(struct doctor *d);
void doctor_rlimit(struct doctor *d);
void doctor_systemd(struct doctor *d);
void doctor_reservation(struct doctor *d);
void doctor_gpu(struct doctor *d);

/* doctor_tools.c */
void doctor_runtime(struct doctor *d);
void doctor_plugin(struct doctor *d);
void doctor_clang(struct doctor *d);
void doctor_bubblewrap(struct doctor *d);
void doctor_slurm(struct doctor *d);
void doctor_database(struct doctor *d);
void doctor_set_aside(struct doctor *d);
void doctor_variables(struct doctor *d);

#endif
