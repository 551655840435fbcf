/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "rouse.h"

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/uio.h>
#include <unistd.h>

#include "attach.h"

/* Where PID's program headers are; 0: not known. */
static uint64_t headers_of(pid_t pid)
{
	Elf64_auxv_t v[64];
	char path[48];
	ssize_t n = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/auxv", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, v, sizeof(v));
		close(fd);
	}
	for (size_t i = 0; (ssize_t)((i + 1) * sizeof(v[0])) <= n; i++)
		if (v[i].a_type == AT_PHDR)
			return v[i].a_un.a_val;
	return 0;
}

void psr_rouse(pid_t pid, uint64_t headers, uint64_t sleep, bool at_once)
{
	uint64_t at = headers_of(pid);
	uint32_t word = 0;
	struct iovec here = {&word, sizeof(word)};
	struct iovec there = {(void *)(uintptr_t)(at - headers + sleep),
			      sizeof(word)};

	if (!at || !sleep ||
	    process_vm_readv(pid, &here, 1, &there, 1, 0) != sizeof(word) ||
	    word != PSR_SLEEPS)
		return;
	word = at_once ? PSR_ROUSED : PSR_RECORDED;
	(void)!process_vm_writev(pid, &here, 1, &there, 1, 0);
}
