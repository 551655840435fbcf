/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Evaluating the trees: a comparison and a load a level, some 5 us for all of
 * a variant's. Features and trees agree with XGBoost's own prediction to 1e-5
 * (test/driver/train.test), for which sums are of doubles. A table from a
 * database is checked as a whole before it is used: children lie behind their
 * parents and within their tree, so that each walk ends.
 */
#include "prior.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define NAME(name) #name,
const char *const psr_prior_names[] = {PSR_PRIOR_FEATURES(NAME)};
#undef NAME

/* ---- Features ------------------------------------------------------------ */

/* Words of variants' names that stand for a feature of their own. */
static const struct {
	const char *word;
	int feature;
} words[] = {
    {"scalar", PSR_PRIOR_scalar},     {"noalias", PSR_PRIOR_noalias},
    {"layout", PSR_PRIOR_layout},     {"unroll", PSR_PRIOR_unroll},
    {"jam", PSR_PRIOR_jam},           {"polly", PSR_PRIOR_polly},
    {"flat", PSR_PRIOR_flat},         {"interchange", PSR_PRIOR_interchange},
    {"tune", PSR_PRIOR_tune},         {"stream", PSR_PRIOR_stream},
    {"prefetch", PSR_PRIOR_stream},   {"nt", PSR_PRIOR_stream},
    {"constant", PSR_PRIOR_constant}, {"const", PSR_PRIOR_constant},
    {"stride", PSR_PRIOR_constant},
    {"parallel", PSR_PRIOR_threads},  {"v", PSR_PRIOR_level},
    {"w", PSR_PRIOR_width},           {"i", PSR_PRIOR_interleave},
};

static bool is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

static int feature_of(const char *word, size_t n)
{
	for (size_t i = 0; i < PSR_COUNTOF(words); i++)
		if (!strncmp(words[i].word, word, n) && !words[i].word[n])
			return words[i].feature;
	return PSR_PRIOR_other;
}

/* Letters and a number: "w256", "jam4", "noalias". */
static const char *read_word(const char *s, float x[PSR_PRIOR_NFEATURES])
{
	size_t n = 0;
	float number = 0;
	int feature;

	while (is_letter(s[n]))
		n++;
	feature = feature_of(s, n);
	for (s += n; *s >= '0' && *s <= '9'; s++)
		number = number * 10 + (float)(*s - '0');
	if (feature == PSR_PRIOR_width || feature == PSR_PRIOR_interleave) {
		x[feature] = number;
	} else if (feature >= PSR_PRIOR_scalar) {
		x[feature] = 1;
		if (number > 0)
			x[PSR_PRIOR_value] = number;
	}
	return s;
}

/* Words between dashes; behind "tune" stands a processor's name. */
static void read_name(const char *s, float x[PSR_PRIOR_NFEATURES])
{
	while (*s && x[PSR_PRIOR_tune] == 0) {
		s = read_word(s, x);
		while (*s && !is_letter(*s))
			s++;
	}
}

/* 0 of a variant: it adds nothing; of a processor: any. */
static float level(uint32_t isa)
{
	return isa & PSR_ISA_SVE2   ? 13
	       : isa & PSR_ISA_SVE  ? 12
	       : isa & PSR_ISA_NEON ? 11
	       : isa & PSR_ISA_V4   ? 4
	       : isa & PSR_ISA_V3   ? 3
	       : isa & PSR_ISA_V2   ? 2
				    : 0;
}

void psr_prior_features(const struct psr_prior_case *c,
			float x[PSR_PRIOR_NFEATURES])
{
	const struct psr_site *s = c->site;
	float bytes = (float)s->load_bytes + (float)s->store_bytes;

	for (int i = 0; i < PSR_PRIOR_NFEATURES; i++)
		x[i] = 0;
	x[PSR_PRIOR_kind] = s->kind;
	x[PSR_PRIOR_depth] = s->depth;
	x[PSR_PRIOR_instructions] = s->instructions;
	x[PSR_PRIOR_loads] = s->loads;
	x[PSR_PRIOR_stores] = s->stores;
	x[PSR_PRIOR_flops] = s->flops;
	x[PSR_PRIOR_branches] = s->branches;
	x[PSR_PRIOR_calls] = s->calls;
	x[PSR_PRIOR_load_bytes] = s->load_bytes;
	x[PSR_PRIOR_store_bytes] = s->store_bytes;
	x[PSR_PRIOR_bytes_per_flop] = s->flops ? bytes / s->flops : -1;
	x[PSR_PRIOR_bytes_per_load] =
	    s->loads ? (float)s->load_bytes / s->loads : 0;
	x[PSR_PRIOR_size_class] = (float)(c->size_class % PSR_SIZES);
	x[PSR_PRIOR_cpu_level] = level(c->cpu_isa);
	x[PSR_PRIOR_level] = level(c->isa);
	x[PSR_PRIOR_guarded] = c->flags & PSR_VARIANT_GUARDED ? 1 : 0;
	x[PSR_PRIOR_threads] =
	    c->flags & PSR_VARIANT_PARALLEL ? (float)c->threads : 1;
	read_name(c->variant, x);
}

/* ---- Trees --------------------------------------------------------------- */

static bool tree_is_sound(const struct psr_prior_node *n, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (!isfinite(n[i].value) ||
		    n[i].feature >= PSR_PRIOR_NFEATURES || n[i].feature < -1)
			return false;
		if (n[i].feature >= 0 &&
		    (n[i].left <= i || n[i].left + 1u >= count))
			return false;
	}
	return count > 0;
}

static bool is_sound(const struct psr_prior *p)
{
	uint32_t n = p->ntrees[0] + p->ntrees[1];

	for (uint32_t t = 0; t < n; t++) {
		uint32_t end = t + 1 < n ? p->roots[t + 1] : p->nnodes;

		if (p->roots[t] >= end || end > p->nnodes ||
		    !tree_is_sound(p->nodes + p->roots[t], end - p->roots[t]))
			return false;
	}
	return true;
}

int psr_prior_read(const void *data, size_t n, struct psr_prior *out)
{
	const struct psr_prior_head *h = data;
	struct psr_prior p = {.roots = NULL};
	uint64_t trees, need;

	*out = p;
	if (n < sizeof(*h) || h->magic != PSR_PRIOR_MAGIC ||
	    h->version != PSR_PRIOR_VERSION ||
	    h->nfeatures != PSR_PRIOR_NFEATURES)
		return -EINVAL;
	trees = (uint64_t)h->ntrees[0] + h->ntrees[1];
	need = sizeof(*h) + trees * sizeof(*p.roots) +
	       (uint64_t)h->nnodes * sizeof(*p.nodes);
	if (trees > UINT32_MAX / 2 || need != n)
		return -EINVAL;
	memcpy(p.ntrees, h->ntrees, sizeof(p.ntrees));
	p.nnodes = h->nnodes;
	p.roots = (const uint32_t *)(h + 1);
	p.nodes = (const struct psr_prior_node *)(p.roots + trees);
	if (!is_sound(&p))
		return -EINVAL;
	*out = p;
	return 0;
}

static float walk(const struct psr_prior_node *n, const float *x)
{
	uint32_t i = 0;

	while (n[i].feature >= 0)
		i = n[i].left + !(x[n[i].feature] < n[i].value);
	return n[i].value;
}

double psr_prior_sum(const struct psr_prior *p, int kind,
		     const float x[PSR_PRIOR_NFEATURES])
{
	uint32_t from = kind == PSR_PRIOR_MEAN ? 0 : p->ntrees[0];
	double sum = 0;

	for (uint32_t t = from; t < from + p->ntrees[kind]; t++)
		sum += (double)walk(p->nodes + p->roots[t], x);
	return sum;
}

/* The second kind's sum is the logarithm of the spread. */
struct psr_expectation psr_prior_expect(const struct psr_prior *p,
					const float x[PSR_PRIOR_NFEATURES])
{
	struct psr_expectation e = {0, 0};

	if (!p->ntrees[PSR_PRIOR_MEAN] || !p->ntrees[PSR_PRIOR_SPREAD])
		return e;
	e.mid = (float)psr_prior_sum(p, PSR_PRIOR_MEAN, x);
	e.spread = (float)exp(psr_prior_sum(p, PSR_PRIOR_SPREAD, x));
	return e;
}

/* ---- The shipped one ----------------------------------------------------- */

/* prior.def is read three times: for its roots, its nodes and their numbers. */
#define PRIOR_TREES(mean, spread, nodes)
#define PRIOR_ROOT(at) at,
#define PRIOR_NODE(value, feature, left)
static const uint32_t shipped_roots[] = {
#include "prior.def"
    0};
#undef PRIOR_ROOT
#undef PRIOR_NODE
#define PRIOR_ROOT(at)
#define PRIOR_NODE(value, feature, left) {value, feature, left},
static const struct psr_prior_node shipped_nodes[] = {
#include "prior.def"
    {0, -1, 0}};
#undef PRIOR_TREES
#undef PRIOR_NODE
#define PRIOR_TREES(mean, spread, nodes)                                       \
	.ntrees = {mean, spread}, .nnodes = nodes,
#define PRIOR_NODE(value, feature, left)
const struct psr_prior psr_prior_shipped = {
#include "prior.def"
    .roots = shipped_roots,
    .nodes = shipped_nodes,
};
