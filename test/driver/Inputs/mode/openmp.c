/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdio.h>
#include <stdlib.h>

#define N 40000

static double x[N], y[N];
static int z[N];

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 20;
	double s = 0;
	long t = 0;

#pragma omp parallel for
	for (int i = 0; i < N; i++)
		x[i] = i, y[i] = 1, z[i] = i * 7;
	for (int k = 0; k < rounds; k++) {
#pragma omp parallel for
		for (int i = 0; i < N; i++)
			y[i] += x[i] / (k + 1);
#pragma omp parallel for reduction(+ : t)
		for (int i = 0; i < N; i++)
			t += z[i] ^ k;
#pragma omp parallel for schedule(dynamic, 5000)
		for (int i = 0; i < N; i++)
			x[i] = x[i] * 0.5 + y[i] * 0.25;
#pragma omp parallel
		{
#pragma omp for collapse(2)
			for (int i = 0; i < 100; i++)
				for (int j = 0; j < N / 100; j++)
					x[i * (N / 100) + j] += i;
#pragma omp single
			for (int i = 0; i < N; i++)
				z[i] = z[i] * 3 + k;
		}
#pragma omp taskloop
		for (int i = 0; i < N; i++)
			y[i] += 3;
#pragma omp simd
		for (int i = 0; i < N; i++)
			y[i] *= 0.75;
	}
	for (int i = 0; i < N; i++)
		s += y[i] + x[i];
	printf("%.17g %ld\n", s, t);
}
