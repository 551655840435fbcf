// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A loop of several nests is left to these, but for threads, which take whole
// rows of it: there are sites within the original of another.
// RUN: rm -f %t.json
// RUN: %clang -O2 -c -fplugin=%plugin -mllvm -psr-budget=1000 -mllvm -psr-remarks=%t.json %s -o /dev/null
// RUN: %FileCheck %s <%t.json
// RUN: %clang -O2 -DMAIN %s -o %t.plain
// RUN: %psr-cc -O2 -DMAIN %s -o %t.psr
// RUN: %t.plain >%t.expected
// RUN: env PSR_DB=%t.db PSR_THREADS=2 %t.psr >%t.learnt && cmp %t.expected %t.learnt
// RUN: env PSR_DB=%t.db PSR_THREADS=2 PSR_MODE=pinned:parallel-v3-w256 %t.psr >%t.pinned && cmp %t.expected %t.pinned
// RUN: env PSR_DB=%t.db PSR_THREADS=2 PSR_MODE=verify %t.psr >%t.verified && cmp %t.expected %t.verified
#include <stdio.h>

__attribute__((noinline)) void product(int n, const double *restrict a,
				       const double *restrict b,
				       double *restrict c)
{
	for (int i = 0; i < n; i++) {
		for (int j = 0; j < n; j++)
			c[i * n + j] = 1;
		for (int k = 0; k < n; k++)
			for (int j = 0; j < n; j++)
				c[i * n + j] += a[i * n + k] * b[k * n + j];
	}
}
// CHECK: "function": "product"{{.*}}"status": "site", "reason": null, "min_work": {{[0-9][0-9][0-9][0-9]+}},
// CHECK-SAME: "name": "v3-w256", "status": "skipped", "reason": {"id": "driver"
// CHECK-SAME: "name": "parallel-v3-w256", "status": "made"
// CHECK: "function": "product"{{.*}}"status": "site"
// CHECK-SAME: "name": "v3-w256", "status": "made"

// Steps over the same places are no rows.
__attribute__((noinline)) void steps(int n, int m, double *restrict a,
				     double *restrict b)
{
	for (int t = 0; t < n; t++) {
		for (int i = 1; i < m - 1; i++)
			b[i] = a[i - 1] + a[i + 1];
		for (int i = 1; i < m - 1; i++)
			a[i] = b[i] / 2;
	}
}
// CHECK: "function": "steps"{{.*}}"status": "skipped", "reason": {"id": "driver"
// CHECK: "function": "steps"{{.*}}"status": "site"
// CHECK: "function": "steps"{{.*}}"status": "site"

#ifdef MAIN
int main(void)
{
	static double a[200 * 200], b[200 * 200], c[200 * 200];
	double sum = 0;

	for (int i = 0; i < 200 * 200; i++) {
		a[i] = i % 7 - 3;
		b[i] = i % 11 / 8.0;
	}
	for (int r = 0; r < 60; r++) {
		product(200 - r % 3, a, b, c);
		a[r * 30] = c[r * 20];
		steps(4, 30000, a, b);
	}
	for (int i = 0; i < 200 * 200; i++)
		sum = sum / 3 + c[i];
	printf("%a\n", sum);
	return 0;
}
#endif
