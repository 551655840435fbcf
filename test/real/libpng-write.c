// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// pngwrite WIDTH HEIGHT FILE: writes a picture by libpng, in each row filter.
// pngwrite FILE: reads it 10 times; prints a sum over its pixels.
#include <png.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static int write_picture(unsigned w, unsigned h, const char *path)
{
	FILE *f = fopen(path, "wb");
	png_structp png =
	    png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
	png_infop info = png ? png_create_info_struct(png) : NULL;
	png_bytep row = malloc(3 * (size_t)w);

	if (!f || !info || !row || setjmp(png_jmpbuf(png)))
		return 1;
	png_init_io(png, f);
	png_set_IHDR(png, info, w, h, 8, PNG_COLOR_TYPE_RGB, 0, 0, 0);
	png_set_compression_level(png, 3);
	png_set_filter(png, 0, PNG_ALL_FILTERS);
	png_write_info(png, info);
	for (unsigned y = 0; y < h; y++) {
		for (unsigned x = 0; x < w; x++) {
			row[3 * x] = (png_byte)(x * y >> 6);
			row[3 * x + 1] = (png_byte)(x + y);
			row[3 * x + 2] = (png_byte)(x * 7 ^ y * 13);
		}
		png_write_row(png, row);
	}
	png_write_end(png, info);
	png_destroy_write_struct(&png, &info);
	free(row);
	return fclose(f) != 0;
}

static int read_picture(const char *path, uint32_t *sum)
{
	FILE *f = fopen(path, "rb");
	png_structp png =
	    png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
	png_infop info = png ? png_create_info_struct(png) : NULL;

	if (!f || !info || setjmp(png_jmpbuf(png)))
		return 1;
	png_init_io(png, f);
	png_read_png(png, info, PNG_TRANSFORM_EXPAND, NULL);
	for (unsigned y = 0; y < png_get_image_height(png, info); y++)
		for (size_t x = 0; x < png_get_rowbytes(png, info); x++)
			*sum = *sum * 31 + png_get_rows(png, info)[y][x];
	png_destroy_read_struct(&png, &info, NULL);
	return fclose(f) != 0;
}

int main(int argc, char **argv)
{
	uint32_t sum = 0;
	int bad = 0;

	if (argc == 4)
		return write_picture((unsigned)atoi(argv[1]),
				     (unsigned)atoi(argv[2]), argv[3]);
	if (argc != 2)
		return 2;
	for (int i = 0; i < 10; i++)
		bad |= read_picture(argv[1], &sum);
	printf("%08x\n", sum);
	return bad;
}
