/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Most of main's time is spent in a site, some of it in calls. */
#include <stdio.h>

static float x[20000], y[20000];

static __attribute__((noinline)) unsigned mix(unsigned v)
{
	if (v & 1)
		return v * 2654435761u ^ v >> 7;
	return v / 3 + 12345;
}

int main(int argc, char **argv)
{
	unsigned v = 1;
	int n = argc > 5 ? argc : 20000;

	(void)argv;
	for (int r = 0; r < 40000; r++) {
		for (int i = 0; i < n; i++)
			y[i] += 0.5f * x[i];
		for (int i = 0; i < 400; i++)
			v = mix(v);
	}
	printf("%g %u\n", y[7], v);
	return 0;
}
