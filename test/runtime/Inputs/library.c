/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A shared library with a hot site. */
#include "busy.h"

long library_work(int calls);

long library_work(int calls)
{
	long total = 0;

	for (int i = 0; i < calls; i++)
		total += TEST_CALL(busy, 50000);
	return total;
}
