// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What this nest writes may be what its later iterations read: Polly puts all
// of it on one axis, i * 2147483646 + j, which took hours to walk. Found by
// random programs.
// RUN: %clang -O3 -c -fplugin=%plugin -mllvm -psr-min-work=1 -mllvm -psr-recipes=scalar,polly32-v3-w256 -mllvm -psr-remarks=%t.json %s -o %t.o
// RUN: %FileCheck %s --input-file=%t.json
// CHECK: "name": "polly32-v3-w256", "status": "skipped", "reason": {"id": "polly-spread"

static inline int clamp(long n, int top)
{
	return (int)(n > top ? top : n);
}

void f(int *p, int m, long w)
{
	long rows = m > 250 ? 250 : m;

	for (long i = 0; i < rows; i++) {
		unsigned long n = 1;

		for (int j = clamp(m, 250) - 1; j >= 0; j--)
			n += p[i * w + j + 1] > 5;
		p[i] = (int)n;
	}
}
