// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
inline __attribute__((noinline)) void shared(float *a, const float *b, int n)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			a[i * n + j] += b[j] * b[i];
}
