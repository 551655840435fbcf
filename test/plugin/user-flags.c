// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The user's own flags and pragmas win; recipes that add nothing are left out.
// RUN: %clang -O2 -c -fplugin=%plugin -mllvm -psr-remarks=%t.json -mno-avx2 %s -o %t.o 2>&1
// RUN: %FileCheck %s --check-prefix=FEATURE < %t.json
// RUN: rm -f %t.json
// RUN: %clang -O2 -c -fplugin=%plugin -mllvm -psr-remarks=%t.json -mprefer-vector-width=128 %s -o %t.o
// RUN: %FileCheck %s --check-prefix=WIDTH < %t.json
// RUN: rm -f %t.json
// RUN: %clang -O2 -c -fplugin=%plugin -mllvm -psr-remarks=%t.json -march=x86-64-v3 %s -o %t.o
// RUN: %FileCheck %s --check-prefix=SAME < %t.json
// RUN: rm -f %t.json
// RUN: %clang -O2 -c -fplugin=%plugin -mllvm -psr-remarks=%t.json -DPRAGMA %s -o %t.o
// RUN: %FileCheck %s --check-prefix=PRAGMA < %t.json
// RUN: rm -f %t.json

void scale(int n, double *x)
{
#ifdef PRAGMA
#pragma clang loop interleave_count(2)
#endif
	for (int i = 0; i < n; i++)
		x[i] = x[i] * 3.0;
}

// FEATURE-DAG: {"name": "v2-w128", "status": "made"
// FEATURE-DAG: {"name": "v3-w256", "status": "skipped", "reason": {"id": "user-feature"
// FEATURE-DAG: {"name": "v4-w512", "status": "skipped", "reason": {"id": "user-feature"
// WIDTH-DAG: {"name": "v3-w128", "status": "made"
// WIDTH-DAG: {"name": "v3-w256", "status": "skipped", "reason": {"id": "user-width"
// SAME-DAG: {"name": "v3-w256", "status": "skipped", "reason": {"id": "same-as-baseline"
// SAME-DAG: {"name": "v4-w512", "status": "made"
// PRAGMA-DAG: {"name": "scalar", "status": "skipped", "reason": {"id": "user-pragma"
// PRAGMA-DAG: {"name": "v3-w256", "status": "made"
// PRAGMA-DAG: {"name": "v3-w256-i4", "status": "skipped", "reason": {"id": "user-pragma"
