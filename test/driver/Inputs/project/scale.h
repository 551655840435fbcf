/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef SCALE_H
#define SCALE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif
/* y[i] += a * x[i]; its loop is one that PSR can serve. */
void scale_add(float *y, const float *x, float a, size_t n);
#ifdef __cplusplus
}
#endif

#endif
