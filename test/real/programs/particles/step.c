// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// step.c - moves the particles (leapfrog) and keeps them in the box.
#include "particles.h"
#include <math.h>

static void bounce(double *x, double *v, double size)
{
	if (*x < 0) {
		*x = -*x;
		*v = -0.6 * *v;
	} else if (*x > size) {
		*x = 2 * size - *x;
		*v = -0.6 * *v;
	}
}

static double wrap(double x, double size)
{
	if (x < 0 || x >= size)
		x -= size * floor(x / size);
	return x;
}

static void keep_inside(const struct scene *s, struct particle *p)
{
	if (s->walls) {
		bounce(&p->pos.x, &p->vel.x, s->size.x);
		bounce(&p->pos.y, &p->vel.y, s->size.y);
		bounce(&p->pos.z, &p->vel.z, s->size.z);
	} else {
		p->pos.x = wrap(p->pos.x, s->size.x);
		p->pos.y = wrap(p->pos.y, s->size.y);
		p->pos.z = wrap(p->pos.z, s->size.z);
	}
}

static void kick(struct particle *p, double dt)
{
	p->vel.x += p->force.x / p->mass * dt;
	p->vel.y += p->force.y / p->mass * dt;
	p->vel.z += p->force.z / p->mass * dt;
}

struct energy step_forward(struct scene *s, struct cells *c)
{
	struct energy e = {0, 0};

	for (size_t i = 0; i < s->count; i++) {
		struct particle *p = &s->particles[i];

		kick(p, s->dt / 2);
		p->pos = vec_add(p->pos, vec_scaled(p->vel, s->dt));
		keep_inside(s, p);
	}
	cells_fill(c, s);
	e.potential = forces_compute(s, c);
	for (size_t i = 0; i < s->count; i++) {
		struct particle *p = &s->particles[i];

		kick(p, s->dt / 2);
		e.kinetic += 0.5 * p->mass * vec_dot(p->vel, p->vel);
	}
	return e;
}
