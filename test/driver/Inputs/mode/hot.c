/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdio.h>
#include <stdlib.h>

__attribute__((noinline)) void step(double *restrict y,
				    const double *restrict x, int up, int n)
{
	if (up)
		for (int i = 0; i < n; i++)
			y[i] += 3 * x[i];
	else
		for (int i = 0; i < n; i++)
			y[i] -= x[i] / 3;
}

int main(int argc, char **argv)
{
	static double x[1000], y[1000];
	int rounds = argc > 1 ? atoi(argv[1]) : 1000;

	for (int i = 0; i < 1000; i++)
		x[i] = i;
	for (int k = 0; k < rounds; k++)
		step(y, x, argc < 9, 1000);
	printf("%.17g %.17g\n", y[1], y[999]);
}
