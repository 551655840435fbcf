; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; Where samples say that a loop runs for less than 16 rounds, LLVM would vectorise it
; masked, with a store behind a test for each lane; as without samples it does not.
; RUN: %opt -mcpu=x86-64 -load-pass-plugin=%plugin -passes='psr,default<O3>' -psr-probes=shown -S %s | %FileCheck %s
; RUN: %opt -mcpu=x86-64 -load-pass-plugin=%plugin -passes='psr,default<O3>' -psr-probes=none -S %s | %FileCheck --check-prefix=ELSE %s

; CHECK-LABEL: define {{.*}}@sieve(
; CHECK-NOT: {{<[0-9]+ x i}}
; CHECK: ret void
; ELSE-LABEL: define {{.*}}@sieve(
; ELSE: icmp {{.*}} <16 x i
; ELSE: ret void
target triple = "x86_64-pc-linux-gnu"

define void @sieve(ptr %p, i64 %n) !prof !0 {
entry:
  br label %outer
outer:
  %i = phi i64 [ 2, %entry ], [ %i1, %latch ]
  %square = mul nsw i64 %i, %i
  %any = icmp slt i64 %square, %n
  br i1 %any, label %loop, label %latch, !prof !1
loop:
  %j = phi i64 [ %square, %outer ], [ %next, %loop ]
  %at = getelementptr inbounds i8, ptr %p, i64 %j
  store i8 0, ptr %at, align 1
  %next = add nuw nsw i64 %j, %i
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %latch, !prof !2
latch:
  %i1 = add nuw nsw i64 %i, 1
  %again = icmp slt i64 %i1, %n
  br i1 %again, label %outer, label %exit, !prof !3
exit:
  ret void
}

!0 = !{!"function_entry_count", i64 1000}
!1 = !{!"branch_weights", i32 1000, i32 1}
!2 = !{!"branch_weights", i32 9000, i32 1000}
!3 = !{!"branch_weights", i32 100000, i32 1000}
