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

void eliminate(int n, double *a)
{
	for (int k = 0; k < n; k++)
		for (int i = k + 1; i < n; i++) {
			double f = a[i * n + k] / a[k * n + k];

			for (int j = k; j < n; j++)
				a[i * n + j] -= f * a[k * n + j];
		}
}

void filter(int n, int width, const float *w, const float *x, float *restrict y)
{
	for (int i = 0; i < n; i++) {
		float sum = 0;

		for (int k = 0; k < width; k++)
			sum += w[k] * x[i + k];
		y[i] = sum;
	}
}

void mean(int n, int width, int all, const int *x, int *restrict y)
{
	for (int i = 0; i < n; i++) {
		int sum = 0;

		for (int k = 0; k < width; k++)
			sum += x[i + k];
		y[i] = sum / all;
	}
}
