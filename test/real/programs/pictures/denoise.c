// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// denoise.c - takes noise away and leaves edges.
#include "pictures.h"
#include <math.h>

/* The middle one of nine. */
static int median(int *v)
{
	for (int i = 0; i < 5; i++) {
		int least = i;

		for (int k = i + 1; k < 9; k++)
			if (v[k] < v[least])
				least = k;
		if (least != i) {
			int t = v[i];

			v[i] = v[least];
			v[least] = t;
		}
	}
	return v[4];
}

void denoise_median(struct plane *p)
{
	struct plane out = plane_new(p->w, p->h);

	for (int y = 0; y < p->h; y++)
		for (int x = 0; x < p->w; x++) {
			int v[9], n = 0;

			for (int dy = -1; dy <= 1; dy++)
				for (int dx = -1; dx <= 1; dx++)
					v[n++] = sample(p, x + dx, y + dy);
			out.data[y * p->w + x] = (uint8_t)median(v);
		}
	plane_replace(p, out);
}

enum { RADIUS = 2, WIDTH = 2 * RADIUS + 1 };

struct weights {
	float space[WIDTH][WIDTH];
	float range[256];
};

static void weights_set(struct weights *w, double space, double range)
{
	for (int y = 0; y < WIDTH; y++)
		for (int x = 0; x < WIDTH; x++) {
			double dx = x - RADIUS, dy = y - RADIUS;

			w->space[y][x] = (float)exp(-(dx * dx + dy * dy) /
						    (2 * space * space));
		}
	for (int i = 0; i < 256; i++)
		w->range[i] = (float)exp(-(double)i * i / (2 * range * range));
}

void denoise_bilateral(struct plane *p, double space, double range)
{
	struct plane out = plane_new(p->w, p->h);
	struct weights w;

	weights_set(&w, space, range);
	for (int y = 0; y < p->h; y++)
		for (int x = 0; x < p->w; x++) {
			int here = p->data[y * p->w + x];
			float sum = 0, total = 0;

			for (int dy = 0; dy < WIDTH; dy++)
				for (int dx = 0; dx < WIDTH; dx++) {
					int v = sample(p, x + dx - RADIUS,
						       y + dy - RADIUS);
					int d = v > here ? v - here : here - v;
					float f = w.space[dy][dx] * w.range[d];

					sum += f * (float)v;
					total += f;
				}
			out.data[y * p->w + x] = (uint8_t)(sum / total + 0.5f);
		}
	plane_replace(p, out);
}
