/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * sealed HOW ROUNDS: meets a hot site ROUNDS times, locks itself in so that
 * whatever is not in the list below kills it, meets the site again and prints
 * what it computed.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define N (1 << 18)
#define ALLOW(nr)                                                              \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),                         \
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

void hot(float *x, float *y, int n);

static float a[N], b[N];

static struct sock_filter list[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    ALLOW(SYS_write),
    ALLOW(SYS_exit_group),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
};

static int lock_in(const char *how)
{
	struct sock_fprog p = {sizeof(list) / sizeof(*list), list};

	if (!strcmp(how, "strict"))
		return prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
	if (!strcmp(how, "counter"))
		return prctl(PR_SET_TSC, PR_TSC_SIGSEGV);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	if (!strcmp(how, "filter"))
		return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &p);
	if (!strcmp(how, "filter-by-number"))
		return (int)syscall(SYS_prctl, PR_SET_SECCOMP,
				    SECCOMP_MODE_FILTER, &p);
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &p);
}

static void run(int rounds)
{
	while (rounds-- > 0)
		hot(a, b, N);
}

int main(int argc, char **argv)
{
	unsigned hash = 0;
	char text[32];

	if (argc != 3)
		return 2;
	for (int i = 0; i < N; i++)
		a[i] = (float)(i % 17);
	run(atoi(argv[2]));
	if (lock_in(argv[1]))
		return 3;
	run(400);
	for (int i = 0; i < N; i++)
		hash = hash * 31 + (unsigned)b[i];
	snprintf(text, sizeof(text), "%u\n", hash);
	if (write(1, text, strlen(text)) < 0)
		return 4;
	if (!strcmp(argv[1], "strict"))
		syscall(SYS_exit, 0);
	_exit(0);
}
