/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Waking and flushing take locks that the interrupted program may hold, so
 * they are refused wherever a signal handler may be running. There is no
 * way to ask that; what can be asked is which signals are blocked and which
 * have handlers. A handler runs with its own signal blocked, or was installed
 * with SA_NODEFER, when only an alternate stack can tell that it runs; one
 * installed with SA_RESETHAND is gone while it runs, but those are for crashes,
 * and a blocked crash signal is refused by itself. Not seen: a handler with
 * SA_NODEFER and SA_RESETHAND both.
 *
 * Signals 32 and 33 are the C library's and blocked only while it forks or
 * makes a thread, or by us: so a blocked 32 means "not now" as well.
 *
 * This file is part of both the stub and the runtime. It works without any
 * symbol of the C library; without pthread_getattr_np only the main thread
 * is safe.
 */
#include "safe.h"

#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "sys6.h"

#define STACK_NEEDED  (256u << 10)
#define STACK_TRUSTED (64u << 20) /* the kernel keeps 128 MiB free */
#define NSIGNALS      64
#define BIT(s)        (UINT64_C(1) << ((s)-1))

#pragma weak pthread_self
#pragma weak pthread_getattr_np
#pragma weak pthread_attr_getstack
#pragma weak pthread_attr_destroy

/* As data: see stub.c. */
static const volatile struct {
	__typeof__(pthread_self) *self;
	__typeof__(pthread_getattr_np) *getattr_np;
	__typeof__(pthread_attr_getstack) *attr_getstack;
	__typeof__(pthread_attr_destroy) *attr_destroy;
} libc = {pthread_self, pthread_getattr_np, pthread_attr_getstack,
	  pthread_attr_destroy};

extern void *__libc_stack_end __attribute__((weak));

struct kernel_sigaction {
	void (*handler)(int);
	unsigned long flags;
#if defined(__x86_64__)
	void (*restorer)(void);
#endif
	uint64_t mask;
};

static const uint64_t never_blocked =
    BIT(SIGSEGV) | BIT(SIGBUS) | BIT(SIGFPE) | BIT(SIGILL) | BIT(SIGABRT) |
    BIT(SIGTRAP) | BIT(SIGSYS) | BIT(32) | BIT(33);

static long sys4(long nr, long a, const void *b, void *c, long d)
{
	return psr_sys6(nr, a, (long)b, (long)c, d, 0, 0);
}

uint64_t __psr_signals_block(void)
{
	uint64_t all = ~UINT64_C(0), old = 0;

	sys4(SYS_rt_sigprocmask, SIG_SETMASK, &all, &old, sizeof(old));
	return old;
}

/*
 * A write of ours past the file size limit has raised SIGXFSZ, which would
 * end the program: it is taken back.
 */
void __psr_signals_restore(uint64_t mask)
{
	uint64_t xfsz = BIT(SIGXFSZ), pending = 0;
	struct timespec none = {0, 0};

	sys4(SYS_rt_sigpending, (long)&pending, (void *)sizeof(pending), NULL,
	     0);
	if (pending & xfsz & ~mask)
		sys4(SYS_rt_sigtimedwait, (long)&xfsz, NULL, &none,
		     sizeof(xfsz));
	sys4(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof(mask));
}

bool __psr_sandboxed(void)
{
	return sys4(SYS_prctl, PR_GET_SECCOMP, NULL, NULL, 0) > 0 &&
	       sys4(SYS_prctl, PR_GET_NO_NEW_PRIVS, NULL, NULL, 0) > 0;
}

/* A handler that the mask does not betray, but the alternate stack would. */
static bool is_elsewhere(const struct kernel_sigaction *sa, const stack_t *alt)
{
	return (sa->flags & SA_ONSTACK) && !(alt->ss_flags & SS_DISABLE);
}

static bool may_be_in_handler(void)
{
	struct kernel_sigaction sa;
	stack_t alt = {0};
	uint64_t mask = 0;

	if (sys4(SYS_sigaltstack, 0, &alt, NULL, 0) ||
	    (alt.ss_flags & SS_ONSTACK))
		return true;

	if (sys4(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &mask, sizeof(mask)))
		return true;
	if (mask & never_blocked)
		return true;
	for (int s = 1; s <= NSIGNALS; s++) {
		if (s == 32 || s == 33 || s == SIGKILL || s == SIGSTOP)
			continue;
		if (sys4(SYS_rt_sigaction, s, NULL, &sa, sizeof(sa.mask)))
			return true;
		if (sa.handler == SIG_DFL || sa.handler == SIG_IGN)
			continue;
		if (mask & BIT(s))
			return true;
		if ((sa.flags & SA_NODEFER) && !is_elsewhere(&sa, &alt))
			return true;
	}
	return false;
}

/* 1: enough of the main thread's stack, 0: too little, -1: not on it. */
static int main_stack(uintptr_t sp)
{
	struct rlimit lim;
	uintptr_t end, size = STACK_TRUSTED;

	if (!&__libc_stack_end || !__libc_stack_end)
		return -1;
	end = (uintptr_t)__libc_stack_end;
	if (sys4(SYS_prlimit64, 0, (void *)RLIMIT_STACK, NULL, (long)&lim))
		return -1;
	if (lim.rlim_cur < size)
		size = lim.rlim_cur;
	if (sp > end || sp <= end - size)
		return -1;
	return size - (end - sp) >= STACK_NEEDED;
}

static bool thread_stack(uintptr_t sp)
{
	pthread_attr_t attr;
	void *base = NULL;
	size_t size = 0;
	bool known;

	if (!libc.self || !libc.getattr_np || !libc.attr_getstack ||
	    !libc.attr_destroy)
		return false;
	if (libc.getattr_np(libc.self(), &attr))
		return false;
	known = !libc.attr_getstack(&attr, &base, &size);
	libc.attr_destroy(&attr);
	return known && sp > (uintptr_t)base && sp <= (uintptr_t)base + size &&
	       sp - (uintptr_t)base >= STACK_NEEDED;
}

bool __psr_safe(void)
{
	uintptr_t sp = (uintptr_t)__builtin_frame_address(0);
	int on_main;

	if (__psr_sandboxed() || may_be_in_handler())
		return false;
	on_main = main_stack(sp);
	return on_main < 0 ? thread_stack(sp) : on_main;
}
