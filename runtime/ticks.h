/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* ticks.h - the processor's time stamp: constant rate, no system call. */
#ifndef PSR_TICKS_H
#define PSR_TICKS_H

#include <stdint.h>

#if defined(__x86_64__)

/* About so many ticks pass in US microseconds. */
static inline uint64_t psr_ticks_in(uint64_t us)
{
	return us * 2500;
}

/* Between two points of the program; not ordered with what surrounds it. */
static inline uint64_t psr_ticks(void)
{
	return __builtin_ia32_rdtsc();
}

/* Nothing of what follows has begun. */
static inline uint64_t psr_ticks_begin(void)
{
	uint64_t t;

	__builtin_ia32_lfence();
	t = __builtin_ia32_rdtsc();
	__builtin_ia32_lfence();
	return t;
}

/* Everything before has ended. */
static inline uint64_t psr_ticks_end(void)
{
	unsigned cpu;
	uint64_t t = __builtin_ia32_rdtscp(&cpu);

	__builtin_ia32_lfence();
	return t;
}

#elif defined(__aarch64__)

static inline uint64_t psr_ticks_in(uint64_t us)
{
	uint64_t hz;

	__asm__("mrs %0, cntfrq_el0" : "=r"(hz));
	return us * (hz / 1000) / 1000;
}

static inline uint64_t psr_ticks(void)
{
	uint64_t t;

	__asm__ volatile("mrs %0, cntvct_el0" : "=r"(t));
	return t;
}

static inline uint64_t psr_ticks_begin(void)
{
	__asm__ volatile("isb" ::: "memory");
	return psr_ticks();
}

static inline uint64_t psr_ticks_end(void)
{
	__asm__ volatile("isb" ::: "memory");
	return psr_ticks();
}

#else
#error "psr: no time stamp is known for this processor"
#endif

#endif
