/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A program without a C library, and with a hot site. */
#include "site.h"

TEST_SITE(s, 0x3, a, b);

TEST_VARIANT long s_a(long n)
{
	return n;
}

TEST_VARIANT long s_b(long n)
{
	return n;
}

static long s_original(long n)
{
	return n + 1;
}

static char tls[256] __attribute__((aligned(64)));

static long call(long nr, long a, long b)
{
	long r;

	__asm__ volatile("syscall"
			 : "=a"(r)
			 : "a"(nr), "D"(a), "S"(b)
			 : "rcx", "r11", "memory");
	return r;
}

__attribute__((force_align_arg_pointer)) void _start(void)
{
	int good;

	*(void **)(tls + 128) = tls + 128; /* the thread pointer's own copy */
	call(158, 0x1002, (long)(tls + 128)); /* arch_prctl: ARCH_SET_FS */
	good = TEST_CALL(s, 1 << 24) == (1 << 24) + 1;
	call(60, !good, 0); /* exit */
}
