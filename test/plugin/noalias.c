// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Variants keep what is known of aliasing, where it is still true.
// RUN: %clang -O2 -S -emit-llvm -fplugin=%plugin -mllvm -psr-recipes=v3-w256 %s -o - | %FileCheck %s

void *keep;

// restrict, one input from each: kept.
void kept(int n, const double *restrict x, double *restrict y)
{
	for (int i = 0; i < n; i++)
		y[i] += 3.0 * x[i];
}
// CHECK: define internal preserve_mostcc i1 @kept.psr0(ptr noalias noundef %{{.*}}, ptr noalias noundef

// Two inputs lead to the same object: not kept for them.
void two(long n, double *restrict y, double *restrict z)
{
	double *p = z + n / 3;

	for (long i = 0; i < n; i++) {
		y[i] = p[i] + z[i];
		p[i] = y[i];
		z[i] = 2.0;
	}
}
// CHECK: define internal preserve_mostcc i1 @two.psr0(
// CHECK-NOT: noalias{{.*}}noalias
// CHECK-SAME: {

// Captured before: the nest may meet the pointer by another way.
void captured(int n, double *restrict y, double **from)
{
	keep = y;
	__asm__ volatile("" ::: "memory");
	double *other = *from;

	for (int i = 0; i < n; i++)
		y[i] += 2.0 * other[i];
}
// CHECK: define internal preserve_mostcc i1 @captured.psr0(
// CHECK-NOT: noalias
// CHECK-SAME: {
