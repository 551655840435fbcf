/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* sites.h - what this process knows of its sites, and their tables.
 *
 * Nothing here is ever unmapped, so a thread that is late may write into a
 * module that has been detached. Probes allocate by mmap only. Each site has
 * a lock that is only ever tried: who does not get it drops its sample, so a
 * signal handler never waits for the code that it interrupted.
 */
#ifndef PSR_SITES_H
#define PSR_SITES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "choose.h"
#include "counted.h"
#include "prior.h"
#include "psr/site.h"
#include "psr/store.h"

/*
 * What a variant's calls took, what the baseline would have taken for them,
 * and what the best would have saved; in ns, by what is known by now.
 */
struct psr_account {
	double spent, base, lost;
};

/* One variant at one site and size class. */
struct psr_cell {
	float ring[PSR_RING];
	uint32_t nring;
	uint32_t head;    /* where the next sample goes */
	float pairs[PSR_PAIRS]; /* with the baseline, oldest first */
	uint32_t npairs;
	uint64_t adopted; /* samples ever, says the database */
	double adopted_ns;
	uint64_t own;     /* samples of this process */
	uint64_t own_pairs;
	double own_ns;
	double units; /* work of all its calls, timed or not */
	/* Of these, in the database: the flusher's. */
	uint64_t saved, saved_pairs;
	double saved_ns;
	struct psr_account accounted;
};

struct psr_class {
	struct psr_class *next;  /* of the module */
	struct psr_class *other; /* of the site */
	struct psr_known *site;
	uint16_t size_class;
	uint8_t best;
	bool settled;
	bool just_counted;         /* by the latest probe */
	bool expected;             /* the rivals' promises are known */
	uint32_t generation;       /* of psr_sites_forked; else own is stale */
	uint64_t counted;          /* calls of the counted variant, ever */
	uint64_t before;           /* in earlier processes */
	double calls;              /* an estimate, not saved yet */
	struct psr_latest latest;
	struct psr_counts *counts; /* NULL: none yet */
	struct psr_rival *rivals;  /* nrivals */
	struct psr_cell cells[];   /* nrivals */
};

struct psr_known { /* one site */
	_Atomic uint32_t lock;
	bool told;                   /* its static side is in the database */
	const struct psr_site *site; /* while attached */
	uint64_t id;
	uint64_t names;   /* of its variants, hashed */
	uint32_t nrivals; /* variants and the baseline, 0 */
	uint32_t counted; /* the rival that counts, never best; 0: none */
	int32_t entries[PSR_RIVALS];
	bool usable[PSR_RIVALS];
	uint32_t threads; /* of its parallel variants; 1: they are unusable */
	uint32_t isa;     /* of the processor */
	_Atomic uint32_t turn;
	struct psr_budget budget;
	struct psr_branch_counts *branches; /* NULL: none yet */
	_Atomic(struct psr_class *) classes; /* those met: few */
};

struct psr_module_state {
	struct psr_module_state *next;
	char name[256];
	const struct psr_site *sites; /* while attached */
	size_t nsites;
	_Atomic bool attached;
	uint64_t state; /* struct psr_waking's, when it attached */
	_Atomic(struct psr_class *) classes; /* all that exist */
	struct psr_known *known;
	uint32_t *by_id; /* indices, sorted by identity */
};

/* NULL: no memory. */
struct psr_module_state *psr_sites_new(const char *name,
				       const struct psr_site *sites,
				       size_t nsites, double share);

/* Takes a module's sites, anew if it had been unloaded; ISA: psr_cpu_isa(),
 * THREADS: psr_threads_granted(). The sites are those that STATE was made for
 * (psr_sites_match). */
void psr_sites_bind(struct psr_module_state *m, const struct psr_site *sites,
		    uint32_t isa, uint32_t threads);
bool psr_sites_match(const struct psr_module_state *m, const char *name,
		     const struct psr_site *sites, size_t nsites);

/* The site's knowledge; NULL: not of this module. */
struct psr_known *psr_sites_find(struct psr_module_state *m,
				 const struct psr_site *site);

bool psr_sites_try_lock(struct psr_known *k);

/* Tries it some hundred times; not from a probe. */
bool psr_sites_lock_patiently(struct psr_known *k);
void psr_sites_unlock(struct psr_known *k);

/* NULL: not met yet. */
struct psr_class *psr_sites_class_at(const struct psr_known *k,
				     unsigned size_class);

/* Makes the class where it is missing; NULL: no memory. Under the lock. */
struct psr_class *psr_sites_class(struct psr_module_state *m,
				  struct psr_known *k, unsigned size_class);

/* A stored row, for each site of that identity. */
void psr_sites_adopt(struct psr_module_state *m,
		     const struct psr_site_time *row);

/* Fills all tables from what is known. */
void psr_sites_fill(struct psr_module_state *m);

/*
 * The name under which rival I's times are kept: the variant's, and for a
 * parallel one the number of threads, as in "par-v3@4". I is below nrivals.
 */
void psr_sites_name(const struct psr_known *k, unsigned i,
		    char name[PSR_VARIANT_NAME]);

/* No parallel variant is chosen any more. In a fork's child. */
void psr_sites_serialise(struct psr_module_state *m);

/* VARIANT in every class of each site that has it. */
void psr_sites_pin(struct psr_module_state *m, const char *variant);

/* Rival I did UNITS of work, timed or not: the account of the site's time.
 * Under the lock. */
void psr_sites_worked(struct psr_class *c, unsigned i, double units);

/*
 * Of all work that rival I did in this process, by the medians: what other
 * programs took of the processor meanwhile is nobody's. Where one is not known
 * at this size, by the one next to it.
 */
struct psr_account psr_sites_account(const struct psr_class *c, unsigned i);

/* The variants that can run, one after the other; 0: there is none. */
unsigned psr_sites_turn(struct psr_known *k);

/* Records a call of rival I; updates the tables. Under the lock. */
void psr_sites_record(struct psr_class *c, unsigned i, double ns,
		      uint64_t work);

/* Notes that C's site was met by what stands for CALLS calls. Under the lock.
 */
void psr_sites_met(struct psr_class *c, double calls);

/* What the counted variant tells. Under the lock. */
void psr_sites_values(struct psr_class *c, uint32_t n, const uint64_t *values);
void psr_sites_branches(struct psr_known *k, uint32_t n,
			const uint64_t *counts);

/* K's branch counts are this process's own: not a forking parent's. */
bool psr_sites_own_branches(const struct psr_known *k);

/* COUNTED calls of that site and size are in the database. */
void psr_sites_adopt_count(struct psr_module_state *m, uint64_t site,
			   unsigned size_class, uint64_t counted);

/* What is expected of variants without times from now on; NULL: nothing. *P
 * must live as long as the process. */
void psr_sites_prior(const struct psr_prior *p);

/* Fills in the promises of C's rivals, the first time. Under the lock. */
void psr_sites_expect(struct psr_class *c);

/* A known time per unit at this or a near size, 0 if there is none. */
double psr_sites_guess(const struct psr_known *k, unsigned size_class);

/* Rival I runs on several threads. */
bool psr_sites_is_parallel(const struct psr_known *k, unsigned i);

/* The entry of a parallel variant that has not been found to be slow at this
 * size; else CODE. */
int64_t psr_sites_parallel(const struct psr_known *k, unsigned size_class,
			   int64_t code);

/* The rival of the site's table entry CODE; PSR_RIVALS if there is none. */
unsigned psr_sites_rival(const struct psr_known *k, int64_t code);

/* In a fork's child: the parent reports what was not saved yet. */
void psr_sites_forked(void);
bool psr_sites_stale(const struct psr_class *c);

#endif
