/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * One tick of the monitor: what the program uses now, and the record of the
 * most it used. Of a long run every second sample is dropped whenever 4096
 * are kept, so that a day costs no more than an hour.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "cgroup.h"
#include "grow.h"
#include "monitor.h"

#include <fcntl.h>

#define KEPT      4096
#define SHORT_NS  50000000ull /* a shorter interval gives no rate */
#define PROCESSES 64          /* whose I/O is summed */

/* *FIELD becomes the most of it and V. */
static void most(uint64_t *field, uint64_t v)
{
	if (v != PSR_NONE && (*field == PSR_NONE || v > *field))
		*field = v;
}

static uint64_t number_after(const char *text, const char *key)
{
	const char *p = strstr(text, key);

	return p ? strtoull(p + strlen(key), NULL, 10) : PSR_NONE;
}

static ssize_t read_proc(pid_t pid, const char *file, char *buf, size_t size)
{
	char path[48];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	return psr_cgroup_read(AT_FDCWD, path, buf, size);
}

static void add_io(pid_t pid, struct psr_record *sum)
{
	char text[512];

	if (read_proc(pid, "io", text, sizeof(text)) <= 0)
		return;
	sum->rchar_bytes += number_after(text, "rchar: ");
	sum->wchar_bytes += number_after(text, "wchar: ");
	sum->read_bytes += number_after(text, "\nread_bytes: ");
	sum->write_bytes += number_after(text, "\nwrite_bytes: ");
}

/* All processes' I/O; what the ended ones did is in their parents'. */
static void sample_io(struct psr_monitor *m, struct psr_sample *s)
{
	struct psr_record sum = {0}, *r = m->record;
	pid_t pids[PROCESSES];
	size_t n;
	bool main_too = false;

	n = m->group->unified >= 0
		? psr_cgroup_pids(m->group->unified, pids, PROCESSES)
		: psr_tree_pids(m->pid, pids, PROCESSES);
	for (size_t i = 0; i < n; i++) {
		main_too |= pids[i] == m->pid;
		add_io(pids[i], &sum);
	}
	if (!main_too)
		add_io(m->pid, &sum); /* a zombie is in no list */
	most(&r->rchar_bytes, sum.rchar_bytes);
	most(&r->wchar_bytes, sum.wchar_bytes);
	most(&r->read_bytes, sum.read_bytes);
	most(&r->write_bytes, sum.write_bytes);
	s->read_bytes = r->rchar_bytes;
	s->write_bytes = r->wchar_bytes;
}

/* Memory by kind, of the main process. */
static void sample_kinds(struct psr_monitor *m)
{
	struct psr_record *r = m->record;
	char text[4096];
	uint64_t stack, anon, file, shared, high;

	if (read_proc(m->pid, "status", text, sizeof(text)) <= 0)
		return;
	anon = number_after(text, "RssAnon:");
	file = number_after(text, "RssFile:");
	shared = number_after(text, "RssShmem:");
	stack = number_after(text, "VmStk:");
	high = number_after(text, "VmHWM:");
	if (anon == PSR_NONE || stack == PSR_NONE)
		return; /* a zombie has no memory */
	if (high != PSR_NONE)
		most(&r->peak_bytes, high * 1024);
	most(&r->stack_bytes, stack * 1024);
	most(&r->heap_bytes, (anon > stack ? anon - stack : 0) * 1024);
	most(&r->file_bytes, file == PSR_NONE ? PSR_NONE : file * 1024);
	most(&r->shared_bytes, shared == PSR_NONE ? PSR_NONE : shared * 1024);
}

static uint64_t rate(uint64_t now, uint64_t then, uint64_t ns)
{
	if (now == PSR_NONE || then == PSR_NONE || now < then)
		return PSR_NONE;
	return (uint64_t)((double)(now - then) * 1e9 / (double)ns);
}

static void sample_rates(struct psr_monitor *m, const struct psr_sample *s)
{
	struct psr_record *r = m->record;
	uint64_t ns = s->at_ns - m->last.at_ns;
	double cores;

	if (ns < SHORT_NS)
		return;
	most(&r->read_rate_peak, rate(s->read_bytes, m->last.read_bytes, ns));
	most(&r->write_rate_peak,
	     rate(s->write_bytes, m->last.write_bytes, ns));
	cores = (double)rate(s->cpu_ns, m->last.cpu_ns, ns) / 1e9;
	if (s->cpu_ns >= m->last.cpu_ns)
		r->cores_peak = fmax(r->cores_peak, cores);
	m->last = *s;
}

static void halve(struct psr_monitor *m)
{
	for (size_t i = 0; i < m->nsamples / 2; i++)
		m->samples[i] = m->samples[2 * i + 1];
	m->nsamples /= 2;
	m->stride *= 2;
}

static void keep(struct psr_monitor *m, const struct psr_sample *s)
{
	if (++m->skipped < m->stride)
		return;
	m->skipped = 0;
	if (m->nsamples == KEPT)
		halve(m);
	if (psr_grow((void **)&m->samples, &m->samples_size, m->nsamples + 1,
		     sizeof(*s)))
		m->samples[m->nsamples++] = *s;
}

static void note_usage(struct psr_monitor *m, struct psr_sample *s,
		       const struct psr_usage *u)
{
	struct psr_record *r = m->record;

	s->memory_bytes = u->memory_bytes;
	s->cpu_ns = u->cpu_ns;
	s->threads = u->threads;
	if (u->memory_bytes)
		most(&r->peak_bytes, u->memory_bytes);
	if (u->threads)
		most(&r->threads_peak, u->threads);
	if (u->cpu_ns) {
		most(&r->user_ns, u->user_ns);
		most(&r->sys_ns, u->sys_ns);
	}
}

void psr_monitor_tick(struct psr_monitor *m, bool paused)
{
	struct psr_record *r = m->record;
	struct psr_sample s = {.at_ns = psr_now_ns() - m->start_ns};
	struct psr_usage u = {0};

	m->group->backend->usage(m->group, m->pid, &u);
	/* First of all the limits: whoever outruns us waits for this. */
	psr_monitor_adapt(m, &u, s.at_ns, paused);
	note_usage(m, &s, &u);
	sample_io(m, &s);
	sample_kinds(m);
	sample_rates(m, &s);
	r->samples = (r->samples == PSR_NONE ? 0 : r->samples) + 1;
	keep(m, &s);
}

/* Of the zombie: what it has used in all. It has no memory any more. */
void psr_monitor_last(struct psr_monitor *m)
{
	struct psr_sample s = {.at_ns = psr_now_ns() - m->start_ns};
	struct psr_usage u = {0};

	m->group->backend->last(m->group, m->pid, &u);
	note_usage(m, &s, &u);
	sample_io(m, &s);
	sample_rates(m, &s);
}

/* ---- After the end --------------------------------------------------------
 */

static uint64_t timeval_ns(const struct timeval *t)
{
	return (uint64_t)t->tv_sec * 1000000000u + (uint64_t)t->tv_usec * 1000;
}

/*
 * The peak is the most seen in a sample or by the kernel for one process.
 * The kernel's mark begins with psr's own pages, from before exec, so it says
 * nothing of a program that stayed below them; but for one too short to be
 * sampled it is a bound.
 */
static void finish_memory(struct psr_monitor *m)
{
	struct psr_record *r = m->record;
	uint64_t rss = (uint64_t)m->rusage.ru_maxrss * 1024;

	if (rss > m->baseline_rss || r->stack_bytes == PSR_NONE)
		most(&r->peak_bytes, rss);
	if (m->ticks < 3)
		most(&r->peak_bytes, m->group->backend->peak(m->group));
}

static void finish_pressure(struct psr_monitor *m)
{
	struct psr_record *r = m->record;

	r->pressure_cpu_ns = psr_group_pressure(m->group, "cpu");
	r->pressure_memory_ns = psr_group_pressure(m->group, "memory");
	r->pressure_io_ns = psr_group_pressure(m->group, "io");
}

static bool over(uint64_t part, double share, uint64_t whole)
{
	return part != PSR_NONE && (double)part > share * (double)whole;
}

static const char *bottleneck(const struct psr_record *r)
{
	if (over(r->pressure_memory_ns, .2, r->wall_ns))
		return "memory";
	if (r->cores_used > .7)
		return "cpu";
	if (over(r->pressure_io_ns, .2, r->wall_ns) ||
	    (r->major_faults != PSR_NONE && r->major_faults > 100))
		return "storage";
	return "wait";
}

void psr_monitor_finish(struct psr_monitor *m)
{
	struct psr_record *r = m->record;
	const struct rusage *u = &m->rusage;

	most(&r->user_ns, timeval_ns(&u->ru_utime));
	most(&r->sys_ns, timeval_ns(&u->ru_stime));
	r->minor_faults = (uint64_t)u->ru_minflt;
	r->major_faults = (uint64_t)u->ru_majflt;
	r->voluntary_switches = (uint64_t)u->ru_nvcsw;
	r->involuntary_switches = (uint64_t)u->ru_nivcsw;
	strcpy(r->counters, "software");
	finish_memory(m);
	finish_pressure(m);
	r->cores_used = (double)(r->user_ns + r->sys_ns) /
			(double)(r->wall_ns ? r->wall_ns : 1);
	if (isnan(r->cores_peak) || r->cores_peak < r->cores_used)
		r->cores_peak = r->cores_used;
	strcpy(r->bottleneck, bottleneck(r));
	m->oom_seen = m->group->backend->oom_kills(m->group) > 0;
	r->oom = WIFSIGNALED(m->status) && WTERMSIG(m->status) == SIGKILL &&
		 m->oom_seen && m->group->maximum_bytes != PSR_NONE;
	if (WIFEXITED(m->status))
		r->exit_status = (uint64_t)WEXITSTATUS(m->status);
	if (WIFSIGNALED(m->status))
		r->term_signal = (uint64_t)WTERMSIG(m->status);
}
