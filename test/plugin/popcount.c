// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Nests that count bits get a variant for processors that count those of whole
// vectors; others do not.
// RUN: rm -f %t.json
// RUN: %clang -O2 -S -emit-llvm -fplugin=%plugin -mllvm -psr-recipes=popcnt-w512 -mllvm -psr-remarks=%t.json %s -o - | %FileCheck %s
// RUN: %FileCheck --check-prefix=JSON %s < %t.json
// RUN: %clang -O2 -S -fplugin=%plugin -mllvm -psr-recipes=popcnt-w512 %s -o - | %FileCheck --check-prefix=ASM %s

unsigned distance(const unsigned *a, const unsigned *b, long n)
{
	unsigned d = 0;

	for (long i = 0; i < n; i++)
		d += (unsigned)__builtin_popcount(a[i] ^ b[i]);
	return d;
}
// CHECK: define internal {{.*}}i1 @distance.psr0({{.*}} #[[A:[0-9]+]]
// CHECK: <16 x i32> @llvm.ctpop.v16i32
// CHECK: attributes #[[A]] = {{.*}}"target-features"="{{.*}}+avx512vpopcntdq
// ASM: vpopcntd %zmm
// JSON: "function": "distance"{{.*}}"popcnt-w512", "status": "made"

void add(unsigned *a, const unsigned *b, long n)
{
	for (long i = 0; i < n; i++)
		a[i] += b[i];
}
// JSON: "function": "add"{{.*}}"site": null, "status": "skipped", "reason": {"id": "no-recipe"
