// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// picture.c - reads pictures (PPM) and holds them.
#include "pictures.h"
#include <ctype.h>
#include <stdlib.h>

void *allocate(size_t n)
{
	void *p = malloc(n ? n : 1);

	if (!p) {
		perror("pictures");
		exit(1);
	}
	return p;
}

struct plane plane_new(int w, int h)
{
	struct plane p = {w, h, allocate((size_t)w * (size_t)h)};

	return p;
}

void plane_replace(struct plane *p, struct plane by)
{
	free(p->data);
	*p = by;
}

void picture_free(struct picture *p)
{
	for (int i = 0; i < 3; i++)
		free(p->plane[i].data);
}

static void bad(void)
{
	fputs("pictures: not a PPM with a byte a sample\n", stderr);
	exit(1);
}

static int number(FILE *f)
{
	int c = getc(f), n = 0;

	while (isspace(c) || c == '#') {
		while (c == '#' || (c != '\n' && c != EOF && !isspace(c)))
			c = getc(f);
		c = getc(f);
	}
	if (!isdigit(c))
		bad();
	for (; isdigit(c); c = getc(f)) {
		n = 10 * n + c - '0';
		if (n > 30000)
			bad();
	}
	return n;
}

void picture_read(struct picture *p, FILE *f)
{
	int w, h;

	if (getc(f) != 'P' || getc(f) != '6')
		bad();
	w = number(f);
	h = number(f);
	if (number(f) != 255 || !w || !h)
		bad();
	for (int i = 0; i < 3; i++)
		p->plane[i] = plane_new(w, h);
	for (int i = 0; i < w * h; i++)
		for (int k = 0; k < 3; k++) {
			int c = getc(f);

			if (c == EOF)
				bad();
			p->plane[k].data[i] = (uint8_t)c;
		}
}
