/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A nest that reads its bound and its data again and again, and of which clang
 * takes the first iteration out once they are read once. That one runs but
 * once, whichever version runs then. Reduced from a random program. */
#include <stdio.h>
#include <stdlib.h>

struct at {
	int n;
};

struct to {
	int *a, *b, *c;
};

static int pool[4096];

static int clamp(long n, int most)
{
	return n < 0 ? 0 : n > most ? most : (int)n;
}

__attribute__((noinline)) void scale(int *a, int *c, int k, long w, long s,
				     const struct at *g, const struct to *h)
{
	for (int i = 0; i < clamp(g->n, 1200); i++)
		h->b[i] =
		    (int)((unsigned)h->b[i] *
			  (unsigned)(i <= 5
					 ? 248 + ((h->a[(long)i - 1] & 0x3fff) *
						      (h->c[i] & 0x3fff) &
						  0x3fff)
				     : 2 * (long)i + 1 != w - 1
					 ? (int)((k & 255) * (unsigned)c[i + s] ^
						 (unsigned)(h->a[i * s] & 0x3fff) *
						     (unsigned)a[i * s])
					 : ((k & 255) - h->a[3 * i + 1] & 0x3fff) -
					       (h->b[i] & h->a[3 * i + 1] &
						0x3fff)));
}

int main(int argc, char **argv)
{
	struct to h = {pool + 300, pool + 1300, pool + 300};
	struct at *g = (void *)(pool + 3800);
	unsigned sum = 0;

	for (int i = 0; i < 4096; i++)
		pool[i] = (int)(i * 2654435761u >> 3);
	g->n = atoi(argv[1]);
	scale(pool + 300, pool + 2600, 36, 44, argc - 1, g, &h);
	for (int i = 0; i < 4096; i++)
		sum = sum * 31 + (unsigned)pool[i];
	printf("%x\n", sum);
	return 0;
}
