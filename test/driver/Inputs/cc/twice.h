/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef TWICE_H
#define TWICE_H
int twice(int n);
#endif
