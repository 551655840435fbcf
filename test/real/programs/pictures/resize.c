// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// resize.c - another size, between the nearest four samples.
#include "pictures.h"

void resize(struct plane *p, int w, int h)
{
	struct plane out = plane_new(w, h);
	float fx = (float)p->w / (float)w, fy = (float)p->h / (float)h;

	for (int y = 0; y < h; y++) {
		float sy = ((float)y + 0.5f) * fy - 0.5f;
		int y0 = sy < 0 ? 0 : (int)sy;
		float b = sy < 0 ? 0 : sy - (float)y0;

		for (int x = 0; x < w; x++) {
			float sx = ((float)x + 0.5f) * fx - 0.5f;
			int x0 = sx < 0 ? 0 : (int)sx;
			float a = sx < 0 ? 0 : sx - (float)x0;
			float top = (float)sample(p, x0, y0) * (1 - a) +
				    (float)sample(p, x0 + 1, y0) * a;
			float low = (float)sample(p, x0, y0 + 1) * (1 - a) +
				    (float)sample(p, x0 + 1, y0 + 1) * a;

			out.data[y * w + x] =
			    (uint8_t)(top * (1 - b) + low * b + 0.5f);
		}
	}
	plane_replace(p, out);
}
