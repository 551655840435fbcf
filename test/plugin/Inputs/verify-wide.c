// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Writes little of 12 GiB. Prints what it has written.
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/mman.h>

__attribute__((noinline)) static void lay(long n, long m, long row, double *p)
{
	for (long i = 0; i < n; i++)
		for (long j = 0; j < m; j++)
			p[i * row + j] = (double)(i ^ j) * 0.5;
}

int main(void)
{
	const long n = 4, m = 2000, row = 1L << 29;
	double *p = mmap(NULL, (n - 1) * row * 8 + m * 8,
			 PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	double sum = 0;

	if (p == MAP_FAILED)
		return 1;
	for (int r = 0; r < 50; r++)
		lay(n, m, row, p);
	for (long i = 0; i < n; i++)
		for (long j = 0; j < m; j++)
			sum += p[i * row + j] * (double)(j % 7);
	printf("%g\n", sum);
	return 0;
}
