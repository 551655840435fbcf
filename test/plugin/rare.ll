; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; Where no sample went one way it counts as rare, not as never gone: what is behind
; it, a loop in which all other samples were, would be cold.
; RUN: %opt -mcpu=x86-64 -load-pass-plugin=%plugin -passes='default<O2>' -psr-probes=shown -S %s | %FileCheck %s
; RUN: %opt -mcpu=x86-64 -load-pass-plugin=%plugin -passes='default<O2>' -psr-probes=none -S %s | %FileCheck --check-prefix=ELSE %s

; CHECK-DAG: !{!"branch_weights", i32 1, i32 2560}
; CHECK-DAG: !{!"branch_weights", i32 1, i32 64, i32 -16}
; CHECK-DAG: !{!"branch_weights", i32 7, i32 9}
; CHECK-DAG: !{!"branch_weights", i32 0, i32 0}
; ELSE-DAG: !{!"branch_weights", i32 0, i32 160}
; ELSE-DAG: !{!"branch_weights", i32 0, i32 4, i32 -1}
target triple = "x86_64-pc-linux-gnu"

declare void @rare()
declare void @often()
declare void @third()

define void @f(i32 %x, i32 %y, i32 %z, i32 %w) !prof !0 {
entry:
  %a = icmp eq i32 %x, 3
  br i1 %a, label %one, label %two, !prof !1
one:
  call void @rare()
  br label %next
two:
  call void @often()
  br label %next
next:
  switch i32 %y, label %p [ i32 7, label %q
                            i32 900, label %r ], !prof !2
p:
  call void @rare()
  br label %then
q:
  call void @third()
  br label %then
r:
  call void @often()
  br label %then
then:
  %b = icmp eq i32 %z, 3
  br i1 %b, label %s, label %t, !prof !3
s:
  call void @rare()
  br label %last
t:
  call void @third()
  br label %last
last:
  %c = icmp eq i32 %w, 3
  br i1 %c, label %u, label %v, !prof !4
u:
  call void @rare()
  br label %end
v:
  call void @third()
  br label %end
end:
  ret void
}

!0 = !{!"function_entry_count", i64 160}
!1 = !{!"branch_weights", i32 0, i32 160}
!2 = !{!"branch_weights", i32 0, i32 4, i32 4294967295}
!3 = !{!"branch_weights", i32 7, i32 9}
!4 = !{!"branch_weights", i32 0, i32 0}
