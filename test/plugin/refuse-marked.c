// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Marked functions that cannot be sites are left alone, with the reason.
// RUN: rm -f %t.json
// RUN: %clang -O2 -S -emit-llvm -fplugin=%plugin -mllvm -psr-remarks=%t.json %s -o %t.ll
// RUN: %FileCheck %s < %t.json
// RUN: ! grep psr_sites %t.ll

#define MARKED __attribute__((annotate("psr"), noinline))
typedef float v4 __attribute__((vector_size(16)));

int next(int n);

// CHECK-DAG: "function": "tail", {{.*}}"kind": "function", {{.*}}"reason": {"id": "musttail"
MARKED int tail(int n)
{
	__attribute__((musttail)) return next(n + 1);
}

// CHECK-DAG: "function": "various", {{.*}}"reason": {"id": "varargs"
MARKED int various(int n, ...)
{
	return n * 7;
}

// CHECK-DAG: "function": "assembly", {{.*}}"reason": {"id": "inline-asm"
MARKED int assembly(int n)
{
	__asm__ volatile("nop" : "+r"(n));
	return n;
}

// CHECK-DAG: "function": "vectors", {{.*}}"reason": {"id": "vector-type"
MARKED v4 vectors(v4 x)
{
	return x * x;
}

// CHECK-DAG: "function": "fences", {{.*}}"reason": {"id": "atomic"
MARKED int fences(int *p)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return *p;
}
