/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The guard makes sure that nothing is left when psr is killed: a small
 * process in a session of its own, so that neither the terminal nor a signal
 * to the job reaches it, that sleeps until psr is gone. It holds no
 * descriptor of the program's. Should it be killed too, the next psr command
 * finds the stale reservation and cleans up.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "context.h"

int psr_shared_make(struct psr_shared **out, struct psr_err *err)
{
	void *p = mmap(NULL, sizeof(**out), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	*out = NULL;
	if (p == MAP_FAILED)
		return psr_fail(err, -errno, "shared memory: %s",
				strerror(errno));
	*out = p;
	psr_record_init(&(*out)->record);
	return 0;
}

void psr_shared_free(struct psr_shared *s)
{
	if (s)
		munmap(s, sizeof(*s));
}

static void leave_the_job(int keep)
{
	sigset_t all;
	int null;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	setsid();
	prctl(PR_SET_NAME, "psr-guard");
	null = open("/dev/null", O_RDWR);
	for (int fd = 0; null >= 0 && fd < 3; fd++)
		dup2(null, fd);
	if (keep > 3)
		syscall(SYS_close_range, 3, keep - 1, 0);
	syscall(SYS_close_range, keep + 1, ~0u, 0);
	if (chdir("/") < 0)
		return;
}

/* Enters the run as lost, and gives its reservation back. */
static void enter_lost(struct psr_shared *s, const struct psr_task *task,
		       const char *db)
{
	struct psr_store *store = NULL;

	if (!db || (!s->run && !s->reservation) ||
	    psr_store_open(db, PSR_STORE_WRITE, &store, NULL) < 0)
		return;
	strcpy(s->record.state, "lost");
	if (s->run)
		(void)!psr_store_run_end(store, task, s->run, s->reservation,
					 &s->record, NULL, NULL);
	else
		(void)!psr_store_release(store, s->reservation, NULL);
	psr_store_close(store);
}

static _Noreturn void guard(struct psr_shared *s, const struct psr_task *task,
			    const char *db, pid_t psr)
{
	int pidfd = (int)syscall(SYS_pidfd_open, psr, 0);
	struct pollfd p = {.fd = pidfd, .events = POLLIN};

	leave_the_job(pidfd < 0 ? 3 : pidfd);
	/* Where there is no pidfd (before Linux 5.3), look now and then. */
	while (getppid() == psr)
		if (poll(&p, pidfd >= 0, pidfd >= 0 ? -1 : 100) > 0)
			break;
	psr_group_kill(&s->group, s->pid);
	enter_lost(s, task, db);
	_exit(0);
}

pid_t psr_guard_start(struct psr_shared *s, const struct psr_task *task,
		      const char *db)
{
	pid_t self = getpid(), pid = fork();

	if (!pid)
		guard(s, task, db, self);
	return pid > 0 ? pid : 0;
}

void psr_guard_dismiss(pid_t guard_pid)
{
	if (guard_pid > 0)
		kill(guard_pid, SIGKILL);
}

void psr_guard_reap(pid_t guard_pid)
{
	while (guard_pid > 0 && waitpid(guard_pid, NULL, 0) < 0 &&
	       errno == EINTR)
		continue;
}
