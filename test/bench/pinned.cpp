// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// pinned KERNEL SIZE CALLS: nests whose bounds and data are fields, which what
// they write may be, for all that the compiler knows. test/bench/pinned compares
// builds by it. Without arguments: the kernels, sizes and numbers of calls.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#define NI __attribute__((noinline))

namespace
{
struct row {
	unsigned char *to;
	const unsigned char *from;
	unsigned n;
	unsigned char by;
};

struct image {
	int w, h;
	std::vector<uint8_t> pixels;

	NI void brighten(int by);
};

struct grid {
	int n;
	int *a, *b;
};

NI void shift(row *r)
{
	for (unsigned i = 0; i < r->n; i++)
		r->to[i] = (unsigned char)(r->from[i] + r->by);
}

void image::brighten(int by)
{
	for (int y = 0; y < h; y++)
		for (int x = 0; x < w; x++) {
			int v = pixels[y * w + x] + by;

			pixels[y * w + x] = (uint8_t)(v > 255 ? 255 : v);
		}
}

NI void relax(grid *g)
{
	for (int i = 1; i < g->n - 1; i++)
		for (int j = 1; j < g->n - 1; j++)
			g->b[i * g->n + j] = g->a[i * g->n + j] / 2 +
					     g->a[(i - 1) * g->n + j] / 4 +
					     g->a[i * g->n + j + 1] / 4;
}

int width;

// Each row depends on the last: only the inner loop is a nest.
NI void steps(int *to, int *from, const int *weights, int rows)
{
	for (int t = 0; t < rows; t++) {
		std::swap(to, from);
		for (int x = 0; x < width; x++) {
			int least = from[x];

			if (x > 0 && from[x - 1] < least)
				least = from[x - 1];
			if (x < width - 1 && from[x + 1] < least)
				least = from[x + 1];
			to[x] = weights[x] + least;
		}
	}
}

unsigned hash(const void *p, size_t n)
{
	const unsigned char *s = (const unsigned char *)p;
	unsigned h = 2166136261u;

	while (n--)
		h = (h ^ *s++) * 16777619u;
	return h;
}

unsigned do_shift(int n, long calls)
{
	std::vector<unsigned char> a((size_t)n, 7), b((size_t)n, 9);
	row r = {a.data(), b.data(), (unsigned)n, 3};

	for (long i = 0; i < calls; i++)
		shift(&r);
	return hash(a.data(), a.size());
}

unsigned do_brighten(int n, long calls)
{
	image p = {n, n, std::vector<uint8_t>((size_t)n * (size_t)n, 5)};

	for (long i = 0; i < calls; i++)
		p.brighten(1);
	return hash(p.pixels.data(), p.pixels.size());
}

unsigned do_relax(int n, long calls)
{
	std::vector<int> a((size_t)n * (size_t)n, 100), b(a);
	grid g = {n, a.data(), b.data()};

	for (long i = 0; i < calls; i++) {
		relax(&g);
		std::swap(g.a, g.b);
	}
	return hash(g.a, a.size() * sizeof(int));
}

unsigned do_steps(int n, long calls)
{
	std::vector<int> a((size_t)n, 100), b(a), c(a);

	width = n;
	for (int i = 0; i < n; i++)
		c[(size_t)i] = i * 7919 % 13;
	for (long i = 0; i < calls; i++)
		steps(a.data(), b.data(), c.data(), 8);
	return hash(a.data(), a.size() * sizeof(int));
}

const struct {
	const char *name;
	unsigned (*run)(int n, long calls);
	int sizes[5];
} kernels[] = {
    {"shift", do_shift, {1, 4, 64, 1024, 16384}},
    {"brighten", do_brighten, {1, 4, 16, 128, 512}},
    {"relax", do_relax, {3, 6, 16, 128, 512}},
    {"steps", do_steps, {4, 16, 60, 1000, 16000}},
};

// Of one call.
int work(unsigned (*run)(int n, long calls), int n)
{
	return run == do_shift ? n : run == do_steps ? 8 * n : n * n;
}
} // namespace

int main(int argc, char **argv)
{
	for (const auto &k : kernels) {
		if (argc == 4 && !strcmp(argv[1], k.name))
			printf("%x\n", k.run(atoi(argv[2]), atol(argv[3])));
		for (int n : k.sizes)
			if (argc < 4)
				printf("%s %d %ld\n", k.name, n,
				       100000000L / (30 + work(k.run, n)));
	}
	return 0;
}
