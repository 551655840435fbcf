/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "twice.h"

int twice(int n)
{
	return 2 * n;
}
