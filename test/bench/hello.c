/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* hello WORK - one site with that much work, in the L1 cache. */
#include <stdio.h>
#include <stdlib.h>

static unsigned char text[4096];

/* Work is REPEAT * N units of one byte each. */
static void turn(size_t repeat, size_t n, unsigned char *restrict s)
{
	for (size_t r = 0; r < repeat; r++)
		for (size_t i = 0; i < n; i++)
			s[i] = (unsigned char)(s[i] * 3 + r);
}

int main(int argc, char **argv)
{
	size_t work = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
	size_t n = work < sizeof(text) ? work : sizeof(text);

	turn(work / n, n, text);
	printf("hello %d\n", text[0] + text[n - 1]);
	return 0;
}
