/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * cgroup v1 and the hybrid: limits by the v1 memory controller; where a v2
 * hierarchy is mounted beside it, one v2 group gives kill, processor time and
 * pressure.
 *
 * v1 cannot slow a program down before its limit (v2's memory.high), so the
 * wall stands well behind the grant, an eventfd tells of 90 % of the grant,
 * and memory.oom_control makes the kernel pause, not kill, whoever outruns
 * the monitor. Page cache counts against the wall but not against the grant:
 * the kernel reclaims it by itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "cgroup.h"
#include "reserve.h"

static int plan(struct psr_group *g, const char *name, struct psr_err *err)
{
	char own[256];

	if (psr_cgroup_own("memory", own, sizeof(own)) < 0)
		return psr_fail(err, -ENOENT,
				"no cgroup v1 memory controller is mounted");
	if (access(own, W_OK) < 0)
		return psr_fail(err, -errno, "%s: %s", own, strerror(errno));
	if ((size_t)snprintf(g->memory_path, sizeof(g->memory_path), "%s/%s",
			     own, name) >= sizeof(g->memory_path))
		return psr_fail(err, -ENAMETOOLONG, "%s: too long", own);
	if (psr_cgroup_own(NULL, own, sizeof(own)) < 0 ||
	    access(own, W_OK) < 0 ||
	    (size_t)snprintf(g->unified_path, sizeof(g->unified_path), "%s/%s",
			     own, name) >= sizeof(g->unified_path))
		g->unified_path[0] = 0;
	return 0;
}

static int open_groups(struct psr_group *g, struct psr_err *err)
{
	g->memory = psr_cgroup_make(g->memory_path, err);
	if (g->memory < 0)
		return g->memory;
	g->tasks = openat(g->memory, "tasks", O_WRONLY | O_CLOEXEC);
	g->usage =
	    openat(g->memory, "memory.usage_in_bytes", O_RDONLY | O_CLOEXEC);
	if (g->tasks < 0 || g->usage < 0)
		return psr_fail(err, -errno, "%s: %s", g->memory_path,
				strerror(errno));
	if (*g->unified_path)
		g->unified = psr_cgroup_make(g->unified_path, err);
	if (g->unified < 0)
		g->unified_path[0] = 0;
	return 0;
}

/* Registers an eventfd with ARGUMENTS behind it; -1 where that fails. */
static int event(struct psr_group *g, int about, uint64_t argument)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	char text[64];

	if (fd < 0 || about < 0)
		return fd;
	snprintf(text, sizeof(text), "%d %d %llu", fd, about,
		 (unsigned long long)argument);
	if (!psr_cgroup_write(g->memory, "cgroup.event_control", text))
		return fd;
	close(fd);
	return -1;
}

/* Told when the grant is nearly used up. Registering takes 10 ms (a grace
 * period). */
static void watch(struct psr_group *g)
{
	if (g->threshold >= 0)
		close(g->threshold); /* which unregisters it */
	g->threshold = -1;
	if (g->grant_bytes != PSR_NONE)
		g->threshold = event(g, g->usage, g->trigger_bytes);
}

/* Told of whoever is paused at the wall. */
static void watch_wall(struct psr_group *g)
{
	int control;

	if (g->oom >= 0 || psr_group_wall(g) == PSR_NONE)
		return;
	control = openat(g->memory, "memory.oom_control", O_RDONLY | O_CLOEXEC);
	g->oom = event(g, control, 0);
	if (control >= 0)
		close(control);
}

static int limit(struct psr_group *g, struct psr_err *err)
{
	uint64_t wall = psr_group_wall(g);
	char text[32] = "-1";
	int ret;

	watch_wall(g);
	if (wall != PSR_NONE)
		snprintf(text, sizeof(text), "%llu", (unsigned long long)wall);
	if (wall != PSR_NONE && g->maximum_bytes == PSR_NONE)
		ret = psr_cgroup_write(g->memory, "memory.oom_control", "1");
	else
		ret = 0;
	/* Who cannot be paused must not be walled in. */
	if (!ret)
		ret =
		    psr_cgroup_write(g->memory, "memory.limit_in_bytes", text);
	if (ret == -EBUSY)
		ret = 0; /* more is in use: nothing to take back */
	if (ret < 0)
		return psr_fail(err, ret, "%s: memory limit %s: %s",
				g->memory_path, text, strerror(-ret));
	return 0;
}

static int enter(struct psr_group *g)
{
	return write(g->tasks, "0", 1) == 1 ? 0 : -errno;
}

static uint64_t known(uint64_t v)
{
	return v == UINT64_MAX ? 0 : v;
}

static void usage(struct psr_group *g, pid_t pid, struct psr_usage *u)
{
	char text[4096];
	uint64_t rss, shared, mapped, cache, all;

	psr_tree_usage(pid, u);
	if (psr_cgroup_read(g->memory, "memory.stat", text, sizeof(text)) > 0) {
		rss = known(psr_cgroup_key(text, "total_rss"));
		shared = known(psr_cgroup_key(text, "total_shmem"));
		mapped = known(psr_cgroup_key(text, "total_mapped_file"));
		cache = known(psr_cgroup_key(text, "total_cache"));
		u->memory_bytes = rss + (mapped > shared ? mapped : shared);
		all = psr_cgroup_u64(g->memory, "memory.usage_in_bytes");
		u->firm_bytes = rss + shared;
		if (all != UINT64_MAX && all > cache)
			u->firm_bytes = all - cache + shared;
	}
	psr_group_time(g, pid, u);
}

/* What was charged at most, less all cache that there is now. */
static uint64_t peak(struct psr_group *g)
{
	uint64_t most = psr_cgroup_u64(g->memory, "memory.max_usage_in_bytes");
	uint64_t now = psr_cgroup_u64(g->memory, "memory.usage_in_bytes");

	if (most == UINT64_MAX || now == UINT64_MAX || now > most)
		return 0;
	return most - now;
}

static uint64_t oom_kills(struct psr_group *g)
{
	char text[256];

	if (psr_cgroup_read(g->memory, "memory.oom_control", text,
			    sizeof(text)) <= 0)
		return 0;
	return known(psr_cgroup_key(text, "oom_kill"));
}

const struct psr_backend psr_cgroup_v1 = {
    .name = "cgroup-v1",
    .what = "control groups v1 (memory), with v2 for the rest if mounted",
    .plan = plan,
    .open = open_groups,
    .limit = limit,
    .watch = watch,
    .enter = enter,
    .usage = usage,
    .last = psr_group_time,
    .peak = peak,
    .oom_kills = oom_kills,
};
