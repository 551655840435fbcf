/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* hash.h - a hash of results (FNV-1a). */
#ifndef PSR_TEST_HASH_H
#define PSR_TEST_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_BEGIN 14695981039346656037u

static uint64_t hash(const void *p, size_t bytes, uint64_t h)
{
	const unsigned char *b = p;

	while (bytes--)
		h = (h ^ *b++) * UINT64_C(0x100000001b3);
	return h;
}

#endif
