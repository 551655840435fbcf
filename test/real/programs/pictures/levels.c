// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// levels.c - how bright, in how many steps.
#include "pictures.h"
#include <stdlib.h>
#include <string.h>

void equalise(struct plane *p)
{
	unsigned count[256] = {0};
	uint8_t to[256];
	int n = p->w * p->h;
	uint64_t below = 0;

	for (int i = 0; i < n; i++)
		count[p->data[i]]++;
	for (int v = 0; v < 256; v++) {
		below += count[v];
		to[v] = (uint8_t)(below * 255 / (unsigned)n);
	}
	for (int i = 0; i < n; i++)
		p->data[i] = (uint8_t)((p->data[i] + to[p->data[i]] + 1) / 2);
}

static void spread(int *row, int x, int w, int error)
{
	if (x >= 0 && x < w)
		row[x] += error;
}

/* Floyd and Steinberg: each sample's error goes to those still to come. */
void dither(struct plane *p, int levels)
{
	int *here = calloc((size_t)p->w, sizeof(*here));
	int *next = allocate((size_t)p->w * sizeof(*next));

	for (int y = 0; here && y < p->h; y++) {
		uint8_t *row = p->data + y * p->w;
		int *t;

		memset(next, 0, (size_t)p->w * sizeof(*next));
		for (int x = 0; x < p->w; x++) {
			int want = clamp(row[x] + here[x] / 16, 0, 255);
			int level = (want * (levels - 1) + 127) / 255;
			int error = want - level * 255 / (levels - 1);

			row[x] = (uint8_t)(level * 255 / (levels - 1));
			spread(here, x + 1, p->w, error * 7);
			spread(next, x - 1, p->w, error * 3);
			spread(next, x, p->w, error * 5);
			spread(next, x + 1, p->w, error);
		}
		t = here;
		here = next;
		next = t;
	}
	free(here);
	free(next);
}
