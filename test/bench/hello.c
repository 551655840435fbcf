/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* hello REPEAT N - one call of one site, REPEAT * N units, in the L1 cache. */
#include <stdio.h>
#include <stdlib.h>

static unsigned char text[4096];

static void turn(size_t repeat, size_t n, unsigned char *restrict s)
{
	for (size_t r = 0; r < repeat; r++)
		for (size_t i = 0; i < n; i++)
			s[i] = (unsigned char)(s[i] * 3 + r);
}

int main(int argc, char **argv)
{
	size_t repeat = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
	size_t n = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;

	if (n > sizeof(text))
		return 2;
	turn(repeat, n, text);
	printf("hello %d\n", text[0] + text[n / 2]);
	return 0;
}
