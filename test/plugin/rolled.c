// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A loop that goes round as often as data says, a few times, is left as it is.
// RUN: rm -f %t.json
// RUN: %clang -O2 -fplugin=%plugin -mllvm -psr-recipes=rolled,prefetch32,v3-w256,jam4-v3-w256 -mllvm -psr-remarks=%t.json -S -emit-llvm %s -o - | %FileCheck %s
// RUN: %FileCheck --check-prefix=JSON %s < %t.json

void rows(long n, const int *start, const int *column, const double *value,
	  const double *x, double *y)
{
	for (long i = 0; i < n; i++) {
		double sum = 0;

		for (int k = start[i]; k < start[i + 1]; k++)
			sum += value[k] * x[column[k]];
		y[i] = sum;
	}
}
// clang's, by four and the rest:
// CHECK-LABEL: define {{.*}}void @rows(
// CHECK-COUNT-5: call double @llvm.fmuladd.f64
// CHECK: ret void
// CHECK: define internal {{.*}}i1 @rows.psr0(
// CHECK: call double @llvm.fmuladd.f64
// CHECK-NOT: call double @llvm.fmuladd.f64
// CHECK: ret i1
// JSON: "function": "rows"{{.*}}"name": "rolled", "status": "made"

// All rows are of a length that is known on entry: nothing to foretell.
void square(long n, const double *a, const double *x, double *y)
{
	for (long i = 0; i < n; i++)
		for (long k = 0; k < n; k++)
			y[i] += a[i * n + k] * x[k];
}
// JSON: "function": "square"{{.*}}"name": "rolled", "status": "skipped", "reason": {"id": "steady-inner"

// Nor is there a loop around this one.
void one(long n, const int *at, double *x)
{
	for (long i = 0; i < n; i++)
		x[at[i]] += 2.0;
}
// JSON: "function": "one"{{.*}}"name": "rolled", "status": "skipped", "reason": {"id": "shallow"

// Vectors are worth more than what is foretold.
void prefix(long n, const int *length, float *const *x)
{
	for (long i = 0; i < n; i++)
		for (int k = 0; k < length[i]; k++)
			x[0][k] += 1.0f;
}
// JSON: "function": "prefix"{{.*}}"name": "rolled", "status": "skipped", "reason": {"id": "steady-inner"

// And who asks for it has his own way.
void asked(long n, const int *start, const int *column, double *x)
{
	for (long i = 0; i < n; i++) {
#pragma clang loop unroll_count(2)
		for (int k = start[i]; k < start[i + 1]; k++)
			x[column[k]] *= 3.0;
	}
}
// JSON: "function": "asked"{{.*}}"name": "rolled", "status": "skipped", "reason": {"id": "user-pragma"
