/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "scale.h"

int main(void)
{
	float x[3] = {1, 2, 3}, y[3] = {0, 0, 1};

	scale_add(y, x, 2, 3);
	return y[0] == 2 && y[1] == 4 && y[2] == 7 ? 0 : 1;
}
