/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What is expected of a variant: its features, the trees, damaged tables. */
#include "prior.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

static const struct psr_site site = {.kind = 0,
				     .depth = 2,
				     .instructions = 20,
				     .loads = 2,
				     .stores = 1,
				     .flops = 4,
				     .load_bytes = 16,
				     .store_bytes = 8};

static const struct {
	const char *variant;
	uint32_t isa, flags;
	unsigned threads;
	int feature;
	float value;
} cases[] = {
    {"v3-w256", 3, 0, 1, PSR_PRIOR_level, 3},
    {"v3-w256", 3, 0, 1, PSR_PRIOR_width, 256},
    {"v3-w256", 3, 0, 1, PSR_PRIOR_interleave, 0},
    {"v3-w256", 3, 0, 1, PSR_PRIOR_other, 0},
    {"v4-w512-i4", 7, 0, 1, PSR_PRIOR_interleave, 4},
    {"scalar", 0, 0, 1, PSR_PRIOR_scalar, 1},
    {"scalar", 0, 0, 1, PSR_PRIOR_level, 0},
    {"jam4-v4-w512", 7, 1, 1, PSR_PRIOR_jam, 1},
    {"jam4-v4-w512", 7, 1, 1, PSR_PRIOR_value, 4},
    {"jam4-v4-w512", 7, 1, 1, PSR_PRIOR_guarded, 1},
    {"jam4-v4-w512", 7, 1, 1, PSR_PRIOR_width, 512},
    {"noalias-v3-w256", 3, 1, 1, PSR_PRIOR_noalias, 1},
    {"noalias-v3-w256", 3, 1, 4, PSR_PRIOR_threads, 1},
    {"parallel-v3-w256", 3, 2, 4, PSR_PRIOR_threads, 4},
    {"parallel-v3-w256", 3, 2, 4, PSR_PRIOR_other, 0},
    {"tune-znver4", 7, 0, 1, PSR_PRIOR_tune, 1},
    {"tune-znver4", 7, 0, 1, PSR_PRIOR_other, 0},
    {"tune-znver4", 7, 0, 1, PSR_PRIOR_value, 0},
    {"fuse2-v3", 3, 0, 1, PSR_PRIOR_other, 1},
    {"", 0, 0, 1, PSR_PRIOR_other, 0},
    {"-", 0, 0, 1, PSR_PRIOR_depth, 2},
    {"v2", 1, 0, 1, PSR_PRIOR_size_class, 17},
    {"v2", 1, 0, 1, PSR_PRIOR_cpu_level, 3},
    {"v2", 1, 0, 1, PSR_PRIOR_bytes_per_flop, 6},
    {"v2", 1, 0, 1, PSR_PRIOR_bytes_per_load, 8},
};

static void test_features(void)
{
	float x[PSR_PRIOR_NFEATURES];

	for (size_t i = 0; i < PSR_COUNTOF(cases); i++) {
		struct psr_prior_case c = {.site = &site,
					   .variant = cases[i].variant,
					   .isa = cases[i].isa,
					   .flags = cases[i].flags,
					   .size_class = 17,
					   .threads = cases[i].threads,
					   .cpu_isa = 3};

		psr_prior_features(&c, x);
		CHECK(x[cases[i].feature] == cases[i].value, "%s: %s is %g",
		      cases[i].variant, psr_prior_names[cases[i].feature],
		      (double)x[cases[i].feature]);
	}
}

/* Two trees of the mean, one of the spread. */
static struct table {
	struct psr_prior_head head;
	uint32_t roots[3];
	struct psr_prior_node nodes[7];
} sound = {{PSR_PRIOR_MAGIC, PSR_PRIOR_VERSION, PSR_PRIOR_NFEATURES, {2, 1}, 7},
	   {0, 5, 6},
	   {{100, PSR_PRIOR_width, 1},
	    {0.5f, -1, 0},
	    {3, PSR_PRIOR_interleave, 3},
	    {-0.25f, -1, 0},
	    {-0.5f, -1, 0},
	    {0.125f, -1, 0},
	    {-2, -1, 0}}};

static void test_trees(void)
{
	float x[PSR_PRIOR_NFEATURES] = {0};
	struct psr_prior p;
	struct psr_expectation e;

	CHECK(psr_prior_read(&sound, sizeof(sound), &p) == 0, "sound");
	e = psr_prior_expect(&p, x);
	CHECK(e.mid == 0.625f && fabsf(e.spread - 0.1353353f) < 1e-6f, "%g %g",
	      (double)e.mid, (double)e.spread);
	x[PSR_PRIOR_width] = 100; /* not below */
	CHECK(psr_prior_expect(&p, x).mid == -0.125f, "right");
	x[PSR_PRIOR_interleave] = 4;
	CHECK(psr_prior_expect(&p, x).mid == -0.375f, "right, right");
	memset(&p, 0, sizeof(p));
	CHECK(psr_prior_expect(&p, x).spread == 0, "nothing is known");
}

static void refuse(const struct table *t, size_t n, const char *what)
{
	struct psr_prior p;

	CHECK(psr_prior_read(t, n, &p) == -EINVAL && !p.ntrees[0], "%s", what);
}

static void test_damage(void)
{
	struct table t = sound;

	refuse(&t, sizeof(t) - 1, "cut");
	refuse(&t, 7, "cut in its head");
	t.head.version++;
	refuse(&t, sizeof(t), "version");
	t = sound;
	t.nodes[2].left = 2;
	refuse(&t, sizeof(t), "loop");
	t = sound;
	t.nodes[2].left = 4;
	refuse(&t, sizeof(t), "into the next tree");
	t = sound;
	t.nodes[0].feature = PSR_PRIOR_NFEATURES;
	refuse(&t, sizeof(t), "feature");
	t = sound;
	t.nodes[3].value = NAN;
	refuse(&t, sizeof(t), "not a number");
	t = sound;
	t.roots[2] = 5;
	refuse(&t, sizeof(t), "an empty tree");
	t = sound;
	t.head.ntrees[1] = 0xffffffff;
	refuse(&t, sizeof(t), "trees");
}

/* Whatever bytes there are: refused, or walked without an end beyond. */
static void test_random_damage(void)
{
	float x[PSR_PRIOR_NFEATURES] = {0};
	struct psr_prior p;

	srand(1);
	for (int i = 0; i < 200000; i++) {
		struct table t = sound;
		unsigned char *bytes = (unsigned char *)&t;

		for (int k = 0; k < 1 + i % 3; k++)
			bytes[rand() % (int)sizeof(t)] = (unsigned char)rand();
		if (!psr_prior_read(&t, sizeof(t), &p))
			(void)psr_prior_expect(&p, x);
	}
}

/* The shipped table is one that would be accepted. */
static void test_shipped(void)
{
	const struct psr_prior *p = &psr_prior_shipped;
	uint32_t trees = p->ntrees[0] + p->ntrees[1];
	struct psr_prior_head h = {PSR_PRIOR_MAGIC,
				   PSR_PRIOR_VERSION,
				   PSR_PRIOR_NFEATURES,
				   {p->ntrees[0], p->ntrees[1]},
				   p->nnodes};
	size_t n = sizeof(h) + trees * sizeof(*p->roots) +
		   p->nnodes * sizeof(*p->nodes);
	char *all = malloc(n);
	struct psr_prior read;

	memcpy(all, &h, sizeof(h));
	memcpy(all + sizeof(h), p->roots, trees * sizeof(*p->roots));
	memcpy(all + n - p->nnodes * sizeof(*p->nodes), p->nodes,
	       p->nnodes * sizeof(*p->nodes));
	CHECK(psr_prior_read(all, n, &read) == 0, "%u trees", trees);
	free(all);
}

int main(void)
{
	test_features();
	test_trees();
	test_damage();
	test_random_damage();
	test_shipped();
	return check_result();
}
