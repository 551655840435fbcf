/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* cpu.h - this machine's processor: what times belong to, what it can run. */
#ifndef PSR_CPU_H
#define PSR_CPU_H

#include <stdint.h>

#include "psr/err.h"

#define PSR_CPU_KEY 48

/*
 * Writes the key under which site times are kept to BUF, e.g.
 * "GenuineIntel-6-143-8-v4": vendor, family, model, stepping and the feature
 * level that the operating system allows. Two machines with one key run the
 * same variants at about the same relative speed.
 */
PSR_API void psr_cpu_key(char buf[PSR_CPU_KEY]);

/* enum psr_isa, or-ed: what processor and operating system support. */
PSR_API uint32_t psr_cpu_isa(void);

#endif
