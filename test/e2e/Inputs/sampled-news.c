/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* One of two things, for some tenth of a second; neither of them is a site. */
#include <stdio.h>
#include <string.h>

static __attribute__((noinline)) unsigned long first(unsigned long v)
{
	while (v & 0xffffff)
		v = v * 3 + (v >> 9);
	return v;
}

static __attribute__((noinline)) unsigned long second(unsigned long v)
{
	while (v & 0xffffff)
		v = v & 64 ? v * 5 + 1 : v * 7 + (v >> 11);
	return v;
}

int main(int argc, char **argv)
{
	unsigned long v = 7;

	for (int i = 1; i < 7; i++)
		v += argc > 1 && !strcmp(argv[1], "second")
			 ? second(v + (unsigned long)i)
			 : first(v + (unsigned long)i);
	printf("%lu\n", v);
	return 0;
}
