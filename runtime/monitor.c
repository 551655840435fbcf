/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * One epoll loop over the program's pidfd, a timer, signals and the group's
 * events. The timer starts quick and settles at 10 Hz; a tick costs about
 * 0.1 ms. Signals for psr are for the program: they are passed on, but not
 * those of the terminal, which the program gets itself as a member of the
 * same process group.
 */
#include "monitor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PERIOD_MS 100
#define FIRST_MS  5

/* A window of the trace. */
#define STEPS          128
#define WINDOW_NS      3000000 /* what it takes */
#define TRACE_FIRST_NS 3000000
#define TRACE_IDLE_NS  20000000 /* no thread was computing */
#define TRACE_RETRY_NS 500000   /* it has not stopped yet */
#define TRACE_MOST     100000   /* instructions of one launch */
#define TRACE_LOOKS    (4 * STEPS) /* where it only looks for something new */
#define LOOK_SHARE     0.005

enum source { PROGRAM, TIMER, SIGNALS, THRESHOLD, OOM, TRACER };

uint64_t psr_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* 5, 10, 20, 40, 80 ms, and then every 100 ms. */
static void arm(struct psr_monitor *m)
{
	unsigned ms = m->ticks < 5 ? FIRST_MS << m->ticks : PERIOD_MS;
	struct itimerspec t = {{0, 0}, {0, (long)ms * 1000000}};

	timerfd_settime(m->timer, 0, &t, NULL);
}

/*
 * How much of the time windows may take. All that is wanted takes about a second
 * of a program's life: the first half tells most, and is had soon. What it does
 * at other times, or with other arguments, may be elsewhere; to look for that
 * costs next to nothing.
 */
static double trace_share(const struct psr_trace *t)
{
	return t->looks ? LOOK_SHARE : t->n < t->soon ? 0.2 : 0.05;
}

/*
 * After a window that took NS. Whoever has ended in it holds up the program
 * until it is asked for.
 */
static uint64_t trace_pause(const struct psr_trace *t, uint64_t ns)
{
	return t->stopping ? TRACE_RETRY_NS
	       : ns	   ? (uint64_t)((double)ns / trace_share(t))
			   : TRACE_IDLE_NS;
}

/* After PAUSE ns, and a random half more, so as to meet all phases. */
static void arm_tracer(struct psr_monitor *m, uint64_t pause)
{
	struct itimerspec t = {{0, 0}, {0, 0}};
	size_t most = m->trace->looks ? TRACE_LOOKS : TRACE_MOST;

	pause += (uint64_t)rand() % (pause / 2 + 1);
	t.it_value.tv_sec = (time_t)(pause / 1000000000u);
	t.it_value.tv_nsec = (long)(pause % 1000000000u);
	if (m->trace->stopping || (!m->trace->off && m->trace->n < most))
		timerfd_settime(m->tracer, 0, &t, NULL);
}

/*
 * One that only looks begins at any time within that in which a window would be
 * its share: so it is in all launches together, however short they are.
 */
static uint64_t first_pause(const struct psr_trace *t)
{
	return t->looks ? 1 + (uint64_t)(rand() / (double)RAND_MAX *
					 WINDOW_NS / LOOK_SHARE)
			: TRACE_FIRST_NS;
}

static void add(struct psr_monitor *m, int fd, uint32_t events, enum source s)
{
	struct epoll_event e = {.events = events, .data.u64 = s};

	if (fd >= 0 && epoll_ctl(m->epoll, EPOLL_CTL_ADD, fd, &e) < 0)
		return;
}

/*
 * The group's own fds change when its bounds do. The watch on the grant is
 * dear, so a short program goes without: it cannot outrun the wall so soon.
 */
static void add_group(struct psr_monitor *m)
{
	struct psr_group *g = m->group;

	if (g->backend->watch && g->watched_bytes != g->grant_bytes &&
	    m->ticks >= 4) {
		g->trigger_bytes = psr_control_trigger(&m->control);
		g->backend->watch(g);
		g->watched_bytes = g->grant_bytes;
	}

	/* Closing the old one has removed it. Adding twice does no harm. */
	add(m, g->threshold, g->memory == g->unified ? EPOLLPRI : EPOLLIN,
	    THRESHOLD);
	add(m, g->oom, EPOLLIN, OOM);
}

static bool open_all(struct psr_monitor *m)
{
	m->epoll = epoll_create1(EPOLL_CLOEXEC);
	m->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	m->signalfd = signalfd(-1, m->signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (m->epoll < 0 || m->timer < 0 || m->signalfd < 0 || m->pidfd < 0)
		return false;
	add(m, m->pidfd, EPOLLIN, PROGRAM);
	add(m, m->timer, EPOLLIN, TIMER);
	add(m, m->signalfd, EPOLLIN, SIGNALS);
	add_group(m);
	arm(m);
	if (!m->trace)
		return true;
	m->tracer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	add(m, m->tracer, EPOLLIN, TRACER);
	srand((unsigned)psr_now_ns());
	arm_tracer(m, first_pause(m->trace));
	return true;
}

static void close_all(struct psr_monitor *m)
{
	int fds[] = {m->epoll, m->timer, m->signalfd, m->tracer};

	for (size_t i = 0; i < PSR_COUNTOF(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

/* ---- Signals ------------------------------------------------------------- */

/* The program stopped: stop as it did, and continue it afterwards. */
static void follow_stop(struct psr_monitor *m)
{
	siginfo_t info = {0};

	if (m->trace && m->trace->stopping)
		return; /* the tracer waits for that */
	if (waitid(P_PID, (id_t)m->pid, &info, WSTOPPED | WNOHANG) < 0 ||
	    info.si_pid != m->pid)
		return;
	switch (info.si_status) {
	case SIGTSTP:
	case SIGTTIN:
	case SIGTTOU:
		psr_signals_stop(info.si_status);
		kill(m->pid, SIGCONT);
		break;
	default:
		break; /* by SIGSTOP or a debugger: not the terminal's */
	}
}

static bool to_pass_on(const struct signalfd_siginfo *s)
{
	switch (s->ssi_signo) {
	case SIGCHLD:
		return false;
	case SIGALRM:
	case SIGVTALRM:
	case SIGPROF:
		return true;
	default:
		return s->ssi_code <= 0; /* sent by a process */
	}
}

static void pass_on(struct psr_monitor *m, const struct signalfd_siginfo *s)
{
	siginfo_t info = {0};

	if (s->ssi_code != SI_QUEUE) {
		kill(m->pid, (int)s->ssi_signo);
		return;
	}
	info.si_signo = (int)s->ssi_signo;
	info.si_code = SI_QUEUE;
	info.si_pid = (pid_t)s->ssi_pid;
	info.si_uid = s->ssi_uid;
	info.si_value.sival_ptr = (void *)(uintptr_t)s->ssi_ptr;
	syscall(SYS_rt_sigqueueinfo, m->pid, info.si_signo, &info);
}

static void read_signals(struct psr_monitor *m)
{
	struct signalfd_siginfo s;

	while (read(m->signalfd, &s, sizeof(s)) == sizeof(s)) {
		if (s.ssi_signo == SIGCHLD)
			follow_stop(m);
		else if (to_pass_on(&s))
			pass_on(m, &s);
	}
}

/* ---- The loop -------------------------------------------------------------
 */

static void drain(int fd)
{
	uint64_t n;

	while (fd >= 0 && read(fd, &n, sizeof(n)) == sizeof(n))
		continue;
}

/* memory.events is armed again by reading it. */
static void rearm_threshold(struct psr_monitor *m)
{
	char text[512];

	if (m->group->memory == m->group->unified)
		(void)!pread(m->group->threshold, text, sizeof(text), 0);
	else
		drain(m->group->threshold);
}

static bool handle(struct psr_monitor *m, enum source s)
{
	switch (s) {
	case PROGRAM:
		return false;
	case TIMER:
		drain(m->timer);
		psr_monitor_tick(m, false);
		if (!m->ticks++)
			m->settled(m->ctx);
		arm(m);
		break;
	case SIGNALS:
		read_signals(m);
		break;
	case TRACER:
		drain(m->tracer);
		arm_tracer(m, trace_pause(m->trace,
					  psr_trace_window(m->trace, STEPS)));
		follow_stop(m); /* it takes SIGCHLD away */
		break;
	case THRESHOLD:
		rearm_threshold(m);
		psr_monitor_tick(m, false);
		break;
	case OOM:
		drain(m->group->oom);
		psr_monitor_tick(m, true);
		break;
	}
	return true;
}

static void loop(struct psr_monitor *m)
{
	struct epoll_event events[8];
	bool running = true;

	while (running) {
		int n = epoll_wait(m->epoll, events, PSR_COUNTOF(events), -1);

		if (n < 0 && errno != EINTR)
			return;
		for (int i = 0; i < n; i++)
			running &= handle(m, (enum source)events[i].data.u64);
		add_group(m);
	}
}

/* The ended program is looked at once more before it is reaped. */
static void reap(struct psr_monitor *m)
{
	siginfo_t info;

	while (waitid(P_PID, (id_t)m->pid, &info, WEXITED | WNOWAIT) < 0 &&
	       errno == EINTR)
		continue;
	m->record->wall_ns = psr_now_ns() - m->start_ns;
	psr_monitor_last(m);
	while (wait4(m->pid, &m->status, 0, &m->rusage) < 0 && errno == EINTR)
		continue;
}

void psr_monitor_run(struct psr_monitor *m)
{
	m->epoll = m->timer = m->signalfd = m->tracer = -1;
	m->stride = 1;
	if (open_all(m))
		loop(m);
	reap(m);
	psr_monitor_finish(m);
	close_all(m);
}

void psr_monitor_free(struct psr_monitor *m)
{
	free(m->samples);
	m->samples = NULL;
	m->nsamples = m->samples_size = 0;
}
