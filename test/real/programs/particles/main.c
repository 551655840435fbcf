// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// particles [-n STEPS] [-e EVERY] [-p] SCENE: lets time pass for the particles
// of a scene. Prints energies every so many steps and a checksum of the final
// state; -p: each particle, too.
#include "particles.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void usage(void)
{
	fputs("usage: particles [-n STEPS] [-e EVERY] [-p] SCENE\n", stderr);
	exit(2);
}

static double checksum(const struct scene *s)
{
	double sum = 0;

	for (size_t i = 0; i < s->count; i++) {
		const struct particle *p = &s->particles[i];
		double weight = (double)(i % 13 + 1);

		sum += weight * (p->pos.x + 2 * p->pos.y + 3 * p->pos.z);
		sum += weight * (p->vel.x + p->vel.y + p->vel.z);
	}
	return sum;
}

/* How many are in each tenth of the height. */
static void print_layers(const struct scene *s)
{
	int count[10] = {0};

	for (size_t i = 0; i < s->count; i++) {
		int k = (int)(s->particles[i].pos.y / s->size.y * 10);

		count[k < 0 ? 0 : k > 9 ? 9 : k]++;
	}
	fputs("layers", stdout);
	for (int k = 0; k < 10; k++)
		printf(" %d", count[k]);
	putchar('\n');
}

int main(int argc, char **argv)
{
	int steps = 100, every = 10, print = 0, option;
	struct scene s;
	struct cells c;

	while ((option = getopt(argc, argv, "n:e:p")) != -1)
		switch (option) {
		case 'n':
			steps = atoi(optarg);
			break;
		case 'e':
			every = atoi(optarg);
			break;
		case 'p':
			print = 1;
			break;
		default:
			usage();
		}
	if (optind != argc - 1 || steps < 0 || every <= 0)
		usage();
	scene_read(&s, argv[optind]);
	cells_open(&c, &s);
	cells_fill(&c, &s);
	forces_compute(&s, &c);
	printf("%zu particles, %d cells\n", s.count, c.nx * c.ny * c.nz);
	for (int i = 1; i <= steps; i++) {
		struct energy e = step_forward(&s, &c);

		if (i % every == 0)
			printf("%d %.17g %.17g %.17g\n", i, e.kinetic,
			       e.potential, e.kinetic + e.potential);
	}
	print_layers(&s);
	printf("checksum %.17g\n", checksum(&s));
	for (size_t i = 0; print && i < s.count; i++)
		printf("%.17g %.17g %.17g\n", s.particles[i].pos.x,
		       s.particles[i].pos.y, s.particles[i].pos.z);
	cells_close(&c);
	scene_free(&s);
	return 0;
}
