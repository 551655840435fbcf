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

/* What the guard and the new program share with psr. */
struct psr_shared {
	int exec_errno;
	pid_t psr;
	volatile pid_t pid;     /* of the program; 0: not started */
	struct psr_group group; /* its paths */
	struct psr_record record;
	char guard_db[4096]; /* for the guard's use */
	char guard_pid[16];
};

/*
 * Starts the guard, which waits for this process to die. If it does without
 * psr_guard_dismiss(), the guard ends the program and all in its groups,
 * removes these, and heals the ledger in database DB ("": none), by starting
 * this program anew as "psr-guard". *S must live as long as the guard. 0: no
 * guard.
 */
pid_t psr_guard_start(struct psr_shared *s, const char *db);

/* What main() does when it is called psr-guard. */
int psr_guard_main(int argc, char **argv);

/* Sends it away; reap it when there is time. GUARD may be 0. */
void psr_guard_dismiss(pid_t guard);
void psr_guard_reap(pid_t guard);

#endif
