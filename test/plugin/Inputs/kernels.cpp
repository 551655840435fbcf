// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Loops in templates, over containers, with exceptions. Argument: size.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <stdexcept>
#include <vector>
#define NI __attribute__((noinline))
template <class T> NI T sum(const std::vector<T> &v)
{
	T s = 0;
	for (auto x : v)
		s += x;
	return s;
}
template <class T> NI void scale(std::vector<T> &v, T k)
{
	for (auto &x : v)
		x = T(x * k + T(1));
}
struct P {
	float x, y, z, m;
};
NI void step(P *p, int n, float dt)
{
	for (int i = 0; i < n; i++) {
		p[i].x += p[i].m * dt;
		p[i].y -= p[i].z * dt;
		p[i].z = p[i].x * p[i].y;
	}
}
NI void gemm(int n, int m, int k, const double *__restrict a,
	     const double *__restrict b, double *__restrict c)
{
	for (int i = 0; i < n; i++)
		for (int l = 0; l < k; l++)
			for (int j = 0; j < m; j++)
				c[i * m + j] += a[i * k + l] * b[l * m + j];
}
NI void tri(int n, double *a)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < i; j++)
			a[i * n + j] = a[i * n + j] * 2.0 + a[j] * 0.5;
}
NI void stencil(int n, const double *__restrict a, double *__restrict b)
{
	for (int i = 1; i < n - 1; i++)
		for (int j = 1; j < n - 1; j++)
			b[i * n + j] =
			    0.25 * (a[(i - 1) * n + j] + a[(i + 1) * n + j] +
				    a[i * n + j - 1] + a[i * n + j + 1]) -
			    a[i * n + j] * 1.5;
}
NI int minmax(const int *a, int n, int *mx)
{
	int lo = a[0], hi = a[0];
	for (int i = 1; i < n; i++) {
		lo = a[i] < lo ? a[i] : lo;
		hi = a[i] > hi ? a[i] : hi;
	}
	*mx = hi;
	return lo;
}
NI uint8_t conv(const uint8_t *in, uint8_t *out, int w, int h)
{
	for (int y = 1; y < h - 1; y++)
		for (int x = 1; x < w - 1; x++) {
			int s = 0;
			for (int dy = -1; dy <= 1; dy++)
				for (int dx = -1; dx <= 1; dx++)
					s += in[(y + dy) * w + x + dx];
			out[y * w + x] = (uint8_t)(s / 9);
		}
	return out[w + 1];
}
NI long hist(const uint32_t *a, long n)
{
	long s = 0;
	uint32_t x = 0;
	for (long i = 0; i < n; i++) {
		x ^= a[i];
		s += a[i] & 0xff;
	}
	return s * 3 + x;
}
NI void steps(double *a, double *b, int n, int t)
{
	for (int k = 0; k < t; k++) {
		for (int i = 1; i < n - 1; i++)
			b[i] = (a[i - 1] + a[i] + a[i + 1]) * 0.333;
		for (int i = 1; i < n - 1; i++)
			a[i] = b[i];
	}
}
NI float dotf(const float *a, const float *b, int n)
{
	float s = 0;
	for (int i = 0; i < n; i++)
		s += a[i] * b[i];
	return s;
}
NI int cond(int *a, const int *b, int n)
{
	int c = 0;
	for (int i = 0; i < n; i++) {
		if (b[i] > 3) {
			a[i] += b[i];
			c++;
		} else
			a[i] -= 1;
	}
	return c;
}
NI void thrower(std::vector<int> &v, int n)
{
	for (int i = 0; i < n; i++) {
		for (int j = 0; j < 100; j++)
			v[j] += j * i;
		if (i == 1000)
			throw std::runtime_error("x");
	}
}
NI uint64_t mixed(const int8_t *a, const int16_t *b, uint64_t *c, int n)
{
	uint64_t s = 0;
	for (int i = 0; i < n; i++) {
		c[i] = (uint64_t)(a[i] * b[i]) + c[i] * 3;
		s += c[i] >> 7;
	}
	return s;
}
NI double whiletol(double *a, double *b, int n)
{
	double err = 1;
	int it = 0;
	while (err > 1e-3 && it < 500) {
		err = 0;
		for (int i = 1; i < n - 1; i++)
			b[i] = (a[i - 1] + a[i + 1]) * 0.5;
		for (int i = 1; i < n - 1; i++) {
			double d = b[i] - a[i];
			err += d * d;
			a[i] = b[i];
		}
		it++;
	}
	return err + it;
}
__attribute__((annotate("psr"))) NI int annot(int *a, int n, int k)
{
	if (n < 0)
		return -1;
	for (int i = 0; i < n; i++)
		a[i] = a[i] * k + (a[i] >> 3);
	int s = 0;
	for (int i = 0; i < n; i++)
		s ^= a[i];
	return s;
}
int main(int c, char **v)
{
	int n = c > 1 ? atoi(v[1]) : 200;
	std::vector<int> vi(n > 0 ? n : 1);
	std::vector<double> vd(n > 0 ? n : 1);
	std::vector<float> vf(n > 0 ? n : 1);
	for (size_t i = 0; i < vi.size(); i++) {
		vi[i] = int(i * 2654435761u >> 7) % 1000 - 500;
		vd[i] = 1.0 / (i + 3);
		vf[i] = float(i) * .37f;
	}
	scale(vi, 3);
	scale(vd, 1.7);
	scale(vf, .3f);
	printf("%d %.17g %.9g\n", sum(vi), sum(vd), sum(vf));
	int N = n > 0 ? n : 1;
	std::vector<P> p(N);
	for (int i = 0; i < N; i++)
		p[i] = {float(i), 1.f / (i + 1), float(i % 7), 0.5f};
	for (int r = 0; r < 3; r++)
		step(p.data(), n, .01f);
	double ps = 0;
	for (auto &q : p)
		ps += q.x + q.y * 3 + q.z * 7;
	printf("%.17g\n", ps);
	int g = std::min(N, 64);
	std::vector<double> A(g * g), B(g * g), C(g * g);
	for (int i = 0; i < g * g; i++) {
		A[i] = i * .01;
		B[i] = 1. / (i + 1);
	}
	gemm(g, g, g, A.data(), B.data(), C.data());
	tri(g, C.data());
	stencil(g, C.data(), A.data());
	steps(A.data(), B.data(), g * g, 5);
	printf("%.17g %.17g\n", std::accumulate(A.begin(), A.end(), 0.),
	       std::accumulate(C.begin(), C.end(), 0.));
	int hi = 0;
	int lo = minmax(vi.data(), vi.size(), &hi);
	printf("%d %d\n", lo, hi);
	std::vector<uint8_t> im(N * 20), om(N * 20);
	for (size_t i = 0; i < im.size(); i++)
		im[i] = i * 7;
	printf("%d\n", conv(im.data(), om.data(), N, 20) +
			   std::accumulate(om.begin(), om.end(), 0));
	std::vector<uint32_t> u(N);
	for (int i = 0; i < N; i++)
		u[i] = i * 2654435761u;
	printf("%ld\n", hist(u.data(), N));
	printf("%.9g\n", dotf(vf.data(), vf.data(), vf.size()));
	std::vector<int> w(vi);
	printf("%d %d\n", cond(w.data(), vi.data(), n),
	       std::accumulate(w.begin(), w.end(), 0));
	std::vector<int> t(100);
	try {
		thrower(t, 2000);
	} catch (std::exception &e) {
		printf("%s %d\n", e.what(),
		       std::accumulate(t.begin(), t.end(), 0));
	}
	std::vector<int8_t> i8(N);
	std::vector<int16_t> i16(N);
	std::vector<uint64_t> u64(N);
	for (int i = 0; i < N; i++) {
		i8[i] = i;
		i16[i] = i * 300;
		u64[i] = i * 77;
	}
	printf("%lu\n", mixed(i8.data(), i16.data(), u64.data(), n));
	std::vector<double> e1(N), e2(N);
	for (int i = 0; i < N; i++)
		e1[i] = e2[i] = i % 13;
	printf("%.17g\n", whiletol(e1.data(), e2.data(), N));
	printf("%d %d\n", annot(vi.data(), n, 7), annot(vi.data(), -3, 1));
}
