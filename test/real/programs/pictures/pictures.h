// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// pictures.h - steps that a picture goes through, a byte a sample.
#ifndef PICTURES_H
#define PICTURES_H
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct plane {
	int w, h;
	uint8_t *data; /* row after row */
};

/* Red, green and blue, or brightness and two of colour. */
struct picture {
	struct plane plane[3];
};

static inline int clamp(int x, int low, int high)
{
	return x < low ? low : x > high ? high : x;
}

/* The nearest sample inside. */
static inline int sample(const struct plane *p, int x, int y)
{
	return p->data[clamp(y, 0, p->h - 1) * p->w + clamp(x, 0, p->w - 1)];
}

/* Never NULL: ends the program if there is no memory. */
void *allocate(size_t n);

struct plane plane_new(int w, int h);
void plane_replace(struct plane *p, struct plane by);

void picture_read(struct picture *p, FILE *f);
void picture_free(struct picture *p);

void to_ycc(struct picture *p);
void to_rgb(struct picture *p);

void denoise_median(struct plane *p);
void denoise_bilateral(struct plane *p, double space, double range);

void resize(struct plane *p, int w, int h);

void blur(struct plane *p, int radius);
void sharpen(struct plane *p, double amount);
void darken_edges(struct plane *p, double strength);

void equalise(struct plane *p);
void dither(struct plane *p, int levels);

/* Runs of equal bytes, then Huffman's code; the caller frees the result. */
uint8_t *pack(const uint8_t *in, size_t n, size_t *packed);

/* Returns -1 if IN is not what pack() writes for N bytes. */
int unpack(const uint8_t *in, size_t packed, uint8_t *out, size_t n);
#endif
