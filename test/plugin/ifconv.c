// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What an iteration reads only under a condition, but between what it always
// reads, is read always, and the branch a choice between two values.
// RUN: rm -f %t.json
// RUN: %clang -O3 -fplugin=%plugin -mllvm -psr-recipes=v3-w256,ifconv-v3-w256 -mllvm -psr-min-work=0 -mllvm -psr-remarks=%t.json -S -emit-llvm %s -o - | %FileCheck %s
// RUN: %FileCheck --check-prefix=JSON %s < %t.json

// Bytes cannot be masked: v3-w256 keeps the branch.
void grow(const unsigned char *restrict p, unsigned char *restrict q, long n)
{
	for (long i = 1; i < n - 1; i++) {
		int s = p[i - 1] + p[i + 1];

		if (s == 2)
			s += p[i];
		q[i] = (unsigned char)s;
	}
}
// CHECK-LABEL: define internal {{.*}}i1 @grow.psr0(
// CHECK: load <32 x i8>
// CHECK: ret i1
// JSON: "function": "grow"{{.*}}"name": "ifconv-v3-w256", "status": "made"

// What is beside may be the first of another page.
void beside(const unsigned char *restrict p, unsigned char *restrict q, long n)
{
	for (long i = 0; i < n; i++) {
		int s = p[i] + p[i + 1];

		if (s == 2)
			s += p[i + 2];
		q[i] = (unsigned char)s;
	}
}
// JSON: "function": "beside"{{.*}}"name": "ifconv-v3-w256", "status": "skipped", "reason": {"id": "not-between"
