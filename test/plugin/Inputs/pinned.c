/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Nests that read their bounds, and where their data is, in each iteration
 * anew. What they write is something else, or, from the K-th place on, just
 * that. Prints hashes of the results. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define NEST  __attribute__((noinline)) static void
#define WORDS 32768
#define FAR   4096

struct image {
	unsigned char *data;
	unsigned char pad[8], w, h; /* whatever is written there is in POOL */
};

struct grid {
	long *a, *b;
	long pad[8], n;
};

struct row {
	unsigned char *to;
	const unsigned char *from;
	unsigned char pad[7], by;
	unsigned char n;
};

struct list {
	long **slots, *other;
	long n;
};

static union {
	unsigned char bytes[WORDS * sizeof(long)];
	long longs[WORDS];
} pool;

static struct image *image = (struct image *)(void *)&pool.longs[64];
static struct grid *grid = (struct grid *)(void *)&pool.longs[1024];
static struct row *row = (struct row *)(void *)&pool.longs[64];
static struct list *list = (struct list *)(void *)&pool.longs[64];

static int clamp(int v, int most)
{
	return v < 0 ? 0 : v > most ? most : v;
}

/* The data is read only where there is some. */
NEST brighten(struct image *p, int by)
{
	for (int y = 0; y < p->h; y++)
		for (int x = 0; x < p->w; x++)
			p->data[y * p->w + x] += (unsigned char)(by + x);
}

NEST blur(const struct image *p, unsigned char *out)
{
	for (int y = 0; y < p->h; y++)
		for (int x = 0; x < p->w; x++) {
			int sum = 0;

			for (int k = -1; k <= 1; k++)
				sum += p->data[y * p->w + clamp(x + k, p->w - 1)] +
				       p->data[clamp(y + k, p->h - 1) * p->w + x];
			out[y * p->w + x] = (unsigned char)(sum / 6);
		}
}

/* A stride that is read, too. */
NEST columns(const struct image *p, unsigned char *out, const unsigned char *by)
{
	for (int y = 0; y < p->h; y++)
		for (int x = 0; x < p->w; x++)
			out[y * 300 + x * *by] ^= (unsigned char)(x * y + p->h);
}

/* One loop; its end is read anew, and so is what is added. */
NEST shift(struct row *r)
{
	for (unsigned i = 0; i < r->n; i++)
		r->to[i] = (unsigned char)(r->from[i] + r->by);
}

/* Longs may be longs. */
NEST relax(struct grid *g)
{
	for (long i = 1; i < g->n - 1; i++)
		for (long j = 1; j < g->n - 1; j++)
			g->b[i * g->n + j] = g->a[i * g->n + j - 1] / 2 +
					     g->a[(i - 1) * g->n + j] / 3;
}

/* With a result, and what is written may be where that comes from. */
NEST sums(struct grid *g, long *sum)
{
	long s = *sum;

	for (long i = 0; i < g->n; i++) {
		g->b[i] = (s ^ g->a[i]) & 63;
		s += g->b[i] + g->n;
	}
	*sum = s;
}

/* The inner loop alone: each row depends on the last, and they change places. */
NEST steps(struct grid *g, int rows)
{
	long *to = g->b, *from = g->a, *last;

	for (int t = 0; t < rows; t++) {
		for (long i = 0; i < g->n; i++) {
			long v = from[i] + t;

			if (i > 0)
				v += from[i - 1] / 2;
			to[i] = v & 63;
		}
		last = to;
		to = from;
		from = last;
	}
}

/* Its own bound is what it writes: not to be pinned. */
NEST grow(struct grid *g, long most)
{
	for (long i = 0; i < g->n; i++) {
		g->b[i] = i + g->n;
		if (g->n < most && !(i % 3))
			g->n++;
	}
}

/* Pointers that are written may be the one they are written through. */
NEST hang(struct list *l)
{
	for (long i = 0; i < l->n; i++)
		l->slots[i] = l->other + i % 7;
}

/* The pointer that is followed is one only once it has been written. */
struct context {
	struct row *row;
};

NEST follow(const struct context *c, struct row **there, struct row *r,
	    unsigned char *out)
{
	unsigned i = 0;

	do {
		*there = r;
		out[i] = (unsigned char)(c->row->by + i);
	} while (++i < c->row->n);
}

/* Becomes a call: nothing of it is left to be a nest. */
NEST clear(struct row *p)
{
	for (int i = 0; i < p->n; i++)
		p->to[i] = 0;
}

static void show(const char *what, int n, int k)
{
	uint64_t h = 1469598103934665603u;
	uintptr_t base = (uintptr_t)&pool;

	for (size_t i = 0; i < WORDS; i++) {
		uintptr_t v = (uintptr_t)pool.longs[i];

		/* Pointers into it, wherever it lies. */
		v = v - base < sizeof(pool) ? v - base : v;
		h = (h ^ v) * 1099511628211u;
	}
	printf("%s %d %d %llx\n", what, n, k, (unsigned long long)h);
}

static void fill(void)
{
	for (size_t i = 0; i < WORDS; i++)
		pool.longs[i] = (long)(i % 11);
}

static void pixels(int w, int h, int k)
{
	unsigned char *at = k < 0 ? &pool.bytes[FAR] : &image->pad[k];
	struct image start = {at, {0}, (unsigned char)w, (unsigned char)h};

	fill();
	*image = start;
	brighten(image, k);
	show("brighten", w, k);
	fill();
	*image = start;
	image->data = &pool.bytes[3 * FAR];
	for (int i = 0; i < 4 * FAR; i++)
		image->data[i] = (unsigned char)(i * i / 7);
	blur(image, at);
	show("blur", w, k);
	*image = start;
	columns(image, at, k < 0 ? &pool.bytes[1] : &image->w);
	show("columns", w, k);
}

static void others(int n, int k)
{
	long sum = 5;

	fill();
	*row = (struct row){.to = k < 0 ? &pool.bytes[FAR] : &row->pad[k % 8],
			    .from = &pool.bytes[2 * FAR],
			    .by = 3,
			    .n = (unsigned char)n};
	shift(row);
	show("shift", n, k);
	clear(row);
	show("clear", n, k);
	{
		struct context c = {NULL};

		follow(&c, &c.row, row, &pool.bytes[3 * FAR]);
	}
	show("follow", n, k);
	fill();
	*grid = (struct grid){.a = &pool.longs[2 * FAR],
			      .b = k < 0 ? &pool.longs[FAR] : &grid->pad[k % 8],
			      .n = n};
	sums(grid, k == 9 ? &grid->n : &sum);
	show("sums", (int)(sum & 0xffff), k);
	grid->n = n;
	steps(grid, 1 + n % 3);
	show("steps", n, k);
	grid->n = n;
	grow(grid, n + 20);
	show("grow", n, k);
	fill();
	*grid = (struct grid){.a = &pool.longs[2 * FAR],
			      .b = k < 0 ? &pool.longs[FAR]
					 : &grid->pad[k % 8] - (n + 1),
			      .n = n};
	relax(grid);
	show("relax", n, k);
	fill();
	*list = (struct list){.slots = k < 0 ? (long **)&pool.longs[FAR]
					     : &list->other - (k & 1),
			      .other = &pool.longs[512],
			      .n = k < 0 ? n : n % 3};
	if (k >= 0)
		list->slots = (long **)(void *)&list->slots;
	hang(list);
	show("hang", n, k);
}

/* What lies behind a page's end is not read where nothing is to be done. */
static void border(void)
{
	unsigned char *page =
	    mmap(NULL, 8192, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct {
		int w, h;
		unsigned char *data;
	} *p = (void *)(page + 4096 - 8);

	if (page == MAP_FAILED || mprotect(page + 4096, 4096, PROT_NONE))
		exit(1);
	p->h = 70;
	for (p->w = -5; p->w <= 0; p->w += 5)
		for (int y = 0; y < p->h; y++)
			for (int x = 0; x < p->w; x++)
				p->data[y * p->w + x] += (unsigned char)x;
	puts("border");
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? abs(atoi(argv[1])) : 9;

	for (int k = -1; k < 10; k++) {
		pixels(n, n, k);
		pixels(n, 3, k);
		others(n, k);
	}
	border();
	return 0;
}
