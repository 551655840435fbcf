/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * particles N STEPS [--time] - N gas atoms over a lattice of fixed atoms.
 *
 * Lennard-Jones forces from the fixed atoms, velocity-Verlet steps, walls
 * that reflect. The atoms are an array of structs, as most such codes have
 * them. Prints a checksum of all atoms and the kinetic energy.
 */
#include "common.h"

#define FIXED 16

struct atom {
	double x, y, z;    /* position */
	double vx, vy, vz; /* velocity */
	double fx, fy, fz; /* force */
	double mass;
};

struct point {
	double x, y, z;
};

static const double box = 16;

/* Half a step of velocity, a whole step of position. */
static void move(size_t n, struct atom *p, double dt)
{
	for (size_t i = 0; i < n; i++) {
		double half = 0.5 * dt / p[i].mass;

		p[i].vx += half * p[i].fx;
		p[i].vy += half * p[i].fy;
		p[i].vz += half * p[i].fz;
		p[i].x += dt * p[i].vx;
		p[i].y += dt * p[i].vy;
		p[i].z += dt * p[i].vz;
		p[i].vx = p[i].x < 0 || p[i].x > box ? -p[i].vx : p[i].vx;
		p[i].vy = p[i].y < 0 || p[i].y > box ? -p[i].vy : p[i].vy;
		p[i].vz = p[i].z < 0 || p[i].z > box ? -p[i].vz : p[i].vz;
	}
}

/* Forces of all fixed atoms on all others, softened near the core. */
static void pull(size_t n, struct atom *p, const struct point *fixed)
{
	for (size_t i = 0; i < n; i++)
		p[i].fx = p[i].fy = p[i].fz = 0;
	for (size_t k = 0; k < FIXED; k++) {
		struct point f = fixed[k];

		for (size_t i = 0; i < n; i++) {
			double dx = p[i].x - f.x;
			double dy = p[i].y - f.y;
			double dz = p[i].z - f.z;
			double inv2 = 1 / (dx * dx + dy * dy + dz * dz + 0.5);
			double inv6 = inv2 * inv2 * inv2;
			double s = 24 * inv2 * inv6 * (2 * inv6 - 1);

			p[i].fx += s * dx;
			p[i].fy += s * dy;
			p[i].fz += s * dz;
		}
	}
}

/* The second half step of velocity. */
static void finish(size_t n, struct atom *p, double dt)
{
	for (size_t i = 0; i < n; i++) {
		double half = 0.5 * dt / p[i].mass;

		p[i].vx += half * p[i].fx;
		p[i].vy += half * p[i].fy;
		p[i].vz += half * p[i].fz;
	}
}

static void fill(size_t n, struct atom *p, struct point *fixed)
{
	uint64_t seed = 42;

	for (size_t k = 0; k < FIXED; k++) {
		fixed[k].x = (double)(k % 4) * 4 + 2;
		fixed[k].y = (double)(k / 4) * 4 + 2;
		fixed[k].z = 4;
	}
	for (size_t i = 0; i < n; i++) {
		p[i].x = box * uniform(&seed);
		p[i].y = box * uniform(&seed);
		p[i].z = box * uniform(&seed);
		p[i].vx = uniform(&seed) - 0.5;
		p[i].vy = uniform(&seed) - 0.5;
		p[i].vz = uniform(&seed) - 0.5;
		p[i].mass = 1 + uniform(&seed);
	}
}

static double kinetic(size_t n, const struct atom *p)
{
	double e = 0;

	for (size_t i = 0; i < n; i++)
		e +=
		    0.5 * p[i].mass *
		    (p[i].vx * p[i].vx + p[i].vy * p[i].vy + p[i].vz * p[i].vz);
	return e;
}

int main(int argc, char **argv)
{
	bool timed = wants_time(&argc, argv);
	struct point fixed[FIXED];
	struct atom *p;
	size_t n, steps;

	if (argc != 3) {
		fprintf(stderr, "usage: particles N STEPS [--time]\n");
		return 2;
	}
	n = size_arg("particles", argv[1], 1, 100000000);
	steps = size_arg("particles", argv[2], 1, 1000000000);
	phase(timed, NULL);
	p = grab("particles", n, sizeof(*p));
	fill(n, p, fixed);
	pull(n, p, fixed);
	phase(timed, "fill");
	for (size_t s = 0; s < steps; s++) {
		move(n, p, 0.001);
		pull(n, p, fixed);
		finish(n, p, 0.001);
	}
	phase(timed, "steps");
	printf("particles %zu %zu %016llx energy %a\n", n, steps,
	       (unsigned long long)checksum(FNV_START, &p->x,
					    n * sizeof(*p) / sizeof(double)),
	       kinetic(n, p));
	free(p);
	return 0;
}
