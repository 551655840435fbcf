/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * One process at a time: a compiler, or a program to be timed. It is in a
 * process group of its own, so that all of it can be ended when its time is
 * over or the user interrupts us; what it prints goes into memory files, so
 * that no pipe has to be emptied while it is being timed.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

extern char **environ;

static volatile sig_atomic_t interrupted;

static void interrupt(int sig)
{
	(void)sig;
	interrupted = 1;
}

void bench_catch_signals(void)
{
	struct sigaction sa = {.sa_handler = interrupt};

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
}

bool bench_interrupted(void)
{
	return interrupted;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec * 1e-6;
}

/* Where PSR and its clang are is the user's; what PSR does is ours. */
static bool is_ours(const char *variable)
{
	return !strncmp(variable, "PSR_", 4) &&
	       strncmp(variable, "PSR_CLANG=", 10) != 0 &&
	       strncmp(variable, "PSR_RUNTIME=", 12) != 0;
}

/* Is VARIABLE, NAME=VALUE, one of those that MORE sets? */
static bool is_set(const char *variable, const char *const *more)
{
	size_t n = strcspn(variable, "=") + 1;

	for (; more && *more; more++)
		if (!strncmp(*more, variable, n))
			return true;
	return false;
}

/* The user's variables and MORE. The caller frees the list. */
static char **environment(const char *const *more)
{
	size_t n = 0, m = 0, kept = 0;
	char **env;

	while (environ[n])
		n++;
	while (more && more[m])
		m++;
	env = calloc(n + m + 1, sizeof(*env));
	if (!env)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (!is_ours(environ[i]) && !is_set(environ[i], more))
			env[kept++] = environ[i];
	for (size_t i = 0; i < m; i++)
		env[kept++] = (char *)(uintptr_t)more[i]; /* only read */
	return env;
}

static void child(const struct bench_command *c, char **env, int out, int err)
{
	int null = open("/dev/null", O_RDONLY);

	setpgid(0, 0);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	if (dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		_exit(126);
	if (c->cpus && sched_setaffinity(0, sizeof(*c->cpus), c->cpus) < 0)
		_exit(126);
	if (c->dir && chdir(c->dir) < 0)
		_exit(126);
	execvpe(c->argv[0], c->argv, env);
	_exit(127);
}

/* Waits for PID, for TIMEOUT_S at most. 0, -ETIMEDOUT, -EINTR. */
static int watch(pid_t pid, double timeout_s)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd p = {.fd = fd, .events = POLLIN};
	double end = now() + timeout_s;
	int n = 0, ret = 0;

	while (fd >= 0 && !ret && n <= 0) {
		double left = end - now();

		n = left > 0 ? poll(&p, 1, (int)ceil(fmin(left, 1e6) * 1e3))
			     : 0;
		if (interrupted)
			ret = -EINTR;
		else if (n == 0)
			ret = -ETIMEDOUT;
	}
	if (fd >= 0)
		close(fd);
	if (ret)
		kill(-pid, SIGKILL);
	return ret;
}

/* All that the file FD holds, into T. */
static int take(int fd, struct psr_text *t)
{
	struct stat st;
	size_t n;

	if (fstat(fd, &st) < 0)
		return -errno;
	n = (size_t)st.st_size;
	t->s = malloc(n + 1);
	if (!t->s)
		return -ENOMEM;
	t->size = n + 1;
	for (ssize_t r = 1; t->n < n && r > 0; t->n += (size_t)r)
		r = pread(fd, t->s + t->n, n - t->n, (off_t)t->n);
	t->s[t->n] = 0;
	return 0;
}

/* The first line of T that says what is wrong; it is cut there. */
static const char *first_line(struct psr_text *t)
{
	char *error = strstr(t->s, "error:");
	char *s = t->s;

	while (error && error > t->s && error[-1] != '\n')
		error--;
	s = error ? error : t->s;
	s[strcspn(s, "\n")] = 0;
	return s;
}

static int judge(const struct bench_command *c, int status,
		 struct bench_result *r, struct psr_err *err)
{
	const char *said = first_line(&r->err);
	const char *colon = *said ? ": " : "";

	if (WIFSIGNALED(status))
		return psr_fail(err, -EPROTO, "ended by signal %d (%s)",
				WTERMSIG(status), strsignal(WTERMSIG(status)));
	if (WEXITSTATUS(status) == 127 && !*said)
		return psr_fail(err, -ENOENT, "%s cannot be run", c->argv[0]);
	if (WEXITSTATUS(status))
		return psr_fail(err, -EPROTO, "exit status %d%s%s",
				WEXITSTATUS(status), colon, said);
	return 0;
}

static int run(const struct bench_command *c, char **env, int out, int err_fd,
	       struct bench_result *r, struct psr_err *err)
{
	struct rusage used;
	double start = now();
	int status = 0, ret;
	pid_t pid = fork();

	if (pid < 0)
		return psr_fail(err, -errno, "fork: %s", strerror(errno));
	if (!pid)
		child(c, env, out, err_fd);
	setpgid(pid, pid); /* whoever of us two is first */
	ret = watch(pid, c->timeout_s);
	while (wait4(pid, &status, 0, &used) < 0 && errno == EINTR)
		;
	r->wall_s = now() - start;
	r->cpu_s = seconds(used.ru_utime) + seconds(used.ru_stime);
	if (ret == -ETIMEDOUT)
		return psr_fail(err, ret, "still running after %g s",
				c->timeout_s);
	if (ret)
		return psr_fail(err, ret, "interrupted");
	ret = take(out, &r->out);
	if (!ret)
		ret = take(err_fd, &r->err);
	if (ret)
		return psr_fail(err, ret, "its output: %s", strerror(-ret));
	return judge(c, status, r, err);
}

int bench_launch(const struct bench_command *c, struct bench_result *r,
		 struct psr_err *err)
{
	int out = memfd_create("stdout", MFD_CLOEXEC);
	int err_fd = memfd_create("stderr", MFD_CLOEXEC);
	char **env = environment(c->env);
	int ret;

	*r = (struct bench_result){0};
	if (interrupted)
		ret = psr_fail(err, -EINTR, "interrupted");
	else if (out < 0 || err_fd < 0)
		ret = psr_fail(err, -errno, "memfd: %s", strerror(errno));
	else if (!env)
		ret = psr_fail(err, -ENOMEM, "out of memory");
	else
		ret = run(c, env, out, err_fd, r, err);
	free(env);
	if (out >= 0)
		close(out);
	if (err_fd >= 0)
		close(err_fd);
	return ret;
}

void bench_result_free(struct bench_result *r)
{
	psr_text_free(&r->out);
	psr_text_free(&r->err);
}
