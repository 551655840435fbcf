// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Loops of many shapes; prints what they compute. Argument: size.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define NI __attribute__((noinline))
NI int multi_exit(int *a, int n, int m)
{
	int i;
	for (i = 0; i < n; i++) {
		if (i == m)
			break;
		a[i] = a[i] * 3 + 1;
	}
	return i;
}
NI long liveouts(const int *a, int n, long *p, double *q)
{
	long s = 0;
	int mx = -1000000;
	unsigned x = 0;
	int i;
	for (i = 0; i < n; i++) {
		s += a[i];
		mx = a[i] > mx ? a[i] : mx;
		x |= a[i];
	}
	*p = mx;
	*q = x;
	return s + i;
}
NI void local_array(double *a, int n)
{
	for (int i = 0; i < n; i++) {
		double t[16];
		for (int j = 0; j < 16; j++)
			t[j] = a[i * 16 + j] * 2;
		double u = t[i & 15];
		for (int j = 0; j < 16; j++)
			a[i * 16 + j] = t[15 - j] + u;
	}
}
NI void byrow(int n, double **a, double **b)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			a[i][j] = a[i][j] * b[j][i] + 1;
}
struct S {
	int a;
	double b;
	char c[3];
};
NI double structs(struct S *s, int n)
{
	double t = 0;
	for (int i = 0; i < n; i++) {
		s[i].a += i;
		s[i].b *= 1.5;
		s[i].c[1] ^= 3;
	}
	for (int i = 0; i < n; i++)
		t += s[i].b + s[i].a + s[i].c[1];
	return t;
}
NI void strided(float *a, long n, long st)
{
	for (long i = 0; i < n; i++)
		a[i * st] = a[i * st] * 2.5f + (float)i;
}
NI void down(int *a, int n)
{
	for (int i = n - 1; i >= 0; i--)
		a[i] = a[i] * 5 - i;
}
NI void u8(unsigned char *a, unsigned char n)
{
	for (unsigned char i = 0; i < n; i++)
		a[i] = a[i] * 5 + i;
}
NI int64_t i128(const int64_t *a, int n)
{
	__int128 s = 0;
	for (int i = 0; i < n; i++)
		s += (__int128)a[i] * a[i];
	return (int64_t)(s >> 3);
}
NI void calls(double *a, int n)
{
	for (int i = 0; i < n; i++) {
		for (int j = 0; j < n; j++)
			a[i * n + j] = a[i * n + j] * 0.5 + j;
		if (i % 50 == 49)
			printf("row %d\n", i);
	}
}
NI void sqrts(double *a, float *f, int n)
{
	for (int i = 0; i < n; i++) {
		a[i] = __builtin_sqrt(a[i] * a[i] + 1.0) / (a[i] + 2.0);
		f[i] = f[i] / 3.0f - (float)a[i];
	}
}
NI void ld(long double *a, int n)
{
	for (int i = 0; i < n; i++)
		a[i] = a[i] * 2 + 1;
}
NI void shifts(uint32_t *a, const uint32_t *b, int n)
{
	for (int i = 0; i < n; i++)
		a[i] =
		    (a[i] << (b[i] & 31)) | (a[i] >> (32 - (b[i] & 31) & 31));
}
NI void f2i(int *a, const double *b, int n)
{
	for (int i = 0; i < n; i++)
		a[i] = (int)(b[i] * 10.0) + (int)(float)b[i];
}
NI double red2(const float *a, int n, int m)
{
	double best = 0;
	for (int i = 0; i < n; i++) {
		int c = 0;
		for (int j = 0; j < m; j++)
			c += a[i * m + j] > 1.5f;
		if (c > best)
			best = c;
	}
	return best;
}
struct big {
	double v[4];
};
__attribute__((annotate("psr"))) NI struct big fsite(struct big in, int n,
						     const double *a)
{
	for (int i = 0; i < n; i++)
		for (int k = 0; k < 4; k++)
			in.v[k] += a[i] * k;
	return in;
}
__attribute__((annotate("psr"))) NI int rec(int n, int *a)
{
	if (n <= 0)
		return 0;
	int t[8];
	for (int i = 0; i < 8; i++)
		t[i] = a[i] + n;
	for (int i = 0; i < 8; i++)
		a[i] = t[7 - i] ^ n;
	return rec(n - 1, a) + t[3];
}
static NI int counter(int n, int *a)
{
	static int calls;
	calls++;
	for (int i = 0; i < n; i++)
		a[i] += calls * i;
	return calls;
}
int main(int c, char **v)
{
	int n = c > 1 ? atoi(v[1]) : 300;
	int N = n < 1 ? 1 : n;
	int *a = malloc(N * 4 * 4);
	for (int i = 0; i < 4 * N; i++)
		a[i] = i * 37 % 101 - 50;
	long p;
	double q;
	printf("%d ", multi_exit(a, n, n / 2));
	printf("%d ", multi_exit(a, n, n * 2));
	printf("%ld ", liveouts(a, n, &p, &q));
	printf("%ld %.17g\n", p, q);
	double *d = malloc(N * 16 * 8);
	for (int i = 0; i < N * 16; i++)
		d[i] = 1.0 / (i + 1);
	local_array(d, n);
	double s = 0;
	for (int i = 0; i < N * 16; i++)
		s += d[i] * i;
	printf("%.17g\n", s);
	int R = N < 40 ? N : 40;
	double **r = malloc(8 * R), **r2 = malloc(8 * R);
	for (int i = 0; i < R; i++) {
		r[i] = d + i * R % N;
		r2[i] = d + i * 8;
	}
	byrow(n < R ? n : R, r, r2);
	s = 0;
	for (int i = 0; i < N * 16; i++)
		s += d[i] * i;
	printf("%.17g\n", s);
	struct S *ss = calloc(N, sizeof *ss);
	for (int i = 0; i < N; i++)
		ss[i].b = i;
	printf("%.17g\n", structs(ss, n));
	float *f = calloc(N * 4, 4);
	strided(f, n, 3);
	strided(f, n, 1);
	strided(f + N, n / 2, -1);
	s = 0;
	for (int i = 0; i < 4 * N; i++)
		s += f[i];
	printf("%.17g\n", s);
	down(a, n);
	unsigned char *u = calloc(256, 1);
	u8(u, (unsigned char)n);
	u8(u, 255);
	long t = 0;
	for (int i = 0; i < N; i++)
		t += a[i] * (long)i;
	for (int i = 0; i < 256; i++)
		t += u[i] * i;
	printf("%ld\n", t);
	int64_t *l = malloc(N * 8);
	for (int i = 0; i < N; i++)
		l[i] = i * 1234567891LL;
	printf("%ld\n", i128(l, n));
	double *e = calloc(R * R, 8);
	calls(e, n < R ? n : R);
	sqrts(d, f, n);
	s = 0;
	for (int i = 0; i < N; i++)
		s += d[i] + f[i];
	printf("%.17g\n", s);
	long double *x = calloc(N, 16);
	ld(x, n);
	printf("%Lg\n", x[N / 2]);
	shifts((uint32_t *)a, (uint32_t *)a + N, n);
	t = 0;
	for (int i = 0; i < N; i++)
		t += a[i];
	printf("%ld\n", t);
	f2i(a, d, n);
	t = 0;
	for (int i = 0; i < N; i++)
		t += a[i];
	printf("%ld\n", t);
	printf("%g\n", red2(f, R < n ? R : n, 3));
	struct big b = {{1, 2, 3, 4}};
	b = fsite(b, n, d);
	printf("%.17g %.17g\n", b.v[1], b.v[3]);
	int aa[8] = {1, 2, 3, 4, 5, 6, 7, 8};
	printf("%d %d\n", rec(n % 50, aa), aa[3]);
	for (int i = 0; i < 5; i++)
		t = counter(n, a);
	for (int i = 0; i < N; i++)
		t += a[i];
	printf("%ld\n", t);
}
