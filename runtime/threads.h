/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* threads.h - on how many threads a program's parallel variants may run. */
#ifndef PSR_THREADS_H
#define PSR_THREADS_H

#include <stdbool.h>
#include <stdint.h>

/* What limits them; see psr-environment(7). NULL: not set. */
struct psr_threads_limits {
	const char *psr_threads;     /* PSR_THREADS: without it, none */
	const char *omp_num_threads; /* a list: its first number counts */
	const char *omp_thread_limit;
	unsigned processors;  /* that the process may run on */
	uint64_t quota_milli; /* psr_pool_quota() */
};

/* 1: no parallel variant is usable. Pure. */
unsigned psr_threads_count(const struct psr_threads_limits *l);

/* Looks at environment, affinity and control groups, the first time that it
 * is called. Outside every lock, as it asks the loader. */
void psr_threads_init(void);

/* 1 before that. */
unsigned psr_threads_granted(void);

/* There are some to take, just now. */
bool psr_threads_are_free(void);

/*
 * On how many threads this call may run, itself included; it holds them until
 * it gives them back. Lock-free. 1 is returned, and nothing held, while another
 * call holds the threads, and in a child of fork.
 */
uint32_t psr_threads_take(void);
void psr_threads_give(void);

/* In a fork's child: it has no threads. */
void psr_threads_forked(void);

#endif
