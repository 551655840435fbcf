/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* cc_scan.h - what a clang command line will do, as far as PSR cares. */
#ifndef PSR_CC_SCAN_H
#define PSR_CC_SCAN_H

#include <stdbool.h>

#include "cc_args.h"

struct psr_scan {
	bool dashes; /* has a `--`: only inputs may follow the arguments */
	bool plugin; /* optimises C, C++ or LLVM IR for x86-64 or AArch64 Linux */
	bool probes; /* samples may count what it compiles, and be used */
	bool stub;   /* links what may hold sites, with the C library */
	bool foreign; /* the target is another machine's */
	const char *processor; /* "x86_64", "aarch64", or NULL */
	/* As given, in ARGS; at most one of them, or clang's default. */
	const char *linker;      /* -fuse-ld=LINKER */
	const char *linker_path; /* --ld-path=LINKER */
};

/* ARGS are expanded, without the program's name. SMALL: at -Os, too. */
void psr_scan(const struct psr_args *args, bool small, struct psr_scan *out);

/*
 * How many arguments behind ARG are its values: "-o" 1, "-ofile" 0. `--`
 * is no option here.
 */
int psr_scan_values(const char *arg);

#endif
