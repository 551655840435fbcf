/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Several stores to one place in a block: the last one counts. */
#include <stdio.h>

static float p[1024], q[4096], r[4096];

static long clamp(long n)
{
	return n < 0 ? 0 : n > 250 ? 250 : n;
}

__attribute__((noinline)) void store(float *p0, float *p1, float *p2, int n,
				     long w)
{
	long rows = clamp(n);

	for (long i = 0; i < rows; i++) {
		int columns = (int)clamp(n);

		p0[i + 1] += 1.5f;
		for (int k = 0; k < columns; k++) {
			p0[i] += p2[i * w + k + 1] * p1[i * 16 + k] +
				 p2[k * w + i];
			p0[i] = p1[i * 16 + k + 1] < p2[i + 1]
				    ? p1[i * 16 + k + 1]
				    : p2[i + 1];
			p0[i] = p2[i * 16 + k] * p2[i * 16 + k];
		}
	}
}

int main(void)
{
	for (int n = 1; n < 9; n++) {
		for (int i = 0; i < 4096; i++) {
			p[i % 1024] = (float)(i % 7 - 3);
			q[i] = (float)(i % 11) - 5.5f;
			r[i] = (float)(i % 13) - 6.25f;
		}
		store(p, q, r, n, 17);
		for (int i = 0; i < n + 2; i++)
			printf("%a ", p[i]);
		printf("\n");
	}
	return 0;
}
