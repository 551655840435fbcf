/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* All that a tracer might disturb; prints whether anything was. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t ticks, traps;
static unsigned flags_seen;

static void on_tick(int s)
{
	(void)s;
	ticks++;
}

static void on_trap(int s)
{
	(void)s;
	traps++;
}

static unsigned long flags(void)
{
	unsigned long f;

	__asm__ volatile("pushfq; popq %0" : "=r"(f));
	return f;
}

static unsigned long compute(unsigned long n)
{
	volatile unsigned long v = 1;

	for (unsigned long i = 0; i < n; i++) {
		v = v * 6364136223846793005ul + 1442695040888963407ul;
		if (!(i & 0xfff) && flags() & 0x100)
			flags_seen++;
		if (!(i & 0xffff))
			raise(SIGTRAP);
	}
	return v;
}

static void *thread(void *arg)
{
	return (void *)compute(*(unsigned long *)arg);
}

/* Waits all the time: never interrupted, for all signals are blocked here. */
static void *waiter(void *arg)
{
	int fd = epoll_create1(0);
	struct epoll_event e;

	for (int i = 0; i < 300; i++)
		if (epoll_wait(fd, &e, 1, i % 3 ? 0 : 1) != 0)
			*(int *)arg = errno;
	return NULL;
}

int main(int argc, char **argv)
{
	struct sigaction tick = {.sa_handler = on_tick, .sa_flags = SA_RESTART};
	struct sigaction trap = {.sa_handler = on_trap};
	struct itimerval every = {{0, 1000}, {0, 1000}}, never = {{0, 0}, {0, 0}};
	unsigned long n = 16000000, sum = 0, expected;
	int status = -1, interrupted = 0;
	pthread_t t[3];
	sigset_t all;
	void *v;

	if (argc > 1)
		return printf("child %s\n", argv[1]) < 0;
	sigaction(SIGALRM, &tick, NULL);
	sigaction(SIGTRAP, &trap, NULL);
	sigfillset(&all);
	sigdelset(&all, SIGTRAP);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	pthread_create(&t[0], NULL, thread, &n);
	pthread_create(&t[1], NULL, thread, &n);
	pthread_create(&t[2], NULL, waiter, &interrupted);
	sigfillset(&all);
	pthread_sigmask(SIG_UNBLOCK, &all, NULL);
	setitimer(ITIMER_REAL, &every, NULL);
	expected = compute(n);
	for (int i = 0; i < 3; i++) {
		pthread_join(t[i], &v);
		sum += (unsigned long)v;
	}
	setitimer(ITIMER_REAL, &never, NULL);
	fflush(stdout);
	if (!fork()) {
		execl("/proc/self/exe", argv[0], "runs", (char *)NULL);
		_exit(9);
	}
	wait(&status);
	printf("sum %d ticks %d traps %d flags %u interrupted %s child %d\n",
	       sum == 2 * expected, ticks > 10, traps > 300, flags_seen,
	       interrupted ? strerror(interrupted) : "never", status);
	raise(SIGSTOP); /* whoever started this continues it */
	puts("continued");
	fflush(stdout);
	kill(getpid(), SIGTERM);
	return 1;
}
