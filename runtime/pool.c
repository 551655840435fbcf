/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The pool is the machine as this process may use it: the memory of the
 * tightest control group above it, and the processors of its own affinity.
 * Inside a container that is the container.
 */
#include "pool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"

static uint64_t installed(void)
{
	return (uint64_t)sysconf(_SC_PHYS_PAGES) *
	       (uint64_t)sysconf(_SC_PAGESIZE);
}

/* The least of what READ says of each group from PATH up to the mount. */
static uint64_t least(char *path, uint64_t (*read)(int dir, const char *file),
		      const char *file)
{
	uint64_t found = UINT64_MAX;

	for (int depth = 0; depth < 32; depth++) {
		int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		char *slash = strrchr(path, '/');
		uint64_t v;

		if (fd < 0)
			break;
		v = read(fd, file);
		close(fd);
		if (v < found)
			found = v;
		if (!slash || strlen(path) <= strlen("/sys/fs/cgroup"))
			break;
		*slash = 0;
	}
	return found;
}

static uint64_t least_limit(char *path, const char *file)
{
	return least(path, psr_cgroup_u64, file);
}

/* v2: "QUOTA PERIOD" or "max PERIOD". */
static uint64_t milli_of_max(int dir, const char *file)
{
	unsigned long long quota, period;
	char buf[64];

	if (psr_cgroup_read(dir, file, buf, sizeof(buf)) <= 0 ||
	    sscanf(buf, "%llu %llu", &quota, &period) != 2 || !period)
		return UINT64_MAX;
	return quota * 1000 / period;
}

/* v1: two files; the quota is -1 where there is none. */
static uint64_t milli_of_quota(int dir, const char *file)
{
	uint64_t quota = psr_cgroup_u64(dir, file);
	uint64_t period = psr_cgroup_u64(dir, "cpu.cfs_period_us");

	if (quota > INT64_MAX / 1000 || !period || period == UINT64_MAX)
		return UINT64_MAX;
	return quota * 1000 / period;
}

uint64_t psr_pool_quota(void)
{
	char path[256];

	if (!psr_cgroup_own("cpu", path, sizeof(path)))
		return least(path, milli_of_quota, "cpu.cfs_quota_us");
	if (!psr_cgroup_own(NULL, path, sizeof(path)))
		return least(path, milli_of_max, "cpu.max");
	return UINT64_MAX;
}

void psr_pool_size(struct psr_pool_size *out)
{
	char path[256];
	cpu_set_t set;
	uint64_t limit;

	out->memory_bytes = installed();
	if (!psr_cgroup_own("memory", path, sizeof(path)))
		limit = least_limit(path, "memory.limit_in_bytes");
	else if (!psr_cgroup_own(NULL, path, sizeof(path)))
		limit = least_limit(path, "memory.max");
	else
		limit = UINT64_MAX;
	if (limit < out->memory_bytes)
		out->memory_bytes = limit;
	out->cpu_milli = 1000;
	if (!sched_getaffinity(0, sizeof(set), &set))
		out->cpu_milli = 1000 * (uint64_t)CPU_COUNT(&set);
}

/* ---- Processors ---------------------------------------------------------- */

void psr_cpus_format(const cpu_set_t *set, char *out, size_t size)
{
	size_t n = 0;

	out[0] = 0;
	for (int first = 0; first < CPU_SETSIZE; first++) {
		int last = first, w;

		if (!CPU_ISSET(first, set))
			continue;
		while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, set))
			last++;
		w = first == last ? snprintf(out + n, size - n, "%s%d",
					     n ? "," : "", first)
				  : snprintf(out + n, size - n, "%s%d-%d",
					     n ? "," : "", first, last);
		if (w < 0 || (size_t)w >= size - n) {
			out[n] = 0;
			return;
		}
		n += (size_t)w;
		first = last;
	}
}

int psr_cpus_parse(const char *text, cpu_set_t *out)
{
	const char *p = text;
	char *end;

	CPU_ZERO(out);
	while (*p) {
		long first = strtol(p, &end, 10), last = first;

		if (end == p || first < 0)
			return -EINVAL;
		if (*end == '-') {
			p = end + 1;
			last = strtol(p, &end, 10);
			if (end == p)
				return -EINVAL;
		}
		if (last < first || last >= CPU_SETSIZE ||
		    (*end && *end != ','))
			return -EINVAL;
		for (long i = first; i <= last; i++)
			CPU_SET((int)i, out);
		p = *end ? end + 1 : end;
	}
	return CPU_COUNT(out) ? 0 : -EINVAL;
}

static int take_pinned(void *ctx, const struct psr_reservation *r)
{
	cpu_set_t *freed = ctx, pinned;

	if (!psr_cpus_parse(r->cpus, &pinned))
		for (int i = 0; i < CPU_SETSIZE; i++)
			if (CPU_ISSET(i, &pinned))
				CPU_CLR(i, freed);
	return 0;
}

/* The processors that share a core with CPU, itself included. */
static void siblings(int cpu, cpu_set_t *out)
{
	char path[96], text[256];

	snprintf(path, sizeof(path),
		 "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list",
		 cpu);
	if (psr_cgroup_read(AT_FDCWD, path, text, sizeof(text)) > 0) {
		text[strcspn(text, "\n")] = 0;
		if (!psr_cpus_parse(text, out))
			return;
	}
	CPU_ZERO(out);
	CPU_SET(cpu, out);
}

/* Takes from *FREE; WHOLE: only of cores that nobody else is on. */
static unsigned take(cpu_set_t *freed, const cpu_set_t *allowed, bool whole,
		     unsigned n, cpu_set_t *out)
{
	for (int i = 0; i < CPU_SETSIZE && n; i++) {
		cpu_set_t core, both;

		if (!CPU_ISSET(i, freed))
			continue;
		siblings(i, &core);
		CPU_AND(&core, &core, allowed);
		CPU_OR(&both, freed, out);
		CPU_AND(&both, &both, &core);
		if (whole && !CPU_EQUAL(&both, &core))
			continue;
		CPU_CLR(i, freed);
		CPU_SET(i, out);
		n--;
	}
	return n;
}

int psr_pool_cpus(struct psr_store *store, const cpu_set_t *allowed, unsigned n,
		  cpu_set_t *out, struct psr_err *err)
{
	cpu_set_t freed = *allowed;

	CPU_ZERO(out);
	if (store &&
	    psr_store_reservations(store, take_pinned, &freed, NULL) < 0)
		freed = *allowed;
	n = take(&freed, allowed, true, n, out);
	n = take(&freed, allowed, false, n, out);
	if (n)
		return psr_fail(err, -EAGAIN,
				"not that many processors are free");
	return 0;
}
