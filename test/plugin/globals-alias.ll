; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
; A variant is given a place within a global whose address nothing took before:
; what GlobalsAA found then, that no pointer can lead there, is found anew.
; RUN: %opt -load-pass-plugin=%plugin -passes='require<globals-aa>,psr,function(aa-eval)' -aa-pipeline=globals-aa -print-all-alias-modref-info -disable-output %s 2> %t.out
; RUN: %FileCheck %s < %t.out
; CHECK: Function: f.psr
; CHECK-NOT: NoAlias
; CHECK: MayAlias
; CHECK-NOT: NoAlias
; CHECK: Alias Analysis Evaluator Report
target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-pc-linux-gnu"

@s = internal global [4096 x i16] zeroinitializer

define void @f(i64 %n, i64 %at) {
entry:
  %q = getelementptr inbounds i16, ptr @s, i64 %at
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %loop ]
  %a = getelementptr inbounds [4096 x i16], ptr @s, i64 0, i64 %i
  %x = load i16, ptr %a, align 2
  %y = mul i16 %x, 3
  %b = getelementptr inbounds i16, ptr %q, i64 %i
  store i16 %y, ptr %b, align 2
  %i1 = add nuw nsw i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  ret void
}
