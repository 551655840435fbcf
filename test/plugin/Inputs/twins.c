// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two nests that are the same, one that differs by a constant, one in size.
void twins(int n, double *x)
{
	for (int i = 0; i < n; i++)
		x[i] = x[i] * 2.0 + 1.0;
	for (int i = 0; i < n; i++)
		x[i] = x[i] * 2.0 + 1.0;
	for (int i = 0; i < n; i++)
		x[i] = x[i] * 2.0 + 3.0;
}

void last(int n, float *x)
{
	for (int i = 0; i < n; i++)
		x[i] = x[i] * 2.0f + 1.0f;
}
