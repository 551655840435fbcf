// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Each round of p adds to the same row: four rounds side by side store it once.
// RUN: rm -f %t.json
// RUN: %clang -O2 -S -emit-llvm -fplugin=%plugin -mllvm -psr-recipes=jam4-v3-w256,v3-w256 -mllvm -psr-budget=100 \
// RUN:     -mllvm -psr-remarks=%t.json %s -o - | %FileCheck %s
// RUN: %FileCheck --check-prefix=REMARK %s < %t.json

// It promises more than a vector alone.
// REMARK: "function": "add_rows"{{.*}}"name": "jam4-v3-w256", "status": "made"
// CHECK-LABEL: define internal preserve_mostcc i1 @add_rows.psr0(
// CHECK-COUNT-8: fmul <4 x double>
// CHECK-COUNT-2: store <4 x double>
// CHECK-NEXT: add nuw i64 %{{.*}}, 8
void add_rows(long n, long m, const double *restrict a,
	      const double *restrict b, double *restrict c)
{
	for (long p = 0; p < m; p++)
		for (long j = 0; j < n; j++)
			c[j] += a[p] * b[p * n + j];
}
