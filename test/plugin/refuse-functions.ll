; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; Functions that are left alone, each for its own reason.
; RUN: rm -f %t.json
; RUN: %opt -load-pass-plugin=%plugin -passes=psr,verify -psr-remarks=%t.json -S %s -o %t.ll
; RUN: %FileCheck %s < %t.json
; RUN: %FileCheck %s --check-prefix=IR < %t.ll
; IR-NOT: @refused{{.*}}.psr
target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-pc-linux-gnu"

declare i32 @setjmp(ptr) returns_twice
declare void @use(ptr)
declare void @llvm.va_start(ptr)
@resolved = ifunc void (ptr, i64), ptr @refused_resolver

; CHECK-DAG: "function": "refused_varargs", {{.*}}"reason": {"id": "varargs"
define void @refused_varargs(ptr %p, i64 %n, ...) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %latch ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %y = fmul double %x, 3.0
  br label %latch
latch:
  store double %y, ptr %a, align 8
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  ret void
}

; CHECK-DAG: "function": "refused_setjmp", {{.*}}"reason": {"id": "setjmp"
define void @refused_setjmp(ptr %p, i64 %n) {
entry:
  %s = call i32 @setjmp(ptr %p)
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %latch ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %y = fmul double %x, 3.0
  br label %latch
latch:
  store double %y, ptr %a, align 8
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  ret void
}

; CHECK-DAG: "function": "refused_naked", {{.*}}"reason": {"id": "naked"
define void @refused_naked() naked {
entry:
  %p = inttoptr i64 4096 to ptr
  %n = load i64, ptr %p
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %latch ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %y = fmul double %x, 3.0
  br label %latch
latch:
  store double %y, ptr %a, align 8
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  ret void
}

; CHECK-DAG: "function": "refused_coroutine", {{.*}}"reason": {"id": "coroutine"
define void @refused_coroutine(ptr %p, i64 %n) presplitcoroutine {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %latch ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %y = fmul double %x, 3.0
  br label %latch
latch:
  store double %y, ptr %a, align 8
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  ret void
}

; CHECK-DAG: "function": "refused_optnone", {{.*}}"reason": {"id": "optnone"
define void @refused_optnone(ptr %p, i64 %n) optnone noinline {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %latch ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %y = fmul double %x, 3.0
  br label %latch
latch:
  store double %y, ptr %a, align 8
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  ret void
}

; CHECK-DAG: "function": "refused_optsize", {{.*}}"reason": {"id": "optimise-size"
define void @refused_optsize(ptr %p, i64 %n) optsize {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %latch ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %y = fmul double %x, 3.0
  br label %latch
latch:
  store double %y, ptr %a, align 8
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  ret void
}

; CHECK-DAG: "function": "refused_minsize", {{.*}}"reason": {"id": "optimise-size"
define void @refused_minsize(ptr %p, i64 %n) minsize optsize {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %latch ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %y = fmul double %x, 3.0
  br label %latch
latch:
  store double %y, ptr %a, align 8
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  ret void
}

; CHECK-DAG: "function": "refused_freestanding", {{.*}}"reason": {"id": "freestanding"
define void @refused_freestanding(ptr %p, i64 %n) "no-builtins" {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %latch ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %y = fmul double %x, 3.0
  br label %latch
latch:
  store double %y, ptr %a, align 8
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  ret void
}

; CHECK-DAG: "function": "refused_nofloat", {{.*}}"reason": {"id": "no-float"
define void @refused_nofloat(ptr %p, i64 %n) noimplicitfloat {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %latch ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %y = fmul double %x, 3.0
  br label %latch
latch:
  store double %y, ptr %a, align 8
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  ret void
}

; CHECK-DAG: "function": "refused_strict", {{.*}}"reason": {"id": "strict-fp"
define void @refused_strict(ptr %p, i64 %n) strictfp {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %latch ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %y = fmul double %x, 3.0
  br label %latch
latch:
  store double %y, ptr %a, align 8
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  ret void
}

; CHECK-DAG: "function": "refused_cold", {{.*}}"reason": {"id": "cold"
define void @refused_cold(ptr %p, i64 %n) cold {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %latch ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %y = fmul double %x, 3.0
  br label %latch
latch:
  store double %y, ptr %a, align 8
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  ret void
}

; CHECK-DAG: "function": "refused_elsewhere", {{.*}}"reason": {"id": "defined-elsewhere"
define available_externally void @refused_elsewhere(ptr %p, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %latch ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %y = fmul double %x, 3.0
  br label %latch
latch:
  store double %y, ptr %a, align 8
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  ret void
}

; CHECK-DAG: "function": "refused_resolver", {{.*}}"reason": {"id": "ifunc-resolver"
define ptr @refused_resolver() {
entry:
  %p = alloca [99 x double]
  %n = ptrtoint ptr %p to i64
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %latch ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %y = fmul double %x, 3.0
  br label %latch
latch:
  store double %y, ptr %a, align 8
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  ret ptr null
}

@label = global ptr blockaddress(@refused_label, %loop)

; CHECK-DAG: "function": "refused_label", {{.*}}"reason": {"id": "block-address"
define void @refused_label(ptr %p, i64 %n, ptr %q) {
entry:
  indirectbr ptr %q, [label %loop]
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %latch ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %y = fmul double %x, 3.0
  br label %latch
latch:
  store double %y, ptr %a, align 8
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  ret void
}

; CHECK-DAG: "function": "site", {{.*}}"status": "site"
define void @site(ptr %p, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %latch ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %y = fmul double %x, 3.0
  br label %latch
latch:
  store double %y, ptr %a, align 8
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  ret void
}
