/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* spawn.h - new processes that share this one's memory until they exec. */
#ifndef PSR_SPAWN_H
#define PSR_SPAWN_H

#include <stdint.h>
#include <sys/types.h>

/* Whether a child of psr_spawn() shares this process's memory. */
#if defined(__x86_64__)
#define PSR_SPAWN_SHARES 1
#else
#define PSR_SPAWN_SHARES 0
#endif

struct psr_spawn {
	void (*run)(void *arg); /* must not return */
	void *arg;
	void *stack; /* its own, STACK_BYTES long, 16-aligned */
	uint64_t stack_bytes;
	int group; /* v2 group to be born in; -1: this one's */
	int wait;  /* 1: come back when it has called exec */
};

/*
 * Runs S in a new process: its ID, or negative errno. *PIDFD is set. Where
 * memory is shared (PSR_SPAWN_SHARES), RUN may write what the caller reads,
 * and must leave alone what the caller may be using, errno included, unless
 * the caller waits.
 */
pid_t psr_spawn(const struct psr_spawn *s, int *pidfd);

/* A system call that touches no errno: its result or negative errno. */
long psr_raw(long number, long a, long b, long c, long d);

#endif
