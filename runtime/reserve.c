/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The table of backends and what they share. A backend is chosen when a
 * group is planned; planning makes nothing, so that the ledger and the guard
 * know every directory before it exists and none can be left behind.
 *
 * The last resort bounds nothing by itself: RLIMIT_AS counts address space,
 * which programs reserve freely without using it, so it is set only for a
 * maximum that the user gave.
 */
#include "reserve.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cgroup.h"

#define SLACK (512ull << 20) /* least distance from grant to wall */

const struct psr_backend *const psr_backends[] = {&psr_cgroup_v2,
						  &psr_cgroup_v1, &psr_rlimit};
const size_t psr_nbackends = PSR_COUNTOF(psr_backends);

const struct psr_backend *psr_backend_find(const char *name)
{
	for (size_t i = 0; i < psr_nbackends; i++)
		if (!strcmp(psr_backends[i]->name, name))
			return psr_backends[i];
	return NULL;
}

static void group_init(struct psr_group *g)
{
	memset(g, 0, sizeof(*g));
	g->memory = g->unified = g->tasks = -1;
	g->threshold = g->oom = g->usage = -1;
	g->grant_bytes = PSR_NONE;
	g->watched_bytes = PSR_NONE;
	g->maximum_bytes = PSR_NONE;
}

int psr_group_plan(struct psr_group *g, const char *name,
		   const struct psr_backend *only, struct psr_err *err)
{
	int ret = -ENOENT;

	for (size_t i = 0; i < psr_nbackends; i++) {
		if (only && psr_backends[i] != only)
			continue;
		group_init(g);
		g->backend = psr_backends[i];
		ret = g->backend->plan(g, name, err);
		if (!ret)
			return 0;
	}
	group_init(g);
	g->backend = &psr_rlimit;
	return ret;
}

int psr_group_open(struct psr_group *g, bool only, struct psr_err *err)
{
	int ret = g->backend->open(g, err);

	if (!ret || only)
		return ret;
	psr_group_close(g);
	group_init(g);
	g->backend = &psr_rlimit;
	return g->backend->open(g, err);
}

void psr_group_paths(const struct psr_group *g, char *out, size_t size)
{
	const char *u = g->unified_path;

	if (!strcmp(g->memory_path, u))
		u = "";
	if ((size_t)snprintf(out, size, "%s%s%s", g->memory_path,
			     *u && *g->memory_path ? " " : "", u) >= size)
		out[0] = 0;
}

uint64_t psr_group_wall(const struct psr_group *g)
{
	uint64_t slack = g->grant_bytes / 2;

	if (g->maximum_bytes != PSR_NONE || g->grant_bytes == PSR_NONE)
		return g->maximum_bytes;
	return g->grant_bytes + (slack > SLACK ? slack : SLACK);
}

int psr_group_grant(struct psr_group *g, uint64_t bytes, struct psr_err *err)
{
	g->grant_bytes = bytes;
	if (g->maximum_bytes != PSR_NONE && bytes > g->maximum_bytes)
		g->grant_bytes = g->maximum_bytes;
	return g->backend->limit ? g->backend->limit(g, err) : 0;
}

uint64_t psr_group_pressure(const struct psr_group *g, const char *kind)
{
	char file[32], text[256];
	const char *total;

	snprintf(file, sizeof(file), "%s.pressure", kind);
	if (g->unified < 0 ||
	    psr_cgroup_read(g->unified, file, text, sizeof(text)) <= 0)
		return PSR_NONE;
	total = strstr(text, "total=");
	return total ? strtoull(total + 6, NULL, 10) * 1000 : PSR_NONE;
}

void psr_group_time(struct psr_group *g, pid_t pid, struct psr_usage *u)
{
	char text[1024];

	(void)pid;
	if (g->unified < 0 ||
	    psr_cgroup_read(g->unified, "cpu.stat", text, sizeof(text)) <= 0)
		return;
	u->cpu_ns = psr_cgroup_key(text, "usage_usec") * 1000;
	u->user_ns = psr_cgroup_key(text, "user_usec") * 1000;
	u->sys_ns = psr_cgroup_key(text, "system_usec") * 1000;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void psr_group_close(struct psr_group *g)
{
	if (g->unified == g->memory)
		g->unified = -1;
	close_fd(&g->tasks);
	close_fd(&g->threshold);
	close_fd(&g->oom);
	close_fd(&g->usage);
	close_fd(&g->memory);
	close_fd(&g->unified);
	if (*g->memory_path)
		psr_cgroup_remove(g->memory_path, false);
	if (*g->unified_path && strcmp(g->memory_path, g->unified_path) != 0)
		psr_cgroup_remove(g->unified_path, false);
	g->memory_path[0] = g->unified_path[0] = 0;
}

void psr_group_kill(const struct psr_group *g, pid_t pid)
{
	pid_t pids[256];
	size_t n;

	if (*g->unified_path)
		psr_cgroup_remove(g->unified_path, true);
	if (*g->memory_path)
		psr_cgroup_remove(g->memory_path, true);
	if (*g->memory_path || *g->unified_path || pid <= 0)
		return;
	/* Stop first, so that none forks while the others die. */
	n = psr_tree_pids(pid, pids, PSR_COUNTOF(pids));
	for (size_t i = 0; i < n; i++)
		kill(pids[i], SIGSTOP);
	n = psr_tree_pids(pid, pids, PSR_COUNTOF(pids));
	for (size_t i = 0; i < n; i++)
		kill(pids[i], SIGKILL);
}

/* ---- By /proc alone ------------------------------------------------------ */

static ssize_t read_proc(pid_t pid, const char *file, char *buf, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	return psr_cgroup_read(AT_FDCWD, path, buf, size);
}

static size_t add_children(pid_t pid, pid_t *out, size_t n, size_t max)
{
	char file[48], text[4096], *p = text, *end;

	snprintf(file, sizeof(file), "task/%d/children", (int)pid);
	if (read_proc(pid, file, text, sizeof(text)) <= 0)
		return n;
	while (n < max) {
		long child = strtol(p, &end, 10);

		if (end == p)
			break;
		out[n++] = (pid_t)child;
		p = end;
	}
	return n;
}

size_t psr_tree_pids(pid_t pid, pid_t *out, size_t max)
{
	size_t n = 0;

	if (max)
		out[n++] = pid;
	for (size_t i = 0; i < n; i++)
		n = add_children(out[i], out, n, max);
	return n;
}

/* Adds one process: fields 14, 15, 20 and 24 of its stat. */
static void add_process(pid_t pid, struct psr_usage *u)
{
	uint64_t tick = 1000000000ull / (uint64_t)sysconf(_SC_CLK_TCK);
	unsigned long long user, sys, rss;
	long long cuser, csys;
	long threads;
	char text[1024], *p;

	if (read_proc(pid, "stat", text, sizeof(text)) <= 0)
		return;
	p = strrchr(text, ')');
	if (!p || sscanf(p + 2,
			 "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu "
			 "%llu %lld %lld %*d %*d %ld %*d %*u %*u %llu",
			 &user, &sys, &cuser, &csys, &threads, &rss) != 6)
		return;
	u->user_ns += (user + (uint64_t)cuser) * tick;
	u->sys_ns += (sys + (uint64_t)csys) * tick;
	u->threads += (uint64_t)threads;
	u->memory_bytes += rss * (uint64_t)sysconf(_SC_PAGESIZE);
}

void psr_tree_usage(pid_t pid, struct psr_usage *u)
{
	pid_t pids[256];
	size_t n = psr_tree_pids(pid, pids, PSR_COUNTOF(pids));

	memset(u, 0, sizeof(*u));
	for (size_t i = 0; i < n; i++)
		add_process(pids[i], u);
	u->cpu_ns = u->user_ns + u->sys_ns;
	u->firm_bytes = u->memory_bytes;
}

/* ---- The last resort ----------------------------------------------------- */

static int rlimit_plan(struct psr_group *g, const char *name,
		       struct psr_err *err)
{
	(void)g, (void)name, (void)err;
	return 0;
}

static int rlimit_open(struct psr_group *g, struct psr_err *err)
{
	(void)g, (void)err;
	return 0;
}

static int rlimit_enter(struct psr_group *g)
{
	struct rlimit lim;

	if (g->maximum_bytes == PSR_NONE || getrlimit(RLIMIT_AS, &lim) < 0)
		return 0;
	if (lim.rlim_cur == RLIM_INFINITY || lim.rlim_cur > g->maximum_bytes)
		lim.rlim_cur = g->maximum_bytes;
	return setrlimit(RLIMIT_AS, &lim) < 0 ? -errno : 0;
}

static void rlimit_usage(struct psr_group *g, pid_t pid, struct psr_usage *u)
{
	(void)g;
	psr_tree_usage(pid, u);
}

static uint64_t rlimit_nothing(struct psr_group *g)
{
	(void)g;
	return 0;
}

const struct psr_backend psr_rlimit = {
    .name = "rlimit",
    .what = "resource limits and processor affinity",
    .plan = rlimit_plan,
    .open = rlimit_open,
    .enter = rlimit_enter,
    .usage = rlimit_usage,
    .last = psr_group_time,
    .peak = rlimit_nothing,
    .oom_kills = rlimit_nothing,
};
