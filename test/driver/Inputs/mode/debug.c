/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdio.h>

__attribute__((noinline)) static void
scale(double *restrict y, const double *restrict x, double factor, int n)
{
	for (int i = 0; i < n; i++)
		y[i] += factor * x[i]; /* here */
}

int main(void)
{
	static double x[1000], y[1000];
	int n = 1000;

	for (int k = 0; k < 100; k++)
		scale(y, x, k, n);
	printf("%g\n", y[n - 1]);
}
