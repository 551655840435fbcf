/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Functions with sites in sections of all kinds. */
#include <stdio.h>

#define MORE(i)           \
	if (what & 1 << i) \
		printf("%d ", i);
#define BODY                                                     \
	{                                                        \
		MORE(0) MORE(1) MORE(2) MORE(3) MORE(4) MORE(5)  \
		for (int i = 0; i < n; i++)                      \
			x[i] = x[i] * 3 + 1;                     \
		MORE(6) MORE(7) MORE(8) MORE(9) MORE(10)         \
	}
#define KEEP __attribute__((noinline, used, retain))

KEEP void retained(double *x, int n, int what) BODY
KEEP __attribute__((section("mine"))) void retained_there(double *x, int n,
							  int what) BODY
__attribute__((noinline, section("mine"))) void there(double *x, int n,
						      int what) BODY
#pragma clang section text = "pragma"
__attribute__((noinline)) void by_pragma(double *x, int n, int what) BODY
__attribute__((noinline)) void loop_by_pragma(double *x, int n)
{
	for (int i = 0; i < n; i++)
		x[i] = x[i] * 3 + 1;
}
#pragma clang section text = ""
__attribute__((weak)) void weak(double *x, int n, int what) BODY
__attribute__((noinline, aligned(128))) void aligned(double *x, int n,
						     int what) BODY
__attribute__((noinline)) void renamed(double *x, int n, int what)
    __asm__("other$name");
__attribute__((noinline)) void renamed(double *x, int n, int what) BODY

int main(void)
{
	static double x[100];

	retained(x, 100, 1);
	retained_there(x, 100, 2);
	there(x, 100, 3);
	by_pragma(x, 100, 4);
	loop_by_pragma(x, 100);
	weak(x, 100, 5);
	aligned(x, 100, 6);
	renamed(x, 100, 7);
	printf("%g\n", x[3]);
	return 0;
}
