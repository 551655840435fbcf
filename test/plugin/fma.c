// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where the module has no FMA, no variant fuses, unless the user allows it;
// where it has FMA, every variant does.
// RUN: %clang -O2 -S -fplugin=%plugin -mllvm -psr-recipes=v3-w256 %s -o - | %FileCheck %s --check-prefix=SPLIT
// RUN: %clang -O2 -S -fplugin=%plugin -mllvm -psr-recipes=v3-w256 -mllvm -psr-fp=contract %s -o - | %FileCheck %s --check-prefix=FUSED
// RUN: %clang -O2 -S -fplugin=%plugin -mllvm -psr-recipes=v3-w256 -ffp-contract=fast %s -o - | %FileCheck %s --check-prefix=FUSED
// RUN: %clang -O2 -S -fplugin=%plugin -mllvm -psr-recipes=v3-w256 -ffp-contract=off %s -o - | %FileCheck %s --check-prefix=SPLIT
// RUN: %clang -O2 -S -fplugin=%plugin -mllvm -psr-recipes=v4-w512 -march=x86-64-v3 %s -o - | %FileCheck %s --check-prefix=FUSED
// RUN: %clang -O2 -S -fplugin=%plugin -mllvm -psr-recipes=scalar -march=x86-64-v3 %s -o - | %FileCheck %s --check-prefix=FUSED

void axpy(int n, double a, const double *restrict x, double *restrict y)
{
	for (int i = 0; i < n; i++)
		y[i] += a * x[i];
}

// SPLIT: axpy.psr0:
// SPLIT-NOT: vfmadd
// SPLIT: vaddpd
// SPLIT-NOT: vfmadd
// SPLIT: .size axpy.psr0
// FUSED: axpy.psr0:
// FUSED: vfmadd
