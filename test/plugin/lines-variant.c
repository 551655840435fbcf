// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A variant's short loop begins a line of the cache: where it lies would be
// chance, and across lines it may take twice the time. Not what is left over of a
// loop of vectors, nor loops of the original.
// RUN: %clang -O2 -S -fplugin=%plugin -mllvm -psr-recipes=v3-w256-i1 %s -o %t.s
// RUN: sed -n '/^add\.psr0:/,/^\.Lfunc_end/p' %t.s | %FileCheck %s
// RUN: sed -n '/^add:/,/^\.Lfunc_end/p' %t.s | not grep 'p2align.*6'

void add(float *restrict a, const float *restrict b, long n)
{
	for (long i = 0; i < n; i++)
		a[i] += b[i] * 3;
}
// CHECK: .p2align 6
// CHECK-NOT: .p2align 6
// CHECK: ymm
// CHECK-NOT: .p2align 6
