/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* sys6.h - system calls past the C library, whose errno stays as it is. */
#ifndef PSR_SYS6_H
#define PSR_SYS6_H

#include <sys/syscall.h>

/* The kernel's answer to call NR; -4095 to -1: an error's number, negated. */
static inline long psr_sys6(long nr, long a, long b, long c, long d, long e,
			    long f)
{
#if defined(__x86_64__)
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8),
			   "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = nr;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return x0;
#else
#error "sys6.h knows x86-64 and AArch64"
#endif
}

#endif
