// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where loops are nested, calls of as much work are told apart by the innermost
// trip count, if that is no constant.
// RUN: %clang -O2 -S -emit-llvm -fplugin=%plugin -mllvm -psr-budget=1000 %s -o - | %FileCheck %s

// CHECK-DAG: @single.psr.table = internal {{.*}}global [64 x i32]
// CHECK-DAG: @nested.psr.table = internal {{.*}}global [1024 x i32]
// CHECK-DAG: @constant.psr.table = internal {{.*}}global [64 x i32]

// CHECK-LABEL: define {{.*}}@single(
// CHECK: call preserve_mostcc { i64, i64 } @__psr_enter_at(
void single(int *a, const int *b, long n)
{
	for (long i = 0; i < n; i++)
		a[i] += b[i] * 3;
}

// 15 for all trip counts from 32768 on; the runtime is told both in one.
// CHECK-LABEL: define {{.*}}@nested(
// CHECK: [[TRIPS:%[^ ]+]] = tail call {{.*}}i64 @llvm.umin.i64(i64 {{.*}}, i64 15)
// CHECK-NEXT: [[HIGH:%[^ ]+]] = shl {{.*}}i64 [[TRIPS]], 60
// CHECK-NEXT: [[SIZE:%[^ ]+]] = or {{.*}}i64 {{.*}}[[HIGH]]
// CHECK: call preserve_mostcc { i64, i64 } @__psr_enter_at(ptr nonnull @nested.psr.site, i64 [[SIZE]]
void nested(int *a, const int *b, long n, long m)
{
	for (long i = 0; i < n; i++)
		for (long k = 0; k < m; k++)
			a[k] += b[i] * 3;
}

void constant(int *a, const int *b, long n)
{
	for (long i = 0; i < n; i++)
		for (long k = 0; k < 200; k++)
			a[k] += b[i] * 3;
}

// Steps that only the program knows are taken for 1: such a call may be far
// shorter, and wakes nobody in front of it. Flags: 1, by trips; 2, at most.
// RUN: %clang -O2 -S -emit-llvm -fplugin=%plugin -mllvm -psr-budget=1000 %s -o - | grep 'psr.site = ' | %FileCheck --check-prefix=FLAGS %s
// FLAGS-DAG: @single.psr.site = {{.*}} i32 0, i8 {{[0-9]+}}, i8 0, i8
// FLAGS-DAG: @nested.psr.site = {{.*}} i32 0, i8 {{[0-9]+}}, i8 1, i8
// FLAGS-DAG: @divided.psr.site = {{.*}} i32 0, i8 {{[0-9]+}}, i8 3, i8
void divided(double *a, unsigned long n, unsigned long m)
{
	for (unsigned long i = 0; i < n / m; i++)
		for (unsigned long k = 0; k < m; k++)
			a[i * m + k] = a[i * m + k] * 0.5 + 1;
}
