/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* reserve.h - hold a process tree to its reservation, by the best means.
 *
 * A backend is a table of functions, chosen once for a launch. A group's
 * memory has two bounds: the grant, which the monitor moves before it is
 * reached, and the wall, where the kernel steps in. Without a maximum that
 * the user set, reaching the wall pauses the program until the monitor has
 * moved it, or does nothing; it never kills.
 */
#ifndef PSR_RESERVE_H
#define PSR_RESERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "psr/err.h"
#include "psr/record.h"

/* What a process tree uses; PSR_NONE: this backend cannot tell. */
struct psr_usage {
	uint64_t memory_bytes; /* resident: private, shared, mapped */
	uint64_t firm_bytes;   /* what cannot be reclaimed */
	uint64_t cpu_ns;       /* cumulative */
	uint64_t user_ns, sys_ns;
	uint64_t threads;
};

struct psr_backend;

struct psr_group {
	const struct psr_backend *backend;
	char memory_path[256];  /* group with the memory controller */
	char unified_path[256]; /* v2 group: kill, pressure, time */
	int memory;             /* its directory; -1: none */
	int unified;            /* may be the same directory */
	int tasks;              /* v1: where the child writes itself */
	int threshold;          /* eventfd: 90 % of the grant used */
	int oom;                /* eventfd: paused at the wall */
	int usage;              /* v1: memory.usage_in_bytes */
	uint64_t grant_bytes;   /* PSR_NONE: no bound */
	uint64_t trigger_bytes; /* use at which THRESHOLD is to tell */
	uint64_t watched_bytes; /* grant that THRESHOLD is for */
	uint64_t maximum_bytes; /* the user's; PSR_NONE: none */
};

struct psr_backend {
	const char *name;
	const char *what; /* for people */
	/* Fills the paths of group NAME, makes nothing. -errno with the reason
	 * in ERR: cannot be used here. */
	int (*plan)(struct psr_group *g, const char *name, struct psr_err *err);
	int (*open)(struct psr_group *g, struct psr_err *err);
	/* Sets the bounds from G's fields. NULL: has none to move. */
	int (*limit)(struct psr_group *g, struct psr_err *err);
	/* Makes G->threshold tell of the present grant. May take 10 ms; NULL:
	 * does so by itself. */
	void (*watch)(struct psr_group *g);
	/* In the new process, before exec. Async-signal-safe. */
	int (*enter)(struct psr_group *g);
	void (*usage)(struct psr_group *g, pid_t pid, struct psr_usage *u);
	/* The same of a zombie: processor time only. */
	void (*last)(struct psr_group *g, pid_t pid, struct psr_usage *u);
	/* Least that the peak must have been; 0: cannot tell. */
	uint64_t (*peak)(struct psr_group *g);
	/* Processes that the kernel killed for passing the wall. */
	uint64_t (*oom_kills)(struct psr_group *g);
};

extern const struct psr_backend psr_cgroup_v2, psr_cgroup_v1, psr_rlimit;

/* Best first. */
extern const struct psr_backend *const psr_backends[];
extern const size_t psr_nbackends;

/* NULL: no backend of that name. */
const struct psr_backend *psr_backend_find(const char *name);

/*
 * Chooses the best backend that can be used here, or ONLY if not NULL, and
 * fills the paths of the groups that psr_group_open() will make. NAME begins
 * with "psr-" and is unique on the machine.
 */
PSR_MUST_CHECK int psr_group_plan(struct psr_group *g, const char *name,
				  const struct psr_backend *only,
				  struct psr_err *err);

/*
 * Makes what was planned. If that fails and G need not be a certain backend,
 * it becomes the last resort, which cannot fail. Close G in any case.
 */
PSR_MUST_CHECK int psr_group_open(struct psr_group *g, bool only,
				  struct psr_err *err);

/* The directories, separated by blanks, for the ledger; "" where there are
 * none, or they are too long: then only the guard removes them. */
void psr_group_paths(const struct psr_group *g, char *out, size_t size);

/* Moves the grant to BYTES; PSR_NONE: no bound. */
PSR_MUST_CHECK int psr_group_grant(struct psr_group *g, uint64_t bytes,
				   struct psr_err *err);

/* Total stall in ns by KIND ("cpu", "memory", "io"); PSR_NONE: unknown. */
uint64_t psr_group_pressure(const struct psr_group *g, const char *kind);

/* Kills all that runs in the groups; without groups, PID's tree as far as
 * it can be seen. */
void psr_group_kill(const struct psr_group *g, pid_t pid);

/* Removes the groups; what still runs in them goes on in their parents. */
void psr_group_close(struct psr_group *g);

/* Where the kernel is to step in; PSR_NONE: nowhere. */
uint64_t psr_group_wall(const struct psr_group *g);

/* Processor time by G's v2 group, if it has one. */
void psr_group_time(struct psr_group *g, pid_t pid, struct psr_usage *u);

/* Usage of PID and its descendants by /proc alone. */
void psr_tree_usage(pid_t pid, struct psr_usage *u);

/* At most MAX processes of PID's tree, PID first; returns how many. */
size_t psr_tree_pids(pid_t pid, pid_t *out, size_t max);

#endif
