/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* rouse.h - tells a program that has just begun what psr run knows of it. */
#ifndef PSR_ROUSE_H
#define PSR_ROUSE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Tells the stub in PID, a child of this process that has called exec, that its
 * run will be entered and, if AT_ONCE, to wake at its first sample (attach.h);
 * HEADERS and SLEEP are struct psr_binary's of its file. Does nothing where that
 * is not what PID runs, or not permitted.
 */
void psr_rouse(pid_t pid, uint64_t headers, uint64_t sleep, bool at_once);

#endif
