/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* wake WHERE: meets a hot site there, and says whether PSR woke. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <ucontext.h>
#include <unistd.h>

#include "awake.h"

#include "site.h"

TEST_SITE(s, 0x5, a, b);

TEST_VARIANT long s_a(long n)
{
	return n;
}

TEST_VARIANT long s_b(long n)
{
	return n;
}

static long s_original(long n)
{
	return n;
}

#ifdef OWN_MALLOC
static char heap[64 << 20] __attribute__((aligned(64)));
static size_t used;

void *malloc(size_t n)
{
	size_t need = (n + 79) & ~(size_t)63;
	char *p = heap + __atomic_fetch_add(&used, need, __ATOMIC_RELAXED);

	*(size_t *)p = n;
	return p + 16;
}

void free(void *p)
{
	(void)p;
}

void *calloc(size_t a, size_t b)
{
	return malloc(a * b);
}

void *realloc(void *p, size_t n)
{
	void *q = malloc(n);

	if (p)
		memcpy(q, p, n < ((size_t *)p)[-2] ? n : ((size_t *)p)[-2]);
	return q;
}
#endif

#ifdef TAKES_MALLOC
void *(*volatile allocator)(size_t) = malloc;

/* By an instruction, so that a non-PIC program has an address of its own. */
__attribute__((used)) static void take(void)
{
	allocator = malloc;
}
#endif

static volatile int reached;

static void hot(void)
{
	errno = 77;
	if (TEST_CALL(s, 1 << 24) != 1 << 24 || errno != 77)
		abort();
}

static void on_signal(int sig)
{
	(void)sig;
	hot();
}

static void handle(int sig, int flags)
{
	struct sigaction sa = {.sa_handler = on_signal, .sa_flags = flags};

	sigaction(sig, &sa, NULL);
}

static void alternate(void)
{
	stack_t ss = {.ss_sp = malloc(1 << 20), .ss_size = 1 << 20};

	sigaltstack(&ss, NULL);
}

static void *hot_thread(void *arg)
{
	(void)arg;
	hot();
	return NULL;
}

static void *signal_thread(void *arg)
{
	raise(SIGUSR1);
	return arg;
}

/* A cancellation that is due must not strike inside PSR. */
static void *cancelled_thread(void *arg)
{
	pthread_cancel(pthread_self());
	hot();
	reached = 1;
	pthread_testcancel();
	return arg;
}

static void in_thread(size_t stack, void *(*fn)(void *))
{
	pthread_attr_t attr;
	pthread_t t;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, stack);
	if (pthread_create(&t, &attr, fn, NULL))
		abort();
	pthread_join(t, NULL);
}

static void on_coroutine(void)
{
	static ucontext_t self, other;

	getcontext(&other);
	other.uc_stack.ss_sp = malloc(1 << 20);
	other.uc_stack.ss_size = 1 << 20;
	other.uc_link = &self;
	makecontext(&other, hot, 0);
	swapcontext(&self, &other);
}

static void sandbox(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog prog = {1, &allow};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog))
		abort();
}

static void run(const char *where)
{
	sigset_t set;

	sigemptyset(&set);
	if (!strcmp(where, "main")) {
		hot();
	} else if (!strcmp(where, "thread")) {
		in_thread(1 << 20, hot_thread);
	} else if (!strcmp(where, "cancelled-thread")) {
		in_thread(1 << 20, cancelled_thread);
		if (!reached || !fork())
			_exit(!reached);
	} else if (!strcmp(where, "handled-elsewhere")) {
		/* Handlers exist, and none is running. */
		handle(SIGUSR1, 0);
		handle(SIGALRM, SA_RESTART);
		hot();
	} else if (!strcmp(where, "ignored-blocked")) {
		signal(SIGPIPE, SIG_IGN);
		sigaddset(&set, SIGPIPE);
		sigaddset(&set, SIGCHLD);
		sigprocmask(SIG_BLOCK, &set, NULL);
		hot();
	} else if (!strcmp(where, "handler")) {
		handle(SIGUSR1, 0);
		raise(SIGUSR1);
	} else if (!strcmp(where, "nodefer-handler")) {
		handle(SIGUSR1, SA_NODEFER);
		raise(SIGUSR1);
	} else if (!strcmp(where, "altstack-handler")) {
		alternate();
		handle(SIGUSR1, SA_ONSTACK);
		raise(SIGUSR1);
	} else if (!strcmp(where, "altstack-nodefer-handler")) {
		alternate();
		handle(SIGUSR1, SA_ONSTACK | SA_NODEFER);
		raise(SIGUSR1);
	} else if (!strcmp(where, "resethand-crash-handler")) {
		handle(SIGSEGV, SA_RESETHAND);
		raise(SIGSEGV);
	} else if (!strcmp(where, "small-thread")) {
		in_thread(128 << 10, hot_thread);
	} else if (!strcmp(where, "signal-thread")) {
		handle(SIGUSR1, 0);
		in_thread(1 << 20, signal_thread);
	} else if (!strcmp(where, "coroutine")) {
		on_coroutine();
	} else if (!strcmp(where, "all-blocked")) {
		sigfillset(&set);
		sigprocmask(SIG_BLOCK, &set, NULL);
		hot();
	} else if (!strcmp(where, "sandboxed")) {
		sandbox();
		hot();
	} else {
		abort();
	}
}

int main(int argc, char **argv)
{
	const char *where = argc > 1 ? argv[1] : "main";

	run(where);
	printf("%s: %s\n", where, is_awake() ? "awake" : "asleep");
	return 0;
}
