; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; Nests that are left alone, each for its own reason.
; RUN: rm -f %t.json
; RUN: %opt -load-pass-plugin=%plugin -passes=psr,verify -psr-remarks=%t.json -S %s -o %t.ll
; RUN: %FileCheck %s < %t.json
; RUN: %FileCheck %s --check-prefix=IR < %t.ll
; IR-NOT: @refused{{.*}}.psr
target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-pc-linux-gnu"

@tls = thread_local global [99 x double] zeroinitializer
declare void @callee(ptr)
declare i32 @personality(...)
declare void @convergent() convergent
declare void @unique() noduplicate
declare double @inexact(double) "vector-function-abi-variant"="_ZGV_LLVM_N2v_inexact(inexact2)"
declare <2 x double> @inexact2(<2 x double>)
declare ptr @llvm.threadlocal.address.p0(ptr)

; CHECK-DAG: "function": "refused_asm", {{.*}}"reason": {"id": "inline-asm"
define void @refused_asm(ptr %p, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %latch ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %y = fmul double %x, 3.0
  call void asm sideeffect "nop", ""()
  br label %latch
latch:
  store double %y, ptr %a, align 8
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  ret void
}

; CHECK-DAG: "function": "refused_volatile", {{.*}}"reason": {"id": "volatile"
define void @refused_volatile(ptr %p, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %latch ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %y = fmul double %x, 3.0
  store volatile i64 %i, ptr %p
  br label %latch
latch:
  store double %y, ptr %a, align 8
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  ret void
}

; CHECK-DAG: "function": "refused_atomic", {{.*}}"reason": {"id": "atomic"
define void @refused_atomic(ptr %p, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %latch ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %y = fmul double %x, 3.0
  %o = atomicrmw add ptr %p, i64 1 seq_cst
  br label %latch
latch:
  store double %y, ptr %a, align 8
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  ret void
}

; CHECK-DAG: "function": "refused_acquire", {{.*}}"reason": {"id": "atomic"
define void @refused_acquire(ptr %p, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %latch ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %y = fmul double %x, 3.0
  %o = load atomic i64, ptr %p acquire, align 8
  br label %latch
latch:
  store double %y, ptr %a, align 8
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  ret void
}

; CHECK-DAG: "function": "refused_fence", {{.*}}"reason": {"id": "atomic"
define void @refused_fence(ptr %p, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %latch ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %y = fmul double %x, 3.0
  fence seq_cst
  br label %latch
latch:
  store double %y, ptr %a, align 8
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  ret void
}

; CHECK-DAG: "function": "refused_vector", {{.*}}"reason": {"id": "vector-type"
define void @refused_vector(ptr %p, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %latch ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %y = fmul double %x, 3.0
  store <2 x double> zeroinitializer, ptr %p
  br label %latch
latch:
  store double %y, ptr %a, align 8
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  ret void
}

; CHECK-DAG: "function": "refused_scalable", {{.*}}"reason": {"id": "vector-type"
define void @refused_scalable(ptr %p, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %latch ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %y = fmul double %x, 3.0
  %o = load <vscale x 2 x double>, ptr %p
  br label %latch
latch:
  store double %y, ptr %a, align 8
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  ret void
}

; CHECK-DAG: "function": "refused_convergent", {{.*}}"reason": {"id": "no-duplicate"
define void @refused_convergent(ptr %p, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %latch ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %y = fmul double %x, 3.0
  call void @convergent()
  br label %latch
latch:
  store double %y, ptr %a, align 8
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  ret void
}

; CHECK-DAG: "function": "refused_unique", {{.*}}"reason": {"id": "no-duplicate"
define void @refused_unique(ptr %p, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %latch ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %y = fmul double %x, 3.0
  call void @unique()
  br label %latch
latch:
  store double %y, ptr %a, align 8
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  ret void
}

; CHECK-DAG: "function": "refused_space", {{.*}}"reason": {"id": "address-space"
define void @refused_space(ptr %p, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %latch ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %y = fmul double %x, 3.0
  store i64 %i, ptr addrspace(257) null
  br label %latch
latch:
  store double %y, ptr %a, align 8
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  ret void
}

; CHECK-DAG: "function": "refused_stack", {{.*}}"reason": {"id": "dynamic-stack"
define void @refused_stack(ptr %p, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %latch ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %y = fmul double %x, 3.0
  %o = alloca i64, i64 %i
  call void @callee(ptr %o)
  br label %latch
latch:
  store double %y, ptr %a, align 8
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  ret void
}

; CHECK-DAG: "function": "refused_tls", {{.*}}"reason": {"id": "thread-local"
define void @refused_tls(ptr %p, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %latch ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %y = fmul double %x, 3.0
  %o = call ptr @llvm.threadlocal.address.p0(ptr @tls)
  store i64 %i, ptr %o
  br label %latch
latch:
  store double %y, ptr %a, align 8
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  ret void
}

; CHECK-DAG: "function": "refused_tls_input", {{.*}}"reason": {"id": "thread-local"
define void @refused_tls_input(ptr %p, i64 %n) {
entry:
  %o = call ptr @llvm.threadlocal.address.p0(ptr @tls)
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %latch ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %y = fmul double %x, 3.0
  store i64 %i, ptr %o
  br label %latch
latch:
  store double %y, ptr %a, align 8
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  ret void
}

; CHECK-DAG: "function": "refused_library", {{.*}}"reason": {"id": "vector-library"
define void @refused_library(ptr %p, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %latch ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %y = fmul double %x, 3.0
  %o = call double @inexact(double %y)
  store double %o, ptr %p
  br label %latch
latch:
  store double %y, ptr %a, align 8
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  ret void
}

; CHECK-DAG: "function": "refused_call", {{.*}}"reason": {"id": "no-vector-loop"
define void @refused_call(ptr %p, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %latch ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %y = fmul double %x, 3.0
  call void @callee(ptr %a)
  br label %latch
latch:
  store double %y, ptr %a, align 8
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  ret void
}

; CHECK-DAG: "function": "refused_order", {{.*}}"reason": {"id": "fp-order"
define double @refused_order(ptr %p, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %latch ]
  %s = phi double [ 0.0, %entry ], [ %s1, %latch ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %y = fmul double %x, 3.0
  %s1 = fadd double %s, %y
  br label %latch
latch:
  store double %y, ptr %a, align 8
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  ret double %s1
}

; CHECK-DAG: "function": "refused_copy", {{.*}}"reason": {"id": "copy-only"
define void @refused_copy(ptr %p, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %latch ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %y = fmul double %x, 3.0
  br label %latch
latch:
  store double %x, ptr %a, align 8
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  ret void
}

; CHECK-DAG: "function": "refused_small", {{.*}}"reason": {"id": "too-small"
define void @refused_small(ptr %p, i64 %n) {
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
  %c = icmp eq i64 %i1, 7
  br i1 %c, label %exit, label %loop
exit:
  ret void
}

; CHECK-DAG: "function": "refused_trip", {{.*}}"reason": {"id": "trip-count"
define void @refused_trip(ptr %p, i64 %n) {
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
  %q = getelementptr inbounds i64, ptr %p, i64 %i1
  %l = load i64, ptr %q
  %c = icmp eq i64 %i1, %l
  br i1 %c, label %exit, label %loop
exit:
  ret void
}

; CHECK-DAG: "function": "refused_hint", {{.*}}"reason": {"id": "user-hint"
define void @refused_hint(ptr %p, i64 %n) {
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
  br i1 %c, label %exit, label %loop, !llvm.loop !0
exit:
  ret void
}

; CHECK-DAG: "function": "refused_eh", {{.*}}"reason": {"id": "exception"
define void @refused_eh(ptr %p, i64 %n) personality ptr @personality {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %latch ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %y = fmul double %x, 3.0
  invoke void @callee(ptr %a) to label %latch unwind label %pad
latch:
  store double %y, ptr %a, align 8
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
pad:
  %e = landingpad { ptr, i32 } cleanup
  resume { ptr, i32 } %e
exit:
  ret void
}

; CHECK-DAG: "function": "refused_exits", {{.*}}"reason": {"id": "several-exits"
define i64 @refused_exits(ptr %p, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %next ]
  %a = getelementptr inbounds double, ptr %p, i64 %i
  %x = load double, ptr %a, align 8
  %f = fcmp oeq double %x, 0.0
  br i1 %f, label %found, label %next
next:
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
found:
  ret i64 %i
exit:
  ret i64 -1
}

!0 = distinct !{!0, !1}
!1 = !{!"llvm.loop.vectorize.enable", i1 false}
