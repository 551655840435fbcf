/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * cgroup v2 with the memory controller. memory.high is the grant: whoever
 * passes it is slowed down, not stopped, until the monitor has moved it.
 * memory.max is set only to a maximum that the user gave.
 *
 * A v2 group with processes in it cannot have children with controllers, so
 * the new group is made beside the caller's, and only where the caller's own
 * has no limit that would be escaped; or below it where it is the root.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "reserve.h"

static bool has_word(const char *dir, const char *file, const char *word)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char text[512];
	ssize_t n;

	if (fd < 0)
		return false;
	n = psr_cgroup_read(fd, file, text, sizeof(text));
	close(fd);
	if (n <= 0)
		return false;
	for (const char *p = text; (p = strstr(p, word)); p++)
		if ((p == text || p[-1] == ' ') &&
		    strchr(" \n", p[strlen(word)]))
			return true;
	return false;
}

static uint64_t own_limit(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	uint64_t v = psr_cgroup_u64(fd, "memory.max");

	if (fd >= 0)
		close(fd);
	return v;
}

/* Makes PARENT the group below which the new one may be made. */
static int find_parent(char *parent, struct psr_err *err)
{
	char *slash;

	if (!has_word(parent, "cgroup.controllers", "memory"))
		return psr_fail(err, -ENOENT, "%s has no memory controller",
				parent);
	if (has_word(parent, "cgroup.subtree_control", "memory"))
		return 0;
	slash = strrchr(parent, '/');
	if (!strcmp(slash, "/cgroup") || !strcmp(slash, "/unified"))
		return psr_fail(err, -EBUSY,
				"%s passes no memory controller on", parent);
	if (own_limit(parent) != UINT64_MAX)
		return psr_fail(err, -EPERM,
				"%s has a limit and passes none on", parent);
	*slash = 0;
	if (!has_word(parent, "cgroup.subtree_control", "memory"))
		return psr_fail(err, -EBUSY,
				"%s passes no memory controller on", parent);
	return 0;
}

static int plan(struct psr_group *g, const char *name, struct psr_err *err)
{
	char parent[256];
	int ret;

	if (psr_cgroup_own(NULL, parent, sizeof(parent)) < 0)
		return psr_fail(err, -ENOENT, "no cgroup v2 is mounted");
	ret = find_parent(parent, err);
	if (ret < 0)
		return ret;
	if (access(parent, W_OK) < 0)
		return psr_fail(err, -errno, "%s: not delegated: %s", parent,
				strerror(errno));
	if ((size_t)snprintf(g->memory_path, sizeof(g->memory_path), "%s/%s",
			     parent, name) >= sizeof(g->memory_path))
		return psr_fail(err, -ENAMETOOLONG, "%s: too long", parent);
	strcpy(g->unified_path, g->memory_path);
	return 0;
}

static int open_group(struct psr_group *g, struct psr_err *err)
{
	g->memory = psr_cgroup_make(g->memory_path, err);
	if (g->memory < 0)
		return g->memory;
	g->unified = g->memory;
	g->threshold = openat(g->memory, "memory.events", O_RDONLY | O_CLOEXEC);
	return 0;
}

static int write_bound(struct psr_group *g, const char *file, uint64_t bytes,
		       struct psr_err *err)
{
	char text[32] = "max";
	int ret;

	if (bytes != PSR_NONE)
		snprintf(text, sizeof(text), "%llu", (unsigned long long)bytes);
	ret = psr_cgroup_write(g->memory, file, text);
	if (ret < 0)
		return psr_fail(err, ret, "%s/%s: %s: %s", g->memory_path, file,
				text, strerror(-ret));
	return 0;
}

static int limit(struct psr_group *g, struct psr_err *err)
{
	int ret = write_bound(g, "memory.high", g->grant_bytes, err);

	if (!ret)
		ret = write_bound(g, "memory.max", g->maximum_bytes, err);
	return ret;
}

/* Only where clone3() could not put it there. */
static int enter(struct psr_group *g)
{
	return psr_cgroup_write(g->unified, "cgroup.procs", "0");
}

static uint64_t known(uint64_t v)
{
	return v == UINT64_MAX ? 0 : v;
}

static void usage(struct psr_group *g, pid_t pid, struct psr_usage *u)
{
	char text[8192];
	uint64_t anon, shared, mapped;

	psr_tree_usage(pid, u);
	if (psr_cgroup_read(g->memory, "memory.stat", text, sizeof(text)) > 0) {
		anon = known(psr_cgroup_key(text, "anon"));
		shared = known(psr_cgroup_key(text, "shmem"));
		mapped = known(psr_cgroup_key(text, "file_mapped"));
		u->memory_bytes = anon + (mapped > shared ? mapped : shared);
		u->firm_bytes =
		    anon + shared + known(psr_cgroup_key(text, "kernel"));
	}
	psr_group_time(g, pid, u);
}

static uint64_t peak(struct psr_group *g)
{
	uint64_t most = psr_cgroup_u64(g->memory, "memory.peak");
	uint64_t now = psr_cgroup_u64(g->memory, "memory.current");

	if (most == UINT64_MAX || now == UINT64_MAX || now > most)
		return 0;
	return most - now;
}

static uint64_t oom_kills(struct psr_group *g)
{
	char text[512];

	if (psr_cgroup_read(g->memory, "memory.events", text, sizeof(text)) <=
	    0)
		return 0;
	return known(psr_cgroup_key(text, "oom_kill"));
}

const struct psr_backend psr_cgroup_v2 = {
    .name = "cgroup-v2",
    .what = "control groups v2 with the memory controller",
    .plan = plan,
    .open = open_group,
    .limit = limit,
    .enter = enter,
    .usage = usage,
    .last = psr_group_time,
    .peak = peak,
    .oom_kills = oom_kills,
};
