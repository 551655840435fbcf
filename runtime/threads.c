/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A program runs on more threads than it was written for only where its user
 * said so: `psr run --cores N` sets PSR_THREADS, and who knows better sets it
 * himself. Less is always respected: processors, quotas, OpenMP's variables.
 *
 * One call at a time has the threads. So calls on many threads of the
 * program's own do not multiply, and a signal handler that interrupts a team
 * in the making does not make another. Making one takes locks of the C
 * library, so a thread's first time is refused where safe.h says no; later
 * ones find their team made.
 */
#include "threads.h"

#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "pool.h"
#include "safe.h"

#define MOST      1024
#define MOST_WAIT (1u << 16)

static _Atomic unsigned granted = 1;
static _Atomic bool taken;
static int (*in_parallel)(void); /* the program's own OpenMP's; or NULL */

/* initial-exec, as in probe.c: no access ever allocates. */
static _Thread_local struct {
	bool ready;          /* the first time has been */
	uint32_t wait, left; /* calls until it is asked again */
} self __attribute__((tls_model("initial-exec")));

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

static void find_openmp(void)
{
	void *f = dlsym(RTLD_DEFAULT, "omp_in_parallel");

	*(void **)&in_parallel = f;
	if (!f)
		dlerror(); /* the program must not find our message */
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
	if (n > 1)
		find_openmp();
	atomic_store(&granted, n);
	atomic_store(&done, true);
}

unsigned psr_threads_granted(void)
{
	return atomic_load(&granted);
}

/* This thread may make a team. Asked ever more rarely while it may not. */
static bool is_ready(void)
{
	if (self.ready)
		return true;
	if (self.left) {
		self.left--;
		return false;
	}
	self.ready = __psr_safe();
	self.wait = self.wait < MOST_WAIT ? self.wait * 2 + 1 : MOST_WAIT;
	self.left = self.wait;
	return self.ready;
}

uint32_t psr_threads_take(void)
{
	unsigned n = atomic_load_explicit(&granted, memory_order_relaxed);
	int saved = errno;
	bool ok;

	if (n < 2 || atomic_exchange(&taken, true))
		return 1;
	ok = is_ready() && !(in_parallel && in_parallel());
	errno = saved;
	if (ok)
		return n;
	psr_threads_give();
	return 1;
}

void psr_threads_give(void)
{
	atomic_store(&taken, false);
}

void psr_threads_forked(void)
{
	atomic_store(&granted, 1);
}
