// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where the inner loop runs less long the further the outer one is, what both
// reach together is the square's 80000 bytes, not twice that.
// RUN: %clang -O2 -S -emit-llvm -fplugin=%plugin -mllvm -psr-recipes=noalias-v3-w256 %s -o - | %FileCheck %s

void upper(double *a, const double *b)
{
	for (long i = 0; i < 100; i++)
		for (long j = i; j < 100; j++)
			a[i * 100 + j] += 3 * b[j];
}

// CHECK-LABEL: define internal {{.*}}i1 @upper.psr0(
// CHECK: add i64 %{{[0-9]+}}, 800{{$}}
// CHECK: add i64 %{{[0-9]+}}, 80000{{$}}
// CHECK: br i1
