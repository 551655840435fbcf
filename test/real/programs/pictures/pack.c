// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// pack.c - makes bytes fewer. Two equal bytes are followed by how many more
// there are (up to 255); the result is coded by how often each byte occurs:
// 256 lengths of codes, the number of bytes coded, the codes.
#include "pictures.h"
#include <stdlib.h>
#include <string.h>

enum { HEADER = 256 + 4, LONGEST = 32 };

static size_t runs(const uint8_t *in, size_t n, uint8_t *out)
{
	size_t used = 0;

	for (size_t i = 0; i < n;) {
		size_t k = 1;

		while (i + k < n && k < 257 && in[i + k] == in[i])
			k++;
		out[used++] = in[i];
		if (k > 1) {
			out[used++] = in[i];
			out[used++] = (uint8_t)(k - 2);
		}
		i += k;
	}
	return used;
}

static int unroll(const uint8_t *in, size_t used, uint8_t *out, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < used; i++) {
		size_t k = 1;

		if (i + 2 < used && in[i + 1] == in[i]) {
			k = in[i + 2] + 2u;
			i += 2;
		}
		if (k > n - at)
			return -1;
		memset(out + at, in[i - (k > 1 ? 1 : 0)], k);
		at += k;
	}
	return at == n ? 0 : -1;
}

struct node {
	size_t count;
	int parent;
};

static int rarest(const struct node *nodes, int n)
{
	int best = -1;

	for (int i = 0; i < n; i++)
		if (nodes[i].count && nodes[i].parent < 0 &&
		    (best < 0 || nodes[i].count < nodes[best].count))
			best = i;
	return best;
}

/* Joins the two rarest until one is left; its depth is a code's length. */
static void lengths(const uint8_t *in, size_t n, uint8_t *length)
{
	struct node nodes[511];
	int used = 256;

	for (int i = 0; i < 511; i++)
		nodes[i] = (struct node){0, -1};
	for (size_t i = 0; i < n; i++)
		nodes[in[i]].count++;
	for (;;) {
		int a = rarest(nodes, used), b;

		if (a < 0)
			break;
		nodes[a].parent = used;
		b = rarest(nodes, used);
		if (b < 0) {
			nodes[a].parent = a < 256 ? -2 : -1;
			break;
		}
		nodes[b].parent = used;
		nodes[used++].count = nodes[a].count + nodes[b].count;
	}
	for (int i = 0; i < 256; i++) {
		length[i] = nodes[i].parent == -2;
		for (int k = nodes[i].parent; k >= 0; k = nodes[k].parent)
			length[i]++;
	}
}

/* Codes of one length follow each other, the shorter ones come first. */
static void codes(const uint8_t *length, uint32_t *code)
{
	uint32_t next = 0;

	for (int bits = 1; bits <= LONGEST; bits++) {
		for (int i = 0; i < 256; i++)
			if (length[i] == bits)
				code[i] = next++;
		next <<= 1;
	}
}

uint8_t *pack(const uint8_t *in, size_t n, size_t *packed)
{
	uint8_t *rolled = allocate(n + n / 2 + 3), *out;
	size_t used = runs(in, n, rolled), at = HEADER;
	uint32_t code[256] = {0};
	uint64_t bits = 0;
	int waiting = 0;

	out = allocate(HEADER + used * (LONGEST / 8) + 8);
	lengths(rolled, used, out);
	codes(out, code);
	for (int i = 0; i < 4; i++)
		out[256 + i] = (uint8_t)(used >> (8 * i));
	for (size_t i = 0; i < used; i++) {
		bits = bits << out[rolled[i]] | code[rolled[i]];
		waiting += out[rolled[i]];
		while (waiting >= 8) {
			waiting -= 8;
			out[at++] = (uint8_t)(bits >> waiting);
		}
	}
	if (waiting)
		out[at++] = (uint8_t)(bits << (8 - waiting));
	free(rolled);
	*packed = at;
	return out;
}

static int decode(const uint8_t *in, size_t packed, uint8_t *out, size_t used)
{
	uint32_t code[256] = {0}, now = 0;
	size_t at = 8 * HEADER, n = 0;
	int bits = 0;

	codes(in, code);
	while (n < used) {
		if (at == 8 * packed || bits == LONGEST)
			return -1;
		now = now << 1 | (in[at / 8] >> (7 - at % 8) & 1);
		at++;
		bits++;
		for (int i = 0; i < 256; i++)
			if (in[i] == bits && code[i] == now) {
				out[n++] = (uint8_t)i;
				now = 0;
				bits = 0;
				break;
			}
	}
	return 0;
}

int unpack(const uint8_t *in, size_t packed, uint8_t *out, size_t n)
{
	uint8_t *rolled;
	size_t used = 0;
	int ret;

	if (packed < HEADER)
		return -1;
	for (int i = 0; i < 4; i++)
		used |= (size_t)in[256 + i] << (8 * i);
	rolled = allocate(used);
	ret = decode(in, packed, rolled, used);
	if (!ret)
		ret = unroll(rolled, used, out, n);
	free(rolled);
	return ret;
}
