/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* blocks.h - how often a program's blocks ran, from addresses executed. */
#ifndef PSR_BLOCKS_H
#define PSR_BLOCKS_H

#include <stdbool.h>

#include "psr/store.h"
#include "trace.h"

/* PATH is an ELF file with probes, as psr-cc makes them. Never fails. */
bool psr_blocks_present(const char *path);

struct psr_blocks {
	struct psr_block *at;
	size_t n, size;
	char **strings; /* what they point to */
	size_t nstrings, strings_size;
};

/*
 * Fills *OUT with every block of the functions that T has met, also those that
 * were not executed, function by function. What is malformed is passed over.
 * -ENOMEM. Free *OUT in any case.
 */
PSR_MUST_CHECK int psr_blocks_read(const struct psr_trace *t,
				   struct psr_blocks *out);

/*
 * Where NAME, one of the dynamic symbols of the file that MAP is of, lies in the
 * program; 0: nowhere.
 */
uint64_t psr_blocks_symbol(const struct psr_trace_map *map, const char *name);

void psr_blocks_free(struct psr_blocks *blocks);

#endif
