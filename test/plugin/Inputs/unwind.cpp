// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Leaves a nest by an exception and by longjmp, and returns to it.
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
static jmp_buf jb;
__attribute__((noinline)) void cb(int i, int how)
{
	if (i == 500) {
		if (how == 1)
			throw 42;
		if (how == 2)
			longjmp(jb, 7);
	}
}
__attribute__((noinline)) void nest(double *a, int n, int how)
{
	for (int i = 0; i < n; i++) {
		for (int j = 0; j < 64; j++)
			a[j] = a[j] * 0.5 + i;
		cb(i, how);
	}
}
int main()
{
	double a[64] = {0};
	nest(a, 1000, 0);
	try {
		nest(a, 1000, 1);
	} catch (int e) {
		printf("caught %d %.17g\n", e, a[3]);
	}
	if (setjmp(jb) == 0)
		nest(a, 1000, 2);
	else
		printf("jumped %.17g\n", a[5]);
	nest(a, 1000, 0);
	printf("%.17g\n", a[63]);
}
