/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdio.h>
#include "twice.h"

int main(void)
{
	printf("%d\n", twice(21));
	return 0;
}
