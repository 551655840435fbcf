// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Nests that go through strided memory again and again: fields of structures,
// columns of matrices; read, written, or both; with pointers apart, equal,
// and overlapping; conditional, backwards, triangular. Prints what they
// compute. Argument: size.
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#define NI __attribute__((noinline))

struct body {
	double x, y, z, m, vx, vy, vz;
	int id, kind;
};
struct node {
	struct node *next;
	float weight, bias;
	short tag;
	unsigned char flags, level;
	int64_t key[5];
};

NI static void read_one(long rounds, long n, const struct body *p, double *out)
{
	for (long r = 0; r < rounds; r++)
		for (long i = 0; i < n; i++)
			out[i] = out[i] * 0.5 + p[i].m;
}
NI static long read_ints(int n, int rounds, const struct body *p, const int *at)
{
	long count = 0;

	for (int r = 0; r < rounds; r++)
		for (int i = 0; i < n; i++)
			count += p[i].kind > at[r] ? p[i].id : 1;
	return count;
}
NI static void product(int n, const double *a, const double *b, double *c)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++) {
			double s = 0;

			for (int k = 0; k < n; k++)
				s += a[i * n + k] * b[k * n + j];
			c[i * n + j] = s;
		}
}
NI static void product_into(int n, const unsigned *a, const unsigned *b,
			    unsigned *c)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			for (int k = 0; k < n; k++)
				c[i * n + j] += a[i * n + k] * b[k * n + j];
}
NI static void forces(int n, struct body *p)
{
	for (int i = 0; i < n; i++) {
		double ax = 0, ay = 0;

		for (int j = 0; j < n; j++) {
			double dx = p[j].x - p[i].x, dy = p[j].y - p[i].y;
			double d = dx * dx + dy * dy + 0.01;

			ax += dx * p[j].m / d;
			ay += dy * p[j].m / d;
		}
		p[i].vx += ax;
		p[i].vy += ay;
	}
}
/* What it reads is what it writes: each body feels the moved ones. */
NI static void forces_in_place(int n, struct body *p)
{
	for (int i = 0; i < n; i++) {
		double a = 0;

		for (int j = 0; j < n; j++)
			a += p[j].x * p[j].m;
		p[i].x += a * 1e-6;
	}
}
NI static void move(int rounds, int n, struct body *p)
{
	for (int r = 0; r < rounds; r++)
		for (int i = 0; i < n; i++)
			p[i].x += 0.01 * p[i].vx;
}
NI static void only_write(int rounds, int n, struct body *p)
{
	for (int r = 0; r < rounds; r++)
		for (int i = 0; i < n; i++)
			p[i].kind = r ^ i;
}
NI static void write_some(int rounds, int n, struct body *p)
{
	for (int r = 0; r < rounds; r++)
		for (int i = 0; i < n; i++)
			if (p[i].id & 1)
				p[i].kind += r;
}
NI static void write_in_turn(int rounds, int n, struct body *p)
{
	for (int r = 0; r < rounds; r++)
		for (int i = 0; i < n; i++) {
			if (p[i].id & 1)
				p[i].kind += r;
			p[i].id += 3;
			p[i].kind -= p[i].id;
		}
}
NI static void backwards(int rounds, int n, struct body *p, int *out)
{
	for (int r = 0; r < rounds; r++)
		for (int i = n - 1; i >= 0; i--)
			out[i] += p[i].id * 3;
}
NI static void shifted(int rounds, int n, struct body *p)
{
	for (int r = 0; r < rounds; r++)
		for (int i = 0; i < n; i++)
			p[i].id += p[i + 1].id;
}
NI static void two(int rounds, int n, const struct body *p, struct body *q)
{
	for (int r = 0; r < rounds; r++)
		for (int i = 0; i < n; i++)
			q[i].m = q[i].m * 0.25 + p[i].m;
}
NI static void other_field(int rounds, int n, const struct body *p,
			   struct body *q)
{
	for (int r = 0; r < rounds; r++)
		for (int i = 0; i < n; i++)
			q[i].y += p[i].x;
}
NI static void steps(int rounds, int n, long step, unsigned *p,
		     const unsigned *q)
{
	for (int r = 0; r < rounds; r++)
		for (int i = 0; i < n; i++)
			p[i * step] += q[i] + (unsigned)r;
}
NI static void columns(int rounds, int n, int m, const unsigned *a,
		       unsigned *sum)
{
	for (int r = 0; r < rounds; r++)
		for (int j = 0; j < m; j++) {
			unsigned t = sum[j];

			for (int i = 0; i < n; i++)
				t += a[i * m + j] ^ (unsigned)r;
			sum[j] = t;
		}
}
NI static void bytes(int rounds, int n, struct node *p, unsigned char *out)
{
	for (int r = 0; r < rounds; r++)
		for (int i = 0; i < n; i++) {
			out[i] = (unsigned char)(out[i] * 3 + p[i].flags);
			p[i].level ^= (unsigned char)(p[i].flags + r);
		}
}
NI static long pointers(int rounds, int n, const struct node *p,
			const struct node *base)
{
	long count = 0;

	for (int r = 0; r < rounds; r++)
		for (int i = 0; i < n; i++)
			count += p[i].next == base + r;
	return count;
}
/* Not all are read, but those beside them are. */
NI static double marked(int rounds, int n, const struct body *p)
{
	double s = 0;

	for (int r = 0; r < rounds; r++)
		for (int i = 0; i < n; i++)
			if (p[i].kind & 1)
				s += p[i].m;
	return s;
}
NI static long heavy(int rounds, int n, const struct body *p)
{
	long s = 0;

	for (int r = 0; r < rounds; r++)
		for (int i = n - 1; i >= 0; i--)
			if (p[i].x > r)
				s += p[i].id;
	return s;
}
/* Not all are read: the rest may not even be there. */
NI static int conditional(int rounds, int n, const struct node *p,
			  const int *want)
{
	int s = 0;

	for (int r = 0; r < rounds; r++)
		for (int i = 0; i < n; i++)
			if (want[i])
				s += p[i].tag;
	return s;
}
NI static unsigned triangle(int n, const struct body *p)
{
	unsigned s = 0;

	for (int i = 0; i < n; i++)
		for (int j = 0; j < i; j++)
			s = s * 3 + (unsigned)p[j].id;
	return s;
}
NI static unsigned below(int rounds, int n, const struct body *p)
{
	unsigned s = 0;

	for (int r = 0; r < rounds; r++)
		for (int i = 0; i < n; i++)
			for (int j = 0; j < r; j++)
				s += (unsigned)p[i].id ^ (unsigned)(j * i);
	return s;
}
/* Rows are met up to the diagonal, or from it on; all in one round. */
NI static void rank_k(int n, int m, const double *a, double *c)
{
	for (int i = 0; i < n; i++) {
		for (int j = 0; j <= i; j++)
			c[i * n + j] *= 0.5;
		for (int k = 0; k < m; k++)
			for (int j = 0; j <= i; j++)
				c[i * n + j] += a[i * m + k] * a[j * m + k];
	}
}
NI static void rank_2k(size_t n, size_t m, const double *a, const double *b,
		       double *c)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < m; k++)
			for (size_t j = i; j < n; j++)
				c[i * n + j] += a[i * m + k] * b[(n - 1 - j) * m + k] +
						b[i * m + k];
}
NI static void every_third(int n, const struct body *p, double *out)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < 3 * i + 2; j++)
			out[i] += p[j].m;
}
/* Both ends go with i: not all are met in any one round. */
NI static void window(int n, const struct body *p, double *out)
{
	for (int i = 0; i < n; i++)
		for (int j = i; j < 2 * i + 1; j++)
			out[i] += p[j].m;
}
/* It writes as far as it comes. */
NI static void grow(int n, struct body *p)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j <= i; j++)
			p[j].kind += i * j;
}
/* NaNs of every kind stay as they are. */
NI static void bits(int rounds, int n, const struct node *p, float *out)
{
	for (int r = 0; r < rounds; r++)
		for (int i = 0; i < n; i++)
			out[i] = -p[i].bias;
}

/* The last (or the first) structure is there in part. */
static void edges(int rounds, int n)
{
	size_t page = 4096, size = (size_t)(n + 1) * sizeof(struct body);
	size_t pages = (size + 2 * page) / page * page;
	char *at = mmap(NULL, pages + 2 * page, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct body *p;

	if (n < 1 || at == MAP_FAILED)
		return;
	mprotect(at, page, PROT_NONE);
	mprotect(at + page + pages, page, PROT_NONE);
	/* Its x is the last that there is, and says to read no more. */
	p = (struct body *)(at + page + pages - 8) - (n - 1);
	for (int i = 0; i < n - 1; i++) {
		p[i].x = i % 10;
		p[i].id = i;
	}
	p[n - 1].x = -1;
	printf("heavy %ld\n", heavy(rounds, n, p));
	/* Its kind is the first that there is. */
	p = (struct body *)(at + page - offsetof(struct body, kind));
	for (int i = 0; i < n - 1; i++) {
		p[i].kind = i;
		if (i)
			p[i].m = i;
	}
	printf("marked %.17g\n", marked(rounds, n - 1, p));
	munmap(at, pages + 2 * page);
}

static uint64_t state;

static uint64_t next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	return state ^= state << 17;
}

static void fill(void *at, size_t size)
{
	unsigned char *p = at;

	while (size--)
		*p++ = (unsigned char)(next() >> 32);
}

static void fill_bodies(struct body *p, size_t n)
{
	fill(p, n * sizeof(*p));
	for (size_t i = 0; i < n; i++) {
		double *d = &p[i].x;

		for (int k = 0; k < 7; k++)
			d[k] = (double)(next() >> 44) / 1000;
		p[i].id &= 0xffff;
		p[i].kind &= 0xffff;
	}
}

static void fill_doubles(double *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (double)(next() >> 44) / 1000;
}

static void show(const char *name, const void *at, size_t size)
{
	const unsigned char *p = at;
	uint64_t h = 14695981039346656037u;

	while (size--)
		h = (h ^ *p++) * 1099511628211u;
	printf("%s %016llx\n", name, (unsigned long long)h);
}

#define SHOW(name, p, n) show(name, p, (n) * sizeof(*(p)))

static void bodies(long n, size_t room, long rounds, struct body *p, double *d,
		   int *v)
{
	int m = (int)n, k = (int)rounds;

	fill_bodies(p, room);
	fill_doubles(d, room);
	for (size_t i = 0; i < room; i++)
		v[i] = (int)(next() >> 48);
	read_one(rounds, n, p, d);
	SHOW("read_one", d, room);
	printf("read_ints %ld\n", read_ints(m, k, p, v));
	forces(m, p);
	SHOW("forces", p, room);
	forces_in_place(m, p);
	SHOW("forces_in_place", p, room);
	move(k, m, p);
	only_write(k, m, p);
	SHOW("move", p, room);
	write_some(k, m, p);
	write_in_turn(k, m, p);
	backwards(k, m, p, v);
	SHOW("backwards", v, room);
	shifted(k, m, p);
	SHOW("shifted", p, room);
	/* Apart, equal, and one, a half, or nothing between. */
	two(k, m, p, p + room / 2);
	two(k, m, p, p);
	two(k, m, p + 1, p);
	two(k, m, p, p + 1);
	other_field(k, m, p, p);
	other_field(k, m, p + 1, p);
	other_field(k, m, p + room / 2, p);
	two(k, m, (struct body *)((char *)p + 8), p + 2);
	read_one(rounds, n, p, &p->m);
	read_one(rounds, n, p, (double *)p + 1);
	read_one(rounds, n, (struct body *)(d + 1), d);
	SHOW("two", p, room);
	printf("marked %.17g heavy %ld\n", marked(k, m, p), heavy(k, m, p));
	edges(k, m);
	printf("triangle %u below %u\n", triangle(m, p), below(k, m, p));
	every_third(m, p, d);
	window(m, p, d + 1);
	every_third(m, p, &p[1].m);
	SHOW("thirds", d, room);
	grow(m, p);
	SHOW("grow", p, room);
}

static void matrices(int n, int rounds, size_t room, double *d, int *v)
{
	unsigned *u = (unsigned *)v;
	size_t third = room / 3;

	fill_doubles(d, room);
	fill(v, room * sizeof(*v));
	product(n, d, d + third, d + 2 * third);
	rank_k(n, n, d, d + third);
	rank_k(n, rounds, d, d + third);
	rank_k(n, n, d, d + 1);
	rank_2k(n < 0 ? 0 : (size_t)n, n < 0 ? 0 : (size_t)n, d, d + third,
		d + 2 * third);
	rank_2k(n < 0 ? 0 : (size_t)n, 3, d, d + third, d + third);
	SHOW("rank", d, room);
	product(n, d, d + third, d);
	product(n, d, d + third, d + third);
	product(n, d, d, d + third / 2);
	SHOW("product", d, room);
	product_into(n, u, u + third, u + 2 * third);
	product_into(n, u, u, u);
	product_into(n, u + 1, u, u + 2);
	SHOW("product_into", v, room);
	columns(rounds, n, n, u, u + third * 2);
	columns(rounds, n, 5, u, u + 3);
	columns(rounds, n, 1, u, u + third);
	columns(rounds, n, 2, u, u + third);
	columns(rounds, n, -7, u + third, u);
	SHOW("columns", v, room);
	for (int step = -5; step <= 5; step++)
		steps(rounds, n, step, u + third, u);
	steps(rounds, n, 4, u, u + 2);
	SHOW("steps", v, room);
}

static void nodes(int n, int rounds, size_t room, struct node *p, int *v)
{
	float *f = calloc(room, sizeof(*f));
	unsigned char *b = calloc(room, 1);

	fill(p, room * sizeof(*p));
	fill(v, room * sizeof(*v));
	bytes(rounds, n, p, b);
	SHOW("bytes", b, room);
	bytes(rounds, n, p, &p->flags);
	SHOW("bytes", p, room);
	for (size_t i = 0; i < room; i++)
		p[i].next = p + next() % 4;
	printf("pointers %ld\n", pointers(rounds, n, p, p));
	for (size_t i = 0; i < room; i++)
		v[i] &= 1;
	printf("conditional %d\n", conditional(rounds, n, p, v));
	memset(v, 0, room * sizeof(*v));
	printf("conditional %d\n", conditional(rounds, n, NULL, v));
	bits(rounds, n, p, f);
	SHOW("bits", f, room);
	free(f);
	free(b);
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 10, size = n < 0 ? 0 : n;
	size_t room = (size_t)size * 4 + 64;
	size_t square = 3 * ((size_t)size * (size_t)size + 64) + 64;
	struct body *p = malloc(room * sizeof(*p));
	struct node *q = malloc(room * sizeof(*q));
	double *d = malloc((square + room * 8) * sizeof(*d));
	int *v = malloc((square + room * 8) * sizeof(*v));

	state = 88172645463325252u + (unsigned)n;
	for (int rounds = -1; rounds < 9; rounds += rounds < 2 ? 1 : 3) {
		bodies(n, room, rounds, p, d, v);
		nodes(n, rounds, room, q, v);
		matrices(n, rounds, square, d, v);
	}
	free(p);
	free(q);
	free(d);
	free(v);
	return 0;
}
