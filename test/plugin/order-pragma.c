// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Loops with a pragma of the user's stay in the user's order.
// RUN: %clang -O2 -c -fplugin=%plugin -mllvm -psr-recipes=interchange-v3-w256,polly16-v3-w256,counted \
// RUN:     -mllvm -psr-remarks=- %s -o %t.o 2>&1 | %FileCheck %s

void columns(long n, const double *restrict a, double *restrict c)
{
	for (long j = 0; j < n; j++)
#pragma clang loop unroll_count(2)
		for (long i = 0; i < n; i++)
			c[j] += a[i * n + j];
}

// CHECK: "function": "columns"
// CHECK-SAME: "name": "interchange-v3-w256", "status": "skipped", "reason": {"id": "user-pragma"
// CHECK-SAME: "name": "polly16-v3-w256", "status": "skipped", "reason": {"id": "user-pragma"
