/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* proc.h - what /proc tells of a process: parent, start, still alive. */
#ifndef PSR_PROC_H
#define PSR_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "psr/err.h"

/*
 * Clock ticks from boot to the start of PID (field 22 of /proc/PID/stat),
 * which with PID names one process for ever. 0: no such process, or it is a
 * zombie, which holds nothing any more.
 */
PSR_API uint64_t psr_proc_start(pid_t pid);

/* The parent of PID; 0: none, or no such process. */
PSR_API pid_t psr_proc_parent(pid_t pid);

/* This boot of the machine, "" if unknown. BUF holds at least 37 bytes. */
PSR_API void psr_proc_boot(char *buf, size_t size);

/* The PID namespace of the caller, 0 if unknown. */
PSR_API uint64_t psr_proc_pid_namespace(void);

#endif
