/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A small interpreter without a loop nest: only samples tell how it goes. */
#include <stdio.h>
#include <stdlib.h>

enum op { ADD, XOR, SHIFT, RARE, REPEAT, END };

static unsigned long complaints;

/* Never called by the program below. */
static __attribute__((noinline)) void complain(unsigned long v)
{
	complaints += v;
	fprintf(stderr, "odd value %lu\n", v);
}

/* Inlined. */
static unsigned long shift(unsigned long v)
{
	if (v == 2)
		complain(v);
	return v << 3 | v >> 61;
}

static __attribute__((noinline)) unsigned long step(const unsigned char *code, unsigned long v,
			  unsigned long *left)
{
	for (;; code++)
		switch ((enum op)*code) {
		case ADD:
			v += 12345;
			break;
		case XOR:
			v ^= v >> 7;
			break;
		case SHIFT:
			v = shift(v);
			break;
		case RARE:
			if (v == 1)
				complain(v);
			v *= 3;
			break;
		case REPEAT:
			--*left;
			return v;
		case END:
			return v;
		}
}

int main(int argc, char **argv)
{
	unsigned char code[] = {ADD, XOR, SHIFT, ADD, REPEAT, END};
	unsigned long n = argc > 1 ? strtoul(argv[1], NULL, 10) : 20000000;
	unsigned long v = 7, left = n;

	if (argc > 2)
		code[1] = RARE;
	while (left)
		v = step(code, v, &left);
	printf("%lu\n", v);
	return complaints != 0;
}
