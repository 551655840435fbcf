// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What each recipe sets: features, width, tuning and hints of the loop.
// RUN: %clang -O1 -S -emit-llvm %s -o %t.ll
// RUN: for r in scalar v2-w128 v2-w128-i4 v3-w128 v3-w256 v3-w256-i1 \
// RUN:     v3-w256-i4 v3-w256-i8 v4-w256 v4-w256-i4 v4-w512 v4-w512-i1 \
// RUN:     v4-w512-i2 v4-w512-i4 tune-haswell tune-znver3 tune-znver4 \
// RUN:     tune-sapphirerapids; do echo "== $r"; %opt \
// RUN:     -load-pass-plugin=%plugin -passes=psr,verify -psr-recipes=$r -S \
// RUN:     %t.ll | grep -E "^define internal|^attributes|@axpy.psr.variants =|psr.name = |loop.(inter|vec)"; \
// RUN:   done > %t.out
// RUN: %FileCheck %s < %t.out

void axpy(int n, double a, const double *restrict x, double *restrict y)
{
	for (int i = 0; i < n; i++)
		y[i] += a * x[i];
}

// CHECK: == scalar
// CHECK: @axpy.psr.variants = {{.*}} i32 0, i32 0 }]
// CHECK: psr.name = {{.*}}c"scalar\00"
// CHECK: define internal preserve_mostcc i1 @axpy.psr0({{.*}} #[[A:[0-9]+]]
// CHECK: attributes #[[A]] = {
// CHECK-NOT: +avx
// CHECK: !"llvm.loop.vectorize.enable", i32 0}
// CHECK: == v2-w128
// CHECK: @axpy.psr.variants = {{.*}} i32 1, i32 0 }]
// CHECK: define internal preserve_mostcc i1 @axpy.psr0({{.*}} #[[A:[0-9]+]]
// CHECK: attributes #[[A]] = { {{.*}}"prefer-vector-width"="128"{{.*}}"target-features"="{{[^"]*}},+cx16,+sahf,+popcnt,+sse3,+sse4.1,+sse4.2,+ssse3"
// CHECK: == v2-w128-i4
// CHECK: !"llvm.loop.interleave.count", i32 4}
// CHECK: == v3-w128
// CHECK: @axpy.psr.variants = {{.*}} i32 3, i32 0 }]
// CHECK: attributes #{{.*}}"prefer-vector-width"="128"{{.*}}+avx2,{{[^"]*}}+fma
// CHECK: == v3-w256
// CHECK: define internal preserve_mostcc i1 @axpy.psr0({{.*}} #[[A:[0-9]+]]
// CHECK: attributes #[[A]] = { {{.*}}"prefer-vector-width"="256"{{.*}}"target-features"="{{[^"]*}}+ssse3,+avx,+avx2,+bmi,+bmi2,+f16c,+fma,+lzcnt,+movbe,+xsave"
// CHECK: == v3-w256-i1
// CHECK: !"llvm.loop.interleave.count", i32 1}
// CHECK: == v3-w256-i4
// CHECK: !"llvm.loop.interleave.count", i32 4}
// CHECK: == v3-w256-i8
// CHECK: !"llvm.loop.interleave.count", i32 8}
// CHECK: == v4-w256
// CHECK: @axpy.psr.variants = {{.*}} i32 7, i32 0 }]
// CHECK: attributes #{{.*}}"prefer-vector-width"="256"{{.*}}+xsave,+avx512f,+avx512bw,+avx512cd,+avx512dq,+avx512vl"
// CHECK: == v4-w256-i4
// CHECK: !"llvm.loop.interleave.count", i32 4}
// CHECK: == v4-w512
// CHECK: attributes #{{.*}}"prefer-vector-width"="512"{{.*}}+avx512vl"
// CHECK: == v4-w512-i1
// CHECK: !"llvm.loop.interleave.count", i32 1}
// CHECK: == v4-w512-i2
// CHECK: !"llvm.loop.interleave.count", i32 2}
// CHECK: == v4-w512-i4
// CHECK: !"llvm.loop.interleave.count", i32 4}
// CHECK: == tune-haswell
// CHECK: attributes #{{.*}}"tune-cpu"="haswell"
// CHECK: == tune-znver3
// CHECK: attributes #{{.*}}"tune-cpu"="znver3"
// CHECK: == tune-znver4
// CHECK: attributes #{{.*}}"prefer-vector-width"="512"{{.*}}"tune-cpu"="znver4"
// CHECK: == tune-sapphirerapids
// CHECK: attributes #{{.*}}"tune-cpu"="sapphirerapids"
