/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * CRC-32 with a table, byte by byte.
 *
 * psr-bench sizes: 50 500000, 1500 17000, 40000 630, 2000000 13
 */
#include "bench.h"

static uint32_t table[256];

static void make_table(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;

		for (int bit = 0; bit < 8; bit++)
			c = c & 1 ? c >> 1 ^ 0xedb88320 : c >> 1;
		table[i] = c;
	}
}

uint32_t crc32(uint32_t crc, const unsigned char *p, size_t n)
{
	crc = ~crc;
	while (n--)
		crc = table[(crc ^ *p++) & 255] ^ crc >> 8;
	return ~crc;
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	unsigned char *p = bench_bytes(n);
	uint32_t crc = 0;

	make_table();
	bench_start();
	for (size_t r = 0; r < reps; r++)
		crc = crc32(crc, p, n);
	bench_stop();
	bench_sum(&crc, sizeof(crc));
	return bench_end();
}
