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

void *malloc(unsigned long);
void use(void *, void *, void *);

// Objects lie apart, whoever else knows them, if the nest follows none of what
// it finds in memory: a gather by indices has nothing else to be vectorised by.
void objects(int n)
{
	double *x = malloc(8 * (unsigned)n), *y = malloc(8 * (unsigned)n);
	int *at = malloc(4 * (unsigned)n);

	use(x, y, at);
	for (int i = 0; i < n; i++)
		y[i] += 3.0 * x[at[i]];
	use(x, y, at);
}
// CHECK: define internal preserve_mostcc i1 @objects.psr0(
// CHECK-SAME: noalias{{.*}}noalias{{.*}}noalias

// It may find one of them there.
void found(int n)
{
	double *y = malloc(8 * (unsigned)n);
	double **x = malloc(8 * (unsigned)n);

	use(x, y, 0);
	for (int k = 0; k < n; k++)
		for (int i = 0; i < n; i++)
			y[i] += 3.0 * x[k][i];
	use(x, y, 0);
}
// CHECK: define internal preserve_mostcc i1 @found.psr0(
// CHECK-NOT: noalias
// CHECK-SAME: {
