/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* verify.h - what code compiled with psr-verify and the stub agree on.
 *
 * Each variant is called by a function that checks it, in C:
 *
 *     struct psr_verify v = {&about, ranges, nranges, inputs, work};
 *     if (extents do not hold || !__psr_verify_begin(&v)) return false;
 *     if (!variant(arguments..., own slots...)) {
 *             __psr_verify_declined(&v);
 *             return false;
 *     }
 *     __psr_verify_restore(&v);
 *     baseline(arguments..., slots...);
 *     __psr_verify_result(&v, k, &own slot, &slot, size); // of each k
 *     __psr_verify_end(&v);
 *     return true;
 *
 * Of two NaNs C leaves open which one is the result, so where floating-point
 * numbers are written any two are alike.
 *
 * Several threads may be in it at once, as long as none writes between the
 * bytes that another one's nest writes.
 */
#ifndef PSR_VERIFY_H
#define PSR_VERIFY_H

#include <stddef.h>
#include <stdint.h>

enum psr_verify_kind { /* of what is written, or-ed */
		       PSR_VERIFY_FLOAT = 1 << 0,
		       PSR_VERIFY_DOUBLE = 1 << 1,
};

struct psr_verify_about { /* one variant of one site; in writable memory */
	const char *function, *file, *variant;
	/* For each input a letter (i integer, p pointer, f float, d double,
	 * ? other), its name, which may be empty, and a semicolon. */
	const char *inputs;
	uint64_t site;
	uint32_t line;
	uint32_t kinds;   /* enum psr_verify_kind, of all its stores */
	uint64_t reports; /* so far */
};

struct psr_verify_range {
	uint64_t base;      /* the pointer that the code has */
	uint64_t low, high; /* the bytes [low, high) may be written */
};

struct psr_verify {
	struct psr_verify_about *about;
	const struct psr_verify_range *ranges;
	uint64_t nranges;
	const uint64_t *inputs; /* their bits */
	uint64_t work;
	/* The stub's own. */
	unsigned char *saved, *kept, *unmapped;
	size_t bytes;
};

_Static_assert(sizeof(struct psr_verify_about) == 56, "plugin/verify.c");
_Static_assert(sizeof(struct psr_verify_range) == 24, "plugin/verify.c");
_Static_assert(sizeof(struct psr_verify) == 72, "plugin/verify.c");

/* Copies what the ranges hold. 0: no memory, or the ranges have more than 256
 * MiB in all; nothing is to be done. */
int __psr_verify_begin(struct psr_verify *v);

/* The variant has declined: it must not have written. Ends V. */
void __psr_verify_declined(struct psr_verify *v);

/* Keeps what the variant has written, and writes back what was there. */
void __psr_verify_restore(struct psr_verify *v);

/* The SIZE bytes of result K, of the variant and of the baseline. */
void __psr_verify_result(struct psr_verify *v, uint32_t k, uint32_t kind,
			 const void *variant, const void *baseline,
			 uint64_t size);

/* Compares what the variant has written with what the baseline has. */
void __psr_verify_end(struct psr_verify *v);

#endif
