// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "inline.h"

static float c[6400], d[80];

float other(int n)
{
	for (int i = 0; i < 80; i++)
		d[i] = i * n / 3;
	shared(c, d, 80);
	return c[81];
}

int unused(float *x, const float *y, int n)
{
	for (int i = 0; i < n; i++)
		x[i] = x[i] * y[i] + 1;
	return 1;
}
