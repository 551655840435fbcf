/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "psr/proc.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

/* A name that would mislead who searches for the first ')'. */
static void test_name(void)
{
	uint64_t before = psr_proc_start(getpid());

	prctl(PR_SET_NAME, "a) Z 1 (b) 2");
	CHECK(psr_proc_start(getpid()) == before, "start moved");
	CHECK(psr_proc_parent(getpid()) == getppid(), "parent");
}

static void test_child(void)
{
	int gate[2];
	siginfo_t info;
	char c;
	pid_t pid;

	CHECK(!pipe(gate), "pipe");
	pid = fork();
	if (!pid) {
		close(gate[1]);
		_exit(read(gate[0], &c, 1) != 0);
	}
	close(gate[0]);
	CHECK(psr_proc_start(pid) >= psr_proc_start(getpid()), "order");
	CHECK(psr_proc_parent(pid) == getpid(), "parent of child");
	close(gate[1]);
	waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
	CHECK(psr_proc_start(pid) == 0, "a zombie counts as gone");
	waitpid(pid, NULL, 0);
	CHECK(psr_proc_start(pid) == 0, "gone");
	CHECK(psr_proc_parent(pid) == 0, "gone");
}

int main(void)
{
	char boot[37];

	errno = EINTR;
	CHECK(psr_proc_start(getpid()) != 0, "self");
	CHECK(psr_proc_start(0) == 0 && psr_proc_start(-1) == 0, "no pid");
	test_name();
	test_child();
	psr_proc_boot(boot, sizeof(boot));
	CHECK(strlen(boot) == 36, "boot '%s'", boot);
	CHECK(psr_proc_pid_namespace() != 0, "namespace");
	return check_result();
}
