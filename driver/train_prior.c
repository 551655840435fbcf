/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The prior's training, by XGBoost's C interface. Two ensembles: one of the
 * logarithm of a variant's time over the baseline's; and, on what the first is
 * wrong by where it has not seen the program, one of the logarithm of that
 * error. If errors are normal, E log|error| lies 0.635 below the logarithm of
 * their deviation ((ln 2 + Euler's constant) / 2), which is added.
 *
 * One thread and a fixed seed: the same rows give the same trees.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xgboost/c_api.h>

#include "train.h"

#define LOG_ABS_NORMAL 0.635181
#define LEAST_ERROR    0.01 /* what times themselves are wrong by */
#define SURE           8    /* samples; fewer weigh less, */
#define FEW            3    /* and fewer than these nothing */
#define STEADY         0.1  /* the quartiles' distance; more weighs less */

static double disagreement;

double train_disagreement(void)
{
	return disagreement;
}

/* ---- Rows ---------------------------------------------------------------- */

static uint32_t hash(const char *s)
{
	uint32_t h = 2166136261u;

	while (*s)
		h = (h ^ (unsigned char)*s++) * 16777619u;
	return h;
}

/* The level at the end of a processor's key: "GenuineIntel-6-143-8-v4". */
static uint32_t cpu_isa(const char *key)
{
	static const struct {
		const char *level;
		uint32_t isa;
	} levels[] = {{"v2", PSR_ISA_V2},   {"v3", PSR_ISA_V3},
		      {"v4", PSR_ISA_V4},   {"neon", PSR_ISA_NEON},
		      {"sve", PSR_ISA_SVE}, {"sve2", PSR_ISA_SVE2}};
	const char *last = strrchr(key, '-');

	for (size_t i = 0; last && i < PSR_COUNTOF(levels); i++)
		if (!strcmp(last + 1, levels[i].level))
			return levels[i].isa;
	return 0;
}

static double unsteadiness(const struct psr_timing *t)
{
	return (t->p75_ns - t->p25_ns) / t->median_ns / STEADY;
}

/* By the samples behind it, and by how they scatter. */
static double weight(const struct psr_pair *p)
{
	uint64_t n = p->time.n < p->baseline.n ? p->time.n : p->baseline.n;
	double a = unsteadiness(&p->time), b = unsteadiness(&p->baseline);

	if (n < FEW)
		return 0;
	return (double)(n < SURE ? n : SURE) / SURE / (1 + a * a + b * b);
}

static void describe(struct train_row *r)
{
	const struct psr_site_info *i = &r->pair.info;
	const struct psr_site site = {.kind = i->kind,
				      .depth = i->depth,
				      .instructions = i->instructions,
				      .loads = i->loads,
				      .stores = i->stores,
				      .flops = i->flops,
				      .branches = i->branches,
				      .calls = i->calls,
				      .load_bytes = i->load_bytes,
				      .store_bytes = i->store_bytes};
	const struct psr_prior_case c = {
	    .site = &site,
	    .variant = r->pair.variant,
	    .isa = r->pair.isa,
	    .flags = r->pair.flags,
	    .size_class = r->pair.size_class,
	    .threads = r->pair.threads ? r->pair.threads : 1,
	    .cpu_isa = cpu_isa(r->pair.cpu)};

	psr_prior_features(&c, r->x);
	r->y = (float)log(r->pair.time.median_ns / r->pair.baseline.median_ns);
	r->weight = (float)weight(&r->pair);
	r->fold = hash(r->pair.module) % TRAIN_FOLDS;
}

static int add(void *ctx, const struct psr_pair *p)
{
	struct train_set *s = ctx;

	if (s->n == s->room) {
		size_t room = s->room ? 2 * s->room : 1024;
		void *more = realloc(s->rows, room * sizeof(*s->rows));

		if (!more)
			return -ENOMEM;
		s->rows = more;
		s->room = room;
	}
	s->rows[s->n] = (struct train_row){.pair = *p};
	describe(&s->rows[s->n]);
	if (s->rows[s->n].weight <= 0)
		return 0;
	if (!s->n || strcmp(s->rows[s->n - 1].pair.module, p->module) != 0)
		s->modules++;
	s->n++;
	return 0;
}

int train_load(struct psr_store *store, struct train_set *set,
	       struct psr_err *err)
{
	int ret;

	memset(set, 0, sizeof(*set));
	ret = psr_store_pairs(store, add, set, err);
	return ret == -ENOMEM ? psr_fail(err, ret, "out of memory") : ret;
}

void train_free(struct train_set *set)
{
	free(set->rows);
}

double train_error(const struct train_set *set,
		   double (*guess)(const struct train_row *r, const void *ctx),
		   const void *ctx)
{
	double sum = 0, weight = 0;

	for (size_t i = 0; i < set->n; i++) {
		const struct train_row *r = &set->rows[i];
		double e = guess(r, ctx) - (double)r->y;

		sum += (double)r->weight * e * e;
		weight += (double)r->weight;
	}
	return weight > 0 ? sqrt(sum / weight) : 0;
}

/* ---- XGBoost ------------------------------------------------------------- */

struct plan {
	const char *depth;
	int rounds;
};

static const struct plan mean_plan = {"4", 120}, spread_plan = {"3", 50};

static int xgb(int code, struct psr_err *err)
{
	return code ? psr_fail(err, -EIO, "xgboost: %s", XGBGetLastError()) : 0;
}

/* Those rows of SET that are not of fold LEFT_OUT, with TARGET as label. */
static int matrix(const struct train_set *set, const float *target,
		  unsigned left_out, DMatrixHandle *out, struct psr_err *err)
{
	size_t width = PSR_PRIOR_NFEATURES, n = 0;
	float *x = malloc((set->n + 1) * width * sizeof(*x));
	float *y = malloc((set->n + 1) * 2 * sizeof(*y)), *w = y + set->n;
	int ret = 0;

	*out = NULL;
	if (!x || !y) {
		ret = psr_fail(err, -ENOMEM, "out of memory");
		goto out;
	}
	for (size_t i = 0; i < set->n; i++) {
		if (set->rows[i].fold == left_out)
			continue;
		memcpy(x + n * width, set->rows[i].x, width * sizeof(*x));
		y[n] = target[i];
		w[n++] = set->rows[i].weight;
	}
	ret = xgb(XGDMatrixCreateFromMat(x, n, width, NAN, out), err);
	if (!ret)
		ret = xgb(XGDMatrixSetFloatInfo(*out, "label", y, n), err);
	if (!ret)
		ret = xgb(XGDMatrixSetFloatInfo(*out, "weight", w, n), err);
out:
	free(x);
	free(y);
	return ret;
}

static int set_up(BoosterHandle b, const struct plan *plan, struct psr_err *err)
{
	const char *const params[][2] = {
	    {"objective", "reg:squarederror"},
	    {"base_score", "0"},
	    {"tree_method", "exact"},
	    {"max_depth", plan->depth},
	    {"eta", "0.08"},
	    {"min_child_weight", "4"},
	    {"subsample", "0.8"},
	    {"colsample_bytree", "0.8"},
	    {"lambda", "2"},
	    {"nthread", "1"},
	    {"seed", "1"},
	    {"verbosity", "0"},
	};
	int ret = 0;

	for (size_t i = 0; i < PSR_COUNTOF(params) && !ret; i++)
		ret =
		    xgb(XGBoosterSetParam(b, params[i][0], params[i][1]), err);
	return ret;
}

static int boost(const struct train_set *set, const float *target,
		 unsigned left_out, const struct plan *plan, BoosterHandle *out,
		 struct psr_err *err)
{
	DMatrixHandle m = NULL;
	int ret = matrix(set, target, left_out, &m, err);

	*out = NULL;
	if (!ret)
		ret = xgb(XGBoosterCreate(&m, 1, out), err);
	if (!ret)
		ret = set_up(*out, plan, err);
	for (int i = 0; i < plan->rounds && !ret; i++)
		ret = xgb(XGBoosterUpdateOneIter(*out, i, m), err);
	if (m)
		XGDMatrixFree(m);
	return ret;
}

/* What B says of all rows of SET; OUT has room for them. */
static int predict(const struct train_set *set, BoosterHandle b, float *out,
		   struct psr_err *err)
{
	DMatrixHandle m = NULL;
	const float *got = NULL;
	bst_ulong n = 0;
	int ret = matrix(set, out, TRAIN_FOLDS, &m, err);

	if (!ret)
		ret = xgb(XGBoosterPredict(b, m, 0, 0, 0, &n, &got), err);
	if (!ret && n != set->n)
		ret = psr_fail(err, -EIO, "xgboost: %zu rows of %zu", (size_t)n,
			       set->n);
	if (!ret)
		memcpy(out, got, set->n * sizeof(*out));
	if (m)
		XGDMatrixFree(m);
	return ret;
}

/* ---- Trees into tables ----------------------------------------------------
 *
 * XGBoost's text of a tree has a line for each node, by a number:
 *
 *     0:[f2<0.5] yes=1,no=2,missing=1
 *             1:leaf=0.1
 */

enum { MOST_NODES = 1024 }; /* of one tree */

struct dumped {
	float value;
	int feature, yes, no; /* feature -1: a leaf */
	bool seen;
};

static int read_line(const char *line, struct dumped nodes[MOST_NODES])
{
	struct dumped d = {.feature = -1, .seen = true};
	int id;

	if (sscanf(line, " %d:leaf=%f", &id, &d.value) != 2 &&
	    sscanf(line, " %d:[f%d<%f] yes=%d,no=%d", &id, &d.feature, &d.value,
		   &d.yes, &d.no) != 5)
		return -EINVAL;
	if (id < 0 || id >= MOST_NODES || d.feature >= PSR_PRIOR_NFEATURES ||
	    d.yes < 0 || d.yes >= MOST_NODES || d.no < 0 || d.no >= MOST_NODES)
		return -EINVAL;
	nodes[id] = d;
	return 0;
}

/* Breadth first, so that children lie side by side behind their parents. */
static int number_anew(const struct dumped *d, struct psr_prior_node *out)
{
	int queue[MOST_NODES] = {0}, n = 1;

	for (int i = 0; i < n; i++) {
		const struct dumped *from = &d[queue[i]];

		if (!from->seen)
			return -EINVAL;
		out[i] = (struct psr_prior_node){from->value,
						 (int16_t)from->feature, 0};
		if (from->feature < 0)
			continue;
		if (n + 2 > MOST_NODES)
			return -EINVAL;
		out[i].left = (uint16_t)n;
		queue[n++] = from->yes;
		queue[n++] = from->no;
	}
	return n;
}

/* One tree's nodes to OUT, which has room for MOST_NODES; how many. */
static int read_tree(const char *text, struct psr_prior_node *out)
{
	static struct dumped nodes[MOST_NODES];

	memset(nodes, 0, sizeof(nodes));
	for (const char *line = text; line && *line;) {
		const char *end = strchr(line, '\n');

		if (read_line(line, nodes) < 0)
			return -EINVAL;
		line = end ? end + 1 : NULL;
	}
	return number_anew(nodes, out);
}

struct table {
	uint32_t roots[512];
	uint32_t ntrees[PSR_PRIOR_KINDS];
	struct psr_prior_node *nodes;
	uint32_t nnodes;
};

static int add_trees(struct table *t, int kind, BoosterHandle b,
		     struct psr_err *err)
{
	const char **dump;
	bst_ulong n;
	int ret = xgb(XGBoosterDumpModelEx(b, "", 0, "text", &n, &dump), err);

	for (bst_ulong i = 0; i < n && !ret; i++) {
		uint32_t at = t->ntrees[0] + t->ntrees[1];
		size_t room = t->nnodes + MOST_NODES;
		void *more = realloc(t->nodes, room * sizeof(*t->nodes));
		int count;

		if (!more)
			return psr_fail(err, -ENOMEM, "out of memory");
		t->nodes = more;
		count = read_tree(dump[i], t->nodes + t->nnodes);
		if (count < 0 || at == PSR_COUNTOF(t->roots))
			return psr_fail(err, -EIO,
					"xgboost: a tree that is "
					"not understood");
		t->roots[at] = t->nnodes;
		t->nnodes += (uint32_t)count;
		t->ntrees[kind]++;
	}
	return ret;
}

static int write_table(const struct table *t, struct train_prior *out,
		       struct psr_err *err)
{
	struct psr_prior_head h = {.magic = PSR_PRIOR_MAGIC,
				   .version = PSR_PRIOR_VERSION,
				   .nfeatures = PSR_PRIOR_NFEATURES,
				   .ntrees = {t->ntrees[0], t->ntrees[1]},
				   .nnodes = t->nnodes};
	size_t roots = (t->ntrees[0] + t->ntrees[1]) * sizeof(*t->roots);
	size_t nodes = t->nnodes * sizeof(*t->nodes);

	out->n = sizeof(h) + roots + nodes;
	out->data = malloc(out->n);
	if (!out->data)
		return psr_fail(err, -ENOMEM, "out of memory");
	memcpy(out->data, &h, sizeof(h));
	memcpy((char *)out->data + sizeof(h), t->roots, roots);
	memcpy((char *)out->data + sizeof(h) + roots, t->nodes, nodes);
	if (psr_prior_read(out->data, out->n, &out->prior) < 0)
		return psr_fail(err, -EIO, "the trained table is not sound");
	return 0;
}

void train_prior_free(struct train_prior *p)
{
	free(p->data);
}

/* ---- Training ------------------------------------------------------------ */

struct work {
	struct train_set *set;
	float *target, *got; /* one for each row */
	float *y;
};

/* One fold's rows, by a model of the others. */
static int hold_out(struct work *w, unsigned fold, const float *target,
		    const struct plan *plan, float *held, struct psr_err *err)
{
	BoosterHandle b = NULL;
	int ret = boost(w->set, target, fold, plan, &b, err);

	if (!ret)
		ret = predict(w->set, b, w->got, err);
	for (size_t i = 0; i < w->set->n && !ret; i++)
		if (w->set->rows[i].fold == fold)
			held[i] = w->got[i];
	if (b)
		XGBoosterFree(b);
	return ret;
}

static int hold_out_all(struct work *w, const float *target,
			const struct plan *plan, float *held,
			struct psr_err *err)
{
	int ret = 0;

	for (unsigned f = 0; f < TRAIN_FOLDS && !ret; f++)
		ret = hold_out(w, f, target, plan, held, err);
	return ret;
}

/* Trains on all, adds the trees, and compares the table with XGBoost. */
static int train_kind(struct work *w, int kind, const float *target,
		      const struct plan *plan, struct table *t,
		      struct psr_err *err)
{
	BoosterHandle b = NULL;
	int ret = boost(w->set, target, TRAIN_FOLDS, plan, &b, err);

	if (!ret)
		ret = add_trees(t, kind, b, err);
	if (!ret)
		ret = predict(w->set, b, w->got, err);
	if (b)
		XGBoosterFree(b);
	if (ret < 0)
		return ret;
	for (size_t i = 0; i < w->set->n; i++) {
		const struct psr_prior p = {
		    .ntrees = {t->ntrees[0], t->ntrees[1]},
		    .nnodes = t->nnodes,
		    .roots = t->roots,
		    .nodes = t->nodes};
		double own = psr_prior_sum(&p, kind, w->set->rows[i].x);

		disagreement =
		    fmax(disagreement, fabs(own - (double)w->got[i]));
	}
	return 0;
}

static int train(struct work *w, struct train_prior *out, struct psr_err *err)
{
	struct train_row *rows = w->set->rows;
	struct table t = {.nodes = NULL};
	float *held = w->target + w->set->n;
	int ret;

	for (size_t i = 0; i < w->set->n; i++)
		w->y[i] = rows[i].y;
	ret = hold_out_all(w, w->y, &mean_plan, held, err);
	for (size_t i = 0; i < w->set->n && !ret; i++) {
		double e = fabs((double)held[i] - (double)w->y[i]);

		rows[i].held.mid = held[i];
		w->target[i] =
		    (float)(log(fmax(e, LEAST_ERROR)) + LOG_ABS_NORMAL);
	}
	if (!ret)
		ret = hold_out_all(w, w->target, &spread_plan, held, err);
	for (size_t i = 0; i < w->set->n && !ret; i++)
		rows[i].held.spread = expf(held[i]);
	disagreement = 0;
	if (!ret)
		ret = train_kind(w, PSR_PRIOR_MEAN, w->y, &mean_plan, &t, err);
	if (!ret)
		ret = train_kind(w, PSR_PRIOR_SPREAD, w->target, &spread_plan,
				 &t, err);
	if (!ret)
		ret = write_table(&t, out, err);
	free(t.nodes);
	return ret;
}

int train_prior(struct train_set *set, struct train_prior *out,
		struct psr_err *err)
{
	struct work w = {.set = set};
	size_t n = set->n + 1;
	int ret;

	memset(out, 0, sizeof(*out));
	w.target = malloc(2 * n * sizeof(*w.target));
	w.got = calloc(n, sizeof(*w.got));
	w.y = malloc(n * sizeof(*w.y));
	ret = w.target && w.got && w.y
		  ? train(&w, out, err)
		  : psr_fail(err, -ENOMEM, "out of memory");
	free(w.target);
	free(w.got);
	free(w.y);
	return ret;
}
