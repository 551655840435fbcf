// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// pictures [OPTION...] IN.ppm OUT - makes a picture smaller in several ways.
#include "pictures.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options {
	const char *denoise; /* NULL: no */
	int w, h;            /* 0: as it is */
	double amount, strength;
	int equalise, levels, verify;
};

static void usage(void)
{
	fputs("usage: pictures [OPTION...] IN.ppm OUT\n"
	      "  -d median|bilateral  take noise away\n"
	      "  -r WIDTHxHEIGHT      another size\n"
	      "  -u AMOUNT            sharpen\n"
	      "  -e STRENGTH          darken edges\n"
	      "  -q                   spread brightness evenly\n"
	      "  -l LEVELS            so many values of each colour\n"
	      "  -v                   unpack what was packed, and compare\n",
	      stderr);
	exit(2);
}

static void parse(struct options *o, int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "d:r:u:e:ql:v")) != -1)
		switch (option) {
		case 'd':
			if (strcmp(optarg, "median") &&
			    strcmp(optarg, "bilateral"))
				usage();
			o->denoise = optarg;
			break;
		case 'r':
			if (sscanf(optarg, "%dx%d", &o->w, &o->h) != 2 ||
			    o->w < 1 || o->h < 1 || o->w > 30000 ||
			    o->h > 30000)
				usage();
			break;
		case 'u':
			o->amount = atof(optarg);
			break;
		case 'e':
			o->strength = atof(optarg);
			break;
		case 'q':
			o->equalise = 1;
			break;
		case 'l':
			o->levels = atoi(optarg);
			if (o->levels < 2 || o->levels > 256)
				usage();
			break;
		case 'v':
			o->verify = 1;
			break;
		default:
			usage();
		}
	if (optind != argc - 2)
		usage();
}

static void process(struct picture *p, const struct options *o)
{
	struct plane *bright = &p->plane[0];

	to_ycc(p);
	for (int i = 0; i < 3; i++) {
		if (o->denoise && !strcmp(o->denoise, "median"))
			denoise_median(&p->plane[i]);
		else if (o->denoise && i == 0)
			denoise_bilateral(bright, 1.5, 20);
		else if (o->denoise)
			blur(&p->plane[i], 1);
		if (o->w)
			resize(&p->plane[i], o->w, o->h);
	}
	if (o->amount > 0)
		sharpen(bright, o->amount);
	if (o->equalise)
		equalise(bright);
	if (o->strength > 0)
		darken_edges(bright, o->strength);
	to_rgb(p);
	for (int i = 0; o->levels && i < 3; i++)
		dither(&p->plane[i], o->levels);
}

/* Packs and writes one plane; says how much it became. */
static int write_plane(const struct plane *p, FILE *f, int verify)
{
	size_t n = (size_t)p->w * (size_t)p->h, packed;
	uint8_t *out = pack(p->data, n, &packed);
	uint32_t hash = 2166136261u;
	int ret = fwrite(out, 1, packed, f) == packed ? 0 : -1;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ p->data[i]) * 16777619u;
	printf("%dx%d %08x %zu -> %zu\n", p->w, p->h, (unsigned)hash, n,
	       packed);
	if (!ret && verify) {
		uint8_t *back = allocate(n);

		ret = unpack(out, packed, back, n);
		if (ret || memcmp(back, p->data, n)) {
			fputs("pictures: packed wrongly\n", stderr);
			ret = -1;
		}
		free(back);
	}
	free(out);
	return ret;
}

int main(int argc, char **argv)
{
	struct options o = {0};
	struct picture p;
	FILE *f;
	int ret = 0;

	parse(&o, argc, argv);
	f = fopen(argv[optind], "rb");
	if (!f) {
		perror(argv[optind]);
		return 1;
	}
	picture_read(&p, f);
	fclose(f);
	process(&p, &o);
	f = fopen(argv[optind + 1], "wb");
	if (!f) {
		perror(argv[optind + 1]);
		return 1;
	}
	fprintf(f, "PACKED %d %d\n", p.plane[0].w, p.plane[0].h);
	for (int i = 0; i < 3 && !ret; i++)
		ret = write_plane(&p.plane[i], f, o.verify);
	if (fclose(f))
		ret = -1;
	picture_free(&p);
	return ret ? 1 : 0;
}
