/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * team.c - runs a parallel variant on the threads that it is granted.
 *
 * The helpers are OpenMP's, of the run time that the program has, if it has
 * one, else GNU's: 419 packages of Debian need that, 6 need LLVM's, and beside
 * it any other can still be loaded, while LLVM's ends a program that loads
 * Intel's. GOMP_parallel, which all of them have, is called once, by a thread
 * of ours, and its region lasts as long as there is work for it: so neither
 * the program's own regions, nor what survives from one to the next, nor what
 * a run time remembers in a child of fork has anything to do with it.
 *
 * Each thread has a share of adjacent iterations, the same in each call, so
 * that what it touched first stays near to it. It does them chunk by chunk;
 * who is done takes chunks from the ends of others' shares. The caller waits
 * for those helpers that have begun, not for those that have not even woken:
 * so neither uneven iterations nor processors that are busy with something
 * else hold it up for longer than a chunk takes.
 *
 * What a nest could tell of the thread it runs on is as in the caller: the
 * rounding of floating point; the exceptions that it raises become the
 * caller's. No handler of the program's runs in a helper, nor in the caller
 * before all is done, so that none leaves the nest by longjmp: signals wait
 * for its end, but for faults, and for those that end the program.
 *
 * Helpers without work end after a second, for a program whose main thread has
 * called pthread_exit ends with its last thread. A child of fork has none.
 */
#include "team.h"

#include <dlfcn.h>
#include <errno.h>
#include <fenv.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "safe.h"
#include "threads.h"
#include "ticks.h"

#define THREADS_MAX 1024
#define CHUNKS      8       /* of each thread's share */
#define ALIGN       64      /* iterations, where there are enough of them */
#define SPIN_TICKS  500000  /* some 0.2 ms, before a thread sleeps */
#define START_TICKS 2500000 /* some 1 ms, for threads to begin */
#define IDLE_S      1       /* before it ends */
#define OPEN        0x80000000u
#define RETRY_MAX   65536 /* calls that pass by while no team is made */

struct queue { /* of chunks: the next in the lower half, the end above */
	_Alignas(64) _Atomic uint64_t range;
};

/* One at a time: threads.h. It is set while nobody is at work on it. */
static struct {
	psr_range_fn *range;
	void *context;
	int64_t trips;
	uint32_t threads, chunks;
	fenv_t env;
	_Atomic int raised;
	struct queue queues[THREADS_MAX];
} job;

static _Alignas(64) _Atomic uint32_t number; /* of jobs so far */
static _Alignas(
    64) _Atomic uint32_t at_work; /* helpers; OPEN: others may join */
static _Atomic uint32_t asleep;   /* helpers that wait for the next number */
static _Atomic uint32_t helpers;  /* that there are */
static _Atomic bool present; /* they are being made, or have not all gone */

static struct {
	_Atomic bool known;
	bool is_programs;
	void (*parallel)(void (*f)(void *), void *ctx, unsigned n, unsigned);
	int (*in_parallel)(void);
	int (*thread)(void);
	/* ThreadSanitizer's, which does not see through a futex. */
	void (*acquire)(void *), (*release)(void *);
} openmp;

static inline void pause_a_little(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

/* ---- Waiting ------------------------------------------------------------ */

static void wake_all(_Atomic uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

/* Until *WORD is no longer OLD, or for a second; false: it still is. */
static bool sleep_while(_Atomic uint32_t *word, uint32_t old)
{
	struct timespec limit = {IDLE_S, 0};

	while (atomic_load(word) == old)
		if (syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, old, &limit,
			    NULL, 0) &&
		    errno == ETIMEDOUT)
			return atomic_load(word) != old;
	return true;
}

static bool spin_while(_Atomic uint32_t *word, uint32_t old)
{
	uint64_t start = psr_ticks();

	do
		for (int i = 0; i < 64; i++) {
			if (atomic_load_explicit(word, memory_order_acquire) !=
			    old)
				return true;
			pause_a_little();
		}
	while (psr_ticks() - start < SPIN_TICKS);
	return false;
}

/* ---- Chunks ------------------------------------------------------------- */

int64_t psr_team_chunk(int64_t trips, uint32_t n, uint32_t i)
{
	int64_t size = trips / n, rest = trips % n;
	int64_t at = size * i + (i < rest ? i : rest);

	return size < 2 * ALIGN || i == n ? at : at & -(int64_t)ALIGN;
}

static uint64_t pack(uint32_t next, uint32_t end)
{
	return (uint64_t)end << 32 | next;
}

/* The next chunk of Q, or its last one; false: it is empty. */
static bool take(struct queue *q, bool last, uint32_t *chunk)
{
	uint64_t r = atomic_load_explicit(&q->range, memory_order_relaxed);
	uint32_t next, end;

	do {
		next = (uint32_t)r;
		end = (uint32_t)(r >> 32);
		if (next == end)
			return false;
		*chunk = last ? end - 1 : next;
	} while (!atomic_compare_exchange_weak(
	    &q->range, &r, last ? pack(next, end - 1) : pack(next + 1, end)));
	return true;
}

static void share_out(int64_t trips, uint32_t threads)
{
	uint64_t chunks = (uint64_t)threads * CHUNKS;

	if ((uint64_t)trips < chunks)
		chunks = (uint64_t)trips;
	job.trips = trips;
	job.threads = threads;
	job.chunks = (uint32_t)chunks;
	for (uint32_t t = 0; t < threads; t++)
		atomic_store(&job.queues[t].range,
			     pack((uint32_t)(chunks * t / threads),
				  (uint32_t)(chunks * (t + 1) / threads)));
}

/* One's own chunks from the front, then others' from the end. */
static void do_chunks(uint32_t self)
{
	int64_t trips = job.trips;
	uint32_t n = job.chunks, i;

	for (uint32_t k = 0; k < job.threads; k++) {
		struct queue *q = &job.queues[(self + k) % job.threads];

		while (take(q, k != 0, &i))
			job.range(job.context, psr_team_chunk(trips, n, i),
				  psr_team_chunk(trips, n, i + 1));
	}
}

/* ---- Signals ------------------------------------------------------------ */

/* Those that a fault raises in the thread itself. */
static void unblock_faults(sigset_t *set)
{
	static const int faults[] = {SIGSEGV, SIGBUS,  SIGFPE,
				     SIGILL,  SIGTRAP, SIGSYS};

	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++)
		sigdelset(set, faults[i]);
}

/* Those by which a person or a limit ends the program, if they still do. */
static void unblock_ends(sigset_t *set)
{
	static const int ends[] = {SIGINT,  SIGTERM, SIGQUIT, SIGHUP,
				   SIGTSTP, SIGALRM, SIGXCPU};
	struct sigaction sa;

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (!sigaction(ends[i], NULL, &sa) &&
		    !(sa.sa_flags & SA_SIGINFO) && sa.sa_handler == SIG_DFL)
			sigdelset(set, ends[i]);
}

/* ---- Helpers ------------------------------------------------------------ */

static bool join(void)
{
	uint32_t n = atomic_load(&at_work);

	while (n & OPEN)
		if (atomic_compare_exchange_weak(&at_work, &n, n + 1))
			return true;
	return false;
}

static void help(uint32_t self)
{
	fesetenv(&job.env);
	feclearexcept(FE_ALL_EXCEPT);
	if (openmp.acquire)
		openmp.acquire(&job);
	do_chunks(self);
	if (openmp.release)
		openmp.release(&job);
	atomic_fetch_or(&job.raised, fetestexcept(FE_ALL_EXCEPT));
	if (atomic_fetch_sub(&at_work, 1) == 1)
		wake_all(&at_work);
}

/* Waits for a job after the SEEN-th; false: for too long. */
static bool await(uint32_t seen)
{
	bool woken;

	if (spin_while(&number, seen))
		return true;
	atomic_fetch_add(&asleep, 1);
	woken = sleep_while(&number, seen);
	atomic_fetch_sub(&asleep, 1);
	return woken;
}

static void member(void *unused)
{
	uint32_t self = (uint32_t)openmp.thread() + 1;
	uint32_t seen;

	(void)unused;
	atomic_fetch_add(&helpers, 1);
	do {
		seen = atomic_load(&number);
		if (join())
			help(self);
	} while (await(seen));
	atomic_fetch_sub(&helpers, 1);
}

/* All signals are blocked here, but for faults, and in threads made here. */
static void *lead(void *n)
{
	sigset_t set;

	sigfillset(&set);
	unblock_faults(&set);
	pthread_sigmask(SIG_SETMASK, &set, NULL);
	openmp.parallel(member, NULL, (unsigned)(uintptr_t)n, 0);
	atomic_store(&present, false);
	return NULL;
}

/* ---- The run time ------------------------------------------------------- */

static void find(void *lib, const char *name, void *to)
{
	*(void **)to = dlsym(lib, name);
}

/* The program's own, in *LIB. */
static bool find_programs(void **lib)
{
	static const char *const names[] = {"libgomp.so.1", "libomp.so.5",
					    "libiomp5.so"};

	*lib = RTLD_DEFAULT;
	if (dlsym(RTLD_DEFAULT, "omp_in_parallel"))
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		*lib = dlopen(names[i], RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
		if (*lib)
			return true;
	}
	return false;
}

static void find_openmp(void)
{
	void *lib;

	openmp.is_programs = find_programs(&lib);
	if (!openmp.is_programs)
		lib = dlopen("libgomp.so.1",
			     RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (lib || openmp.is_programs) {
		find(lib, "omp_in_parallel", &openmp.in_parallel);
		find(lib, "omp_get_thread_num", &openmp.thread);
		find(lib, "GOMP_parallel", &openmp.parallel);
	}
	if (!openmp.in_parallel || !openmp.thread)
		openmp.parallel = NULL;
	find(RTLD_DEFAULT, "__tsan_acquire", &openmp.acquire);
	find(RTLD_DEFAULT, "__tsan_release", &openmp.release);
	dlerror(); /* the program must not find our message */
	atomic_store(&openmp.known, true);
}

/* A region of the program's own has its threads already. */
static bool in_region(void)
{
	return atomic_load(&openmp.known) && openmp.is_programs &&
	       openmp.in_parallel && openmp.in_parallel();
}

/* Makes a team of N threads with the caller. */
static bool make(unsigned n)
{
	uint64_t mask = __psr_signals_block();
	pthread_attr_t attr;
	pthread_t thread;
	bool ok = false;

	if (!atomic_load(&openmp.known))
		find_openmp();
	if (openmp.parallel && !in_region() && !pthread_attr_init(&attr)) {
		pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
		atomic_store(&present, true);
		ok = !pthread_create(&thread, &attr, lead,
				     (void *)(uintptr_t)(n - 1));
		if (!ok)
			atomic_store(&present, false);
		pthread_attr_destroy(&attr);
	}
	__psr_signals_restore(mask);
	return ok;
}

/* Calls until it is tried again, after a try that failed; ever more. */
static _Atomic uint32_t wait, left;

static void put_off(void)
{
	uint32_t n = atomic_load(&wait);

	n = n < RETRY_MAX ? n * 2 + 1 : RETRY_MAX;
	atomic_store(&wait, n);
	atomic_store(&left, n);
}

/* A thread may be made here. */
static bool may_make(void)
{
	uint32_t n = atomic_load(&left);

	if (n)
		atomic_store(&left, n - 1);
	else if (__psr_safe())
		return true;
	else
		put_off();
	return false;
}

static bool has_team(unsigned n)
{
	if (atomic_load(&present))
		return true;
	if (!make(n)) {
		put_off();
		return false;
	}
	atomic_store(&wait, 0);
	return true;
}

/* ---- The caller --------------------------------------------------------- */

static void begin(void)
{
	fegetenv(&job.env);
	atomic_store(&job.raised, 0);
	if (openmp.release)
		openmp.release(&job);
	atomic_store(&at_work, OPEN);
	atomic_fetch_add(&number, 1);
	if (atomic_load(&asleep))
		wake_all(&number);
}

/* Nobody joins any more; those who have are waited for. */
static void end(void)
{
	uint32_t n = atomic_fetch_and(&at_work, ~OPEN) & ~OPEN;

	while (n) {
		if (!spin_while(&at_work, n))
			sleep_while(&at_work, n);
		n = atomic_load(&at_work);
	}
	if (openmp.acquire)
		openmp.acquire(&job);
	feraiseexcept(atomic_load(&job.raised) & ~fetestexcept(FE_ALL_EXCEPT));
}

static void run(psr_range_fn *range, void *context, int64_t trips, unsigned n)
{
	job.range = range;
	job.context = context;
	share_out(trips, n);
	begin();
	do_chunks(0);
	end();
}

/* No handler that leaves by longjmp comes between taking and giving back. */
static bool run_taken(psr_range_fn *range, void *context, int64_t trips)
{
	unsigned n = psr_threads_take();
	bool ok;

	if (n < 2)
		return false;
	ok = n <= THREADS_MAX && has_team(n);
	if (ok && trips)
		run(range, context, trips, n);
	psr_threads_give();
	return ok;
}

int psr_team_run(psr_range_fn *range, void *context, int64_t trips)
{
	int saved = errno, cancel;
	sigset_t set, mask;
	bool ok;

	if (!psr_threads_are_free() || in_region() ||
	    (!atomic_load(&present) && !may_make()))
		return 0;
	sigfillset(&set);
	unblock_faults(&set);
	unblock_ends(&set);
	pthread_sigmask(SIG_SETMASK, &set, &mask);
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	ok = run_taken(range, context, trips);
	pthread_setcancelstate(cancel, NULL);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	errno = saved;
	return ok;
}

void psr_team_prepare(void)
{
	bool there = atomic_load(&present);
	uint64_t start;

	if (!there && !psr_team_run(NULL, NULL, 0))
		return;
	if (there && atomic_load(&asleep)) {
		atomic_fetch_add(&number, 1); /* of no job: none is open */
		wake_all(&number);
	}
	start = psr_ticks();
	while ((!atomic_load(&helpers) || atomic_load(&asleep)) &&
	       psr_ticks() - start < START_TICKS)
		sched_yield();
}
