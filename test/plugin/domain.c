// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A square root that may set errno does not keep a loop from being a site: its
// variants set errno when they return. The original calls the function.
// RUN: rm -f %t.json
// RUN: %clang -O3 -fplugin=%plugin -mllvm -psr-recipes=v3-w256 -mllvm -psr-min-work=0 -mllvm -psr-remarks=%t.json -S -emit-llvm %s -o - | %FileCheck %s
// RUN: %FileCheck --check-prefix=JSON %s < %t.json
// RUN: %clang -O3 -fplugin=%plugin -mllvm -psr-recipes=v3-w256 -mllvm -psr-min-work=0 -S -emit-llvm %s -o - | not grep -E 'psr-domain|call .*@sqrtf?\(.*memory\(none\)'
#include <errno.h>
#include <math.h>

// The original's call is as clang has it, and the copy's gone.
void roots(float *restrict y, const float *restrict x, long n)
{
	for (long i = 0; i < n; i++)
		y[i] = sqrtf(x[i]);
}
// CHECK-LABEL: define dso_local void @roots(
// CHECK: call float @sqrtf(float noundef %
// CHECK-LABEL: define internal {{.*}}i1 @roots.psr0(
// CHECK-DAG: call <8 x float> @llvm.sqrt.v8f32(
// CHECK-DAG: fcmp olt <8 x float>
// CHECK: call float @sqrtf(float -1.0
// CHECK: ret i1
// JSON: "function": "roots"{{.*}}"status": "site"

// Both types have a flag.
void lengths(double *restrict y, float *restrict z, const double *restrict x,
	     const float *restrict w, long n)
{
	for (long i = 0; i < n; i++) {
		y[i] = sqrt(x[i] * x[i] + w[i]);
		z[i] = sqrtf(w[i]);
	}
}
// CHECK-LABEL: define internal {{.*}}i1 @lengths.psr0(
// CHECK: icmp eq i{{.*}}, 0
// CHECK: call {{.*}} @sqrt{{f?}}({{.*}} -1.0
// CHECK: icmp eq i{{.*}}, 0
// CHECK: call {{.*}} @sqrt{{f?}}({{.*}} -1.0
// CHECK: ret i1
// JSON: "function": "lengths"{{.*}}"status": "site"

// errno is asked for in the loop.
long strict(double *restrict y, const double *restrict x, long n)
{
	long bad = 0;

	for (long i = 0; i < n; i++) {
		errno = 0;
		y[i] = sqrt(x[i]);
		bad += errno != 0;
	}
	return bad;
}
// JSON: "function": "strict"{{.*}}"status": "skipped"

// It may be what is pointed to.
void perhaps(double *restrict y, const double *x, int *seen, long n)
{
	for (long i = 0; i < n; i++) {
		*seen += i & 1;
		y[i] = sqrt(x[i]);
	}
}
// JSON: "function": "perhaps"{{.*}}"status": "skipped"
