/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Measures one program: builds it in all ways, lets PSR learn, builds what is
 * to be built after that and lets it learn, too, then launches all builds in
 * turn, round by round, so that whatever slows the machine down
 * for a while slows all of them down. Odd rounds go backwards, so that none
 * always follows the same other. Where PSR seems slower than clang there are
 * twice as many rounds again, a fixed number, and all of them count.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "psr/store.h"

enum { MORE_ROUNDS = 2 };

struct work {
	const struct bench_setup *s;
	const struct bench_options *o;
	const struct bench_program *p;
	struct bench_case *cases;
	uint64_t answers[BENCH_SIZES];
};

struct sample {
	double wall_s, cpu_s;
	uint64_t answer;
};

/* In which mode a program is launched, and whether by psr run. */
struct way {
	const char *mode;
	bool recorded;
};

static const struct way off = {"off", false};
static const struct way learning = {"learn", true};

static const struct {
	const char *name;
	struct way way;
} launched[BENCH_LAUNCHED] = {
    [BENCH_FROZEN] = {"frozen", {"frozen", false}},
    [BENCH_PLAIN] = {"plain", {"learn", false}},
    [BENCH_RUN] = {"run", {"learn", true}},
};

const char *bench_launched_name(enum bench_launched l)
{
	return launched[l].name;
}

static bool is_wanted(const struct work *w, size_t b)
{
	return w->o->builds >> b & 1;
}

/* What ends the whole, not only one build. */
static bool is_final(int ret)
{
	return ret == -EINTR || ret == -ENOMEM;
}

/*
 * As long for each build, by slashes: a program's stack begins where its path
 * and its variables leave off, and some are a twentieth slower by 16 bytes.
 */
static int path(const struct work *w, size_t b, const char *suffix,
		char out[PATH_MAX], struct psr_err *err)
{
	int slashes = BENCH_NAME - (int)strlen(bench_builds[b].name);

	if (snprintf(out, PATH_MAX, "%s%.*s%s/%s%s", w->s->dir, slashes,
		     "////////", bench_builds[b].name, w->p->name,
		     suffix) >= PATH_MAX)
		return psr_fail(err, -ENAMETOOLONG, "%s: name too long",
				w->p->name);
	return 0;
}

/* ---- One launch ---------------------------------------------------------- */

/* A program that prints no time is timed as a whole. */
static struct sample read_sample(const struct bench_result *r)
{
	struct bench_output o;
	struct sample x;

	bench_output_read(&r->out, &r->err, &o);
	x = (struct sample){o.wall_s, o.cpu_s, o.answer};
	if (isnan(x.wall_s) && isnan(x.cpu_s)) {
		x.wall_s = r->wall_s;
		x.cpu_s = r->cpu_s;
	}
	if (isnan(x.wall_s))
		x.wall_s = x.cpu_s;
	if (isnan(x.cpu_s))
		x.cpu_s = x.wall_s;
	return x;
}

static int run(const struct work *w, const struct psr_args *a, size_t b,
	       const char *mode, struct sample *x, struct psr_err *err)
{
	char db[PATH_MAX], db_variable[PATH_MAX + 8];
	char mode_variable[128], threads_variable[32];
	const char *const env[] = {
	    db_variable, mode_variable,
	    bench_builds[b].threads ? threads_variable : NULL, NULL};
	struct bench_command c = {
	    .argv = a->v,
	    .env = env,
	    .cpus = bench_builds[b].threads ? &w->s->several : &w->s->one,
	    .dir = w->p->dir,
	    .timeout_s = w->s->timeout_s};
	struct bench_result r;
	int ret = path(w, b, ".db", db, err);

	if (ret)
		return ret;
	snprintf(db_variable, sizeof(db_variable), "PSR_DB=%s", db);
	snprintf(mode_variable, sizeof(mode_variable), "PSR_MODE=%s", mode);
	snprintf(threads_variable, sizeof(threads_variable), "PSR_THREADS=%u",
		 w->s->threads);
	ret = bench_launch(&c, &r, err);
	if (!ret)
		*x = read_sample(&r);
	bench_result_free(&r);
	return ret;
}

/* What PSR learns from, psr run launches: also how all of the program goes. */
static int add_recorder(struct psr_args *a)
{
	static const char *const words[] = {"/proc/self/exe", "run", "--"};
	int ret = 0;

	for (size_t i = 0; i < PSR_COUNTOF(words) && !ret; i++)
		ret = psr_args_add(a, words[i]);
	return ret;
}

/* Launches build B with size I; PSR's the WAY that is said. */
static int launch(const struct work *w, size_t i, size_t b, struct way way,
		  struct sample *x, struct psr_err *err)
{
	char program[PATH_MAX];
	struct psr_args a = {0};
	int ret = path(w, b, "", program, err);

	if (ret)
		return ret;
	if (bench_builds[b].psr && way.recorded)
		ret = add_recorder(&a);
	if (!ret)
		ret = psr_args_add(&a, program);
	if (!ret)
		ret = psr_args_append(&a, &w->p->sizes[i].args);
	ret = ret ? psr_fail(err, ret, "out of memory")
		  : run(w, &a, b, way.mode, x, err);
	psr_args_free(&a);
	return ret;
}

/* ---- What went wrong ----------------------------------------------------- */

static void fail(struct work *w, size_t i, size_t b, const char *what,
		 const struct psr_err *err)
{
	struct bench_cell *cell = &w->cases[i].cells[b];

	cell->ok = false;
	snprintf(cell->why, sizeof(cell->why), "%s: %s", what, err->text);
	w->cases[i].failed += b == 0 || bench_builds[b].psr;
}

/* Notes what build B's launch came to. Returns what ends the whole, or 0. */
static int judge(struct work *w, size_t i, size_t b, int ret,
		 const struct sample *x, const struct psr_err *err)
{
	struct bench_case *c = &w->cases[i];

	if (is_final(ret))
		return ret;
	if (ret) {
		fail(w, i, b, "fails", err);
	} else if (!c->varies && x->answer != w->answers[i]) {
		c->cells[b].differs = true;
		c->wrong += bench_builds[b].psr;
	}
	return 0;
}

/* Launches build B once more and adds its times to its lists, or to LEARN. */
static int add_launch(struct work *w, size_t i, size_t b, struct way way,
		      struct bench_list *learn, struct psr_err *err)
{
	struct bench_cell *cell = &w->cases[i].cells[b];
	struct sample x;
	int ret;

	if (!is_wanted(w, b) || !cell->ok || !w->cases[i].cells[0].ok)
		return 0;
	ret = launch(w, i, b, way, &x, err);
	if (ret || learn) {
		bool wall = w->o->wall || bench_builds[b].threads;

		if (!ret && bench_list_add(learn, wall ? x.wall_s : x.cpu_s))
			return -ENOMEM;
		return judge(w, i, b, ret, &x, err);
	}
	if (bench_list_add(&cell->wall, x.wall_s) ||
	    bench_list_add(&cell->cpu, x.cpu_s))
		return -ENOMEM;
	return judge(w, i, b, 0, &x, err);
}

/* ---- Building ------------------------------------------------------------ */

static int build(struct work *w, size_t b, struct psr_err *err)
{
	struct psr_err why = {""};
	char out[PATH_MAX];
	int ret = path(w, b, "", out, &why);

	if (!ret)
		ret = bench_builds[b].make(w->s, w->p, out, &why);
	if (is_final(ret)) {
		*err = why;
		return ret;
	}
	for (size_t i = 0; i < w->p->nsizes; i++) {
		w->cases[i].cells[b].ok = true;
		if (ret)
			fail(w, i, b, "does not build", &why);
	}
	return 0;
}

/* Makes the builds that come before or AFTER PSR has learnt. */
static int build_all(struct work *w, bool after, struct psr_err *err)
{
	int ret = 0;

	for (size_t b = 0; b < bench_nbuilds && !ret; b++)
		if (is_wanted(w, b) && after == !!bench_builds[b].after)
			ret = build(w, b, err);
	return ret;
}

/* What clang's program answers, twice: the right answer, if there is one. */
static int ask(struct work *w, size_t i, struct psr_err *err)
{
	struct bench_cell *clang = &w->cases[i].cells[0];
	struct sample x, again;
	int ret;

	if (!clang->ok)
		return 0;
	ret = launch(w, i, 0, off, &x, err);
	if (!ret)
		ret = launch(w, i, 0, off, &again, err);
	if (is_final(ret))
		return ret;
	if (ret) {
		fail(w, i, 0, "fails", err);
		return 0;
	}
	w->answers[i] = x.answer;
	w->cases[i].varies = x.answer != again.answer;
	return 0;
}

/* ---- Learning and rounds ------------------------------------------------- */

/* All sizes in turn, as in life; the builds of build_all(AFTER). */
static int learn(struct work *w, bool after, struct psr_err *err)
{
	int ret = 0;

	for (unsigned n = 0; n < w->o->learn; n++)
		for (size_t i = 0; i < w->p->nsizes; i++)
			for (size_t b = 0; b < bench_nbuilds && !ret; b++)
				if (bench_builds[b].psr &&
				    after == !!bench_builds[b].after)
					ret = add_launch(
					    w, i, b, learning,
					    &w->cases[i].cells[b].learn, err);
	return ret;
}

/* One round of size I; ALL: of all builds, else of clang's and PSR's. */
static int round_of(struct work *w, size_t i, unsigned n, bool all,
		    struct psr_err *err)
{
	int ret = 0;

	for (size_t k = 0; k < bench_nbuilds && !ret; k++) {
		size_t b = n % 2 ? bench_nbuilds - 1 - k : k;

		if (all || b == 0 || bench_builds[b].psr)
			ret = add_launch(w, i, b,
					 launched[w->o->launched].way, NULL,
					 err);
	}
	return ret;
}

static bool seems_slower(const struct work *w, size_t i)
{
	for (size_t b = 0; b < bench_nbuilds; b++)
		if (bench_builds[b].psr &&
		    bench_speedup(w->o, &w->cases[i], b).mid < BENCH_BAR)
			return true;
	return false;
}

static int rounds(struct work *w, size_t i, struct psr_err *err)
{
	unsigned n = 0, most = w->o->rounds;
	int ret = 0;

	for (; n < most && !ret; n++)
		ret = round_of(w, i, n, true, err);
	if (!ret && seems_slower(w, i))
		most += MORE_ROUNDS * w->o->rounds;
	for (; n < most && !ret; n++)
		ret = round_of(w, i, n, false, err);
	return ret;
}

/* ---- The oracle ---------------------------------------------------------- */

static size_t psr_build(const struct work *w)
{
	size_t b = 0;

	while (b < bench_nbuilds &&
	       !(bench_builds[b].psr && !bench_builds[b].threads &&
		 !bench_builds[b].after && is_wanted(w, b)))
		b++;
	return b;
}

static int add_variant(struct bench_case *c, const char *name)
{
	struct bench_variant *more =
	    realloc(c->variants, (c->nvariants + 1) * sizeof(*more));

	if (!more)
		return -ENOMEM;
	c->variants = more;
	more[c->nvariants] = (struct bench_variant){0};
	snprintf(more[c->nvariants++].name, sizeof(more->name), "%s", name);
	return 0;
}

static int take_variant(void *ctx, int n, const char *const *names,
			const char *const *values, const char *const *types)
{
	(void)n, (void)names, (void)types;
	return add_variant(ctx, values[0]);
}

/* All variants of the sites that were met, by what was learnt of them. */
static int list_variants(const struct work *w, size_t b, struct bench_case *c,
			 struct psr_err *err)
{
	struct psr_store *store = NULL;
	char db[PATH_MAX];
	int ret = path(w, b, ".db", db, err);

	if (!ret)
		ret = add_variant(c, "baseline");
	if (!ret)
		ret = psr_store_open(db, PSR_STORE_READ, &store, err);
	if (ret == -ENOENT) /* no site was ever worth waking for */
		return 0;
	if (!ret)
		ret = psr_store_query(store,
				      "SELECT DISTINCT variant FROM "
				      "site_variant ORDER BY variant",
				      NULL, 0, take_variant, c, err);
	psr_store_close(store);
	return ret;
}

/* The way that forces C's V-th variant; behind the last: what was learnt. */
static struct way way_of(const struct bench_case *c, size_t v, char buf[80])
{
	if (v == c->nvariants)
		return launched[BENCH_FROZEN].way;
	if (!strcmp(c->variants[v].name, "baseline"))
		return (struct way){"baseline", false};
	snprintf(buf, 80, "pinned:%s", c->variants[v].name);
	return (struct way){buf, false};
}

static int ask_oracle(struct work *w, size_t i, size_t b, struct psr_err *err)
{
	struct bench_case *c = &w->cases[i];
	char buf[80];
	int ret;

	if (!c->cells[0].ok || !c->cells[b].ok)
		return 0;
	ret = list_variants(w, b, c, err);
	for (unsigned n = 0; n < w->o->rounds && !ret; n++)
		for (size_t k = 0; k <= c->nvariants && !ret; k++) {
			size_t v = n % 2 ? c->nvariants - k : k;
			struct bench_list *l = v < c->nvariants
						   ? &c->variants[v].times
						   : &c->chosen;

			ret = add_launch(w, i, b, way_of(c, v, buf), l, err);
		}
	return ret;
}

/* ---- Both ends ----------------------------------------------------------- */

int bench_measure(const struct bench_setup *s, const struct bench_options *o,
		  const struct bench_program *p, struct bench_case *cases,
		  struct psr_err *err)
{
	struct work w = {.s = s, .o = o, .p = p, .cases = cases};
	size_t psr = psr_build(&w);
	int ret;

	for (size_t i = 0; i < p->nsizes; i++)
		cases[i] =
		    (struct bench_case){.program = p, .size = &p->sizes[i]};
	ret = build_all(&w, false, err);
	for (size_t i = 0; i < p->nsizes && !ret; i++)
		ret = ask(&w, i, err);
	if (!ret)
		ret = learn(&w, false, err);
	if (!ret)
		ret = build_all(&w, true, err);
	if (!ret)
		ret = learn(&w, true, err);
	for (size_t i = 0; i < p->nsizes && !ret; i++) {
		ret = rounds(&w, i, err);
		if (!ret && o->oracle && psr < bench_nbuilds)
			ret = ask_oracle(&w, i, psr, err);
	}
	if (ret == -ENOMEM)
		psr_fail(err, ret, "out of memory");
	return ret;
}

void bench_case_free(struct bench_case *c)
{
	for (size_t b = 0; b < BENCH_BUILDS; b++) {
		bench_list_free(&c->cells[b].wall);
		bench_list_free(&c->cells[b].cpu);
		bench_list_free(&c->cells[b].learn);
	}
	for (size_t v = 0; v < c->nvariants; v++)
		bench_list_free(&c->variants[v].times);
	free(c->variants);
	bench_list_free(&c->chosen);
	*c = (struct bench_case){0};
}

const struct bench_list *bench_times(const struct bench_options *o,
				     const struct bench_case *c, size_t b,
				     size_t as)
{
	bool wall = o->wall || bench_builds[as].threads;

	return wall ? &c->cells[b].wall : &c->cells[b].cpu;
}

struct bench_quartiles bench_speedup(const struct bench_options *o,
				     const struct bench_case *c, size_t b)
{
	if (!c->cells[0].ok || !c->cells[b].ok)
		return (struct bench_quartiles){NAN, NAN, NAN};
	return bench_ratios(bench_times(o, c, 0, b), bench_times(o, c, b, b));
}
