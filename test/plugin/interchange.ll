; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; The inner loop outside, for blocks of 256 of the outer one, whose sums are
; kept in an array meanwhile; four rounds of it at once.
; RUN: rm -f %t.json
; RUN: %opt -load-pass-plugin=%plugin -passes=psr,verify -psr-recipes=interchange-v3-w256,unroll4-v3-w256 \
; RUN:     -psr-remarks=%t.json -S %s | %FileCheck %s
; RUN: %FileCheck --check-prefix=REMARK %s < %t.json

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-pc-linux-gnu"

declare double @llvm.fmuladd.f64(double, double, double)

define void @product(i64 noundef %0, ptr noundef readonly captures(none) %1, ptr noundef readonly captures(none) %2, ptr noundef writeonly captures(none) %3) local_unnamed_addr {
  %5 = icmp sgt i64 %0, 0
  br i1 %5, label %6, label %12

6:                                                ; preds = %4, %16
  %7 = phi i64 [ %17, %16 ], [ 0, %4 ]
  %8 = mul nuw nsw i64 %7, %0
  %9 = getelementptr double, ptr %1, i64 %8
  %10 = mul nuw nsw i64 %7, %0
  %11 = getelementptr double, ptr %3, i64 %10
  br label %13

12:                                               ; preds = %16, %4
  ret void

13:                                               ; preds = %6, %19
  %14 = phi i64 [ 0, %6 ], [ %21, %19 ]
  %15 = getelementptr double, ptr %2, i64 %14
  br label %23

16:                                               ; preds = %19
  %17 = add nuw nsw i64 %7, 1
  %18 = icmp eq i64 %17, %0
  br i1 %18, label %12, label %6

19:                                               ; preds = %23
  %20 = getelementptr double, ptr %11, i64 %14
  store double %31, ptr %20, align 8
  %21 = add nuw nsw i64 %14, 1
  %22 = icmp eq i64 %21, %0
  br i1 %22, label %16, label %13

23:                                               ; preds = %13, %23
  %24 = phi i64 [ 0, %13 ], [ %32, %23 ]
  %25 = phi double [ 0.000000e+00, %13 ], [ %31, %23 ]
  %26 = getelementptr double, ptr %9, i64 %24
  %27 = load double, ptr %26, align 8
  %28 = mul nuw nsw i64 %24, %0
  %29 = getelementptr double, ptr %15, i64 %28
  %30 = load double, ptr %29, align 8
  %31 = tail call double @llvm.fmuladd.f64(double %27, double %30, double %25)
  %32 = add nuw nsw i64 %24, 1
  %33 = icmp eq i64 %32, %0
  br i1 %33, label %19, label %23
}

; The sum is carried by both loops.
define double @total(i64 noundef %0, ptr noundef readonly captures(none) %1) local_unnamed_addr {
  %3 = icmp sgt i64 %0, 0
  br i1 %3, label %4, label %8

4:                                                ; preds = %2, %10
  %5 = phi i64 [ %11, %10 ], [ 0, %2 ]
  %6 = phi double [ %19, %10 ], [ 0.000000e+00, %2 ]
  %7 = getelementptr double, ptr %1, i64 %5
  br label %13

8:                                                ; preds = %10, %2
  %9 = phi double [ 0.000000e+00, %2 ], [ %19, %10 ]
  ret double %9

10:                                               ; preds = %13
  %11 = add nuw nsw i64 %5, 1
  %12 = icmp eq i64 %11, %0
  br i1 %12, label %8, label %4

13:                                               ; preds = %4, %13
  %14 = phi i64 [ %20, %13 ], [ 0, %4 ]
  %15 = phi double [ %19, %13 ], [ %6, %4 ]
  %16 = mul nuw nsw i64 %14, %0
  %17 = getelementptr double, ptr %7, i64 %16
  %18 = load double, ptr %17, align 8
  %19 = fadd double %15, %18
  %20 = add nuw nsw i64 %14, 1
  %21 = icmp eq i64 %20, %0
  br i1 %21, label %10, label %13
}

; CHECK-LABEL: define internal preserve_mostcc i1 @product.psr0(
; CHECK: %psr.sums = alloca [256 x double], align 64
; CHECK: ret i1 false
; CHECK: psr.block:
; CHECK: psr.width = select
; CHECK: psr.start:
; CHECK: store double 0.000000e+00, ptr %psr.sum
; CHECK: psr.round:
; CHECK: psr.body:
; CHECK: load double, ptr %psr.sum
; CHECK-COUNT-4: fmul double
; CHECK: store double {{.*}}, ptr %psr.sum
; CHECK: psr.body
; CHECK-COUNT-1: fmul double
; CHECK: psr.finish:
; CHECK-NOT: fmul double
; CHECK: ret i1 true
; REMARK: "function": "product"{{.*}}"name": "interchange-v3-w256", "status": "made"
; REMARK: "function": "total"{{.*}}"name": "interchange-v3-w256", "status": "skipped", "reason": {"id": "no-pair"
