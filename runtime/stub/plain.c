/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * plain.c - psrplain.elf, which psr-cc links in front of all else.
 * libtool and others would take a .o there for one of the compiler's own.
 *
 * Objects hold copies of functions as they were, for their sizes alone
 * (plugin/place.c), in a group of which a linker keeps the first: this one,
 * with nothing in it.
 */
__asm__(".pushsection .psr_plain,\"G\",%progbits,__psr_plain,comdat\n"
	".popsection");
