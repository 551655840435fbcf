; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
target triple = "x86_64-pc-linux-gnu"

define i32 @ir(i32 %n) {
  %r = add i32 %n, 1
  ret i32 %r
}
