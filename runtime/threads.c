/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A program runs on more threads than it was written for only where its user
 * said so: `psr run --cores N` sets PSR_THREADS, and who knows better sets it
 * himself. Less is always respected: processors, quotas, OpenMP's variables.
 *
 * One call at a time has the threads. So calls on many threads of the
 * program's own do not multiply, and a signal handler that interrupts a team
 * in the making does not make another.
 */
#include "threads.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "pool.h"

#define MOST 1024

static _Atomic unsigned granted = 1;
static _Atomic bool taken;

/* The number that TEXT begins with; NONE where it has none above 0. */
static unsigned long number(const char *text, unsigned long none)
{
	unsigned long n;
	char *end;

	if (!text)
		return none;
	n = strtoul(text, &end, 10);
	while (*end == ' ')
		end++;
	return end == text || *text == '-' || !n || (*end && *end != ',') ? none
									  : n;
}

static unsigned long least(unsigned long a, unsigned long b)
{
	return a < b ? a : b;
}

unsigned psr_threads_count(const struct psr_threads_limits *l)
{
	unsigned long n = number(l->psr_threads, 1);

	n = least(n, number(l->omp_num_threads, MOST));
	n = least(n, number(l->omp_thread_limit, MOST));
	n = least(n, l->processors);
	n = least(n, l->quota_milli / 1000);
	return n ? (unsigned)least(n, MOST) : 1;
}

/* Two threads at once find the same. */
void psr_threads_init(void)
{
	static _Atomic bool done;
	struct psr_threads_limits l = {
	    .psr_threads = getenv("PSR_THREADS"),
	    .omp_num_threads = getenv("OMP_NUM_THREADS"),
	    .omp_thread_limit = getenv("OMP_THREAD_LIMIT"),
	};
	cpu_set_t set;
	unsigned n;

	if (atomic_load(&done) || number(l.psr_threads, 1) < 2)
		return;
	if (!sched_getaffinity(0, sizeof(set), &set))
		l.processors = (unsigned)CPU_COUNT(&set);
	l.quota_milli = psr_pool_quota();
	n = psr_threads_count(&l);
	atomic_store(&granted, n);
	atomic_store(&done, true);
}

unsigned psr_threads_granted(void)
{
	return atomic_load(&granted);
}

bool psr_threads_are_free(void)
{
	return atomic_load_explicit(&granted, memory_order_relaxed) > 1 &&
	       !atomic_load_explicit(&taken, memory_order_relaxed);
}

uint32_t psr_threads_take(void)
{
	unsigned n = atomic_load_explicit(&granted, memory_order_relaxed);

	return n < 2 || atomic_exchange(&taken, true) ? 1 : n;
}

void psr_threads_give(void)
{
	atomic_store(&taken, false);
}

void psr_threads_forked(void)
{
	atomic_store(&granted, 1);
}
