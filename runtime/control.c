/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The controller. It grows a grant at 90 % use, by half, or at what was
 * expected if that is more, so that a good prediction is left alone; shrinks it
 * to half above what is in use after 10 s in which less than half was used, and
 * not within 10 s of another change; and gives up, which is to return to the
 * default environment, where use is four times the prediction or the run is
 * stalled for a fifth of 2 s. It never passes the user's bounds.
 */
#include "control.h"

#define SECOND   1000000000ull
#define CALM     (10 * SECOND)
#define WINDOW   (2 * SECOND)
#define FAR_OFF  4             /* times the prediction */
#define LEAST    (16ull << 20) /* bytes: no grant is smaller */
#define PATIENCE 3             /* pauses at the wall */

static uint64_t bounded(const struct psr_control *c, uint64_t bytes)
{
	if (bytes < LEAST)
		bytes = LEAST;
	if (bytes < c->min_bytes)
		bytes = c->min_bytes;
	return bytes < c->max_bytes ? bytes : c->max_bytes;
}

static struct psr_decision move(struct psr_control *c, enum psr_move m,
				uint64_t bytes, uint64_t at_ns,
				const char *reason)
{
	c->grant_bytes = bytes;
	c->moved_ns = at_ns;
	c->calm_ns = 0;
	if (m == PSR_ROLLBACK)
		c->pinned = false;
	return (struct psr_decision){m, bytes, reason};
}

/* NOW less THEN as a share of the window has passed a fifth. */
static bool stalled(uint64_t now, uint64_t then, uint64_t window)
{
	return now != PSR_NONE && then != PSR_NONE && now > then &&
	       now - then > window / 5;
}

/* Why the reservation hurts, or NULL. */
static const char *pressed(struct psr_control *c, const struct psr_reading *r)
{
	uint64_t window = r->at_ns - c->window_ns;
	const char *why = 0;

	if (window < WINDOW)
		return why;
	if (c->grant_bytes != PSR_NONE &&
	    stalled(r->pressure_memory_ns, c->window_memory_ns, window))
		why = "stalled for memory";
	else if (c->pinned &&
		 stalled(r->pressure_cpu_ns, c->window_cpu_ns, window))
		why = "stalled for processors";
	c->window_ns = r->at_ns;
	c->window_memory_ns = r->pressure_memory_ns;
	c->window_cpu_ns = r->pressure_cpu_ns;
	return why;
}

static struct psr_decision grow(struct psr_control *c,
				const struct psr_reading *r)
{
	uint64_t most =
	    c->grant_bytes > r->firm_bytes ? c->grant_bytes : r->firm_bytes;
	uint64_t target = bounded(c, most + most / 2);

	if (c->ask_bytes != PSR_NONE && c->max_bytes == PSR_NONE &&
	    r->firm_bytes / FAR_OFF > c->ask_bytes)
		return move(c, PSR_ROLLBACK, PSR_NONE, r->at_ns,
			    "use is far above the prediction");
	if (target <= c->grant_bytes)
		return (struct psr_decision){PSR_KEEP, c->grant_bytes, 0};
	return move(c, PSR_GROW, target, r->at_ns,
		    r->paused ? "reached the limit" : "nearly used up");
}

static struct psr_decision shrink(struct psr_control *c,
				  const struct psr_reading *r)
{
	uint64_t target = bounded(c, r->firm_bytes + r->firm_bytes / 2);

	if (r->firm_bytes * 2 >= c->grant_bytes || target >= c->grant_bytes) {
		c->calm_ns = 0;
		return (struct psr_decision){PSR_KEEP, c->grant_bytes, 0};
	}
	if (!c->calm_ns)
		c->calm_ns = r->at_ns;
	if (r->at_ns - c->calm_ns < CALM || r->at_ns - c->moved_ns < CALM)
		return (struct psr_decision){PSR_KEEP, c->grant_bytes, 0};
	return move(c, PSR_SHRINK, target, r->at_ns, "less than half in use");
}

uint64_t psr_control_trigger(const struct psr_control *c)
{
	uint64_t most = c->grant_bytes / 100 * 99;
	uint64_t at = c->grant_bytes / 10 * 9;

	if (c->grant_bytes == PSR_NONE)
		return PSR_NONE;
	if (c->expected_bytes > at)
		at = c->expected_bytes < most ? c->expected_bytes : most;
	return at;
}

struct psr_decision psr_control_step(struct psr_control *c,
				     const struct psr_reading *r)
{
	const char *why = pressed(c, r);

	if (why)
		return move(c, PSR_ROLLBACK, PSR_NONE, r->at_ns, why);
	if (c->grant_bytes == PSR_NONE)
		return (struct psr_decision){PSR_KEEP, PSR_NONE, 0};
	c->paused += r->paused;
	if (c->paused >= PATIENCE && c->max_bytes == PSR_NONE)
		return move(c, PSR_ROLLBACK, PSR_NONE, r->at_ns,
			    "paused at the limit repeatedly");
	if (r->paused || r->firm_bytes >= psr_control_trigger(c))
		return grow(c, r);
	return shrink(c, r);
}
