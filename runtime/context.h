/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* context.h - start a program as if it were started without PSR.
 *
 * One launch at a time in a process: signals are the process's.
 */
#ifndef PSR_CONTEXT_H
#define PSR_CONTEXT_H

#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "psr/store.h"
#include "reserve.h"

/* ---- Signals ------------------------------------------------------------- */

/* How signals were before psr took them. */
struct psr_signals {
	sigset_t mask;
	sigset_t ignored;
	bool taken;
};

/* Blocks all signals, so that a signalfd of *SET reads them. */
void psr_signals_take(struct psr_signals *s, sigset_t *set);

/* As before. Async-signal-safe: the new process calls it too. */
void psr_signals_restore(const struct psr_signals *s);

/* Stops this process by SIG until it is continued. */
void psr_signals_stop(int sig);

/* Ends this process by SIG, as the program was, without a second core. */
_Noreturn void psr_signals_die(int sig);

/* ---- The program ----------------------------------------------------------
 */

struct psr_start {
	const char *path; /* for execve() */
	char *const *argv;
	char *const *envp;
	struct psr_group *group;
	const cpu_set_t *cpus; /* NULL: as inherited */
	const struct psr_signals *signals;
};

/*
 * Starts the program in its group. Where exec fails, the new process says so
 * on standard error and exits as a shell would (127 or 126), and *FAILED,
 * which is in memory shared with it, is set to errno. The caller waits for
 * *PID and closes *PIDFD.
 */
PSR_MUST_CHECK int psr_context_start(const struct psr_start *s, int *failed,
				     pid_t *pid, int *pidfd,
				     struct psr_err *err);

/* ---- The guard ------------------------------------------------------------
 */

/* What the guard must know, in memory shared with it. */
struct psr_shared {
	int exec_errno;
	volatile pid_t pid; /* of the program; 0: not started */
	volatile int64_t run;
	volatile int64_t reservation;
	struct psr_group group; /* its paths */
	struct psr_record record;
};

PSR_MUST_CHECK int psr_shared_make(struct psr_shared **out,
				   struct psr_err *err);
void psr_shared_free(struct psr_shared *s);

/*
 * Forks the guard, which waits for this process to die. If it does without
 * psr_guard_dismiss(), the guard ends the program, removes its groups and
 * enters the run as lost into database DB (NULL: none). Call before the
 * store is opened: SQLite does not survive a fork. 0: no guard.
 */
pid_t psr_guard_start(struct psr_shared *s, const struct psr_task *task,
		      const char *db);

/* Sends it away; reap it when there is time. GUARD may be 0. */
void psr_guard_dismiss(pid_t guard);
void psr_guard_reap(pid_t guard);

#endif
