// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where a variant is much faster in the smallest calls that were timed, smaller
// ones are dispatched, too.
// RUN: rm -f %t.json %t.quick %t.site
// RUN: %clang -O2 -c -fplugin=%plugin -mllvm -psr-remarks=%t.json %s -o %t.o
// RUN: grep -o '"site": "[0-9a-f]*"' %t.json | cut -d'"' -f4 > %t.site
// RUN: printf 'psr-profile 1\nsite %%s\nquick\nwon v3-w256\n' $(cat %t.site) > %t.profile
// RUN: %clang -O2 -c -fplugin=%plugin -mllvm -psr-profile=%t.profile -mllvm -psr-remarks=%t.quick %s -o %t.o
// RUN: cat %t.json %t.quick | %FileCheck %s
// CHECK: "min_work": 3{{[0-9][0-9]}},
// CHECK: "min_work": {{[6-9][0-9]}},

unsigned total(const unsigned *a, const unsigned *b, long n, long m)
{
	unsigned sum = 0;

	for (long i = 0; i < n; i++)
		for (long j = 0; j < m; j++)
			sum += (a[i * m + j] ^ b[j]) * (a[i * m + j] & 7);
	return sum;
}
