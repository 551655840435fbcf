/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* scratch.h - memory for the copies that variants work on (psr/site.h). */
#ifndef PSR_SCRATCH_H
#define PSR_SCRATCH_H

/* Until it is open, and once it is closed, there is none, and none of the
 * calls to the kernel that it takes. Closing gives back what is unused. */
void __psr_scratch_open(void);
void __psr_scratch_close(void);

#endif
