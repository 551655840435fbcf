/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* binary.h - what a program file says about itself. */
#ifndef PSR_BINARY_H
#define PSR_BINARY_H

#include <stdbool.h>
#include <stdint.h>

struct psr_binary {
	uint64_t signature;  /* build-id and libraries, or the contents */
	uint64_t data_bytes; /* writable segments */
	/* As linked: its program headers, and the word that struct psr_note
	 * tells of (attach.h); 0: there is none. */
	uint64_t headers, sleep;
	bool elf;            /* it is a 64-bit ELF file */
	bool self_sizing;    /* links a run-time that reads its limits */
};

/* Mixes N bytes into hash H. Not for secrets. */
uint64_t psr_hash(uint64_t h, const void *data, uint64_t n);

/* All N bytes at AT of the file FD. */
bool psr_binary_read_at(int fd, uint64_t at, void *buf, uint64_t n);

/* Reads the file FD. Malformed files are hashed by content; never fails. */
void psr_binary_read(int fd, struct psr_binary *out);

#endif
