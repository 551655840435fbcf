/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* prior.h - what to expect of a variant that was never timed. Pure.
 *
 * An ensemble of gradient-boosted trees (T. Chen and C. Guestrin, XGBoost, KDD
 * 2016) predicts the logarithm of a variant's time over the baseline's from
 * what is known without running it; a second one predicts by how much the
 * first is wrong. `psr train --prior` makes them.
 */
#ifndef PSR_PRIOR_H
#define PSR_PRIOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "psr/err.h"
#include "psr/site.h"

/* What the trees see; the order is the stored format's. */
#define PSR_PRIOR_FEATURES(F)                                                  \
	/* the site */                                                         \
	F(kind)                                                                \
	F(depth)                                                               \
	F(instructions)                                                        \
	F(loads)                                                               \
	F(stores)                                                              \
	F(flops)                                                               \
	F(branches)                                                            \
	F(calls)                                                               \
	F(load_bytes)                                                          \
	F(store_bytes)                                                         \
	F(bytes_per_flop)                                                      \
	F(bytes_per_load)                                                      \
	/* the call, the processor */                                          \
	F(size_class)                                                          \
	F(cpu_level)                                                           \
	/* the variant */                                                      \
	F(level)                                                               \
	F(width)                                                               \
	F(interleave)                                                          \
	F(value)                                                               \
	F(guarded)                                                             \
	F(threads)                                                             \
	/* what its name says beside these */                                  \
	F(scalar)                                                              \
	F(noalias)                                                             \
	F(layout)                                                              \
	F(unroll)                                                              \
	F(jam)                                                                 \
	F(interchange)                                                         \
	F(flat)                                                                \
	F(polly)                                                               \
	F(tune)                                                                \
	F(stream)                                                              \
	F(constant)                                                            \
	F(other)

#define PSR_PRIOR_INDEX(name) PSR_PRIOR_##name,
enum { PSR_PRIOR_FEATURES(PSR_PRIOR_INDEX) PSR_PRIOR_NFEATURES };
#undef PSR_PRIOR_INDEX

extern const char *const psr_prior_names[PSR_PRIOR_NFEATURES];

/* One variant of one site at one size on one processor. */
struct psr_prior_case {
	const struct psr_site *site; /* only its static features are read */
	const char *variant;         /* its name, without "@N" */
	uint32_t isa, flags;         /* of the variant */
	unsigned size_class;
	unsigned threads; /* granted; 1: none */
	uint32_t cpu_isa; /* psr_cpu_isa() */
};

void psr_prior_features(const struct psr_prior_case *c,
			float x[PSR_PRIOR_NFEATURES]);

/* A node: a leaf's value, or where X[feature] < value leads to LEFT, both of
 * them counted from the tree's root, and else to LEFT + 1. */
struct psr_prior_node {
	float value;
	int16_t feature; /* -1: a leaf */
	uint16_t left;
};

enum { PSR_PRIOR_MEAN, PSR_PRIOR_SPREAD, PSR_PRIOR_KINDS };

struct psr_prior {
	uint32_t ntrees[PSR_PRIOR_KINDS];
	uint32_t nnodes;
	const uint32_t *roots; /* of all trees, those of the mean first */
	const struct psr_prior_node *nodes;
};

/*
 * The stored form: `struct psr_prior_head`, the roots, the nodes, in this
 * machine's byte order.
 */
#define PSR_PRIOR_MAGIC   0x50525350u /* "PSRP" */
#define PSR_PRIOR_VERSION 2           /* of the features and their meaning */

struct psr_prior_head {
	uint32_t magic;
	uint16_t version, nfeatures;
	uint32_t ntrees[PSR_PRIOR_KINDS];
	uint32_t nnodes;
};

/*
 * Lets *OUT refer to what lies in the N bytes at DATA, which is aligned to 4.
 * -EINVAL: it is no such table, or of another version; *OUT is then empty.
 */
PSR_MUST_CHECK int psr_prior_read(const void *data, size_t n,
				  struct psr_prior *out);

/* The sum of one kind's trees. */
double psr_prior_sum(const struct psr_prior *p, int kind,
		     const float x[PSR_PRIOR_NFEATURES]);

struct psr_expectation {
	float mid;    /* of log(time / baseline's); 0 where nothing is known */
	float spread; /* standard deviation; 0: nothing is known */
};

struct psr_expectation psr_prior_expect(const struct psr_prior *p,
					const float x[PSR_PRIOR_NFEATURES]);

/* What PSR comes with (profiles/prior.def). */
extern const struct psr_prior psr_prior_shipped;

#endif
