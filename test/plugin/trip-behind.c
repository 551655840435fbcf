// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rows that begin behind the end of their columns: half way down the nest its
// inner trip count would be below 0, and the call as good as endless work, so
// that each was timed. It counts as one.
// RUN: rm -rf %t && mkdir %t
// RUN: %clang -O2 -S -emit-llvm -fplugin=%plugin -mllvm -psr-recipes=v3-w256,scalar %s -o - | %FileCheck %s
// RUN: env PSR_DB=none %psr-cc -O2 %s -o %t/p
// RUN: for i in 1 2 3; do env PSR_DB=%t/db %t/p || exit 1; done
// RUN: env PSR_DB=%t/db %psr db sites | %FileCheck %s --check-prefix=SITES

// CHECK-LABEL: define{{.*}} @triangle(
// CHECK: [[TRIPS:%.*]] = {{.*}}call i64 @llvm.smax.i64(i64 %{{.*}}, i64 0)
// CHECK: add {{.*}}[[TRIPS]], 1
// CHECK: call {{.*}}@__psr_enter_at
// A class of 2^11 work; some samples of 30,000 calls.
// SITES: triangle {{.*}} 11 {{.*}} {{[0-9]?[0-9]?[0-9]}} {{ *[0-9]+ +[0-9.]+ +[0-9.]+$}}
__attribute__((noinline)) void triangle(double *a, long rows, long columns)
{
	for (long i = 0; i < rows; i++)
		for (long k = i + 1; k < columns; k++)
			a[i * columns + k] *= 0.5;
}

int main(void)
{
	static double a[30000];
	double sum = 0;

	for (int i = 0; i < 30000; i++)
		a[i] = i;
	for (int i = 0; i < 30000; i++)
		triangle(a, 3000, 10);
	for (int i = 0; i < 30000; i++)
		sum += a[i];
	return sum < 0;
}
