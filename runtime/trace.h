/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* trace.h - which instructions a running program executes, by samples. */
#ifndef PSR_TRACE_H
#define PSR_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What code is mapped where in the program. */
struct psr_trace_map {
	uint64_t start, end, offset;
	uint64_t inode; /* 0: unknown */
	char path[256];
};

struct psr_trace {
	pid_t pid;
	pid_t stopping;   /* a thread that was told to stop and has not yet:
			   * until it has, or has ended, go on asking */
	bool late;        /* its last step was not made within the window */
	uint64_t start;   /* when it was told to stop */
	bool off;         /* it cannot be done */
	uint64_t *at;     /* addresses of instructions executed; 0 in front of
			   * each window's */
	size_t n, size;
	bool looks;       /* enough was followed, unless something new is met */
	uint64_t soon;    /* so many are wanted soon */
	struct psr_trace_map *maps;
	size_t nmaps;
	uint64_t runtime;  /* where libpsrrt.so is mapped; 0: it is not */
	uint64_t followed; /* where the struct psr_followed in it is */
	uint64_t ns;       /* what it says */
};

/*
 * Follows one thread of T->pid, a child of this process, for some instructions:
 * up to the next system call, or until STEPS are done. Only a thread that is
 * computing is stopped; PSR's runtime in the program, if there is any, is told
 * (followed.h). Returns how long the thread was held up, in nanoseconds. Takes no
 * exit status away from wait(2).
 */
uint64_t psr_trace_window(struct psr_trace *t, unsigned steps);

void psr_trace_free(struct psr_trace *t);

#endif
