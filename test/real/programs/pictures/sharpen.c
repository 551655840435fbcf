// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// sharpen.c - blurs, and what is made of it; edges (Sobel).
#include "pictures.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The mean of 2 * RADIUS + 1 samples along a row, by a running sum. */
static void blur_row(const uint8_t *in, uint8_t *out, int w, int radius)
{
	int sum = in[0] * (radius + 1), n = 2 * radius + 1;

	for (int x = 0; x < radius; x++)
		sum += in[clamp(x, 0, w - 1)];
	for (int x = 0; x < w; x++) {
		sum += in[clamp(x + radius, 0, w - 1)];
		if (x > 0)
			sum -= in[clamp(x - radius - 1, 0, w - 1)];
		else
			sum -= in[0];
		out[x] = (uint8_t)((sum + n / 2) / n);
	}
}

static void blur_columns(const struct plane *in, struct plane *out, int radius)
{
	int n = 2 * radius + 1;
	int *sum = allocate((size_t)in->w * sizeof(*sum));

	for (int y = 0; y < in->h; y++) {
		memset(sum, 0, (size_t)in->w * sizeof(*sum));
		for (int k = -radius; k <= radius; k++) {
			const uint8_t *row =
			    in->data + clamp(y + k, 0, in->h - 1) * in->w;

			for (int x = 0; x < in->w; x++)
				sum[x] += row[x];
		}
		for (int x = 0; x < in->w; x++)
			out->data[y * in->w + x] =
			    (uint8_t)((sum[x] + n / 2) / n);
	}
	free(sum);
}

void blur(struct plane *p, int radius)
{
	struct plane rows = plane_new(p->w, p->h);

	for (int y = 0; y < p->h; y++)
		blur_row(p->data + y * p->w, rows.data + y * p->w, p->w,
			 radius);
	blur_columns(&rows, p, radius);
	free(rows.data);
}

void sharpen(struct plane *p, double amount)
{
	struct plane soft = plane_new(p->w, p->h);
	int n = p->w * p->h, f = (int)(amount * 256 + 0.5);

	memcpy(soft.data, p->data, (size_t)n);
	blur(&soft, 2);
	for (int i = 0; i < n; i++) {
		int d = p->data[i] - soft.data[i];

		if (abs(d) >= 2) /* not the noise */
			p->data[i] =
			    (uint8_t)clamp(p->data[i] + d * f / 256, 0, 255);
	}
	free(soft.data);
}

static double slope(const struct plane *p, int x, int y)
{
	int dx = sample(p, x + 1, y - 1) + 2 * sample(p, x + 1, y) +
		 sample(p, x + 1, y + 1) - sample(p, x - 1, y - 1) -
		 2 * sample(p, x - 1, y) - sample(p, x - 1, y + 1);
	int dy = sample(p, x - 1, y + 1) + 2 * sample(p, x, y + 1) +
		 sample(p, x + 1, y + 1) - sample(p, x - 1, y - 1) -
		 2 * sample(p, x, y - 1) - sample(p, x + 1, y - 1);

	return sqrt((double)dx * dx + (double)dy * dy);
}

void darken_edges(struct plane *p, double strength)
{
	struct plane out = plane_new(p->w, p->h);

	for (int y = 0; y < p->h; y++)
		for (int x = 0; x < p->w; x++) {
			int i = y * p->w + x;
			double v = p->data[i] - strength * slope(p, x, y);

			out.data[i] = v > 0 ? (uint8_t)v : 0;
		}
	plane_replace(p, out);
}
