/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The guard makes sure that nothing is left when psr is killed: a process in a
 * session of its own, so that neither the terminal nor a signal to the job
 * reaches it, that sleeps until psr is gone. It shares psr's memory, which
 * makes it cheap, so while psr lives it makes raw system calls only; when psr
 * is dead, it becomes a psr of its own, called psr-guard, which cleans up.
 * Should it be killed too, the next psr command finds what is left.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "context.h"
#include "spawn.h"

extern char **environ;

static void leave_the_job(int keep)
{
	static const char null_path[] = "/dev/null", name[] = "psr-guard";
	long null;

	psr_raw(SYS_setsid, 0, 0, 0, 0);
	psr_raw(SYS_prctl, PR_SET_NAME, (long)name, 0, 0);
	null = psr_raw(SYS_openat, AT_FDCWD, (long)null_path, O_RDWR, 0);
	for (int fd = 0; null >= 0 && fd < 3; fd++)
		if (fd != keep)
			psr_raw(SYS_dup3, null, fd, 0, 0);
	if (keep > 3)
		psr_raw(SYS_close_range, 3, keep - 1, 0, 0);
	psr_raw(SYS_close_range, keep < 3 ? 3 : keep + 1, ~0u, 0, 0);
}

static void sleep_until_gone(pid_t psr, int pidfd)
{
	struct pollfd p = {.fd = pidfd, .events = POLLIN};
	struct timespec tick = {0, 100000000};

	/* Where there is no pidfd (before Linux 5.3), look now and then. */
	while (psr_raw(SYS_getppid, 0, 0, 0, 0) == psr)
		if (psr_raw(SYS_ppoll, (long)&p, pidfd >= 0,
			    pidfd >= 0 ? 0 : (long)&tick, 0) > 0)
			break;
}

static void guard(void *arg)
{
	struct psr_shared *s = arg;
	uint64_t all = ~0ull;
	char *argv[] = {(char *)"psr-guard",   s->guard_db,
			s->guard_pid,          s->group.memory_path,
			s->group.unified_path, NULL};
	int pidfd;

	psr_raw(SYS_rt_sigprocmask, SIG_BLOCK, (long)&all, 0, sizeof(all));
	pidfd = (int)psr_raw(SYS_pidfd_open, s->psr, 0, 0, 0);
	leave_the_job(pidfd < 0 ? 3 : pidfd);
	sleep_until_gone(s->psr, pidfd);
	snprintf(s->guard_pid, sizeof(s->guard_pid), "%d", (int)s->pid);
	psr_raw(SYS_execve, (long)"/proc/self/exe", (long)argv, (long)environ,
		0);
	psr_group_kill(&s->group, s->pid);
	psr_raw(SYS_exit_group, 0, 0, 0, 0);
}

pid_t psr_guard_start(struct psr_shared *s, const char *db)
{
	static char stack[16384] __attribute__((aligned(16)));
	struct psr_spawn spawn = {guard, s, stack, sizeof(stack), -1, 0};
	int pidfd = -1;
	pid_t pid;

	s->psr = getpid();
	snprintf(s->guard_db, sizeof(s->guard_db), "%s", db);
	pid = psr_spawn(&spawn, &pidfd);
	if (pidfd >= 0)
		close(pidfd);
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

/* ---- After psr's death, as a program of its own ---------------------------
 */

static void stale(void *ctx, const struct psr_reservation *r)
{
	(void)ctx;
	psr_cgroup_reclaim(r->group);
}

int psr_guard_main(int argc, char **argv)
{
	struct psr_store *store = NULL;
	struct psr_group none = {.memory = -1, .unified = -1};

	if (argc < 5)
		return 1;
	prctl(PR_SET_NAME, "psr-guard");
	if (chdir("/") < 0)
		return 1;
	psr_cgroup_reclaim(argv[4]);
	psr_cgroup_reclaim(argv[3]);
	if (!*argv[3] && !*argv[4])
		psr_group_kill(&none, atoi(argv[2]));
	if (*argv[1] && !psr_store_open(argv[1], PSR_STORE_WRITE, &store, NULL))
		(void)!psr_store_heal(store, stale, NULL, NULL);
	psr_store_close(store);
	return 0;
}
