// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// On AArch64 the vectorizer takes a sum of products in order, and rounds each
// product; a scalar loop fuses. Packed columns would be vectorised where clang
// leaves the strided ones scalar: no site.
// REQUIRES: aarch64
// RUN: rm -f %t.json
// RUN: %clang --target=aarch64-linux-gnu -O2 -c -fplugin=%plugin -mllvm -psr-remarks=%t.json %s -o %t.o
// RUN: %FileCheck %s < %t.json
// RUN: rm -f %t.off
// RUN: %clang --target=aarch64-linux-gnu -O2 -ffp-contract=off -c -fplugin=%plugin -mllvm -psr-remarks=%t.off %s -o %t.o
// RUN: %FileCheck --check-prefix=OFF %s < %t.off

// CHECK: "function": "product"{{.*}}"status": "skipped", "reason": {"id": "fused-sum"
// OFF: "function": "product"{{.*}}"status": "site"
void product(long n, const double *a, const double *b, double *restrict c)
{
	for (long i = 0; i < n; i++)
		for (long j = 0; j < n; j++) {
			double s = 0;

			for (long k = 0; k < n; k++)
				s += a[i * n + k] * b[k * n + j];
			c[i * n + j] = s;
		}
}
