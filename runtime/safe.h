/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* safe.h - may this thread, here and now, call dlopen, malloc and SQLite? */
#ifndef PSR_SAFE_H
#define PSR_SAFE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * True outside signal handlers, outside a wake or flush that is going on,
 * and with at least 256 KiB of known stack left. Costs some 70 system calls:
 * ask rarely.
 */
bool __psr_safe(void);

/*
 * The program has locked itself into a system call filter, and may be killed for
 * opening a file. Containers have filters as well, but those refuse.
 */
bool __psr_sandboxed(void);

/* Blocks every signal, even the C library's own; returns the old mask. */
uint64_t __psr_signals_block(void);
void __psr_signals_restore(uint64_t mask);

#endif
