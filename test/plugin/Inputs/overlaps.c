// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Nests over two pointers that lie apart, touch, overlap by one element, in
// part or wholly; upwards, downwards, triangular, strided and column-wise.
// Prints what they compute. Argument: size.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#define NI __attribute__((noinline))

NI static void up(long n, const unsigned *x, unsigned *y)
{
	for (long i = 0; i < n; i++)
		y[i] = y[i] * 3 + x[i];
}

NI static void down(long n, const unsigned *x, unsigned *y)
{
	for (long i = n; i-- > 0;)
		y[i] = y[i] * 5 + x[i];
}

NI static void strided(long n, long step, const unsigned *x, unsigned *y)
{
	for (long i = 0; i < n; i++)
		y[i * step] = y[i * step] + 7 * x[i];
}

NI static void triangle(int n, const unsigned *x, unsigned *y)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < i; j++)
			y[i * n + j] += x[j * n + i] * 3;
}

NI static void product(int n, const unsigned *a, const unsigned *b, unsigned *c)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++) {
			for (int k = 0; k < n; k++)
				c[i * n + j] += a[i * n + k] * b[k * n + j];
		}
}

NI static void narrow(unsigned n, const uint8_t *x, uint8_t *y)
{
	for (unsigned i = 0; i < n; i++)
		y[i] = (uint8_t)(y[i] + x[i] * 9);
}

static void fill(unsigned *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (unsigned)(i * 2654435761u >> 7);
}

static unsigned sum(const unsigned *p, size_t n)
{
	unsigned h = 1;

	for (size_t i = 0; i < n; i++)
		h = h * 31 + p[i];
	return h;
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 20, m = n > 0 ? n : 1;
	size_t room = (size_t)m * (size_t)m * 4 + 64;
	unsigned *p = malloc(room * sizeof(*p)), *mid = p + room / 2;
	long shifts[] = {-m * m, -m, -2, -1, 0, 1, 2, 5, m - 1, m, m + 1, m * m};

	if (!p)
		return 1;
	for (size_t s = 0; s < sizeof(shifts) / sizeof(*shifts); s++) {
		unsigned *other = mid + shifts[s];

		if (other < p || other + m * m + 1 > p + room)
			continue;
		fill(p, room);
		up(n, other, mid);
		down(n, other, mid);
		strided(n, 3, other, mid);
		strided(n, -2, other, mid);
		triangle(n, other, mid);
		product(n < 40 ? n : 40, other, mid, p + 3);
		product(n < 40 ? n : 40, mid, p + 3, other);
		narrow((unsigned)m, (uint8_t *)other, (uint8_t *)mid + 1);
		printf("%ld %u\n", shifts[s], sum(p, room));
	}
	free(p);
	return 0;
}
