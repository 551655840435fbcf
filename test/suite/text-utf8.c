/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Decodes UTF-8 into code points, and counts what is broken.
 *
 * psr-bench sizes: 50 1200000, 1500 43000, 40000 1300, 2000000 11
 */
#include "bench.h"

size_t decode(const uint8_t *s, size_t n, uint32_t *out, size_t *broken)
{
	size_t points = 0;

	for (size_t i = 0; i < n;) {
		unsigned c = s[i++], more;

		if (c < 0x80) {
			out[points++] = c;
			continue;
		}
		more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
		if (c < 0xc0 || i + more > n) {
			++*broken;
			continue;
		}
		c &= 0x3fu >> more;
		for (; more && (s[i] & 0xc0) == 0x80; more--)
			c = c << 6 | (s[i++] & 0x3f);
		*broken += more != 0;
		out[points++] = c;
	}
	return points;
}

static size_t write_text(uint8_t *text, size_t n)
{
	size_t i = 0;

	while (i + 3 < n) {
		uint64_t r = bench_random();

		if (r % 16 > 3) {
			text[i++] = (uint8_t)('a' + r % 26);
		} else if (r % 16 > 1) {
			text[i++] = (uint8_t)(0xc3);
			text[i++] = (uint8_t)(0x80 | (r >> 8 & 0x3f));
		} else {
			text[i++] = 0xe2;
			text[i++] = (uint8_t)(0x80 | (r >> 8 & 0x3f));
			text[i++] = (uint8_t)(0x80 | (r >> 16 & 0x3f));
		}
	}
	return i;
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	uint8_t *text = bench_alloc(n + 4);
	uint32_t *out = bench_alloc((n + 4) * sizeof(*out));
	size_t broken = 0, points = 0;

	n = write_text(text, n + 4);
	bench_start();
	for (size_t r = 0; r < reps; r++) {
		points += decode(text, n, out, &broken);
		text[r % n] = (uint8_t)('A' + r % 26);
	}
	bench_stop();
	bench_sum(out, points / reps * sizeof(*out));
	bench_sum(&broken, sizeof(broken));
	return bench_end();
}
