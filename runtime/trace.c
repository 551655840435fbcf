/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A window into a program: one of its threads is stopped, stepped through some
 * hundred instructions, and let go. Branch by branch that is what a processor's
 * branch records would tell, where there are none.
 *
 * The program must not notice. It is attached to for the window only, since a
 * traced process cannot gain privileges by exec. Only a running thread is
 * stopped, and a wait that it has just begun and that returns EINTR because of
 * the stop (epoll_wait, semop) is begun again. No system call is stepped into,
 * nor an instruction that would show the trap flag. A signal that comes
 * meanwhile is delivered, and ends the window.
 */
#include "trace.h"

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "blocks.h"
#include "followed.h"
#include "grow.h"
#include "monitor.h"

#define STOP_NS  2000000 /* to wait for a thread to stop */
#define STEPS_NS 3000000 /* for the steps of one window */
#define MAPS_MAX 64
#define RUNTIME  "/libpsrrt.so" /* how its path ends, but for a version */
#define KNOWN    4096 /* addresses of plain instructions, a power of two */

#if defined(__x86_64__)

/* ---- Which thread, what code ----------------------------------------------- */

#define PROCESSOR 36 /* fields of stat after the state, which is the third */

/* The letter of its state, X where there is none, and its processor. */
static char state_of(pid_t pid, pid_t tid, int *cpu)
{
	char path[64], text[1024], state;
	const char *p = NULL;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", (int)pid,
		 (int)tid);
	f = fopen(path, "re");
	if (!f)
		return 'X';
	if (fgets(text, sizeof(text), f))
		p = strrchr(text, ')');
	fclose(f);
	if (!p || p[1] != ' ' || !p[2])
		return 'X';
	p += 2;
	state = *p;
	for (int i = 0; i < PROCESSOR && p; i++) {
		p = strchr(p, ' ');
		p = p ? p + 1 : NULL;
	}
	*cpu = p ? atoi(p) : -1;
	return state;
}

/* A thread that computes, a random one of several, on *CPU; 0: none. */
static pid_t find_thread(pid_t pid, int *cpu)
{
	char path[48];
	struct dirent *e;
	unsigned n = 0;
	pid_t found = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	dir = opendir(path);
	while (dir && (e = readdir(dir))) {
		pid_t tid = (pid_t)atoi(e->d_name);
		int on = -1;

		if (tid <= 0 || state_of(pid, tid, &on) != 'R' || on < 0 ||
		    (unsigned)rand() % ++n)
			continue;
		found = tid;
		*cpu = on;
	}
	if (dir)
		closedir(dir);
	return found;
}

static bool is_mapped(const struct psr_trace *t, uint64_t at)
{
	for (size_t i = 0; i < t->nmaps; i++)
		if (at >= t->maps[i].start && at < t->maps[i].end)
			return true;
	return false;
}

/* A line of maps; false where it is not of a file's code. */
static bool read_map(const char *line, struct psr_trace_map *m)
{
	char mode[5];

	return sscanf(line, "%lx-%lx %4s %lx %*s %lu %255s", &m->start, &m->end,
		      mode, &m->offset, &m->inode, m->path) == 6 &&
	       mode[2] == 'x' && m->path[0] == '/';
}

static FILE *open_maps(pid_t pid)
{
	char path[48];

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	return fopen(path, "re");
}

/* What files code is mapped from; anew, as libraries come and go. */
static void read_maps(struct psr_trace *t)
{
	FILE *f = open_maps(t->pid);
	struct psr_trace_map m;
	char line[512];

	if (!f)
		return;
	if (!t->maps)
		t->maps = calloc(MAPS_MAX, sizeof(*t->maps));
	while (t->maps && t->nmaps < MAPS_MAX && fgets(line, sizeof(line), f))
		if (read_map(line, &m) && !is_mapped(t, m.start))
			t->maps[t->nmaps++] = m;
	fclose(f);
}

/* The executable mapping of libpsrrt.so in the program. */
static bool find_runtime(pid_t pid, struct psr_trace_map *m)
{
	FILE *f = open_maps(pid);
	bool found = false;
	const char *name;
	char line[512];

	if (!f)
		return false;
	while (!found && fgets(line, sizeof(line), f))
		found = read_map(line, m) && (name = strrchr(m->path, '/')) &&
			!strncmp(name, RUNTIME, strlen(RUNTIME));
	fclose(f);
	return found;
}

/*
 * Where the program is told. It is stopped, and asked each time: since the last
 * one it may have become another by exec.
 */
static void find_followed(struct psr_trace *t)
{
	struct psr_trace_map m;

	if (!find_runtime(t->pid, &m)) {
		t->followed = t->runtime = 0;
	} else if (m.start != t->runtime) {
		t->runtime = m.start;
		t->followed = psr_blocks_symbol(&m, PSR_FOLLOWED_NAME);
		t->ns = 0;
	}
}

/* That the thread with these registers is followed, or was for NS more. */
static void tell(struct psr_trace *t, pid_t tid,
		 const struct user_regs_struct *r, uint64_t ns)
{
	if (!t->followed)
		return;
	t->ns = ns ? (t->ns + ns) & ~(uint64_t)PSR_FOLLOWED_NOW
		   : t->ns | PSR_FOLLOWED_NOW;
	ptrace(PTRACE_POKEDATA, tid,
	       t->followed + offsetof(struct psr_followed, thread), r->fs_base);
	ptrace(PTRACE_POKEDATA, tid,
	       t->followed + offsetof(struct psr_followed, ns), t->ns);
}

/* ---- Stepping -------------------------------------------------------------- */

/* The thread has stopped; *STATUS as in a wait status' second byte and up. */
static bool has_stopped(pid_t tid, int *status)
{
	siginfo_t info = {0};

	if (waitid(P_PID, (id_t)tid, &info, WSTOPPED | WNOHANG | __WALL) < 0 ||
	    info.si_pid != tid)
		return false;
	*status = info.si_status;
	return true;
}

static bool wait_stopped(pid_t tid, int *status, uint64_t until)
{
	/* psr may have real-time priority, and the thread needs to run. */
	static const struct timespec pause = {0, 50000};

	while (!has_stopped(tid, status)) {
		if (psr_now_ns() > until)
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

/*
 * Looks first, as an end is for whoever waits for the program. 1: it has been
 * made, 0: not until UNTIL, -1: the thread has ended. A step may take for ever:
 * it may need memory that only we can grant. SIGCHLD is blocked.
 */
static int wait_step(pid_t tid, int *status, uint64_t until)
{
	static const struct timespec most = {0, STOP_NS};
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	for (;;) {
		siginfo_t info = {0};

		if (waitid(P_PID, (id_t)tid, &info,
			   WSTOPPED | WEXITED | WNOWAIT | WNOHANG | __WALL) < 0)
			return -1;
		if (info.si_pid == tid)
			return info.si_code == CLD_TRAPPED &&
				       has_stopped(tid, status)
				   ? 1
				   : -1;
		if (psr_now_ns() > until)
			return 0;
		sigtimedwait(&child, NULL, &most);
	}
}

struct status { /* sets of signals: bit N - 1 is signal N */
	uint64_t pending, blocked, ignored;
	int tracer; /* the process that has attached to it; 0: none */
};

static bool read_status(pid_t pid, pid_t tid, struct status *m)
{
	char path[64], line[256];
	uint64_t own = 0, shared = 0;
	FILE *f;

	memset(m, 0, sizeof(*m));
	snprintf(path, sizeof(path), "/proc/%d/task/%d/status", (int)pid,
		 (int)tid);
	f = fopen(path, "re");
	if (!f)
		return false;
	while (fgets(line, sizeof(line), f)) {
		sscanf(line, "SigPnd: %lx", &own);
		sscanf(line, "ShdPnd: %lx", &shared);
		sscanf(line, "SigBlk: %lx", &m->blocked);
		sscanf(line, "SigIgn: %lx", &m->ignored);
		sscanf(line, "TracerPid: %d", &m->tracer);
	}
	fclose(f);
	m->pending = own | shared;
	return true;
}

/*
 * TID, which we have attached to, has not stopped. Returns whom to ask next: a
 * thread that ends while it is traced stays until its tracer has looked, and
 * with it the whole program; one that calls exec becomes the program's first.
 * 0: nobody.
 */
static pid_t still_stopping(const struct psr_trace *t, pid_t tid)
{
	siginfo_t info = {0};
	struct status s;
	int cpu;

	if (tid != t->pid) {
		/* Tells of a stop as well, whatever is asked for: one that has
		 * come by now is left to whoever asks next. */
		if (!waitid(P_PID, (id_t)tid, &info,
			    WEXITED | WNOWAIT | WNOHANG | __WALL)) {
			if (info.si_pid != tid || info.si_code == CLD_TRAPPED)
				return tid;
			waitid(P_PID, (id_t)tid, &info,
			       WEXITED | WNOHANG | __WALL);
			return 0;
		}
		tid = t->pid;
	}
	/* Its end is for whoever waits for the program. */
	if (strchr("ZX", state_of(tid, tid, &cpu)))
		return 0;
	/* It stops by itself at the end of its step. Told to once more it would
	 * stop in front of the step's SIGTRAP, and keep that. */
	if (t->late)
		return read_status(tid, tid, &s) && s.tracer == getpid() ? tid
									 : 0;
	return ptrace(PTRACE_INTERRUPT, tid, 0, 0) < 0 ? 0 : tid;
}

/* What a stop other than a step's says: the signal that is to be delivered. */
static int signal_of(int status)
{
	return status >> 8 ? 0 : status & 0x7f;
}

static bool is_of_kernel(pid_t tid)
{
	siginfo_t info;

	return !ptrace(PTRACE_GETSIGINFO, tid, 0, &info) && info.si_code > 0;
}

/* May the instruction at AT be stepped through without being noticed? */
static bool is_plain(pid_t tid, uint64_t at)
{
	unsigned char b[8];
	long word;

	errno = 0;
	word = ptrace(PTRACE_PEEKTEXT, tid, at, 0);
	if (errno)
		return false;
	memcpy(b, &word, sizeof(b));
	for (int i = 0; i < 4; i++) {
		if ((b[i] & 0xf0) == 0x40)
			continue; /* REX */
		switch (b[i]) {
		case 0x66: /* prefixes */
		case 0xf2:
		case 0xf3:
			continue;
		case 0x0f:
			return b[i + 1] != 0x05 && b[i + 1] != 0x34;
		case 0x9c: /* pushf */
		case 0x9d:
		case 0xcc: /* int3 */
		case 0xcd:
		case 0xce:
		case 0xcf:
		case 0xf4:
			return false;
		default:
			return true;
		}
	}
	return true;
}

static bool note(struct psr_trace *t, uint64_t at)
{
	if (!psr_grow((void **)&t->at, &t->size, t->n + 1, sizeof(*t->at)))
		return false;
	t->at[t->n++] = at;
	return true;
}

static uint64_t address_of(pid_t tid)
{
	errno = 0;
	return (uint64_t)ptrace(PTRACE_PEEKUSER, tid,
				offsetof(struct user_regs_struct, rip), 0);
}

/*
 * Steps while it can, and not for long. Returns the signal that the thread,
 * which is stopped then, is to get, or 0; -1: it is gone, or still at a step,
 * and T->late set.
 */
static int step(struct psr_trace *t, pid_t tid, unsigned steps)
{
	uint64_t known[KNOWN] = {0}, before = 0, at;
	uint64_t until = psr_now_ns() + STEPS_NS;
	int status, made;

	if (!note(t, 0))
		return 0;
	for (unsigned i = 0; i < steps && psr_now_ns() < until; i++) {
		at = address_of(tid);
		if (errno)
			return -1;
		/* A repeated string instruction is one. */
		if (at != before && !note(t, at))
			return 0;
		before = at;
		if (known[at % KNOWN] != at && !is_plain(tid, at))
			return 0;
		known[at % KNOWN] = at;
		if (ptrace(PTRACE_SINGLESTEP, tid, 0, 0) < 0)
			return -1;
		made = wait_step(tid, &status, until + STOP_NS);
		t->late = !made;
		if (made <= 0)
			return -1;
		if (status != SIGTRAP || !is_of_kernel(tid))
			return signal_of(status);
	}
	return 0;
}

/*
 * Where SIGTRAP is blocked (in its handler) or ignored, the kernel takes the
 * handler away to deliver a step's.
 */
static bool takes_traps(const struct status *m)
{
	return !((m->blocked | m->ignored) & UINT64_C(1) << (SIGTRAP - 1));
}

/* Has no effect when it returns EINTR, so that it may be called again. */
static bool may_repeat(uint64_t call)
{
	static const unsigned short calls[] = {
	    SYS_read,	     SYS_write,	       SYS_readv,    SYS_writev,
	    SYS_recvfrom,    SYS_recvmsg,      SYS_sendto,   SYS_sendmsg,
	    SYS_accept,	     SYS_accept4,      SYS_semop,    SYS_semtimedop,
	    SYS_epoll_wait,  SYS_epoll_pwait,  SYS_msgrcv,   SYS_msgsnd,
	    SYS_io_getevents, SYS_rt_sigtimedwait,
	};

	for (size_t i = 0; i < PSR_COUNTOF(calls); i++)
		if (calls[i] == call)
			return true;
	return false;
}

/*
 * The thread had just begun to wait. The kernel repeats most waits that a
 * tracer interrupts; the others return EINTR, and are repeated by us, unless a
 * signal is there that may have interrupted them as well.
 */
static void repeat_call(pid_t tid, struct user_regs_struct *r,
			const struct status *m)
{
	if ((int64_t)r->rax != -EINTR || !may_repeat(r->orig_rax) ||
	    m->pending & ~m->blocked)
		return;
	r->rax = r->orig_rax;
	r->rip -= 2; /* the length of the instruction */
	ptrace(PTRACE_SETREGS, tid, 0, r);
}

/* Where what was noted from FIRST on is no code that is known, that is read. */
static void know_code(struct psr_trace *t, size_t first)
{
	for (size_t i = first; i < t->n; i++)
		if (t->at[i] && !is_mapped(t, t->at[i])) {
			read_maps(t);
			return;
		}
}

/* It has stopped with STATUS after the step that was waited for. */
static int end_late(struct psr_trace *t, pid_t tid, int status)
{
	struct user_regs_struct r;

	t->late = false;
	if (ptrace(PTRACE_GETREGS, tid, 0, &r) < 0)
		return -1;
	find_followed(t);
	tell(t, tid, &r, psr_now_ns() - t->start);
	return status == SIGTRAP && is_of_kernel(tid) ? 0 : signal_of(status);
}

/*
 * The thread has stopped with STATUS, as it was told. Returns as step(). The
 * code is read while it waits: on one processor it would anyway, and not be told.
 */
static int follow_stopped(struct psr_trace *t, pid_t tid, int status,
			  unsigned steps)
{
	struct user_regs_struct r;
	size_t first = t->n;
	struct status m;
	int signal;

	if (t->late)
		return end_late(t, tid, status);
	if (status != (SIGTRAP | PTRACE_EVENT_STOP << 8) ||
	    ptrace(PTRACE_GETREGS, tid, 0, &r) < 0 ||
	    !read_status(t->pid, tid, &m))
		return signal_of(status);
	if ((int64_t)r.orig_rax >= 0) {
		repeat_call(tid, &r, &m);
		return 0;
	}
	if (!takes_traps(&m))
		return 0;
	find_followed(t);
	tell(t, tid, &r, 0);
	signal = step(t, tid, steps);
	know_code(t, first);
	tell(t, tid, &r, psr_now_ns() - t->start);
	return signal;
}

static void follow(struct psr_trace *t, pid_t tid, int status, unsigned steps)
{
	int signal = follow_stopped(t, tid, status, steps);

	if (signal < 0 || ptrace(PTRACE_DETACH, tid, 0, signal) < 0)
		t->stopping = still_stopping(t, tid);
}

/*
 * Follows it on the same processor: to wake another one takes three times as
 * long as a step.
 */
static void follow_there(struct psr_trace *t, pid_t tid, int cpu, int status,
			 unsigned steps)
{
	cpu_set_t all, one;
	bool moved = cpu >= 0 && cpu < CPU_SETSIZE &&
		     !sched_getaffinity(0, sizeof(all), &all);

	if (moved) {
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		moved = !sched_setaffinity(0, sizeof(one), &one);
	}
	follow(t, tid, status, steps);
	if (moved)
		(void)!sched_setaffinity(0, sizeof(all), &all);
}

uint64_t psr_trace_window(struct psr_trace *t, unsigned steps)
{
	uint64_t start = psr_now_ns();
	pid_t tid = t->stopping;
	int status, cpu = -1;

	if (t->off)
		return 0;
	if (!tid) {
		tid = find_thread(t->pid, &cpu);
		if (!tid)
			return 0;
		if (ptrace(PTRACE_SEIZE, tid, 0, 0) < 0) {
			t->off = errno == EPERM;
			return 0;
		}
		t->start = start = psr_now_ns();
		ptrace(PTRACE_INTERRUPT, tid, 0, 0);
		t->stopping = tid;
		t->late = false;
	}
	if (!wait_stopped(tid, &status, start + STOP_NS)) {
		t->stopping = still_stopping(t, tid);
		return 0;
	}
	t->stopping = 0;
	follow_there(t, tid, cpu, status, steps);
	return psr_now_ns() - start;
}

#else

uint64_t psr_trace_window(struct psr_trace *t, unsigned steps)
{
	(void)steps;
	t->off = true;
	return 0;
}

#endif

void psr_trace_free(struct psr_trace *t)
{
	free(t->at);
	free(t->maps);
	memset(t, 0, sizeof(*t));
}
