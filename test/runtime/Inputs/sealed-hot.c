/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
void hot(float *x, float *y, int n)
{
	for (int i = 0; i < n; i++)
		y[i] += 0.5f * x[i];
}
