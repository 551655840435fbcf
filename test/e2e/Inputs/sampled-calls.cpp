/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Nearly all shapes are squares: who calls them does not know. */
#include <cstdio>
#include <cstdlib>

struct shape {
	virtual ~shape() = default;
	virtual unsigned long size(unsigned long v) const = 0;
};

struct square : shape {
	unsigned long size(unsigned long v) const override
	{
		return v * v + 1;
	}
};

struct circle : shape {
	unsigned long size(unsigned long v) const override
	{
		return v % 7 ? v * 3 : v + 5;
	}
};

__attribute__((noinline)) unsigned long total(const shape *const *shapes,
					      unsigned long n, unsigned long v)
{
	/* What it comes to decides what is next: no loop for variants. */
	for (unsigned long i = 0; i < n; i++)
		v = shapes[v % 64]->size(v) ^ i;
	return v;
}

int main(int argc, char **argv)
{
	unsigned long n = argc > 1 ? strtoul(argv[1], nullptr, 10) : 30000000;
	const shape *shapes[64];

	for (int i = 0; i < 64; i++)
		shapes[i] = i == 5 ? static_cast<shape *>(new circle)
				   : new square;
	printf("%lu\n", total(shapes, n, 3));
	for (const shape *s : shapes)
		delete s;
	return 0;
}
