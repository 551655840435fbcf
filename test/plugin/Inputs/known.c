/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

void scale(int n, int by, const int *restrict x, int *restrict y)
{
	for (int i = 0; i < n; i++)
		y[i] = x[i] / by;
}

void strided(long n, long stride, const float *restrict x, float *restrict y)
{
	for (long i = 0; i < n; i++)
		y[i] = x[i * stride] * 0.5f + y[i];
}

void clip(int n, int most, int *restrict x)
{
	for (int i = 0; i < n; i++)
		if (x[i] > most)
			x[i] = most;
}
