/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * stencil N STEPS [--time] - heat in a square plate of N by N points.
 *
 * Nine-point explicit scheme with fixed temperatures on the border and a
 * few hot spots at the start. Prints the plate's checksum and its mean.
 */
#include "common.h"

/* One time step from T to U; the border stays as it is. */
static void step(size_t n, const double *restrict t, double *restrict u)
{
	const double edge = 0.1, corner = 0.025;
	const double centre = 1 - 4 * edge - 4 * corner;

	for (size_t i = 1; i < n - 1; i++) {
		const double *up = t + (i - 1) * n;
		const double *row = t + i * n;
		const double *down = t + (i + 1) * n;

		for (size_t j = 1; j < n - 1; j++)
			u[i * n + j] =
			    centre * row[j] +
			    edge * (up[j] + down[j] + row[j - 1] + row[j + 1]) +
			    corner * (up[j - 1] + up[j + 1] + down[j - 1] +
				      down[j + 1]);
	}
}

static void heat(size_t n, double *t)
{
	uint64_t seed = 7;

	for (size_t j = 0; j < n; j++) {
		t[j] = 100;               /* a hot edge */
		t[(n - 1) * n + j] = -10; /* a cold one */
	}
	for (size_t spots = 0; spots < 1 + n / 8; spots++) {
		size_t i = (size_t)(uniform(&seed) * (double)n);
		size_t j = (size_t)(uniform(&seed) * (double)n);

		t[i * n + j] += 1000 * uniform(&seed);
	}
}

int main(int argc, char **argv)
{
	bool timed = wants_time(&argc, argv);
	size_t n, steps;
	double *t, *u, mean = 0;

	if (argc != 3) {
		fprintf(stderr, "usage: stencil N STEPS [--time]\n");
		return 2;
	}
	n = size_arg("stencil", argv[1], 3, 50000);
	steps = size_arg("stencil", argv[2], 1, 1000000000);
	phase(timed, NULL);
	t = grab("stencil", n * n, sizeof(*t));
	u = grab("stencil", n * n, sizeof(*u));
	heat(n, t);
	memcpy(u, t, n * n * sizeof(*u));
	phase(timed, "fill");
	for (size_t s = 0; s < steps; s++) {
		double *swap = t;

		step(n, t, u);
		t = u;
		u = swap;
	}
	phase(timed, "steps");
	for (size_t i = 0; i < n * n; i++)
		mean += t[i];
	printf("stencil %zu %zu %016llx mean %a\n", n, steps,
	       (unsigned long long)checksum(FNV_START, t, n * n),
	       mean / (double)(n * n));
	free(t);
	free(u);
	return 0;
}
