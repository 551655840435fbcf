// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// cells.c - finds who is near whom.
#include "particles.h"
#include <stdio.h>
#include <stdlib.h>

static void *allocate(size_t n)
{
	void *p = malloc(n);

	if (!p) {
		perror("particles");
		exit(1);
	}
	return p;
}

void cells_open(struct cells *c, const struct scene *s)
{
	c->nx = (int)(s->size.x / s->cutoff);
	c->ny = (int)(s->size.y / s->cutoff);
	c->nz = (int)(s->size.z / s->cutoff);
	c->first = allocate((size_t)(c->nx * c->ny * c->nz) * sizeof(int));
	c->next = allocate(s->count * sizeof(int));
}

void cells_close(struct cells *c)
{
	free(c->first);
	free(c->next);
}

static int place(double x, double size, int n)
{
	int i = (int)(x / size * n);

	return i < 0 ? 0 : i >= n ? n - 1 : i;
}

void cells_fill(struct cells *c, struct scene *s)
{
	int n = c->nx * c->ny * c->nz;

	for (int i = 0; i < n; i++)
		c->first[i] = -1;
	for (size_t i = 0; i < s->count; i++) {
		struct particle *p = &s->particles[i];

		p->cell = (place(p->pos.z, s->size.z, c->nz) * c->ny +
			   place(p->pos.y, s->size.y, c->ny)) *
			      c->nx +
			  place(p->pos.x, s->size.x, c->nx);
		c->next[i] = c->first[p->cell];
		c->first[p->cell] = (int)i;
	}
}

/* The cell DX, DY, DZ away; -1: outside. */
static int neighbour(const struct cells *c, const struct scene *s, int cell,
		     int dx, int dy, int dz)
{
	int x = cell % c->nx + dx;
	int y = cell / c->nx % c->ny + dy;
	int z = cell / c->nx / c->ny + dz;

	if (s->walls) {
		if (x < 0 || y < 0 || z < 0 || x >= c->nx || y >= c->ny ||
		    z >= c->nz)
			return -1;
	} else {
		x = (x + c->nx) % c->nx;
		y = (y + c->ny) % c->ny;
		z = (z + c->nz) % c->nz;
	}
	return (z * c->ny + y) * c->nx + x;
}

static void pairs_of(const struct cells *c, struct scene *s, int i, int j,
		     visit_fn *visit, void *arg)
{
	for (; j >= 0; j = c->next[j]) {
		struct vec d = scene_between(s, &s->particles[i].pos,
					     &s->particles[j].pos);
		double r2 = vec_dot(d, d);

		if (r2 < s->cutoff * s->cutoff && r2 > 0)
			visit(s, (size_t)i, (size_t)j, d, r2, arg);
	}
}

void cells_pairs(const struct cells *c, struct scene *s, visit_fn *visit,
		 void *arg)
{
	/* Half of those around; the other half sees this one. */
	static const signed char half[13][3] = {
	    {1, 0, 0},  {-1, 1, 0}, {0, 1, 0},  {1, 1, 0}, {-1, -1, 1},
	    {0, -1, 1}, {1, -1, 1}, {-1, 0, 1}, {0, 0, 1}, {1, 0, 1},
	    {-1, 1, 1}, {0, 1, 1},  {1, 1, 1},
	};

	for (int cell = 0; cell < c->nx * c->ny * c->nz; cell++) {
		for (int i = c->first[cell]; i >= 0; i = c->next[i])
			pairs_of(c, s, i, c->next[i], visit, arg);
		for (int k = 0; k < 13; k++) {
			int other = neighbour(c, s, cell, half[k][0],
					      half[k][1], half[k][2]);

			if (other < 0)
				continue;
			for (int i = c->first[cell]; i >= 0; i = c->next[i])
				pairs_of(c, s, i, c->first[other], visit, arg);
		}
	}
}
