/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * early.h - the note by which a program that gained, and woke cheaply, has the
 * next one wake early.
 *
 * It lies beside the database as FILE-early-XX, a symbolic link whose target is
 * no file but tells of the program's sites and of the state in which the database
 * was: a stub reads it with one system call and without a descriptor. While the
 * database is in that state a module wakes from its snapshot (store_snapshot.c),
 * at a fifth of the cost. There are at most 256, of as many programs, or fewer
 * where two have the same place.
 */
#ifndef PSR_EARLY_H
#define PSR_EARLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "psr/site.h"

#define PSR_EARLY_NAME   "-early-" /* and the last digits of the sites */
#define PSR_EARLY_PLACE  2         /* so many */
#define PSR_EARLY_DIGITS 16

/* FNV-1a's step, by words, folded. */
static inline uint64_t psr_early_mix(uint64_t h, uint64_t x)
{
	h = (h ^ x) * UINT64_C(0x100000001b3);
	return h ^ h >> 32;
}

/* Who they are, by few of them: it may be thousands. */
static inline uint64_t psr_early_sites(const struct psr_site *sites, size_t n)
{
	uint64_t h = psr_early_mix(UINT64_C(0xcbf29ce484222325), n);

	if (!n)
		return h;
	h = psr_early_mix(h, sites[0].id);
	return psr_early_mix(h, sites[n - 1].id);
}

/* H with the state of one more file; all 0 where there is none. */
static inline uint64_t psr_early_file(uint64_t h, uint64_t device,
				      uint64_t inode, uint64_t size,
				      uint64_t time_ns)
{
	h = psr_early_mix(psr_early_mix(h, device), inode);
	return psr_early_mix(psr_early_mix(h, size), time_ns);
}

/* The stub's: whether there is a note for these N sites that still holds. */
bool __psr_early(const struct psr_site *sites, size_t n);

/* The last N digits of X, in hexadecimal, and an end. */
static inline void psr_early_digits(char *out, unsigned n, uint64_t x)
{
	out[n] = 0;
	for (; n--; x >>= 4)
		out[n] = "0123456789abcdef"[x & 15];
}

#endif
