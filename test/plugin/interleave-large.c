/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A loop that is large already is not interleaved. */
// RUN: %clang -O2 -S -emit-llvm -fplugin=%plugin -mllvm -psr-recipes=v3-w256,v3-w256-i4 -mllvm -psr-budget=100 -mllvm -psr-remarks=- %s -o /dev/null 2>&1 | %FileCheck %s
#define TERM(a, b) y[i] += x[i + 9 * a + b] * x[i + 300 + 7 * a - b];
#define TERMS(a) TERM(a, 1) TERM(a, 2) TERM(a, 3) TERM(a, 4)

void large(float *restrict y, const float *restrict x, long n)
{
	for (long i = 0; i < n; i++) {
		TERMS(5)
		TERMS(6)
		TERMS(7)
		TERMS(8)
	}
}

void small(float *restrict y, const float *restrict x, long n)
{
	for (long i = 0; i < n; i++) {
		TERM(5, 1)
	}
}
// CHECK: "function": "large"{{.*}}"name": "v3-w256", "status": "made"{{.*}}"name": "v3-w256-i4", "status": "skipped", "reason": {"id": "too-large"
// CHECK: "function": "small"{{.*}}"name": "v3-w256-i4", "status": "made"
