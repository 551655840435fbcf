// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
void axpy(int n, double a, const double *restrict x, double *restrict y)
{
	for (int i = 0; i < n; i++)
		y[i] += a * x[i];
}
