/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* site.h - hand-made sites, as the plugin would emit them.
 *
 * TEST_SITE(s, id, a, b) declares a site with the variants "a" and "b", which
 * are `long s_a(long)` and `long s_b(long)`; TEST_CALL(s, n) calls it with n
 * units of work. The original is `long s_original(long)`. TEST_SITE_FLAGS
 * takes enum psr_variant_flags of "a", too, as a number.
 */
#ifndef TEST_SITE_H
#define TEST_SITE_H

#include <stdint.h>

#include "psr/site.h"

/* Calls that were timed, and so become samples. */
static long test_timed;

#if defined(__PIC__) && !defined(__PIE__)
__attribute__((weak, visibility("hidden"),
	       aligned(64))) int64_t __psr_ticks[PSR_TICK_SLOTS][8];

static inline int64_t *test_tick(void)
{
	return __psr_ticks[psr_tick_slot(
	    (uintptr_t)__builtin_thread_pointer())];
}
#else
__attribute__((weak, visibility("hidden"),
	       tls_model("initial-exec"))) _Thread_local int64_t __psr_tick;

static inline int64_t *test_tick(void)
{
	return &__psr_tick;
}
#endif

#pragma weak __psr_enter_at
#pragma weak __psr_leave

#define TEST_SITE(NAME, ID, A, B) TEST_SITE_FLAGS(NAME, ID, A, 0, B)

#define TEST_SITE_FLAGS(NAME, ID, A, FLAGS, B)                                 \
	long NAME##_##A(long n);                                               \
	long NAME##_##B(long n);                                               \
	extern const struct psr_site NAME##_site                               \
	    __attribute__((visibility("hidden")));                             \
	extern int32_t NAME##_table[PSR_CLASSES]                               \
	    __attribute__((visibility("hidden")));                             \
	__asm__(                                                               \
	    ".pushsection psr_sites,\"a\",@progbits\n"                         \
	    ".p2align 3\n"                                                     \
	    ".hidden " #NAME "_site\n.globl " #NAME "_site\n" #NAME "_site:\n" \
	    ".long 4, 1024\n"                                                  \
	    ".quad " #ID "\n"                                                  \
	    ".long " #NAME "_table - .\n"                                      \
	    ".long " #NAME "_variants - .\n"                                   \
	    ".long " #NAME "_function - .\n"                                   \
	    ".long " #NAME "_file - .\n"                                       \
	    ".long 7\n.byte 2, 0, 0, 1\n"                                  \
	    ".short 10, 1, 0, 1, 1, 0, 8, 0\n"                                 \
	    ".popsection\n"                                                    \
	    ".pushsection .rodata\n.p2align 3\n" #NAME "_variants:\n"          \
	    ".long " #NAME "_" #A " - ., " #NAME "_name0 - ., 0, " #FLAGS       \
	    "\n"                                                               \
	    ".long " #NAME "_" #B " - ., " #NAME "_name1 - ., 0, 0\n" #NAME    \
	    "_name0: .asciz \"" #A "\"\n" #NAME "_name1: .asciz \"" #B         \
	    "\"\n" #NAME "_function: .asciz \"" #NAME "\"\n" #NAME             \
	    "_file: .asciz \"test.c\"\n"                                       \
	    ".popsection\n"                                                    \
	    ".pushsection .bss\n.p2align 6\n"                                  \
	    ".hidden " #NAME "_table\n.globl " #NAME "_table\n" #NAME          \
	    "_table: .zero 256\n.popsection\n")

#define TEST_VARIANT __attribute__((visibility("hidden"), noinline, used))

/* What the plugin puts in front of a nest; see psr/site.h. */
static inline long test_call(const struct psr_site *site, int32_t *table,
			     long (*original)(long), long n)
{
	struct psr_entry e = {0, 0};
	int64_t *tick = test_tick(), left;
	uint64_t work = (uint64_t)n;
	long r;

	if (work <= (uint32_t)__atomic_load_n(&table[PSR_TABLE_SMALL],
					      __ATOMIC_RELAXED))
		return original(n);
	left = __atomic_load_n(tick, __ATOMIC_RELAXED) - (int64_t)work;
	__atomic_store_n(tick, left, __ATOMIC_RELAXED);
	if (left < 0 && __psr_enter_at)
		e = __psr_enter_at(site, work, tick);
	else
		e.code = __atomic_load_n(&table[63 - __builtin_clzll(work)],
					 __ATOMIC_RELAXED);
	if (e.code)
		r = ((long (*)(long))((char *)table + e.code))(n);
	else
		r = original(n);
	if (e.start) {
		__psr_leave(site, work, e.code, e.start);
		__atomic_add_fetch(&test_timed, 1, __ATOMIC_RELAXED);
	}
	return r;
}

#define TEST_CALL(NAME, n)                                                     \
	test_call(&NAME##_site, NAME##_table, NAME##_original, n)

#endif
