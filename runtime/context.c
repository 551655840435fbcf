/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The program gets what it would have had without PSR: arguments,
 * environment, descriptors (all of ours are close-on-exec), process group,
 * session, signal mask and dispositions, timers, limits. It is born inside
 * its v2 group by clone3() and writes itself into the v1 group, which costs
 * 0.1 ms together.
 *
 * Between clone and exec only async-signal-safe calls are made.
 */
#include "context.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "spawn.h"

/* ---- Signals ------------------------------------------------------------- */

/* The C library keeps two for itself; two cannot be changed. */
static bool changeable(int sig)
{
	return sig != SIGKILL && sig != SIGSTOP &&
	       (sig < 32 || sig >= SIGRTMIN);
}

void psr_signals_take(struct psr_signals *s, sigset_t *set)
{
	static const int faults[] = {SIGSEGV, SIGBUS,  SIGILL,
				     SIGFPE,  SIGTRAP, SIGSYS};
	struct sigaction dfl = {.sa_handler = SIG_DFL}, old;

	sigfillset(set);
	for (size_t i = 0; i < PSR_COUNTOF(faults); i++)
		sigdelset(set, faults[i]);
	sigprocmask(SIG_BLOCK, set, &s->mask);
	sigemptyset(&s->ignored);
	/* An ignored signal would never reach the signalfd. */
	for (int sig = 1; sig < NSIG; sig++) {
		if (!changeable(sig) || sigaction(sig, NULL, &old) < 0 ||
		    old.sa_handler != SIG_IGN)
			continue;
		sigaddset(&s->ignored, sig);
		sigaction(sig, &dfl, NULL);
	}
	s->taken = true;
}

void psr_signals_restore(const struct psr_signals *s)
{
	struct sigaction ign = {.sa_handler = SIG_IGN};

	if (!s->taken)
		return;
	for (int sig = 1; sig < NSIG; sig++)
		if (sigismember(&s->ignored, sig) == 1)
			sigaction(sig, &ign, NULL);
	sigprocmask(SIG_SETMASK, &s->mask, NULL);
}

static void raise_unblocked(int sig)
{
	struct sigaction dfl = {.sa_handler = SIG_DFL};
	sigset_t set, old;

	sigaction(sig, &dfl, NULL);
	sigemptyset(&set);
	sigaddset(&set, sig);
	kill(getpid(), sig);
	sigprocmask(SIG_UNBLOCK, &set, &old); /* here it strikes */
	sigprocmask(SIG_SETMASK, &old, NULL);
}

void psr_signals_stop(int sig)
{
	raise_unblocked(sig);
}

_Noreturn void psr_signals_die(int sig)
{
	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	prctl(PR_SET_DUMPABLE, 0);
	raise_unblocked(sig);
	_exit(128 + sig); /* a signal that ends no process by default */
}

/* ---- The program ----------------------------------------------------------
 */

static void say_failed(const char *path, int error)
{
	const char *parts[] = {"psr: ", path, ": ", strerrordesc_np(error),
			       "\n"};

	for (size_t i = 0; i < PSR_COUNTOF(parts); i++)
		if (parts[i] && write(2, parts[i], strlen(parts[i])) < 0)
			return;
}

/* As the shells judge it: no NUL in what would be its first line. */
static bool is_text(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char head[80];
	ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof(head));

	for (ssize_t i = 0; i < n; i++)
		if (!head[i] || head[i] == '\n')
			return head[i] != 0;
	return n >= 0;
}

/* A script without #!: as the shells do, run it by sh. */
static void exec_by_shell(const struct psr_start *s, char **argv)
{
	if (!is_text(s->path)) {
		errno = ENOEXEC;
		return;
	}
	argv[0] = (char *)"sh";
	argv[1] = (char *)s->path;
	execve("/bin/sh", argv, s->envp);
}

struct birth {
	const struct psr_start *s;
	int *failed;
	char **argv; /* with room for one more */
	pid_t parent;
	bool enter;
	struct itimerval alarm;
};

/* In the new process, which shares memory with psr until it calls exec. */
static void become(void *arg)
{
	const struct birth *b = arg;
	const struct psr_start *s = b->s;
	int error;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != b->parent)
		_exit(1);
	if (b->enter)
		(void)!s->group->backend->enter(s->group);
	if (s->cpus)
		sched_setaffinity(0, sizeof(*s->cpus), s->cpus);
	if (timerisset(&b->alarm.it_value))
		setitimer(ITIMER_REAL, &b->alarm, NULL);
	psr_signals_restore(s->signals);
	execve(s->path, s->argv, s->envp);
	if (errno == ENOEXEC)
		exec_by_shell(s, b->argv);
	error = errno;
	*b->failed = error;
	say_failed(s->argv[0], error);
	_exit(error == ENOENT || error == ENOTDIR ? 127 : 126);
}

/* For kernels without clone3() (before 5.3). */
static pid_t plain_fork(struct birth *b, int *pidfd)
{
	pid_t pid = fork();

	if (!pid)
		become(b);
	if (pid > 0)
		*pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	return pid < 0 ? -errno : pid;
}

/* Into the group if that is allowed. */
static pid_t bear(struct birth *b, int *pidfd)
{
	static char stack[65536] __attribute__((aligned(16)));
	struct psr_spawn spawn = {
	    become, b, stack, sizeof(stack), b->s->group->unified, 1};
	pid_t pid = psr_spawn(&spawn, pidfd);

	if (pid < 0 && spawn.group >= 0) {
		b->enter = true;
		spawn.group = -1;
		pid = psr_spawn(&spawn, pidfd);
	}
	return pid < 0 ? plain_fork(b, pidfd) : pid;
}

/* The arguments, with room in front for "sh". */
static char **shell_argv(char *const *argv)
{
	size_t n = 0;
	char **copy;

	while (argv[n])
		n++;
	copy = calloc(n + 2, sizeof(*copy));
	if (copy)
		memcpy(copy + 1, argv, n * sizeof(*copy));
	return copy;
}

int psr_context_start(const struct psr_start *s, int *failed, pid_t *pid,
		      int *pidfd, struct psr_err *err)
{
	const struct psr_group *g = s->group;
	struct birth b = {.s = s,
			  .failed = failed,
			  .argv = shell_argv(s->argv),
			  .parent = getpid(),
			  .enter = g->memory != g->unified || g->memory < 0};
	struct itimerval none = {0};

	*pidfd = -1;
	if (!b.argv)
		return psr_fail(err, -ENOMEM, "%s: out of memory", s->path);
	/* A timer set before exec goes to the program, not to psr. */
	setitimer(ITIMER_REAL, &none, &b.alarm);
	*pid = bear(&b, pidfd);
	free(b.argv);
	if (*pid < 0)
		return psr_fail(err, *pid, "%s: %s", s->path, strerror(-*pid));
	return 0;
}
