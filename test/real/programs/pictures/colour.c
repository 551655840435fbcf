// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// colour.c - brightness and colour (JPEG's YCbCr) from red, green, blue.
#include "pictures.h"

static uint8_t rounded(double x)
{
	return (uint8_t)clamp((int)(x + 0.5), 0, 255);
}

void to_ycc(struct picture *p)
{
	int n = p->plane[0].w * p->plane[0].h;

	for (int i = 0; i < n; i++) {
		double r = p->plane[0].data[i];
		double g = p->plane[1].data[i];
		double b = p->plane[2].data[i];

		p->plane[0].data[i] =
		    rounded(0.299 * r + 0.587 * g + 0.114 * b);
		p->plane[1].data[i] =
		    rounded(-0.168736 * r - 0.331264 * g + 0.5 * b + 128);
		p->plane[2].data[i] =
		    rounded(0.5 * r - 0.418688 * g - 0.081312 * b + 128);
	}
}

void to_rgb(struct picture *p)
{
	int n = p->plane[0].w * p->plane[0].h;

	for (int i = 0; i < n; i++) {
		double y = p->plane[0].data[i];
		double cb = p->plane[1].data[i] - 128;
		double cr = p->plane[2].data[i] - 128;

		p->plane[0].data[i] = rounded(y + 1.402 * cr);
		p->plane[1].data[i] =
		    rounded(y - 0.344136 * cb - 0.714136 * cr);
		p->plane[2].data[i] = rounded(y + 1.772 * cb);
	}
}
