/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Reads /proc without allocating, so that it may be used in a user's program
 * and between fork and exec. A process that ends meanwhile reads as gone.
 */
#include "psr/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Reads PATH into BUF as a string; its length, or negative errno. */
static ssize_t read_small(const char *path, char *buf, size_t size)
{
	int saved = errno;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0) {
		n = -errno;
		errno = saved;
		return n;
	}
	do {
		n = read(fd, buf, size - 1);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		n = -errno;
	else
		buf[n] = 0;
	close(fd);
	errno = saved;
	return n;
}

struct stat_fields {
	char state;
	pid_t parent;
	uint64_t start;
};

static bool read_stat(pid_t pid, struct stat_fields *out)
{
	char path[40], buf[1024];
	const char *p;
	char *end;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (pid <= 0 || read_small(path, buf, sizeof(buf)) <= 0)
		return false;
	p = strrchr(buf, ')'); /* the name may hold anything, ')' too */
	if (!p || p[1] != ' ' || !p[2])
		return false;
	out->state = p[2];
	out->parent = (pid_t)strtol(p + 3, &end, 10);
	for (int field = 4; field < 21; field++)
		strtoll(end, &end, 10);
	out->start = strtoull(end, NULL, 10);
	return out->start != 0;
}

uint64_t psr_proc_start(pid_t pid)
{
	struct stat_fields f;

	if (!read_stat(pid, &f) || f.state == 'Z' || f.state == 'X')
		return 0;
	return f.start;
}

pid_t psr_proc_parent(pid_t pid)
{
	struct stat_fields f;

	return read_stat(pid, &f) ? f.parent : 0;
}

void psr_proc_boot(char *buf, size_t size)
{
	if (read_small("/proc/sys/kernel/random/boot_id", buf, size) < 0)
		buf[0] = 0;
	buf[strcspn(buf, "\n")] = 0;
}

uint64_t psr_proc_pid_namespace(void)
{
	int saved = errno;
	struct stat st;
	int rc = stat("/proc/self/ns/pid", &st);

	errno = saved;
	return rc < 0 ? 0 : (uint64_t)st.st_ino;
}
