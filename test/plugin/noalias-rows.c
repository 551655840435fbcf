// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rows of one matrix, with what they have in common, would hardly be found
// apart by the extents of the whole nest: plain vectors come first, whose own
// tests are in front of each row's loop.
// RUN: rm -f %t.json
// RUN: %clang -O3 -c %s -o %t.o -fplugin=%plugin -mllvm -psr-max-variants=1 \
// RUN:   -mllvm -psr-remarks=%t.json
// RUN: %FileCheck %s < %t.json

// CHECK: "function": "eliminate"{{.*}}{"name": "v3-w256", "status": "made"
void eliminate(double *a, long lda, long n, long k, long l)
{
	double *pivot = &a[lda * k + k + 1];

	for (long j = k + 1; j < n; j++) {
		double t = a[lda * j + l];

		a[lda * j + l] = a[lda * j + k];
		a[lda * j + k] = t;
		for (long i = 0; i < n - k - 1; i++)
			a[lda * j + k + 1 + i] += t * pivot[i];
	}
}
