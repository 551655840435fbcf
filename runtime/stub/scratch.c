/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * scratch.c - memory for the copies that variants work on.
 *
 * It comes from the kernel, not from malloc, which may be the program's own
 * and may hold its locks. A few blocks that are not too large are kept for the
 * next call: page faults cost as much as the copying. Whoever takes one swaps
 * it for nothing, so threads and signal handlers each have their own, and
 * nobody waits. What was taken when the process forks is lost to the child.
 *
 * There are bounds to what one linked object takes and keeps: a variant must
 * not be why a program runs out of memory. Keeps errno; no symbol of the C
 * library's is used. 10 ns if a block is there, some 2 us if not.
 */
#include "scratch.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#include "psr/site.h"
#include "sys6.h"

#define SLOTS     8
#define KEPT_MAX  (UINT64_C(4) << 20)  /* a block */
#define TAKEN_MAX (UINT64_C(64) << 20) /* all blocks, kept ones too */
#define GRAIN     (UINT64_C(64) << 10)

struct block {
	uint64_t bytes; /* with this */
	_Alignas(64) char data[];
};

static _Atomic(struct block *) slots[SLOTS];
static _Atomic uint64_t taken;
static _Atomic bool is_open;

static struct block *map_block(uint64_t bytes)
{
	struct block *p;
	long at;

	if (atomic_fetch_add(&taken, bytes) + bytes > TAKEN_MAX)
		goto none;
	at = psr_sys6(SYS_mmap, 0, (long)bytes, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at < 0 && at > -4096)
		goto none;
	p = (struct block *)(uintptr_t)at;
	p->bytes = bytes;
	return p;
none:
	atomic_fetch_sub(&taken, bytes);
	return NULL;
}

/* Leaked once the program is locked in: no more calls to the kernel then. */
static void unmap_block(struct block *p)
{
	uint64_t bytes = p->bytes;

	if (!atomic_load(&is_open))
		return;
	psr_sys6(SYS_munmap, (long)(uintptr_t)p, (long)bytes, 0, 0, 0, 0);
	atomic_fetch_sub(&taken, bytes);
}

/* Takes what is in slot I, if it has at least BYTES. */
static struct block *take(unsigned i, uint64_t bytes)
{
	struct block *p = atomic_load(&slots[i]), *none = NULL;

	if (!p || !(p = atomic_exchange(&slots[i], NULL)) || p->bytes >= bytes)
		return p;
	if (!atomic_compare_exchange_strong(&slots[i], &none, p))
		unmap_block(p);
	return NULL;
}

static void give(struct block *p)
{
	for (unsigned i = 0; i < SLOTS && p->bytes <= KEPT_MAX; i++) {
		struct block *none = NULL;

		if (!atomic_load(&slots[i]) &&
		    atomic_compare_exchange_strong(&slots[i], &none, p))
			return;
	}
	unmap_block(p);
}

__attribute__((visibility("hidden"))) void *__psr_scratch(uint64_t bytes)
{
	struct block *p = NULL;
	uint64_t need;

	if (bytes > TAKEN_MAX || !atomic_load(&is_open))
		return NULL;
	need = (bytes + sizeof(*p) + GRAIN - 1) & ~(GRAIN - 1);
	for (unsigned i = 0; i < SLOTS && !p; i++)
		p = take(i, need);
	if (p)
		return p->data;
	/* One that is too small makes room for one that is not. */
	for (unsigned i = 0; i < SLOTS && !p; i++)
		p = take(i, 0);
	if (p)
		unmap_block(p);
	p = map_block(need);
	return p ? p->data : NULL;
}

__attribute__((visibility("hidden"))) void __psr_scratch_done(void *data)
{
	give((struct block *)((char *)data - offsetof(struct block, data)));
}

void __psr_scratch_open(void)
{
	atomic_store(&is_open, true);
}

void __psr_scratch_close(void)
{
	for (unsigned i = 0; i < SLOTS; i++) {
		struct block *p = atomic_exchange(&slots[i], NULL);

		if (p)
			unmap_block(p);
	}
	atomic_store(&is_open, false);
}
