// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "inline.h"

float other(int n);
static float a[6400], b[80];

int main()
{
	for (int i = 0; i < 80; i++)
		b[i] = i;
	shared(a, b, 80);
	return a[81] + other(3) == 1 + 1 ? 0 : 1;
}
