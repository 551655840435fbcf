/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* grow.h - arrays that grow. */
#ifndef PSR_GROW_H
#define PSR_GROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

/*
 * *P, an array of malloc() or NULL, has room for *ROOM items of SIZE bytes;
 * sees to it that there is room for NEED, one more at most than before. False:
 * no memory, and nothing has changed.
 */
static inline bool psr_grow(void **p, size_t *room, size_t need, size_t size)
{
	size_t more = *room ? *room * 2 : 64;
	void *q;

	if (need <= *room)
		return true;
	q = realloc(*p, more * size);
	if (!q)
		return false;
	*p = q;
	*room = more;
	return true;
}

#endif
