/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A probe is one timed call. Its cost, measured here as it goes, sets how
 * much work passes until this thread's next one: about 0.4 % of the time
 * goes on probes while there is something to learn, 0.05 % afterwards. The
 * distance is jittered, so that a program's own rhythm is not aliased.
 *
 * Probes never allocate but by mmap, never wait, and keep errno.
 */
#include "probe.h"

#include <errno.h>
#include <sched.h>
#include <time.h>

#include "attach.h"
#include "followed.h"
#include "fp.h"
#include "remember.h"
#include "sites.h"
#include "small.h"
#include "team.h"
#include "ticks.h"
#include "worth.h"

#define FIRST_INTERVAL (INT64_C(1) << 17) /* work units */
#define MIN_INTERVAL   (INT64_C(1) << 10)
#define MAX_INTERVAL   (INT64_C(1) << 27)
#define TICK_OFF       (INT64_MAX / 2)
#define LEARNING       250 /* time between probes, in their cost */
#define SETTLED        2000
#define FIRST_COST_US  1 /* measured from the second on */
#define MAX_COST_US    8 /* more is an interruption */
#define LONG_NS        20000 /* to tell a call's values takes far less */
#define WAIT_CALLS     64 /* of others, at most, in front of a timed call */

/* This thread; initial-exec, so that no access ever allocates. */
static _Thread_local struct {
	uint64_t last;    /* ticks at the latest probe; 0: none yet */
	int64_t interval; /* mean work units between probes */
	int64_t units;    /* work that the running probe stands for */
	uint32_t cost;    /* ticks, a moving average */
	uint32_t random;
	bool busy;
	uint16_t warm_class;
	uint8_t warm_rival;
	uint16_t warm_left;          /* calls until the one that is timed */
	uint16_t waited;             /* of others, for the one that is timed */
	uint64_t warmed;             /* their work */
	uint64_t passed;             /* that of all meanwhile */
	struct psr_known *warm_site; /* where they happen */
	uint64_t followed;           /* when the timed call began */
	struct psr_class *counted;   /* of the counted call that is beginning */
	bool count_all;              /* of it */
} self __attribute__((tls_model("initial-exec")));

static double ns_per_tick = 0.5;
static uint64_t empty_ticks; /* that two stamps are apart of themselves */

/* Written by psr run. */
PSR_API volatile struct psr_followed psr_followed;

bool psr_probe_begin_busy(void)
{
	if (self.busy)
		return false;
	self.busy = true;
	return true;
}

bool psr_probe_is_busy(void)
{
	return self.busy;
}

void psr_probe_end_busy(void)
{
	self.busy = false;
}

/* Both clocks at one moment: the try least disturbed of several. */
struct psr_clock psr_probe_clock(void)
{
	struct psr_clock c = {0, 0};
	uint64_t best = UINT64_MAX;
	struct timespec ts;

	for (int i = 0; i < 8; i++) {
		uint64_t a = psr_ticks_begin(), b;

		clock_gettime(CLOCK_MONOTONIC, &ts);
		b = psr_ticks_end();
		if (b - a >= best)
			continue;
		best = b - a;
		c.ticks = a + best / 2;
		c.ns = (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
	}
	return c;
}

/* The shortest of many: what disturbs makes it longer. */
static uint64_t measure_empty(void)
{
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < 32; i++) {
		uint64_t a = psr_ticks_begin(), b = psr_ticks_end();

		if (b - a < least)
			least = b - a;
	}
	return least;
}

void psr_probe_calibrate(const struct psr_clock *begun)
{
	struct psr_clock now;

	empty_ticks = measure_empty();

	do
		now = psr_probe_clock();
	while (now.ns - begun->ns < 100000);
	if (now.ticks > begun->ticks)
		ns_per_tick = (double)(now.ns - begun->ns) /
			      (double)(now.ticks - begun->ticks);
}

uint64_t psr_probe_ticks(double ns)
{
	return (uint64_t)(ns / ns_per_tick);
}

uint32_t psr_probe_random(void)
{
	uint32_t x = self.random ? self.random : (uint32_t)psr_ticks() | 1;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return self.random = x;
}

static void start_thread(void)
{
	if (self.interval)
		return;
	self.interval = FIRST_INTERVAL;
	self.cost = (uint32_t)psr_ticks_in(FIRST_COST_US);
}

/* Moves the interval towards the wanted time between two probes. */
static void adapt(uint64_t now, bool settled)
{
	double want = (double)self.cost * (settled ? SETTLED : LEARNING);
	double ratio;

	if (self.last && now > self.last) {
		ratio = want / (double)(now - self.last);
		ratio = ratio < 0.25 ? 0.25 : ratio > 4 ? 4 : ratio;
		self.interval = (int64_t)((double)self.interval * ratio);
		if (self.interval < MIN_INTERVAL)
			self.interval = MIN_INTERVAL;
		if (self.interval > MAX_INTERVAL)
			self.interval = MAX_INTERVAL;
	}
	self.last = now;
}

static int64_t next_tick(void)
{
	return self.interval / 2 + psr_probe_random() % self.interval;
}

static void add_cost(uint64_t ticks)
{
	if (ticks < psr_ticks_in(MAX_COST_US))
		self.cost += ((int64_t)ticks * 2 - self.cost) / 16;
}

static unsigned pick(struct psr_known *k, struct psr_class *c, uint64_t work)
{
	double guess = psr_sites_guess(k, c->size_class);
	unsigned i;

	psr_sites_expect(c);
	k->budget.kept = psr_worth_keeps(k->budget.share);
	i = psr_choose_next(c->rivals, k->nrivals, c->best, &c->latest, work,
			    guess, &k->budget, psr_probe_random());
	c->rivals[i].tried++;
	return i;
}

/* The entry of C's best or, now and then, of a rival; may begin to warm it. */
static int64_t choose(struct psr_known *k, struct psr_class *c, uint64_t work)
{
	unsigned i = pick(k, c, work);
	double guess = psr_sites_guess(k, c->size_class);

	self.waited = 0;
	self.warm_site = k;
	self.warm_class = c->size_class;
	self.warm_rival = (uint8_t)i;
	self.warm_left =
	    (uint16_t)psr_choose_warm(c->rivals, c->best, i, work, guess);
	return k->entries[i];
}

/* The counted variant's entry, which shall tell HOW much. */
static int64_t count(struct psr_known *k, struct psr_class *c,
		     enum psr_counting how)
{
	c->counted++;
	self.counted = c;
	self.count_all = how == PSR_COUNT_ALL;
	return k->entries[k->counted];
}

/*
 * A call too small to be dispatched is met only until its values are known;
 * it runs the original, or tells them.
 */
static int64_t choose_small(struct psr_known *k, struct psr_class *c)
{
	enum psr_counting how = k->counted
				    ? psr_choose_small(c->counted, c->before,
						       &k->budget)
				    : PSR_COUNT_NONE;

	if (how)
		return count(k, c, how);
	psr_small_ignore(k);
	return 0;
}

/* Never two probes in turn: a process that has few would time nothing. */
static enum psr_counting counting(struct psr_known *k, struct psr_class *c,
				  uint64_t work)
{
	double guess = psr_sites_guess(k, c->size_class);
	enum psr_counting how = PSR_COUNT_NONE;

	if (k->counted && !c->just_counted)
		how = psr_choose_counting(c->counted, guess * (double)work,
					  &k->budget);
	c->just_counted = how == PSR_COUNT_ALL;
	return how;
}

/* The best did WORK units in its usual time; UNIT ns for each if that is not
 * known. */
static void account_rest(struct psr_known *k, struct psr_class *c, double work,
			 double unit)
{
	double usual = psr_sites_guess(k, c->size_class);

	psr_sites_worked(c, c->best, work);
	k->budget.site_ns += work * (usual > 0 ? usual : unit);
}

/* What a call of WORK units runs; whether it is timed. */
static bool decide(struct psr_known *k, struct psr_class *c, uint64_t work,
		   int64_t *code)
{
	double units = (double)self.interval + (double)self.passed;
	double calls = units / (double)work;
	enum psr_counting how;

	self.passed = 0;
	self.warmed = 0; /* what counts has none */
	psr_sites_met(c, calls > 1 ? calls : 1);
	if (work < k->site->min_work) {
		*code = choose_small(k, c);
		return false;
	}
	how = counting(k, c, work);
	if (how == PSR_COUNT_ALL)
		account_rest(k, c, (double)self.units, 0);
	*code = how ? count(k, c, how) : choose(k, c, work);
	return how != PSR_COUNT_ALL && !self.warm_left;
}

/* Time stamps of E's call, whose probe began at NOW. */
static void begin(struct psr_entry *e, uint64_t now)
{
	self.followed = psr_followed.ns;
	e->start = psr_ticks_begin();
	add_cost(e->start - now);
	e->start += !e->start;
}

/* What is as good as endless is no count of anything: such a call returns. */
static uint64_t real_work(uint64_t size)
{
	uint64_t work = psr_size_work(size);

	return work < PSR_WORK_MAX ? work : 0;
}

/*
 * One call of those that precede a timed one: of the same site and class it
 * runs the rival, and the last one is timed. Others pass by, but count, so
 * that it ends soon; where sites take turns, one of them may always come last:
 * it is let by. In front of a parallel one they run in parallel, too: what one
 * thread has written is far from the others, so that of sites which take turns
 * neither would gain alone.
 */
static struct psr_entry warm(struct psr_known *k, struct psr_entry e,
			     uint64_t size, int64_t *tick)
{
	uint64_t now = psr_ticks();
	bool here =
	    k == self.warm_site && psr_size_class(size) == self.warm_class;
	bool waits;

	self.passed += real_work(size);
	if (here)
		e.code = k->entries[self.warm_rival];
	else if (psr_sites_is_parallel(self.warm_site, self.warm_rival))
		e.code = psr_sites_parallel(k, psr_size_class(size), e.code);
	if (here && self.warm_left > 1)
		self.warmed += real_work(size);
	waits = !here && self.warm_left == 1 && self.waited++ < WAIT_CALLS;
	if (waits || --self.warm_left) {
		*tick = 0;
		return e;
	}
	*tick = next_tick();
	if (here)
		begin(&e, now);
	return e;
}

struct psr_entry psr_probe_fixed(void *module, const struct psr_site *site,
				 uint64_t size, int64_t *tick)
{
	struct psr_entry e = {psr_site_table(site)[psr_size_class(size)], 0};

	(void)module;
	*tick = TICK_OFF;
	return e;
}

struct psr_entry psr_probe_turn(void *module, const struct psr_site *site,
				uint64_t size, int64_t *tick)
{
	struct psr_known *k = psr_sites_find(module, site);
	struct psr_entry e = {0, 0};

	(void)size;
	*tick = 0; /* the next call comes here, too */
	if (k)
		e.code = k->entries[psr_sites_turn(k)];
	return e;
}

__attribute__((noinline)) static struct psr_entry
enter(void *module, const struct psr_site *site, uint64_t size, int64_t *tick)
{
	unsigned at = psr_size_class(size);
	struct psr_entry e = {psr_site_table(site)[at], 0};
	struct psr_module_state *m = module;
	struct psr_known *k = psr_sites_find(m, site);
	struct psr_class *c = NULL;
	uint64_t now = psr_ticks();
	bool timed = false;

	start_thread();
	*tick = next_tick();
	if (self.busy || !k)
		return e;
	if (self.warm_left)
		return warm(k, e, size, tick);
	psr_remember_if_due(now);
	if (!psr_sites_try_lock(k))
		return e;
	c = psr_sites_class(m, k, at);
	if (c) {
		self.units = self.interval;
		timed = decide(k, c, psr_size_work(size), &e.code);
		adapt(now, c->settled);
	}
	psr_sites_unlock(k);
	if (!c)
		return e;
	*tick = self.warm_left ? 0 : next_tick();
	if (psr_sites_is_parallel(k, psr_sites_rival(k, e.code)))
		psr_team_prepare(); /* no part of what is timed */
	if (timed)
		begin(&e, now);
	return e;
}

struct psr_entry psr_probe_enter(void *module, const struct psr_site *site,
				 uint64_t size, int64_t *tick)
{
	struct psr_fp fp = psr_fp_hold();
	struct psr_entry e = enter(module, site, size, tick);

	psr_fp_restore(fp);
	return e;
}

__attribute__((noinline)) static bool
take_values(void *module, const struct psr_site *site, uint32_t n,
	    const uint64_t *values)
{
	struct psr_known *k = psr_sites_find(module, site);
	struct psr_class *c = self.counted;

	if (!k || !c || c->site != k)
		return true; /* pinned, or a signal handler came between */
	self.counted = NULL;
	if (!self.busy && psr_sites_try_lock(k)) {
		psr_sites_values(c, n, values);
		psr_sites_unlock(k);
	}
	return self.count_all;
}

bool psr_probe_values(void *module, const struct psr_site *site, uint32_t n,
		      const uint64_t *values)
{
	struct psr_fp fp = psr_fp_hold();
	bool all = take_values(module, site, n, values);

	psr_fp_restore(fp);
	return all;
}

__attribute__((noinline)) static void
take_counts(void *module, const struct psr_site *site, uint32_t n,
	    const uint64_t *counts)
{
	struct psr_known *k = psr_sites_find(module, site);

	if (self.busy || !k || !psr_sites_try_lock(k))
		return;
	psr_sites_branches(k, n, counts);
	psr_sites_unlock(k);
}

void psr_probe_counts(void *module, const struct psr_site *site, uint32_t n,
		      const uint64_t *counts)
{
	struct psr_fp fp = psr_fp_hold();

	take_counts(module, site, n, counts);
	psr_fp_restore(fp);
}

/*
 * A probe stands for all the work since the one before, which the best did
 * in its usual time: of one call that was interrupted no more is made. The
 * calls that warmed the rival took as long as this one.
 */
static void account(struct psr_known *k, struct psr_class *c, unsigned i,
		    double ns, uint64_t work)
{
	double rest = (double)self.units - (double)work;
	double own = (double)work + (double)self.warmed;
	double unit = ns / (double)work;

	psr_sites_worked(c, i, own);
	k->budget.site_ns += own * unit;
	if (rest > 0)
		account_rest(k, c, rest, unit);
}

/*
 * That this thread was followed meanwhile is no time of the call's. False where
 * it is not known how long that was, or it was most of the call: it is known to
 * a tenth. Of a program that is one call, and short, others there may not be.
 */
static bool deduct_followed(double *ns)
{
	uint64_t before = self.followed, after = psr_followed.ns;

	if ((before == after && !(before & PSR_FOLLOWED_NOW)) ||
	    psr_followed.thread != (uintptr_t)__builtin_thread_pointer())
		return true;
	*ns -= (double)(after - before);
	return !((before | after) & PSR_FOLLOWED_NOW) &&
	       *ns > (double)(after - before);
}

/* As if C's rival I had not been chosen. */
static void forget_try(struct psr_class *c, unsigned i)
{
	if (c && i < PSR_RIVALS && c->rivals[i].tried)
		c->rivals[i].tried--;
}

__attribute__((noinline)) static void
leave(struct psr_module_state *m, const struct psr_site *site, uint64_t size,
      int64_t code, uint64_t start, uint64_t end)
{
	struct psr_known *k = psr_sites_find(m, site);
	uint64_t work = psr_size_work(size);
	struct psr_class *c;
	double ns;
	unsigned i;

	if (self.busy || !k || end <= start + empty_ticks ||
	    !psr_sites_try_lock(k))
		return;
	c = psr_sites_class_at(k, psr_size_class(size));
	i = psr_sites_rival(k, code);
	ns = (double)(end - start - empty_ticks) * ns_per_tick;
	if (!deduct_followed(&ns)) {
		forget_try(c, i);
		i = PSR_RIVALS;
	}
	/* It told its values and ran the original. */
	if (i && i == k->counted)
		i = ns > LONG_NS ? 0 : PSR_RIVALS;
	if (c && i < PSR_RIVALS) {
		account(k, c, i, ns, work);
		psr_sites_record(c, i, ns, work);
	}
	psr_sites_unlock(k);
	add_cost(psr_ticks() - end);
}

void psr_probe_leave(void *module, const struct psr_site *site, uint64_t size,
		     int64_t code, uint64_t start)
{
	uint64_t end = psr_ticks_end();
	struct psr_fp fp = psr_fp_hold();

	leave(module, site, size, code, start, end);
	psr_fp_restore(fp);
}
