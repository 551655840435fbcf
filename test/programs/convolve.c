/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * convolve IN OUT RADIUS [PASSES] [--time] - blurs a picture, then sharpens.
 *
 * Reads a binary PPM (P6) or PGM (P5) with 8 bits a channel. Each pass is a
 * separable Gaussian blur of RADIUS pixels over every channel, with the
 * border's pixels continued outwards; at the end the original's difference
 * to its blur is added (unsharp mask). Writes the same format, and prints
 * the size and a checksum of the pixels written.
 */
#include <math.h>

#include "common.h"

struct picture {
	size_t width, height, channels;
	unsigned char *pixels; /* channels interleaved */
};

static void number(FILE *f, size_t *out)
{
	int c = getc(f);

	while (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '#') {
		if (c == '#')
			while (c != '\n' && c != EOF)
				c = getc(f);
		else
			c = getc(f);
	}
	*out = 0;
	for (; c >= '0' && c <= '9' && *out < 100000; c = getc(f))
		*out = *out * 10 + (size_t)(c - '0');
}

static void load(const char *path, struct picture *p)
{
	FILE *f = fopen(path, "rb");
	size_t top, size;
	int magic, kind;

	if (!f) {
		perror(path);
		exit(1);
	}
	magic = getc(f);
	kind = getc(f);
	if (magic != 'P' || (kind != '5' && kind != '6'))
		die(path, "not a binary PPM or PGM picture");
	number(f, &p->width);
	number(f, &p->height);
	number(f, &top); /* takes the one blank before the pixels */
	if (!p->width || !p->height || p->width > 65536 || p->height > 65536 ||
	    top != 255)
		die(path, "a picture with bad size or depth");
	p->channels = kind == '6' ? 3 : 1;
	size = p->width * p->height * p->channels;
	p->pixels = grab(path, size, 1);
	if (fread(p->pixels, 1, size, f) != size)
		die(path, "the picture ends early");
	fclose(f);
}

static void store(const char *path, const struct picture *p)
{
	size_t size = p->width * p->height * p->channels;
	FILE *f = fopen(path, "wb");

	if (!f) {
		perror(path);
		exit(1);
	}
	fprintf(f, "P%c\n%zu %zu\n255\n", p->channels == 3 ? '6' : '5',
		p->width, p->height);
	if (fwrite(p->pixels, 1, size, f) != size || fclose(f))
		die(path, "cannot write");
}

static void gauss(size_t radius, float *weight)
{
	double sigma = 0.5 + (double)radius / 2, sum = 0;

	for (size_t k = 0; k <= 2 * radius; k++) {
		double d = (double)k - (double)radius;

		weight[k] = (float)exp(-d * d / (2 * sigma * sigma));
		sum += weight[k];
	}
	for (size_t k = 0; k <= 2 * radius; k++)
		weight[k] = (float)(weight[k] / sum);
}

/* OUT = the N values after IN's start, weighed with TAPS neighbours. */
static void blur_row(size_t n, size_t taps, const float *restrict weight,
		     const float *restrict in, float *restrict out)
{
	for (size_t i = 0; i < n; i++)
		out[i] = 0;
	for (size_t k = 0; k < taps; k++)
		for (size_t i = 0; i < n; i++)
			out[i] += weight[k] * in[i + k];
}

/* PADDED = ROW with RADIUS copies of its ends on either side. */
static void pad(size_t n, size_t radius, const float *restrict row,
		float *restrict padded)
{
	memcpy(padded + radius, row, n * sizeof(*row));
	for (size_t i = 0; i < radius; i++) {
		padded[i] = row[0];
		padded[radius + n + i] = row[n - 1];
	}
}

static void blur_across(size_t w, size_t h, size_t radius, const float *weight,
			const float *in, float *padded, float *out)
{
	for (size_t y = 0; y < h; y++) {
		pad(w, radius, in + y * w, padded);
		blur_row(w, 2 * radius + 1, weight, padded, out + y * w);
	}
}

static void blur_down(size_t w, size_t h, size_t radius,
		      const float *restrict weight, const float *restrict in,
		      float *restrict out)
{
	for (size_t y = 0; y < h; y++) {
		float *to = out + y * w;

		for (size_t x = 0; x < w; x++)
			to[x] = 0;
		for (size_t k = 0; k <= 2 * radius; k++) {
			size_t at = y + k < radius ? 0 : y + k - radius;
			const float *from = in + (at < h ? at : h - 1) * w;

			for (size_t x = 0; x < w; x++)
				to[x] += weight[k] * from[x];
		}
	}
}

/* ROUND(2 * A - B), held within a pixel's range. */
static void sharpen(size_t n, size_t stride, const float *restrict blurred,
		    unsigned char *restrict pixel)
{
	for (size_t i = 0; i < n; i++) {
		float a = pixel[i * stride];
		float v = 2 * a - blurred[i] + 0.5f;

		v = v < 0 ? 0 : v;
		v = v > 255 ? 255 : v;
		pixel[i * stride] = (unsigned char)v;
	}
}

static void filter(struct picture *p, size_t channel, size_t radius,
		   size_t passes, const float *weight)
{
	size_t n = p->width * p->height;
	float *a = grab("convolve", n, sizeof(*a));
	float *b = grab("convolve", n, sizeof(*b));
	float *padded = grab("convolve", p->width + 2 * radius, sizeof(*a));

	for (size_t i = 0; i < n; i++)
		a[i] = p->pixels[i * p->channels + channel];
	for (size_t pass = 0; pass < passes; pass++) {
		blur_across(p->width, p->height, radius, weight, a, padded, b);
		blur_down(p->width, p->height, radius, weight, b, a);
	}
	sharpen(n, p->channels, a, p->pixels + channel);
	free(a);
	free(b);
	free(padded);
}

int main(int argc, char **argv)
{
	bool timed = wants_time(&argc, argv);
	struct picture p;
	size_t radius, passes;
	uint64_t hash = FNV_START;
	float weight[2 * 64 + 1];

	if (argc < 4 || argc > 5) {
		fprintf(stderr, "usage: convolve IN OUT RADIUS [PASSES] "
				"[--time]\n");
		return 2;
	}
	radius = size_arg("convolve", argv[3], 1, 64);
	passes = argc > 4 ? size_arg("convolve", argv[4], 1, 1000000) : 1;
	phase(timed, NULL);
	load(argv[1], &p);
	phase(timed, "load");
	gauss(radius, weight);
	for (size_t c = 0; c < p.channels; c++)
		filter(&p, c, radius, passes, weight);
	phase(timed, "filter");
	store(argv[2], &p);
	phase(timed, "store");
	for (size_t i = 0; i < p.width * p.height * p.channels; i++)
		hash = (hash ^ p.pixels[i]) * UINT64_C(0x100000001b3);
	printf("convolve %zux%zux%zu %016llx\n", p.width, p.height, p.channels,
	       (unsigned long long)hash);
	free(p.pixels);
	return 0;
}
