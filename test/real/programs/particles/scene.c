// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// scene.c - what the input says: one thing a line, its name first.
#include "particles.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned long long seed = 88172645463325252u;

static double random_unit(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (double)(seed >> 11) / 9007199254740992.0;
}

static void fail(const char *name, int line, const char *what)
{
	fprintf(stderr, "particles: %s:%d: %s\n", name, line, what);
	exit(1);
}

static void add(struct scene *s, struct particle p)
{
	if (s->count == s->room) {
		s->room = s->room ? 2 * s->room : 64;
		s->particles =
		    realloc(s->particles, s->room * sizeof(*s->particles));
		if (!s->particles) {
			perror("particles");
			exit(1);
		}
	}
	s->particles[s->count++] = p;
}

/* A block of particles of one kind, a little out of place. */
static int add_block(struct scene *s, const char *text)
{
	struct particle p = {0};
	struct vec from, to;
	double gap, shake, speed;

	if (sscanf(text, "%d %lf %lf %lf %lf %lf %lf %lf %lf %lf %lf", &p.kind,
		   &from.x, &from.y, &from.z, &to.x, &to.y, &to.z, &gap, &shake,
		   &speed, &p.mass) != 11 ||
	    p.kind < 0 || p.kind >= KINDS_MAX || gap <= 0 || p.mass <= 0)
		return -1;
	for (double z = from.z; z < to.z; z += gap)
		for (double y = from.y; y < to.y; y += gap)
			for (double x = from.x; x < to.x; x += gap) {
				p.pos.x = x + shake * (random_unit() - 0.5);
				p.pos.y = y + shake * (random_unit() - 0.5);
				p.pos.z = z + shake * (random_unit() - 0.5);
				p.vel.x = speed * (random_unit() - 0.5);
				p.vel.y = speed * (random_unit() - 0.5);
				p.vel.z = speed * (random_unit() - 0.5);
				add(s, p);
			}
	return 0;
}

static int set_pair(struct scene *s, const char *text)
{
	struct pair p;
	int a, b;

	if (sscanf(text, "%d %d %lf %lf", &a, &b, &p.epsilon, &p.sigma) != 4 ||
	    a < 0 || b < 0 || a >= KINDS_MAX || b >= KINDS_MAX)
		return -1;
	s->pairs[a][b] = s->pairs[b][a] = p;
	return 0;
}

static int set(struct scene *s, const char *what, const char *rest)
{
	struct vec *v;

	if (!strcmp(what, "block"))
		return add_block(s, rest);
	if (!strcmp(what, "pair"))
		return set_pair(s, rest);
	if (!strcmp(what, "gas") || !strcmp(what, "fluid")) {
		s->model = *what == 'g' ? GAS : FLUID;
		return 0;
	}
	if (!strcmp(what, "walls")) {
		s->walls = 1;
		return 0;
	}
	if (!strcmp(what, "step"))
		return sscanf(rest, "%lf", &s->dt) == 1 ? 0 : -1;
	if (!strcmp(what, "cutoff"))
		return sscanf(rest, "%lf", &s->cutoff) == 1 ? 0 : -1;
	if (!strcmp(what, "liquid"))
		return sscanf(rest, "%lf %lf %lf", &s->stiffness,
			      &s->rest_density, &s->viscosity) == 3
			   ? 0
			   : -1;
	if (!strcmp(what, "size"))
		v = &s->size;
	else if (!strcmp(what, "gravity"))
		v = &s->gravity;
	else
		return -1;
	return sscanf(rest, "%lf %lf %lf", &v->x, &v->y, &v->z) == 3 ? 0 : -1;
}

void scene_read(struct scene *s, const char *name)
{
	FILE *f = fopen(name, "r");
	char text[256], what[32];
	int line = 0, length;

	memset(s, 0, sizeof(*s));
	if (!f) {
		perror(name);
		exit(1);
	}
	while (fgets(text, sizeof(text), f)) {
		line++;
		if (*text == '#' || sscanf(text, "%31s%n", what, &length) != 1)
			continue;
		if (set(s, what, text + length))
			fail(name, line, "not understood");
	}
	fclose(f);
	if (!s->count || s->cutoff <= 0 || s->dt <= 0 ||
	    fmin(s->size.x, fmin(s->size.y, s->size.z)) < 3 * s->cutoff)
		fail(name, line, "something is missing or too small");
}

void scene_free(struct scene *s)
{
	free(s->particles);
}

static double around(double d, double size)
{
	if (d > size / 2)
		return d - size;
	if (d < -size / 2)
		return d + size;
	return d;
}

struct vec scene_between(const struct scene *s, const struct vec *a,
			 const struct vec *b)
{
	struct vec d = {a->x - b->x, a->y - b->y, a->z - b->z};

	if (!s->walls) {
		d.x = around(d.x, s->size.x);
		d.y = around(d.y, s->size.y);
		d.z = around(d.z, s->size.z);
	}
	return d;
}
