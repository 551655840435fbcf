// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What cannot be vectorised may still gain by instructions and scheduling: two
// variants, if a round is more than a few instructions.
// RUN: rm -f %t.json
// RUN: %clang -O2 -S -emit-llvm -fplugin=%plugin -mllvm -psr-budget=1000 -mllvm -psr-remarks=%t.json %s -o - | %FileCheck %s
// RUN: %FileCheck %s --check-prefix=JSON <%t.json

// Attributes follow all functions.
// CHECK: define internal preserve_mostcc i1 @checks.psr0({{.*}} [[TUNED:#[0-9]+]]
// CHECK: define internal preserve_mostcc i1 @checks.psr1({{.*}} [[PLAIN:#[0-9]+]]
// CHECK-DAG: attributes [[PLAIN]] = {{.*}}"target-features"="{{[^"]*}}+bmi2
// CHECK-DAG: attributes [[TUNED]] = {{.*}}"target-features"="{{[^"]*}}+bmi2{{.*}}"tune-cpu"="znver3"

// JSON: "function": "checks",{{.*}}"status": "site"
// JSON-SAME: "name": "v3-w256", "status": "made"
// JSON-SAME: "name": "v4-w256", "status": "skipped", "reason": {"id": "no-vector-loop"
// JSON-SAME: "name": "tune-haswell", "status": "skipped", "reason": {"id": "no-vector-loop"
// JSON-SAME: "name": "tune-znver3", "status": "made"
unsigned checks(const unsigned *t, unsigned n)
{
	unsigned a = 1, b = 0;

	for (unsigned i = 0; i < n; i++) {
		a = (a << 5 | a >> 27) ^ (t[i] & ~b);
		b += (a >> 3) * 31 ^ (b << (t[i] & 31));
	}
	return a ^ b;
}

// Few instructions.
// JSON-NEXT: "function": "few",{{.*}}"status": "skipped", "reason": {"id": "no-vector-loop"
unsigned few(const unsigned *t, unsigned n)
{
	unsigned a = 0;

	for (unsigned i = 0; i < n; i++)
		a = a * 31 ^ t[i];
	return a;
}

// A loop that does the same again is none: the one within is.
// JSON-NEXT: "function": "again",{{.*}}"status": "skipped", "reason": {"id": "driver"
// JSON-NEXT: "function": "again",{{.*}}"depth": 1
unsigned again(unsigned *t, unsigned n, unsigned reps)
{
	unsigned sum = 0;

	for (unsigned r = 0; r < reps; r++) {
		unsigned a = 1, b = 0;

		for (unsigned i = 0; i < n; i++) {
			a = (a << 5 | a >> 27) ^ (t[b & 15] & ~i);
			b += (a >> 3) * 31 ^ (b << (a & 31));
			t[b & 15] ^= a;
		}
		sum += a ^ b;
	}
	return sum;
}
