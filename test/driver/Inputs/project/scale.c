/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "scale.h"

void scale_add(float *y, const float *x, float a, size_t n)
{
	for (size_t i = 0; i < n; i++)
		y[i] += a * x[i];
}
