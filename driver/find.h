/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* find.h - where PSR's companions and other tools are. */
#ifndef PSR_FIND_H
#define PSR_FIND_H

#include <stdbool.h>
#include <stddef.h>

/* Writes the path of the program NAME in $PATH to OUT. False: not there. */
bool psr_find_in_path(const char *name, char *out, size_t size);

/*
 * Writes the path of NAME, as it is below the directory where PSR is
 * installed or built ("bin/psr-cc"), to OUT. False: it cannot be read.
 */
bool psr_find_own(const char *name, char *out, size_t size);

#endif
