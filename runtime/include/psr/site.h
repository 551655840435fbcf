/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* site.h - what the compiler plugin, the stub and the runtime agree on.
 *
 * For every site the plugin emits one `struct psr_site` (read-only, section
 * "psr_sites") and one dispatch table (zero-initialised, so it costs neither
 * file space nor relocations). All references are 32-bit distances from the
 * field that holds them: nothing is relocated when a program starts.
 *
 * The code at the site's place is, in C:
 *
 *     work = product of the trip counts known on entry
 *     if (work <= table[PSR_TABLE_SMALL]) goto original; // inline, no cost
 *     struct psr_entry e = {0, 0};
 *     if ((*tick -= work) < 0 && __psr_enter_at)
 *             e = __psr_enter_at(&site, size, tick); // rare, cold
 *     else
 *             e.code = table[log2(work)]; // and by trips: see below
 *     if (!e.code || !((fn *)((char *)table + e.code))(arguments...))
 *             original: the code as clang made it, inline
 *     if (e.start)
 *             __psr_leave(&site, size, e.code, e.start);
 *
 * The variant of a nest returns false when its guard failed, having done
 * nothing; one of a function returns what the function does.
 *
 * So the baseline is the untouched inline code; a table of zeros, which is
 * what every program starts with, means "baseline everywhere".
 */
#ifndef PSR_SITE_H
#define PSR_SITE_H

#include <stdbool.h>
#include <stdint.h>

#define PSR_SITE_ABI     4

/*
 * A size class is log2(work), and where loops are nested, PSR_SIZES times log2
 * of the innermost trip count (the last for all above): whether vectors pay,
 * and how many at a time, depends on it, and a loop that repeats another one
 * does as much work for few repetitions of much as for many of little.
 */
#define PSR_SIZES        64
#define PSR_TRIPS        16
#define PSR_CLASSES      (PSR_SIZES * PSR_TRIPS)
#define PSR_SITE_SECTION "psr_sites"

/* CPU features that a variant needs beyond the flags of its module. */
enum psr_isa {
	PSR_ISA_V2 = 1 << 0,    /* x86-64-v2 */
	PSR_ISA_V3 = 1 << 1,    /* x86-64-v3, FMA included */
	PSR_ISA_V4 = 1 << 2,    /* x86-64-v4 */
	PSR_ISA_POPCNT = 1 << 3, /* AVX-512 BITALG and VPOPCNTDQ */
	PSR_ISA_NEON = 1 << 8,  /* AArch64; all of them have it */
	PSR_ISA_SVE = 1 << 9,
	PSR_ISA_SVE2 = 1 << 10,
};

enum psr_variant_flags {
	PSR_VARIANT_GUARDED = 1 << 0,   /* may leave the call to the original */
	PSR_VARIANT_PARALLEL = 1 << 1,  /* only where threads are granted */
	PSR_VARIANT_COUNTED = 1 << 2,   /* counts what it does; never best */
};

enum psr_site_kind { PSR_SITE_LOOP = 0, PSR_SITE_FUNCTION = 1 };

struct psr_variant {
	int32_t code;           /* from this field to the function */
	int32_t name;           /* from this field to its name, e.g. "v3-w256" */
	uint32_t isa;           /* enum psr_isa, or-ed: needs all of them */
	uint32_t flags;         /* enum psr_variant_flags, or-ed */
};

#define PSR_SITE_BY_TRIP 1 /* PSR_CLASSES classes, not PSR_SIZES */
#define PSR_SITE_AT_MOST 2 /* calls may do far less work than they say */

struct psr_site {
	uint32_t abi;           /* PSR_SITE_ABI */
	uint32_t min_work;      /* less work runs the original; 1 or more */
	uint64_t id;            /* identity: normalised IR and source name */
	int32_t table;          /* from this field to int32_t[] */
	int32_t variants;       /* from this field to psr_variant[nvariants] */
	int32_t function;       /* from this field to the function's name */
	int32_t file;           /* from this field to the source file's name */
	uint32_t line;          /* first line of the nest; 0: no debug info */
	uint8_t nvariants;
	uint8_t flags;          /* PSR_SITE_... */
	uint8_t kind;           /* enum psr_site_kind */
	uint8_t depth;          /* loops in the deepest chain */
	/* Static features; counts are of the innermost loop's IR. */
	uint16_t instructions;
	uint16_t loads;
	uint16_t stores;
	uint16_t flops;
	uint16_t branches;
	uint16_t calls;
	uint16_t load_bytes;    /* bytes loaded an iteration */
	uint16_t store_bytes;   /* bytes stored an iteration */
};

_Static_assert(sizeof(struct psr_variant) == 16, "plugin/dispatch.c emits it");
_Static_assert(sizeof(struct psr_site) == 56, "plugin/dispatch.c emits it");

/*
 * The SIZE of a call, as the runtime is told it: its work, and where the site
 * is BY_TRIP, in the bits from PSR_TRIP_SHIFT on, log2 of its innermost trip
 * count; all work that leaves no room for these is as good as endless.
 */
#define PSR_TRIP_SHIFT 60
#define PSR_WORK_MAX   ((UINT64_C(1) << PSR_TRIP_SHIFT) - 1)

static inline uint64_t psr_size_work(uint64_t size)
{
	return size & PSR_WORK_MAX;
}

static inline unsigned psr_size_class(uint64_t size)
{
	return 63u - (unsigned)__builtin_clzll(psr_size_work(size) | 1) +
	       PSR_SIZES * (unsigned)(size >> PSR_TRIP_SHIFT);
}

/* The least work of a class's calls; they do less than twice as much. */
static inline uint64_t psr_class_work(unsigned size_class)
{
	return UINT64_C(1) << size_class % PSR_SIZES;
}

static inline unsigned psr_site_classes(const struct psr_site *site)
{
	return site->flags & PSR_SITE_BY_TRIP ? PSR_CLASSES : PSR_SIZES;
}

struct psr_entry {              /* returned in rax:rdx, x0:x1 */
	int64_t code;           /* from the table's start; 0: inline original */
	uint64_t start;         /* time stamp; 0: this call is not timed */
};

/*
 * Work units left before the next sample. Every instrumented module defines
 * one of these weak and hidden, so one exists for each linked object, with or
 * without the stub. What is compiled for a program (not PIC, or PIE) has
 *
 *     _Thread_local int64_t __psr_tick;       // initial-exec
 *
 * What may go into a shared library (PIC) must have no thread-local variable:
 * their room is small, and the C library loses some of it whenever libraries
 * are unloaded out of order, until dlopen fails. It has a line for each of
 * the thread pointer's hashes, which two threads rarely share:
 *
 *     int64_t __psr_ticks[PSR_TICK_SLOTS][8]; // 64 bytes each
 */
#define PSR_TICK_SLOTS 64               /* a power of two */
#define PSR_TICK_HASH  UINT64_C(0x9e3779b97f4a7c15)

static inline unsigned psr_tick_slot(uint64_t thread_pointer)
{
	return (unsigned)(thread_pointer * PSR_TICK_HASH >> 58);
}

/*
 * The counted variant of a nest, which does what the original does, calls
 *
 *     if (!__psr_values(&site, n, values)) return false;
 *     ... the nest ...
 *     __psr_counts(&site, n, counts);
 *
 * with the values of the nest's integer inputs, sign-extended, and for each of
 * its conditional branches how often it was taken to its first successor, and
 * how often not. False: the values were all that was wanted.
 */
bool __psr_values(const struct psr_site *site, uint32_t n,
                   const uint64_t *values);
void __psr_counts(const struct psr_site *site, uint32_t n,
                  const uint64_t *counts);

/*
 * Weak in instrumented code: without the stub the baseline runs. Both preserve
 * nearly all integer registers, as the variants of nests do, so that code
 * around a site keeps what it has where it is.
 */
#define PSR_PRESERVE_MOST __attribute__((preserve_most))

PSR_PRESERVE_MOST struct psr_entry
__psr_enter_at(const struct psr_site *site, uint64_t size, int64_t *tick);
PSR_PRESERVE_MOST void __psr_leave(const struct psr_site *site, uint64_t size,
                                   int64_t code, uint64_t start);

/* Weak too. Before the program calls prctl() with OPTION, or what amounts to
 * it, where that may lock it in: see plugin/seal.c. */
void __psr_seal(int option);

/* Does the iterations [first, last), on any thread. */
typedef void psr_range_fn(void *context, int64_t first, int64_t last);

/*
 * Weak too, called by parallel variants: has RANGE do all of [0, trips), in
 * several parts at once, and returns when all are done. 0: nothing was done,
 * for there are no threads, or somebody else in the process has them; the
 * variant declines.
 */
int __psr_parallel(psr_range_fn *range, void *context, int64_t trips);

/*
 * Weak too, called by variants that work on packed copies: BYTES of memory,
 * of any contents, aligned to 64; or NULL, and the variant declines. It is the
 * caller's alone until __psr_scratch_done(), before the variant returns.
 */
void *__psr_scratch(uint64_t bytes);
void __psr_scratch_done(void *block);

/* By way of an integer: a compiler that sees the constant site itself would
 * take a write so far beyond it for impossible, and drop it. */
static inline int32_t *psr_site_table(const struct psr_site *site)
{
	return (int32_t *)((uintptr_t)&site->table +
	                   (uintptr_t)(intptr_t)site->table);
}

/*
 * The entry for the most work, which cannot be, is the most work that runs
 * the original at once. At first it is 0: calls of any size are noticed, until
 * the runtime has learnt the values that small calls have; then it is
 * min_work - 1, or more where small calls gain nothing, or all if the stub
 * finds that nobody will ever choose.
 */
#define PSR_TABLE_SMALL (PSR_SIZES - 1)

static inline void psr_site_set_small(const struct psr_site *site,
                                      uint32_t most)
{
	__atomic_store_n(&psr_site_table(site)[PSR_TABLE_SMALL], (int32_t)most,
	                 __ATOMIC_RELAXED);
}

static inline const struct psr_variant *
psr_site_variants(const struct psr_site *site)
{
	return (const struct psr_variant *)((const char *)&site->variants +
	                                    site->variants);
}

static inline const char *psr_site_function(const struct psr_site *site)
{
	return (const char *)&site->function + site->function;
}

static inline const char *psr_site_file(const struct psr_site *site)
{
	return (const char *)&site->file + site->file;
}

static inline const char *psr_variant_name(const struct psr_variant *v)
{
	return (const char *)&v->name + v->name;
}

/* The table entry that selects V: its code's distance from the table. */
static inline int32_t psr_variant_entry(const struct psr_site *site,
                                        const struct psr_variant *v)
{
	return (int32_t)(((const char *)&v->code + v->code) -
	                 (const char *)psr_site_table(site));
}

#endif
