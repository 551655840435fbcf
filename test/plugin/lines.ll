; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; Where samples say that a short loop runs for long it begins a line of the cache:
; one of few instructions that lies across lines may take twice the time. Not one
; that runs for a few rounds, nor a large one, nor without samples.
; RUN: %opt -mcpu=x86-64 -load-pass-plugin=%plugin -passes='psr,default<O2>' -psr-probes=shown -S %s -o %t.ll
; RUN: %FileCheck %s < %t.ll
; RUN: %opt -mcpu=x86-64 -load-pass-plugin=%plugin -passes='psr,default<O2>' -psr-probes=none -S %s | not grep loop.align
; RUN: %clang -O2 -S -x ir %t.ll -o - | %FileCheck --check-prefix=CODE %s

; CHECK-LABEL: define {{.*}}@find(
; CHECK: br i1 {{.*}} !llvm.loop [[LONG:![0-9]+]]
; CHECK-LABEL: define {{.*}}@few(
; CHECK-NOT: llvm.loop [[LONG]]
; CHECK: ret
; CHECK: [[LONG]] = distinct !{[[LONG]], {{.*}}[[ALIGN:![0-9]+]]}
; CHECK: [[ALIGN]] = !{!"llvm.loop.align", i32 64}
; CODE-LABEL: find:
; CODE: .p2align 6
; CODE-LABEL: few:
; CODE-NOT: .p2align 6
target triple = "x86_64-pc-linux-gnu"

define i64 @find(ptr %p, i8 %what) !prof !0 {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %at = getelementptr inbounds i8, ptr %p, i64 %i
  %v = load i8, ptr %at, align 1
  %next = add nuw i64 %i, 1
  %other = icmp ne i8 %v, %what
  br i1 %other, label %loop, label %exit, !prof !1
exit:
  ret i64 %i
}

define i64 @few(ptr %p, i8 %what) !prof !0 {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %at = getelementptr inbounds i8, ptr %p, i64 %i
  %v = load i8, ptr %at, align 1
  %next = add nuw i64 %i, 1
  %other = icmp ne i8 %v, %what
  br i1 %other, label %loop, label %exit, !prof !2
exit:
  ret i64 %i
}

!0 = !{!"function_entry_count", i64 1000}
!1 = !{!"branch_weights", i32 99000, i32 1000}
!2 = !{!"branch_weights", i32 3000, i32 1000}
