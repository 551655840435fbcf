/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The memory of the runtime inside a user's program: not of the program's heap.
 * What would be freed there, in the middle of what the program keeps, the
 * program would be given next: a list of small nodes that had been in a row was
 * scattered, and took a seventh longer to walk.
 *
 * These take the C library's place in libpsrrt.so alone, of which SQLite is a
 * part, and are hidden: no other object's calls come here. While a thread is in
 * the runtime (psr_probe_begin_busy) they serve it from regions of their own,
 * by powers of two, each with a list of what is free (Knuth: The Art of Computer
 * Programming 1, 2.5; buddies are not joined); large blocks are mappings. Any
 * other caller gets the C library's. What is freed goes back to where it is
 * from.
 *
 * Thread-safe. Nobody is in here at fork: see attach.c.
 */
#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "probe.h"

#define HIDDEN       __attribute__((visibility("hidden")))
#define REGION_BYTES ((size_t)1 << 20)
#define REGIONS_MOST 256
#define LOG2_LEAST   5 /* bytes of a block, its head among them */
#define LOG2_MOST    17
#define NLISTS       (LOG2_MOST - LOG2_LEAST + 1)

/* In front of each block; as large as what it must be aligned to. */
union head {
	struct {
		size_t bytes; /* of the block, with this */
		union head *next; /* free, of the same size; or large */
	} s;
	_Alignas(16) char align[16];
};

static atomic_flag taken = ATOMIC_FLAG_INIT;
static union head *lists[NLISTS], *large;
static char *regions[REGIONS_MOST];
static size_t nregions, used; /* of the last region */

static void lock(void)
{
	while (atomic_flag_test_and_set_explicit(&taken, memory_order_acquire))
		sched_yield();
}

static void unlock(void)
{
	atomic_flag_clear_explicit(&taken, memory_order_release);
}

static void *map(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* ---- Whose it is ---- */

static union head *head_of(void *p)
{
	return (union head *)p - 1;
}

/* Where the pointer to the large block H is; NULL: it is none. */
static union head **find_large(const union head *h)
{
	for (union head **p = &large; *p; p = &(*p)->s.next)
		if (*p == h)
			return p;
	return NULL;
}

static bool is_in_region(const void *p)
{
	for (size_t i = 0; i < nregions; i++)
		if ((const char *)p >= regions[i] &&
		    (const char *)p < regions[i] + REGION_BYTES)
			return true;
	return false;
}

static bool is_ours(void *p)
{
	bool ours;

	lock();
	ours = is_in_region(p) || find_large(head_of(p));
	unlock();
	return ours;
}

/* ---- Blocks ---- */

static unsigned list_of(size_t bytes)
{
	unsigned log2 = LOG2_LEAST;

	while ((size_t)1 << log2 < bytes)
		log2++;
	return log2 - LOG2_LEAST;
}

static union head *cut_block(size_t bytes)
{
	char *region = nregions ? regions[nregions - 1] : NULL;

	if (!region || REGION_BYTES - used < bytes) {
		region = nregions < REGIONS_MOST ? map(REGION_BYTES) : NULL;
		if (!region)
			return NULL;
		regions[nregions++] = region;
		used = 0;
	}
	used += bytes;
	return (union head *)(region + used - bytes);
}

static union head *small_block(size_t bytes)
{
	unsigned list = list_of(bytes);
	union head *h = lists[list];

	bytes = (size_t)1 << (list + LOG2_LEAST);
	if (h) {
		lists[list] = h->s.next;
		return h;
	}
	h = cut_block(bytes);
	if (h)
		h->s.bytes = bytes;
	return h;
}

static union head *large_block(size_t bytes)
{
	union head *h = map(bytes);

	if (!h)
		return NULL;
	h->s.bytes = bytes;
	h->s.next = large;
	large = h;
	return h;
}

static void *take(size_t n)
{
	size_t bytes = n + sizeof(union head);
	union head *h;

	lock();
	if (bytes <= (size_t)1 << LOG2_MOST && bytes >= n)
		h = small_block(bytes);
	else
		h = bytes >= n ? large_block(bytes) : NULL;
	unlock();
	if (!h)
		errno = ENOMEM;
	return h ? h + 1 : NULL;
}

static void give(void *p)
{
	union head *h = head_of(p), **at;

	lock();
	at = find_large(h);
	if (at) {
		*at = h->s.next;
		munmap(h, h->s.bytes);
	} else {
		at = &lists[list_of(h->s.bytes)];
		h->s.next = *at;
		*at = h;
	}
	unlock();
}

/* ---- The C library's ---- */

/* NAME's function, as the program has it. */
static void *other(const char *name, _Atomic(void *) *kept)
{
	void *f = atomic_load_explicit(kept, memory_order_relaxed);

	if (!f) {
		f = dlsym(RTLD_DEFAULT, name);
		atomic_store_explicit(kept, f, memory_order_relaxed);
	}
	return f;
}

static void *other_realloc(void *p, size_t n)
{
	static _Atomic(void *) kept;

	return ((void *(*)(void *, size_t))other("realloc", &kept))(p, n);
}

static void other_free(void *p)
{
	static _Atomic(void *) kept;

	((void (*)(void *))other("free", &kept))(p);
}

HIDDEN void *malloc(size_t n)
{
	return psr_probe_is_busy() ? take(n) : other_realloc(NULL, n);
}

HIDDEN void free(void *p)
{
	if (p && is_ours(p))
		give(p);
	else if (p)
		other_free(p);
}

HIDDEN void *calloc(size_t n, size_t size)
{
	size_t bytes;
	void *p;

	if (__builtin_mul_overflow(n, size, &bytes))
		bytes = SIZE_MAX;
	p = malloc(bytes);
	return p ? memset(p, 0, bytes) : NULL;
}

HIDDEN void *realloc(void *p, size_t n)
{
	size_t room;
	void *q;

	if (!p)
		return malloc(n);
	if (!is_ours(p))
		return other_realloc(p, n);
	room = head_of(p)->s.bytes - sizeof(union head);
	if (n <= room && n >= room / 4)
		return p;
	q = malloc(n);
	if (!q)
		return NULL;
	memcpy(q, p, n < room ? n : room);
	give(p);
	return q;
}
