// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Whether a nest has too little work to be dispatched is asked once in front of
// the loop around it, where the answer is the same in all its rounds, and a copy
// of that loop runs as clang has it.
// RUN: %clang -O1 -S -emit-llvm -fplugin=%plugin -mllvm -psr-recipes=v3-w256 %s -o - | %FileCheck %s

extern void work(void);

// The copy first, which dispatches nothing, then the loop with the site.
// CHECK-LABEL: define{{.*}} @same(
// CHECK: icmp ugt i64 %{{.*}}, [[#MIN:]]
// CHECK-COUNT-2: fmul double
// CHECK-NOT: fmul double
// CHECK-LABEL: define{{.*}} @varies.psr.plain(
// CHECK-LABEL: define{{.*}} @varies(
void same(double *x, unsigned long n, unsigned long half)
{
	for (unsigned long i = 0; i < n; i += 2 * half)
		for (unsigned long k = 0; k < half; k++)
			x[i + k] *= 3;
}

// CHECK-COUNT-1: fmul double
// CHECK-NOT: fmul double
// CHECK-LABEL: define{{.*}} @large.psr.plain(
// CHECK-LABEL: define{{.*}} @large(
void varies(double *x, unsigned long n)
{
	for (unsigned long half = 1; half < n; half *= 2)
		for (unsigned long k = 0; k < half; k++)
			x[half + k] *= 3;
}

// More than 96 instructions around it are not copied.
// CHECK-COUNT-1: fmul double
// CHECK-NOT: fmul double
// CHECK-LABEL: define{{.*}} @two.psr.plain(
// CHECK-LABEL: define{{.*}} @two(
#define TEN(x) x x x x x x x x x x
void large(double *x, unsigned long n, unsigned long half)
{
	for (unsigned long i = 0; i < n; i += 2 * half) {
		for (unsigned long k = 0; k < half; k++)
			x[i + k] *= 3;
		TEN(TEN(work();))
	}
}

// Nor are loops with two sites.
// CHECK-COUNT-1: fmul double
// CHECK-NOT: fmul double
// CHECK-LABEL: define{{.*}} @once.psr.plain(
// CHECK-LABEL: define{{.*}} @once(
void two(double *x, float *y, unsigned long n, unsigned long half)
{
	for (unsigned long i = 0; i < n; i += 2 * half) {
		for (unsigned long k = 0; k < half; k++)
			x[i + k] *= 3;
		work();
		for (unsigned long k = 0; k < half; k++)
			y[i + k] += 3;
	}
}

// Nor those whose nest always has enough.
// CHECK-COUNT-1: fmul double
// CHECK-NOT: fmul double
// CHECK: {{^}$}}
void once(double *x, unsigned long n)
{
	for (unsigned long i = 0; i < n; i += 4096) {
		for (unsigned long k = 0; k < 4096; k++)
			x[i + k] *= 3;
		work();
	}
}
