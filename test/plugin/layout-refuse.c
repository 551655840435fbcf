// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What must not be packed, or is not worth it, is left alone, with the reason.
// RUN: rm -f %t.json %t.asan
// RUN: %clang -O2 -c -fplugin=%plugin -mllvm -psr-budget=1000 -mllvm -psr-remarks=%t.json %s -o %t.o
// RUN: %FileCheck %s < %t.json
// RUN: %clang -O2 -c -fsanitize=thread -fplugin=%plugin -mllvm -psr-budget=1000 -mllvm -psr-remarks=%t.asan %s -o %t.o
// RUN: %FileCheck --check-prefix=WATCHED %s < %t.asan
// WATCHED: "function": "once"{{.*}}{"name": "layout", "status": "skipped", "reason": {"id": "sanitizer"

struct body {
	double x, y, z, m, vx, vy, vz, unused;
};

// CHECK: "function": "once"{{.*}}{"name": "layout", "status": "skipped", "reason": {"id": "no-reuse"
void once(int n, const struct body *p, double *restrict out)
{
	for (int i = 0; i < n; i++)
		out[i] = p[i].m * 2;
}

// CHECK: "function": "unit"{{.*}}{"name": "layout", "status": "skipped", "reason": {"id": "no-reuse"
void unit(int rounds, int n, const double *p, double *restrict out)
{
	for (int r = 0; r < rounds; r++)
		for (int i = 0; i < n; i++)
			out[i] += p[i];
}

// CHECK: "function": "all_fields"{{.*}}{"name": "layout", "status": "skipped", "reason": {"id": "dense"
void all_fields(int rounds, int n, const float *p, float *restrict out)
{
	for (int r = 0; r < rounds; r++)
		for (int i = 0; i < n; i++)
			out[i] += p[3 * i] * p[3 * i + 1] + p[3 * i + 2];
}

// Some elements are never read: they may not be there.
// CHECK: "function": "sometimes"{{.*}}{"name": "layout", "status": "skipped", "reason": {"id": "no-reuse"
long sometimes(int rounds, int n, const struct body *p, const int *want)
{
	long s = 0;

	for (int r = 0; r < rounds; r++)
		for (int i = 0; i < n; i++)
			if (want[i])
				s += p[i].m > 1;
	return s;
}

// Some elements are not written, and may be another thread's, or constant.
// CHECK: "function": "written"{{.*}}{"name": "layout", "status": "skipped", "reason": {"id": "meets"
void written(int rounds, int n, struct body *p)
{
	for (int r = 0; r < rounds; r++)
		for (int i = 0; i < n; i++)
			if (p[i].m > r)
				p[i].m = p[i].m * 0.5;
}

// Whether two elements of the columns are the same is not known.
// CHECK: "function": "columns"{{.*}}{"name": "layout", "status": "skipped", "reason": {"id": "meets"
void columns(int rounds, long n, long m, double *restrict p)
{
	for (int r = 0; r < rounds; r++)
		for (long j = 0; j < n; j++)
			for (long i = 0; i < n; i++)
				p[i * m + j] = p[i * m + j] * r;
}

// Nothing can be vectorised, nor packed: the rounds are no site.
// CHECK: "function": "scattered", "line": 0, "kind": "loop", "site": null, "status": "skipped", "reason": {"id": "driver"
void scattered(int rounds, int n, struct body *p, const short *at)
{
	for (int r = 0; r < rounds; r++)
		for (int i = 0; i < n; i++)
			p[at[i]].m = p[i].m * 0.5;
}

// CHECK: "function": "calling"{{.*}}{"name": "layout", "status": "skipped", "reason": {"id": "calls"
__attribute__((const, noinline)) int plain(int x)
{
	return x * x % 7;
}
void calling(int rounds, int n, const struct body *p, const double *x,
	     double *restrict out)
{
	for (int r = 0; r < rounds; r++) {
		for (int i = 0; i < n; i++)
			out[i] += p[i].m + x[i];
		out[0] += plain(r);
	}
}

// The elements vary from round to round.
// CHECK: "function": "moving"{{.*}}{"name": "layout", "status": "skipped", "reason": {"id": "no-reuse"
void moving(int rounds, int n, const struct body *p, double *restrict out)
{
	for (int r = 0; r < rounds; r++)
		for (int i = 0; i < n; i++)
			out[i] += p[i + r].m;
}
