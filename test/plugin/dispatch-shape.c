// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The code in front of a nest is what psr/site.h says.
// RUN: %clang -O2 -S -emit-llvm -fplugin=%plugin %s -o - | %FileCheck %s

void axpy(int n, double a, const double *restrict x, double *restrict y)
{
	for (int i = 0; i < n; i++)
		y[i] += a * x[i];
}

// Hidden by the assembler only, or else it would be local-exec outside PIC.
// CHECK: module asm ".hidden __psr_tick"
// CHECK: @axpy.psr.table = internal externally_initialized global [64 x i32] zeroinitializer
// CHECK: @axpy.psr.site = internal constant {{.*}}, section "psr_sites"
// CHECK: @__psr_tick = weak thread_local(initialexec) global i64 0
// CHECK-LABEL: define dso_local void @axpy(
// CHECK: [[MOST:%.*]] = load atomic i32, ptr {{.*}}@axpy.psr.table{{.*}} monotonic
// CHECK: icmp u{{gt|le}} i32 %0, [[MOST]]
// CHECK: [[TLS:%.*]] = tail call {{.*}}@llvm.threadlocal.address.p0(ptr @__psr_tick)
// CHECK: load i64, ptr [[TLS]]
// CHECK: [[LEFT:%.*]] = sub i64
// CHECK: store i64 [[LEFT]], ptr [[TLS]]
// CHECK: icmp slt i64 [[LEFT]], 0
// CHECK: icmp eq ptr @__psr_enter_at, null
// CHECK: store atomic i32 -1, ptr {{.*}}@axpy.psr.table
// CHECK: call preserve_mostcc { i64, i64 } @__psr_enter_at(ptr {{.*}}@axpy.psr.site, i64
// CHECK: call {{.*}}@llvm.ctlz.i64
// CHECK: load atomic i32, ptr {{.*}} monotonic
// CHECK: @__psr_leave(ptr {{.*}}@axpy.psr.site, i64
// CHECK: declare extern_weak preserve_mostcc { i64, i64 } @__psr_enter_at(ptr, i64, ptr)
// CHECK: declare extern_weak preserve_mostcc void @__psr_leave(ptr, i64, i64, i64)
