/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* monitor.h - watch a running program, move its limits, note what it used. */
#ifndef PSR_MONITOR_H
#define PSR_MONITOR_H

#include <sys/resource.h>

#include "context.h"
#include "control.h"
#include "psr/store.h"
#include "reserve.h"
#include "trace.h"

#define PSR_ADAPTATIONS 256 /* kept of one run; more are counted only */

struct psr_monitor {
	/* Set by the caller. */
	struct psr_group *group;
	pid_t pid;
	int pidfd;
	uint64_t start_ns;       /* CLOCK_MONOTONIC */
	const sigset_t *signals; /* blocked: passed on from here */
	struct psr_control control;
	struct psr_store *store; /* NULL: no ledger */
	const struct psr_pool_size *pool;
	struct psr_reservation *reservation;
	const cpu_set_t *inherited; /* to go back to */
	struct psr_record *record;  /* "used" fields are filled */
	struct psr_trace *trace;    /* what it executes; NULL: not wanted */
	void (*settled)(void *ctx); /* called once, after 5 ms */
	void *ctx;

	/* The monitor's. Zero; free with psr_monitor_free(). */
	int status; /* of wait(2) */
	struct rusage rusage;
	struct psr_sample *samples;
	size_t nsamples, samples_size;
	unsigned stride, skipped; /* every STRIDEth tick is kept */
	struct psr_adaptation adaptations[PSR_ADAPTATIONS];
	size_t nadaptations;
	struct psr_sample last; /* the latest tick */
	uint64_t baseline_rss;  /* of psr itself, when it forked */
	int epoll, timer, signalfd, tracer;
	unsigned ticks;
	bool oom_seen;
};

/*
 * Runs until the program has ended and is reaped; then its status, usage,
 * samples and record stand. Never fails: what cannot be watched is waited
 * for.
 */
void psr_monitor_run(struct psr_monitor *m);

void psr_monitor_free(struct psr_monitor *m);

/* Parts of the monitor, in their own files. */
void psr_monitor_tick(struct psr_monitor *m, bool paused);
void psr_monitor_last(struct psr_monitor *m);
void psr_monitor_finish(struct psr_monitor *m);
void psr_monitor_adapt(struct psr_monitor *m, const struct psr_usage *u,
		       uint64_t at_ns, bool paused);
uint64_t psr_now_ns(void);

#endif
