// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// In a function with a site innermost loops are aligned to half a line, those of
// the original too, unless the user says how; elsewhere nothing changes.
// RUN: %clang -O2 -S -fplugin=%plugin -mllvm -psr-recipes=v3-w256 %s -o - | %FileCheck %s

int nothing(const char *s)
{
	int n = 0;

	while (s[n] != ':')
		n += 2;
	return n;
}
// CHECK-LABEL: nothing:
// CHECK-NOT: .p2align{{[[:space:]]}}5
// CHECK: retq

void site(long n, double *restrict y, const double *restrict x)
{
	for (long i = 0; i < n; i++)
		y[i] += 3.0 * x[i];
}
// CHECK-LABEL: {{^}}site:
// CHECK: .p2align{{[[:space:]]}}5
// CHECK: mulpd
// CHECK: retq

void users(long n, double *restrict y, const double *restrict x)
{
	[[clang::code_align(64)]] for (long i = 0; i < n; i++)
		y[i] += 5.0 * x[i];
}
// CHECK-LABEL: {{^}}users:
// CHECK-NOT: .p2align{{[[:space:]]}}5
// CHECK: mulpd
