// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Variants that came out alike are one function: here interleaving by 1 is what
// LLVM does anyway, for a loop of so many memory accesses.
// RUN: %clang -O2 -S -emit-llvm -fplugin=%plugin -mllvm -psr-min-work=1 -mllvm -psr-budget=9 -mllvm -psr-recipes=v3-w256,v3-w256-i1,v3-w128 %s -o %t.ll
// RUN: %FileCheck %s < %t.ll
// CHECK: @steps.psr.variants = internal constant [3 x
// CHECK-COUNT-2: define internal {{.*}}i1 @steps.psr{{[0-9]+}}(
// CHECK-NOT: define internal {{.*}}i1 @steps.psr{{[0-9]+}}(

void steps(int n, float *restrict x, const float *restrict a,
	   const float *restrict b, const float *restrict c,
	   const float *restrict d)
{
	for (int i = 0; i < n; i++)
		x[i] = (a[i] * b[i + 3] + c[i]) / (d[i] + a[i + 5]) +
		       (b[i] * c[i + 1] + d[i + 2]) / (c[i + 7] + b[i + 1]);
}
