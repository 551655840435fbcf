/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Carries out what the controller decides: the kernel's limit first, because
 * the program may be waiting at it, then the ledger. Where the pool has no
 * room for more, the run goes back to the default environment: a wrong
 * prediction must cost the program nothing.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor.h"

static void note(struct psr_monitor *m, const char *what, uint64_t from,
		 uint64_t to, uint64_t at_ns, const char *reason)
{
	struct psr_record *r = m->record;

	r->adapted = (r->adapted == PSR_NONE ? 0 : r->adapted) + 1;
	if (m->nadaptations < PSR_ADAPTATIONS)
		m->adaptations[m->nadaptations++] =
		    (struct psr_adaptation){at_ns, what, from, to, reason};
}

/* The ledger's side of a new grant. */
static int book(struct psr_monitor *m, uint64_t bytes)
{
	struct psr_reservation *held = m->reservation, want;
	int ret;

	if (!m->store || !held || !held->id)
		return 0;
	want = *held;
	want.memory_bytes = bytes == PSR_NONE ? 0 : bytes;
	ret = psr_store_reservation_set(m->store, m->pool, &want, NULL);
	if (!ret)
		*held = want;
	return ret == -EAGAIN ? ret : 0; /* a lost ledger stops nobody */
}

/* All threads of all processes back to the processors they came with. */
static void unpin(struct psr_monitor *m)
{
	pid_t pids[256];
	size_t n = psr_tree_pids(m->pid, pids, PSR_COUNTOF(pids));
	char path[48];
	struct dirent *e;
	DIR *d;

	for (size_t i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "/proc/%d/task", (int)pids[i]);
		d = opendir(path);
		while (d && (e = readdir(d)))
			if (atoi(e->d_name) > 0)
				sched_setaffinity(atoi(e->d_name),
						  sizeof(*m->inherited),
						  m->inherited);
		if (d)
			closedir(d);
	}
}

static void roll_back(struct psr_monitor *m, uint64_t from, uint64_t at_ns,
		      const char *reason)
{
	struct psr_record *r = m->record;

	(void)!psr_group_grant(m->group, PSR_NONE, NULL);
	if (m->inherited)
		unpin(m);
	if (m->reservation)
		m->reservation->cpus[0] = 0;
	(void)!book(m, PSR_NONE);
	m->control.grant_bytes = PSR_NONE;
	m->control.pinned = false;
	note(m, "rollback", from, PSR_NONE, at_ns, reason);
	r->rolled_back = 1;
	snprintf(r->rollback_reason, sizeof(r->rollback_reason), "%s", reason);
}

void psr_monitor_adapt(struct psr_monitor *m, const struct psr_usage *u,
		       uint64_t at_ns, bool paused)
{
	struct psr_control *c = &m->control;
	struct psr_reading r = {.at_ns = at_ns,
				.firm_bytes = u->firm_bytes,
				.pressure_memory_ns = PSR_NONE,
				.pressure_cpu_ns = PSR_NONE,
				.paused = paused};
	uint64_t from = c->grant_bytes;
	struct psr_decision d;

	if (from == PSR_NONE && !c->pinned)
		return;
	r.pressure_memory_ns = psr_group_pressure(m->group, "memory");
	r.pressure_cpu_ns = psr_group_pressure(m->group, "cpu");
	d = psr_control_step(c, &r);
	if (d.move == PSR_KEEP)
		return;
	if (d.move == PSR_ROLLBACK) {
		roll_back(m, from, at_ns, d.reason);
		return;
	}
	if (psr_group_grant(m->group, d.grant_bytes, NULL) < 0)
		roll_back(m, from, at_ns, "the limit could not be moved");
	else if (book(m, d.grant_bytes) < 0)
		roll_back(m, from, at_ns, "the pool has no room for more");
	else
		note(m, "memory", from, d.grant_bytes, at_ns, d.reason);
}
