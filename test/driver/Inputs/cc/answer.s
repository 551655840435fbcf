# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
	.globl asm_answer
asm_answer:
	movl $42, %eax
	ret
	.section .note.GNU-stack,"",@progbits
