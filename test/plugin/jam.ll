; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; Four rows at once, their sums side by side; not where rows depend on each
; other. Unrolling is a hint.
; RUN: rm -f %t.json
; RUN: %opt -load-pass-plugin=%plugin -passes=psr,verify -psr-recipes=jam4-v3-w256,unroll4-v3-w256 \
; RUN:     -psr-remarks=%t.json -S %s | %FileCheck %s
; RUN: %FileCheck --check-prefix=REMARK %s < %t.json

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-pc-linux-gnu"

declare double @llvm.fmuladd.f64(double, double, double)

define void @rows(i32 noundef %0, ptr noundef readonly captures(none) %1, ptr noundef readonly captures(none) %2, ptr noundef writeonly captures(none) %3) local_unnamed_addr {
  %5 = icmp sgt i32 %0, 0
  br i1 %5, label %6, label %14

6:                                                ; preds = %4
  %7 = zext nneg i32 %0 to i64
  %8 = zext nneg i32 %0 to i64
  %9 = zext nneg i32 %0 to i64
  br label %10

10:                                               ; preds = %6, %15
  %11 = phi i64 [ 0, %6 ], [ %17, %15 ]
  %12 = mul nuw nsw i64 %11, %7
  %13 = getelementptr inbounds double, ptr %1, i64 %12
  br label %19

14:                                               ; preds = %15, %4
  ret void

15:                                               ; preds = %19
  %16 = getelementptr inbounds nuw double, ptr %3, i64 %11
  store double %26, ptr %16, align 8
  %17 = add nuw nsw i64 %11, 1
  %18 = icmp eq i64 %17, %8
  br i1 %18, label %14, label %10

19:                                               ; preds = %10, %19
  %20 = phi i64 [ 0, %10 ], [ %27, %19 ]
  %21 = phi double [ 0.000000e+00, %10 ], [ %26, %19 ]
  %22 = getelementptr inbounds double, ptr %13, i64 %20
  %23 = load double, ptr %22, align 8
  %24 = getelementptr inbounds nuw double, ptr %2, i64 %20
  %25 = load double, ptr %24, align 8
  %26 = tail call double @llvm.fmuladd.f64(double %23, double %25, double %21)
  %27 = add nuw nsw i64 %20, 1
  %28 = icmp eq i64 %27, %9
  br i1 %28, label %15, label %19
}

; Each element needs its left neighbour of the row before.
define void @skew(i32 noundef %0, ptr noalias noundef captures(none) %1) local_unnamed_addr {
  %3 = icmp sgt i32 %0, 1
  br i1 %3, label %4, label %16

4:                                                ; preds = %2
  %5 = zext nneg i32 %0 to i64
  %6 = zext nneg i32 %0 to i64
  %7 = zext nneg i32 %0 to i64
  %8 = zext nneg i32 %0 to i64
  br label %9

9:                                                ; preds = %4, %17
  %10 = phi i64 [ 1, %4 ], [ %18, %17 ]
  %11 = add nsw i64 %10, -1
  %12 = mul nsw i64 %11, %5
  %13 = mul nuw nsw i64 %10, %5
  %14 = getelementptr double, ptr %1, i64 %12
  %15 = getelementptr inbounds double, ptr %1, i64 %13
  br label %20

16:                                               ; preds = %17, %2
  ret void

17:                                               ; preds = %20
  %18 = add nuw nsw i64 %10, 1
  %19 = icmp eq i64 %18, %7
  br i1 %19, label %16, label %9

20:                                               ; preds = %9, %20
  %21 = phi i64 [ 1, %9 ], [ %28, %20 ]
  %22 = getelementptr double, ptr %14, i64 %21
  %23 = getelementptr i8, ptr %22, i64 -8
  %24 = load double, ptr %23, align 8
  %25 = getelementptr inbounds double, ptr %15, i64 %21
  %26 = load double, ptr %25, align 8
  %27 = tail call double @llvm.fmuladd.f64(double %24, double 5.000000e-01, double %26)
  store double %27, ptr %25, align 8
  %28 = add nuw nsw i64 %21, 1
  %29 = icmp eq i64 %28, %8
  br i1 %29, label %17, label %20
}

; CHECK-LABEL: define internal preserve_mostcc i1 @rows.psr0(
; CHECK: ret i1 false
; CHECK: phi double [ 0.000000e+00
; CHECK: phi double [ 0.000000e+00
; CHECK: phi double [ 0.000000e+00
; CHECK: phi double [ 0.000000e+00
; CHECK: fadd double
; CHECK: fadd double
; CHECK: fadd double
; CHECK: fadd double
; CHECK: br i1
; CHECK-LABEL: define internal preserve_mostcc i1 @rows.psr1(
; CHECK-NOT: ret i1 false
; CHECK: ret i1 true
; CHECK: !{!"llvm.loop.unroll.count", i32 4}
; REMARK: "function": "rows"{{.*}}"name": "unroll4-v3-w256", "status": "made"{{.*}}"name": "jam4-v3-w256", "status": "made"
; REMARK: "function": "skew"{{.*}}"name": "jam4-v3-w256", "status": "skipped", "reason": {"id": "order"
