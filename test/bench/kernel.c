/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* kernel.c - one small site, compiled by clang and by psr-cc as KERNEL. */
#include <stddef.h>

void KERNEL(size_t n, double *restrict a, const double *restrict b);

void KERNEL(size_t n, double *restrict a, const double *restrict b)
{
	for (size_t i = 0; i < n; i++)
		a[i] += 0.5 * b[i];
}
