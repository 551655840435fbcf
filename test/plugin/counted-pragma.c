/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Pragmas that clang heeds give no warning of what a variant does not do. */
// RUN: %clang -O2 -Werror -c -fplugin=%plugin -mllvm -psr-min-work=1 -mllvm -psr-remarks=%t %s -o /dev/null
// RUN: %FileCheck %s <%t
void scatter(float *y, const int *at, long n)
{
#pragma clang loop vectorize(assume_safety) interleave_count(2)
	for (long i = 0; i < n; i++)
		y[at[i]] = y[at[i]] * 2 + 1;
}

void scale(float *y, long n)
{
#pragma clang loop unroll_count(4)
	for (long i = 0; i < n; i++)
		y[i] = y[i] * 2 + 1;
}
// CHECK: "function": "scatter"{{.*}}"name": "counted", "status": "made"
// CHECK: "function": "scale"{{.*}}"name": "counted", "status": "made"
