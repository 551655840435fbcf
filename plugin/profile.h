/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* profile.h - what is known of a site from earlier runs: profiles/PROFILE.md.
 *
 * Read once, when the option is given; all is owned by the profile.
 */
#ifndef PSR_PROFILE_READ_H
#define PSR_PROFILE_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PSR_INPUTS 12 /* as psr/store.h has them */

struct psr_profile_value {
	uint16_t size_class;
	uint8_t input;
	int64_t value;
};

struct psr_profile_class {
	uint16_t size_class;
	double work; /* units of all calls together */
};

struct psr_profile_set { /* of values that calls of a size had together */
	uint16_t size_class;
	double work; /* units of these calls together */
	bool has[PSR_INPUTS];
	int64_t value[PSR_INPUTS];
};

struct psr_profile_branch {
	uint16_t branch;
	uint32_t taken, not_taken;
};

struct psr_profile_site {
	uint64_t id;
	bool baseline, known, hot;
	uint64_t quick; /* the least work of the smallest calls that were timed;
			 * 0: no variant was quick in them */
	uint64_t pays;  /* from how much on to be dispatched pays then */
	char **won, **lost;
	size_t nwon, nlost;
	struct psr_profile_class *classes;
	size_t nclasses;
	struct psr_profile_value *values;
	size_t nvalues;
	struct psr_profile_set *sets; /* one of each class, or more */
	size_t nsets;
	struct psr_profile_branch *branches;
	size_t nbranches;
};

/*
 * Takes the file PATH in place of what was there; "none": nothing; what begins
 * as a profile does is one itself. NULL, or why not.
 */
const char *psr_profile_read(const char *path);

/* What was read last, in a form that can be read again. */
const char *psr_profile_text(void);

/* What is known of the site ID, or NULL. */
const struct psr_profile_site *psr_profile_find(uint64_t id);

#endif
