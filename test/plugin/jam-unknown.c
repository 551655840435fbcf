/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Rows are not run side by side where it is not known what they touch. */
// RUN: %clang -O2 -S -emit-llvm -fplugin=%plugin -mllvm -psr-recipes=jam2-v3-w256 -mllvm -psr-max-variants=1 -mllvm -psr-min-work=1 -mllvm -psr-remarks=- %s -o /dev/null 2>&1 | %FileCheck %s
void squares(float *restrict y, const float *x, long n)
{
	for (long i = 0; i < n; i++)
		for (long j = 0; j < n; j++)
			y[i * i + 4 * j] = x[j] + y[i * i + 4 * j];
}
// CHECK: "function": "squares"{{.*}}"no-recipe"
