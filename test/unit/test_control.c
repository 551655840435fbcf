/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "control.h"

#include <string.h>

#include "check.h"

#define MIB    ((uint64_t)1 << 20)
#define SECOND 1000000000ull

static struct psr_control of(uint64_t grant, uint64_t ask)
{
	return (struct psr_control){
	    .grant_bytes = grant, .ask_bytes = ask, .max_bytes = PSR_NONE};
}

static struct psr_decision at(struct psr_control *c, double s, uint64_t use)
{
	struct psr_reading r = {.at_ns = (uint64_t)(s * 1e9),
				.firm_bytes = use,
				.pressure_memory_ns = PSR_NONE,
				.pressure_cpu_ns = PSR_NONE};

	return psr_control_step(c, &r);
}

static void grows_before_it_binds(void)
{
	struct psr_control c = of(100 * MIB, 100 * MIB);
	struct psr_decision d = at(&c, .1, 89 * MIB);

	CHECK(d.move == PSR_KEEP, "%d", d.move);
	d = at(&c, .2, 90 * MIB);
	CHECK(d.move == PSR_GROW && d.grant_bytes == 150 * MIB, "%llu",
	      (unsigned long long)d.grant_bytes);
	CHECK(c.grant_bytes == 150 * MIB, "the controller knows");
	d = at(&c, .3, 200 * MIB);
	CHECK(d.move == PSR_GROW && d.grant_bytes == 300 * MIB,
	      "above what is in use: %llu", (unsigned long long)d.grant_bytes);
}

static void leaves_a_good_prediction_alone(void)
{
	struct psr_control c = of(100 * MIB, 100 * MIB);

	c.expected_bytes = 95 * MIB;
	CHECK(at(&c, .1, 94 * MIB).move == PSR_KEEP, "as expected");
	CHECK(at(&c, .2, 96 * MIB).move == PSR_GROW, "more than expected");
	c = of(100 * MIB, 100 * MIB);
	c.expected_bytes = 200 * MIB;
	CHECK(at(&c, .1, 99 * MIB).move == PSR_GROW, "before it binds");
}

static void keeps_the_users_bounds(void)
{
	struct psr_control c = of(100 * MIB, 10 * MIB);

	c.max_bytes = 120 * MIB;
	CHECK(at(&c, .1, 95 * MIB).grant_bytes == 120 * MIB, "at most");
	CHECK(at(&c, .2, 119 * MIB).move == PSR_KEEP, "no further");
	c = of(100 * MIB, 100 * MIB);
	c.min_bytes = 80 * MIB;
	for (int s = 0; s <= 11; s++)
		at(&c, 20 + s, 5 * MIB);
	CHECK(c.grant_bytes == 80 * MIB, "%llu",
	      (unsigned long long)c.grant_bytes);
}

static void shrinks_late_and_never_below_use(void)
{
	struct psr_control c = of(1000 * MIB, 1000 * MIB);

	for (double s = 0; s < 10; s += .5)
		CHECK(at(&c, s, 100 * MIB).move == PSR_KEEP, "%g s", s);
	CHECK(at(&c, 11, 100 * MIB).move == PSR_SHRINK, "after 10 s");
	CHECK(c.grant_bytes == 150 * MIB, "%llu",
	      (unsigned long long)c.grant_bytes);
	c = of(1000 * MIB, 1000 * MIB);
	for (double s = 0; s < 60; s += .5)
		CHECK(at(&c, s, (int)s % 8 ? 100 * MIB : 600 * MIB).move ==
			  PSR_KEEP,
		      "use that comes back: %g s", s);
}

static void rolls_back_where_it_hurts(void)
{
	struct psr_control c = of(100 * MIB, 100 * MIB);
	struct psr_reading r = {.firm_bytes = 50 * MIB,
				.pressure_cpu_ns = PSR_NONE};
	struct psr_decision d;

	d = at(&c, .1, 401 * MIB);
	CHECK(d.move == PSR_ROLLBACK && d.grant_bytes == PSR_NONE &&
		  strstr(d.reason, "prediction"),
	      "%s", d.reason);
	CHECK(at(&c, .2, 900 * MIB).move == PSR_KEEP, "and that is all");

	c = of(100 * MIB, 100 * MIB);
	for (int tenth = 0; tenth <= 40; tenth++) {
		r.at_ns = (uint64_t)tenth * SECOND / 10;
		r.pressure_memory_ns = r.at_ns / 10;
		CHECK(psr_control_step(&c, &r).move == PSR_KEEP,
		      "a tenth of the time is borne");
	}
	for (int tenth = 41; tenth <= 90; tenth++) {
		r.at_ns = (uint64_t)tenth * SECOND / 10;
		r.pressure_memory_ns = r.at_ns / 2;
		d = psr_control_step(&c, &r);
		if (d.move == PSR_ROLLBACK)
			break;
	}
	CHECK(d.move == PSR_ROLLBACK && strstr(d.reason, "memory"),
	      "half of the time is not");
}

static void pauses_count(void)
{
	struct psr_control c = of(100 * MIB, PSR_NONE);
	struct psr_reading r = {.firm_bytes = 20 * MIB,
				.pressure_memory_ns = PSR_NONE,
				.pressure_cpu_ns = PSR_NONE,
				.paused = true};

	CHECK(psr_control_step(&c, &r).move == PSR_GROW, "first");
	CHECK(psr_control_step(&c, &r).move == PSR_GROW, "second");
	CHECK(psr_control_step(&c, &r).move == PSR_ROLLBACK, "third");
}

int main(void)
{
	grows_before_it_binds();
	leaves_a_good_prediction_alone();
	keeps_the_users_bounds();
	shrinks_late_and_never_below_use();
	rolls_back_where_it_hurts();
	pauses_count();
	return check_result();
}
