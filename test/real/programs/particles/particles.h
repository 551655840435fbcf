// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// particles.h - particles that pull and push each other in a box.
#ifndef PARTICLES_H
#define PARTICLES_H
#include <stddef.h>

struct vec {
	double x, y, z;
};

struct particle {
	struct vec pos, vel, force;
	double mass;
	double density; /* fluids only */
	int kind;
	int cell;
};

enum { KINDS_MAX = 4 };

/* How two kinds of particles act on each other. */
struct pair {
	double epsilon; /* depth of the well; 0: they do not meet */
	double sigma;
};

enum model { GAS, FLUID };

struct scene {
	enum model model;
	struct vec size, gravity;
	int walls; /* else the box repeats itself */
	double dt, cutoff;
	double stiffness, rest_density, viscosity; /* fluids only */
	struct pair pairs[KINDS_MAX][KINDS_MAX];
	struct particle *particles;
	size_t count, room;
};

struct energy {
	double kinetic, potential;
};

/* Cells no smaller than the cutoff; each holds a list of particles. */
struct cells {
	int nx, ny, nz;
	int *first; /* of each cell, -1: none */
	int *next;  /* of each particle */
};

static inline struct vec vec_add(struct vec a, struct vec b)
{
	return (struct vec){a.x + b.x, a.y + b.y, a.z + b.z};
}

static inline struct vec vec_scaled(struct vec a, double f)
{
	return (struct vec){a.x * f, a.y * f, a.z * f};
}

static inline double vec_dot(struct vec a, struct vec b)
{
	return a.x * b.x + a.y * b.y + a.z * b.z;
}

/* Reads a scene; exits with a message if there is something wrong in it. */
void scene_read(struct scene *s, const char *name);
void scene_free(struct scene *s);

/* From B to A, the shorter way round where the box repeats itself. */
struct vec scene_between(const struct scene *s, const struct vec *a,
			 const struct vec *b);

void cells_open(struct cells *c, const struct scene *s);
void cells_fill(struct cells *c, struct scene *s);
void cells_close(struct cells *c);

typedef void visit_fn(struct scene *s, size_t i, size_t j, struct vec d,
		      double r2, void *arg);

/* Calls VISIT once for each two particles closer than the cutoff. */
void cells_pairs(const struct cells *c, struct scene *s, visit_fn *visit,
		 void *arg);

/* Sets each particle's force; returns the potential energy. */
double forces_compute(struct scene *s, const struct cells *c);

/* Goes one step of time further. */
struct energy step_forward(struct scene *s, struct cells *c);
#endif
