/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A static array whose address only its function has: what may lie anywhere in
 * it (p[s + 1]) becomes a variant's pointer. Reduced from a random program. */
#include <stdio.h>
#include <stdlib.h>

static float pool[4000];

static int lesser(int a, int b)
{
	return a < b ? a : b;
}

static int greater(int a, int b)
{
	return a > b ? a : b;
}

__attribute__((noinline)) static void fold(float *p, int n, int passes, int s)
{
	for (int pass = 0; pass < passes; pass++)
		for (int i = 1; i < n; i++) {
			p[1200 - i] =
			    p[lesser(greater(i - 2, 0), 1199) + s] +
			    p[lesser(greater(i - 2, 0), 1199) - 1];
			p[1200 - i] = p[2 * i + 2] + p[2 * i - 1];
			p[1200 - i] = p[(i > 4 ? i - 3 : i) + 2] +
				      p[(i > 4 ? i - 3 : i) - 2] +
				      p[(long)(i > 4 ? i - 3 : i) + s];
		}
}

int main(int argc, char **argv)
{
	for (int i = 0; i < 4000; i++)
		pool[i] = (float)(i * 2654435761u >> 16) / 64 - 300;
	fold(pool + 300, atoi(argv[1]), atoi(argv[2]), argc - 3);
	for (int i = 0; i < 4000; i++)
		printf("%d %.9g\n", i - 300, (double)pool[i]);
	return 0;
}
