/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* cgroup.h - find, make, read, empty and remove control groups. */
#ifndef PSR_CGROUP_H
#define PSR_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "psr/err.h"

/*
 * The directory of the caller's own group: of v1 CONTROLLER, or of the
 * unified hierarchy (v2) for NULL. -ENOENT: no such hierarchy is mounted.
 */
PSR_MUST_CHECK int psr_cgroup_own(const char *controller, char *out,
				  size_t size);

/* Makes directory PATH and opens it: a file descriptor, close-on-exec. */
PSR_MUST_CHECK int psr_cgroup_make(const char *path, struct psr_err *err);

/* Reads FILE of group DIR as a string; its length or negative errno. */
ssize_t psr_cgroup_read(int dir, const char *file, char *buf, size_t size);

/* FILE as one number; "max" and what cannot be read are UINT64_MAX. */
uint64_t psr_cgroup_u64(int dir, const char *file);

PSR_MUST_CHECK int psr_cgroup_write(int dir, const char *file,
				    const char *text);

/* The number after KEY in lines of "key value"; UINT64_MAX: not there. */
uint64_t psr_cgroup_key(const char *text, const char *key);

/* The processes in group DIR: at most MAX; returns how many. */
size_t psr_cgroup_pids(int dir, pid_t *out, size_t max);

/*
 * Removes group PATH and those below it. Processes still in there are
 * killed, or else moved to its parent. PATH may be gone already.
 */
int psr_cgroup_remove(const char *path, bool kill);

/*
 * Kills and removes what a dead owner left. GROUPS, from the ledger, is a
 * list of directories separated by blanks; what PSR cannot have made is
 * left alone.
 */
void psr_cgroup_reclaim(const char *groups);

/*
 * The name of this process's group: tells the namespace, process and start
 * of its owner.
 */
void psr_cgroup_name(char *out, size_t size);

/* Kills and removes the groups beside PATH whose owners have died. */
void psr_cgroup_sweep(const char *path);

#endif
