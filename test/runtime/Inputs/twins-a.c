/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdlib.h>

int other(int n);

static __attribute__((noinline)) int twin(int n)
{
	if (n > 7)
		abort();
	return n + rand();
}

int main(int argc, char **argv)
{
	(void)argv;
	return twin(argc) + other(argc) == 42;
}
