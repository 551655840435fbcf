; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; Where a loop has a cycle that is none, entered at two places, what is read under
; a condition may have been written by the same iteration.
; RUN: %opt -load-pass-plugin=%plugin -passes='psr' -psr-recipes=ifconv-v3-w256 -psr-min-work=0 -psr-budget=1000 -S %s | %FileCheck %s
; CHECK-LABEL: define internal {{.*}}i1 @both.psr0(
; CHECK: %x.psr = load double
; CHECK-NEXT: %y.psr = fmul
; CHECK-NEXT: select i1 %c.psr
; CHECK: {{^}}b2.psr:
; CHECK: %x2.psr = load double
target triple = "x86_64-pc-linux-gnu"

define void @both(ptr noalias %a, ptr noalias %o, i64 %n) {
entry:
  %any = icmp sgt i64 %n, 0
  br i1 %any, label %outer, label %exit
outer:
  %j = phi i64 [ 0, %entry ], [ %j1, %end ]
  %jn = mul nsw i64 %j, %n
  %row = getelementptr double, ptr %a, i64 %jn
  %out = getelementptr double, ptr %o, i64 %jn
  br label %loop
loop:
  %i = phi i64 [ 0, %outer ], [ %i1, %latch ]
  %p = getelementptr double, ptr %row, i64 %i
  %p1 = getelementptr double, ptr %p, i64 1
  %p2 = getelementptr double, ptr %p, i64 2
  %l = load double, ptr %p
  %r = load double, ptr %p2
  %c = fcmp olt double %l, %r
  br i1 %c, label %b, label %latch
b:
  %x = load double, ptr %p1
  %y = fmul double %x, %l
  br label %latch
latch:
  %v = phi double [ %l, %loop ], [ %y, %b ]
  %q = getelementptr double, ptr %out, i64 %i
  store double %v, ptr %q
  %i1 = add nuw nsw i64 %i, 1
  %more = icmp slt i64 %i1, %n
  br i1 %more, label %loop, label %other
other:
  br label %loop2
loop2:
  %k = phi i64 [ 0, %other ], [ %k1, %latch2 ]
  %s = getelementptr double, ptr %row, i64 %k
  %s1 = getelementptr double, ptr %s, i64 1
  %s2 = getelementptr double, ptr %s, i64 2
  %l2 = load double, ptr %s
  %r2 = load double, ptr %s2
  %c2 = fcmp olt double %l2, %r2
  br i1 %c2, label %b2, label %u2
b2:
  %kb = phi i64 [ 0, %loop2 ], [ %ku1, %u2 ]
  %x2 = load double, ptr %s1
  %y2 = fmul double %x2, %l2
  br label %u2
u2:
  %ku = phi i64 [ 0, %loop2 ], [ %kb, %b2 ]
  %v2 = phi double [ %l2, %loop2 ], [ %y2, %b2 ]
  store double %v2, ptr %s1
  %ku1 = add nuw nsw i64 %ku, 1
  %again = icmp slt i64 %ku1, 3
  br i1 %again, label %b2, label %latch2
latch2:
  %k1 = add nuw nsw i64 %k, 1
  %more2 = icmp slt i64 %k1, %n
  br i1 %more2, label %loop2, label %end
end:
  %j1 = add nuw nsw i64 %j, 1
  %rest = icmp slt i64 %j1, %n
  br i1 %rest, label %outer, label %exit
exit:
  ret void
}
