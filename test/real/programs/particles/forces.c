// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// forces.c - a gas by Lennard-Jones, a fluid by smoothed particles.
#include "particles.h"
#include <math.h>

static const double pi = 3.14159265358979323846;

static void push(struct scene *s, size_t i, size_t j, struct vec f)
{
	struct particle *p = &s->particles[i], *q = &s->particles[j];

	p->force = vec_add(p->force, f);
	q->force = vec_add(q->force, vec_scaled(f, -1));
}

static void gas_pair(struct scene *s, size_t i, size_t j, struct vec d,
		     double r2, void *arg)
{
	const struct particle *p = &s->particles[i], *q = &s->particles[j];
	const struct pair *pair = &s->pairs[p->kind][q->kind];
	double *potential = arg, x, x6;

	if (pair->epsilon == 0)
		return;
	x = pair->sigma * pair->sigma / r2;
	x6 = x * x * x;
	*potential += 4 * pair->epsilon * (x6 * x6 - x6);
	push(s, i, j,
	     vec_scaled(d, 24 * pair->epsilon * (2 * x6 * x6 - x6) / r2));
}

static void fluid_density(struct scene *s, size_t i, size_t j, struct vec d,
			  double r2, void *arg)
{
	double h2 = s->cutoff * s->cutoff, w = *(double *)arg;
	double x = h2 - r2;

	(void)d;
	s->particles[i].density += s->particles[j].mass * w * x * x * x;
	s->particles[j].density += s->particles[i].mass * w * x * x * x;
}

static double pressure(const struct scene *s, const struct particle *p)
{
	double x = s->stiffness * (p->density - s->rest_density);

	return x > 0 ? x : 0;
}

static void fluid_pair(struct scene *s, size_t i, size_t j, struct vec d,
		       double r2, void *arg)
{
	const struct particle *p = &s->particles[i], *q = &s->particles[j];
	double r = sqrt(r2), x = s->cutoff - r, w = *(double *)arg;
	double both = p->mass * q->mass / (p->density * q->density);
	struct vec f, dv;

	f = vec_scaled(d, both * w * x * x / r * 0.5 *
			      (pressure(s, p) + pressure(s, q)));
	dv = vec_add(q->vel, vec_scaled(p->vel, -1));
	f = vec_add(f, vec_scaled(dv, both * w * x * s->viscosity));
	push(s, i, j, f);
}

double forces_compute(struct scene *s, const struct cells *c)
{
	double potential = 0, h = s->cutoff;

	for (size_t i = 0; i < s->count; i++)
		s->particles[i].force =
		    vec_scaled(s->gravity, s->particles[i].mass);
	if (s->model == GAS) {
		cells_pairs(c, s, gas_pair, &potential);
	} else {
		double w = 315 / (64 * pi * pow(h, 9));
		double slope = 45 / (pi * pow(h, 6));

		for (size_t i = 0; i < s->count; i++)
			s->particles[i].density =
			    s->particles[i].mass * w * pow(h, 6);
		cells_pairs(c, s, fluid_density, &w);
		cells_pairs(c, s, fluid_pair, &slope);
	}
	for (size_t i = 0; i < s->count; i++)
		potential -= s->particles[i].mass *
			     vec_dot(s->gravity, s->particles[i].pos);
	return potential;
}
