/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Of many small blocks most never run, and lie among those that always do. */
#include <stdio.h>

enum { UNITS = 4096, ROUNDS = 6000 };

static unsigned char wide[2 * UNITS], narrow[4 * UNITS];

__attribute__((noinline)) static int to_narrow(const unsigned char **at,
					       const unsigned char *end,
					       unsigned char **to,
					       const unsigned char *to_end)
{
	const unsigned char *p = *at;

	for (; p < end; p += 2) {
		unsigned char low = p[0], high = p[1];

		switch (high) {
		case 0:
			if (low < 0x80) {
				if (*to == to_end) {
					*at = p;
					return 2;
				}
				*(*to)++ = low;
				break;
			}
			/* fall through */
		case 1:
		case 2:
		case 3:
		case 4:
		case 5:
		case 6:
		case 7:
			if (to_end - *to < 2) {
				*at = p;
				return 2;
			}
			*(*to)++ = (unsigned char)(low >> 6 | high << 2 | 0xc0);
			*(*to)++ = (unsigned char)((low & 0x3f) | 0x80);
			break;
		default:
			if (to_end - *to < 3) {
				*at = p;
				return 2;
			}
			*(*to)++ = (unsigned char)(high >> 4 | 0xe0);
			*(*to)++ = (unsigned char)((high & 0xf) << 2 |
						   low >> 6 | 0x80);
			*(*to)++ = (unsigned char)((low & 0x3f) | 0x80);
			break;
		case 0xd8:
		case 0xd9:
		case 0xda:
		case 0xdb:
			if (end - p < 4) {
				*at = p;
				return 1;
			}
			*(*to)++ = (unsigned char)(low >> 2 | 0xf0);
			p += 2;
			break;
		}
	}
	*at = p;
	return 0;
}

int main(void)
{
	unsigned long sum = 0;

	for (int i = 0; i < UNITS; i++)
		wide[2 * i] = (unsigned char)(32 + i % 90);
	for (int i = 0; i < ROUNDS; i++) {
		const unsigned char *at = wide;
		unsigned char *to = narrow;

		sum += (unsigned long)to_narrow(&at, wide + 2 * UNITS, &to,
						narrow + sizeof(narrow));
		sum += narrow[i % UNITS] + (unsigned long)(to - narrow);
	}
	printf("%lu\n", sum);
	return 0;
}
