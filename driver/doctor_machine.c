/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What the machine and its kernel offer. */
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "doctor.h"
#include "pool.h"
#include "psr/cpu.h"
#include "psr/site.h"
#include "reserve.h"

/* The first line of a file; false: it cannot be read. */
static bool first_line(const char *path, char *buf, size_t size)
{
	if (psr_cgroup_read(AT_FDCWD, path, buf, size) <= 0)
		return false;
	buf[strcspn(buf, "\n")] = 0;
	return true;
}

void doctor_processor(struct doctor *d)
{
	uint32_t isa = psr_cpu_isa();
	char key[PSR_CPU_KEY];

	psr_cpu_key(key);
	if (isa & PSR_ISA_NEON)
		doctor_ok(d, "%s: aarch64%s%s", key,
			  isa & PSR_ISA_SVE ? ", sve" : "",
			  isa & PSR_ISA_SVE2 ? ", sve2" : "");
	else
		doctor_ok(d, "%s: x86-64%s%s%s", key,
			  isa & PSR_ISA_V2 ? ", v2" : "",
			  isa & PSR_ISA_V3 ? ", v3" : "",
			  isa & PSR_ISA_V4 ? ", v4" : "");
}

void doctor_processors(struct doctor *d)
{
	char list[128];
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0) {
		doctor_no(d, "the affinity cannot be read: %s",
			  strerror(errno));
		return;
	}
	psr_cpus_format(&set, list, sizeof(list));
	doctor_ok(d, "%d may be used: %s", CPU_COUNT(&set), list);
}

void doctor_memory(struct doctor *d)
{
	struct psr_pool_size size;

	psr_pool_size(&size);
	doctor_ok(d, "%.1f GiB may be reserved",
		  (double)size.memory_bytes / (1 << 30));
}

void doctor_huge_pages(struct doctor *d)
{
	char text[128];

	if (!first_line("/sys/kernel/mm/transparent_hugepage/enabled", text,
			sizeof(text)))
		doctor_no(d, "the kernel has no transparent huge pages");
	else if (strstr(text, "[never]"))
		doctor_no(d, "transparent huge pages are off (%s)", text);
	else
		doctor_ok(d, "transparent: %s", text);
}

void doctor_memlock(struct doctor *d)
{
	struct rlimit lim;

	if (getrlimit(RLIMIT_MEMLOCK, &lim) < 0)
		doctor_no(d, "%s", strerror(errno));
	else if (lim.rlim_cur == RLIM_INFINITY)
		doctor_ok(d, "no limit");
	else
		doctor_ok(d, "%llu KiB",
			  (unsigned long long)lim.rlim_cur / 1024);
}

void doctor_counters(struct doctor *d)
{
	struct perf_event_attr attr = {.type = PERF_TYPE_HARDWARE,
				       .size = sizeof(attr),
				       .config = PERF_COUNT_HW_INSTRUCTIONS,
				       .exclude_kernel = 1,
				       .exclude_hv = 1};
	int fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
	int error = errno;

	if (fd >= 0) {
		close(fd);
		doctor_ok(d, "hardware counters can be read; psr run uses "
			     "software counts");
		return;
	}
	if (error == EACCES || error == EPERM)
		doctor_no(d, "hardware counters are not allowed "
			     "(kernel.perf_event_paranoid); software counts "
			     "are used");
	else
		doctor_no(d,
			  "no hardware counters here (%s); software counts "
			  "are used",
			  strerror(error));
}

/* As psr run does, to sample what a program executes. */
void doctor_tracing(struct doctor *d)
{
#if defined(__x86_64__)
	pid_t pid = fork();
	int error;

	if (!pid)
		for (;;)
			pause();
	if (pid < 0) {
		doctor_no(d, "no process can be made: %s", strerror(errno));
		return;
	}
	error = ptrace(PTRACE_SEIZE, pid, 0, 0) < 0 ? errno : 0;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	if (error)
		doctor_no(d,
			  "ptrace: %s: builds do not learn how code outside "
			  "sites goes",
			  strerror(error));
	else
		doctor_ok(d, "psr run may sample what programs execute");
#else
	doctor_no(d, "only on x86-64: builds do not learn how code outside "
		     "sites goes");
#endif
}

void doctor_pressure(struct doctor *d)
{
	char text[256], own[256];

	if (!first_line("/proc/pressure/memory", text, sizeof(text)))
		doctor_no(d, "the kernel reports no pressure (PSI)");
	else if (psr_cgroup_own(NULL, own, sizeof(own)) < 0)
		doctor_no(d, "of the machine only: no cgroup v2 is mounted");
	else
		doctor_ok(d, "per group, in %s", own);
}

static void backend(struct doctor *d, const struct psr_backend *b)
{
	struct psr_err err = {""};
	struct psr_group g;
	char paths[512];

	if (psr_group_plan(&g, "psr-doctor", b, &err) < 0) {
		doctor_no(d, "%s", err.text);
		return;
	}
	psr_group_paths(&g, paths, sizeof(paths));
	for (char *p = paths; (p = strstr(p, "/psr-doctor"));)
		memmove(p, p + strlen("/psr-doctor"),
			strlen(p + strlen("/psr-doctor")) + 1);
	if (*paths)
		doctor_ok(d, "%s; groups below %s", b->what, paths);
	else
		doctor_ok(d, "%s", b->what);
}

void doctor_cgroup_v2(struct doctor *d)
{
	backend(d, &psr_cgroup_v2);
}

void doctor_cgroup_v1(struct doctor *d)
{
	backend(d, &psr_cgroup_v1);
}

void doctor_rlimit(struct doctor *d)
{
	backend(d, &psr_rlimit);
}

void doctor_systemd(struct doctor *d)
{
	if (access("/run/systemd/system", F_OK) < 0)
		doctor_no(d, "process 1 is not systemd; not needed");
	else
		doctor_ok(d, "process 1 is systemd; groups are made directly");
}

/* The one that `psr run` takes, tried for real. */
void doctor_reservation(struct doctor *d)
{
	struct psr_err err = {""};
	struct psr_group g;
	char name[80];

	psr_cgroup_name(name, sizeof(name));
	if (psr_group_plan(&g, name, NULL, &err) < 0 ||
	    psr_group_open(&g, false, &err) < 0) {
		doctor_bad(d, "no means works: %s", err.text);
		return;
	}
	if (psr_group_grant(&g, 1 << 30, &err) < 0)
		doctor_bad(d, "by %s, but no limit can be set: %s",
			   g.backend->name, err.text);
	else
		doctor_ok(d, "by %s", g.backend->name);
	psr_group_close(&g);
}

void doctor_gpu(struct doctor *d)
{
	static const char *const dirs[] = {
	    "/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib",
	    "/usr/local/nvidia/lib64", "/usr/lib/wsl/lib"};
	char text[256], path[128];

	for (size_t i = 0; i < PSR_COUNTOF(dirs); i++) {
		snprintf(path, sizeof(path), "%s/libnvidia-ml.so.1", dirs[i]);
		if (access(path, R_OK) < 0)
			continue;
		if (first_line("/proc/driver/nvidia/version", text,
			       sizeof(text)))
			doctor_ok(d, "%s (%s)", path, text);
		else
			doctor_no(d, "%s is there, but no driver is loaded",
				  path);
		return;
	}
	doctor_no(d, "no libnvidia-ml.so.1: no NVIDIA driver is installed");
}
