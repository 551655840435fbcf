/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* attach.h - what the stub in a linked object and libpsrrt.so agree on.
 *
 * A stub from any release may meet a runtime of any other: each checks the
 * other's number, and a pair that does not match runs the baseline.
 */
#ifndef PSR_ATTACH_H
#define PSR_ATTACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "psr/err.h"
#include "psr/site.h"

#define PSR_ATTACH_ABI 5

struct psr_module {        /* one linked object, static in its stub */
	uint32_t abi;      /* PSR_ATTACH_ABI */
	uint32_t site_abi; /* PSR_SITE_ABI, the stub's */
	const struct psr_site *sites;
	size_t nsites;
	bool recorded; /* psr run, which started the program, will enter it */
};

/*
 * What the note of section .note.psr in each linked object says, each from its own
 * place. Over the PSR_SLEEPS at SLEEP psr run writes PSR_RECORDED where it will
 * enter the run, and PSR_ROUSED where that will last, too: then the stub does not
 * wait before it wakes.
 */
struct psr_note {
	int32_t withdraw; /* __psr_seal calls it in all objects */
	int32_t sleep;    /* a word; 0: an older stub, without */
};

#define PSR_NOTE_TYPE 1
#define PSR_SLEEPS    UINT32_C(0x53525021)
#define PSR_RECORDED  UINT32_C(0x53525022)
#define PSR_ROUSED    UINT32_C(0x53525023)

/*
 * What the stub calls once it is awake. All are safe in signal handlers,
 * re-entrantly and from several threads; detach is called once.
 */
struct psr_hooks {
	uint32_t abi; /* PSR_ATTACH_ABI */
	void *module; /* passed back */
	struct psr_entry (*enter)(void *module, const struct psr_site *site,
				  uint64_t size, int64_t *tick);
	void (*leave)(void *module, const struct psr_site *site, uint64_t size,
		      int64_t code, uint64_t start);
	bool (*values)(void *module, const struct psr_site *site, uint32_t n,
		       const uint64_t *values);
	void (*counts)(void *module, const struct psr_site *site, uint32_t n,
		       const uint64_t *counts);
	void (*detach)(void *module);
	/* __psr_parallel() */
	int (*parallel)(psr_range_fn *range, void *context, int64_t trips);
};

/*
 * Takes the object under the runtime's care and fills its tables. Called
 * with all signals blocked and enough stack. The result is valid until its
 * detach; NULL: the object stays at the baseline.
 */
PSR_API const struct psr_hooks *psr_rt_attach(const struct psr_module *m);

typedef const struct psr_hooks *psr_rt_attach_fn(const struct psr_module *m);

#endif
