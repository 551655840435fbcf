/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* fp.h - the runtime's arithmetic leaves the program's alone.
 *
 * A program may have unmasked exceptions, set another rounding, or look at the
 * flags later: between hold and restore neither is its own. Only the vector
 * unit's, in a few ns; what goes further (SQLite's long doubles) takes fenv.h.
 * What is computed meanwhile must be in a function that is not inlined, since
 * compilers move arithmetic across these.
 */
#ifndef PSR_FP_H
#define PSR_FP_H

#include <stdint.h>

struct psr_fp {
	uint64_t control, status;
};

#if defined(__x86_64__)

static inline struct psr_fp psr_fp_hold(void)
{
	struct psr_fp old = {__builtin_ia32_stmxcsr(), 0};

	__builtin_ia32_ldmxcsr(0x1f80); /* all masked, to nearest */
	return old;
}

static inline void psr_fp_restore(struct psr_fp old)
{
	__builtin_ia32_ldmxcsr((uint32_t)old.control);
}

#elif defined(__aarch64__)

static inline struct psr_fp psr_fp_hold(void)
{
	struct psr_fp old;

	__asm__ volatile("mrs %0, fpcr\n\tmrs %1, fpsr\n\tmsr fpcr, xzr"
			 : "=r"(old.control), "=r"(old.status)
			 :
			 : "memory");
	return old;
}

static inline void psr_fp_restore(struct psr_fp old)
{
	__asm__ volatile("msr fpsr, %1\n\tmsr fpcr, %0"
			 :
			 : "r"(old.control), "r"(old.status)
			 : "memory");
}

#endif

#endif
