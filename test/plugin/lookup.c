// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is moved is looked up in a table: more than a copy.
// RUN: rm -f %t.json
// RUN: %clang -O2 -fplugin=%plugin -mllvm -psr-remarks=%t.json -c %s -o %t.o
// RUN: %FileCheck %s < %t.json

void mapped(unsigned char *p, const unsigned char *restrict map, long n)
{
	for (long i = 0; i < n; i++)
		p[i] = map[p[i]];
}
// CHECK: "function": "mapped"{{.*}}"status": "site"

void gathered(float *restrict to, const float *from, const int *at, long n)
{
	for (long i = 0; i < n; i++)
		to[i] = from[at[i] + 1];
}
// CHECK: "function": "gathered"{{.*}}"status": "site"

// Every second one is no table.
void every(float *restrict to, const float *from, long n)
{
	for (long i = 0; i < n; i++)
		to[i] = from[2 * i];
}
// CHECK: "function": "every"{{.*}}"status": "skipped"{{.*}}"copy-only"
