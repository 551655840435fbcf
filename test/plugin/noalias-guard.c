// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The noalias recipes test on entry that what is written lies apart, and are
// left out where that is known already, or cannot be told.
// RUN: rm -f %t.json
// RUN: %clang -O2 -S -emit-llvm -fplugin=%plugin -mllvm -psr-recipes=noalias-v3-w256,v3-w256 -mllvm -psr-remarks=%t.json %s -o - | %FileCheck %s
// RUN: %FileCheck --check-prefix=JSON %s < %t.json

void overlap(int n, const double *x, double *y)
{
	for (int i = 0; i < n; i++)
		y[i] += 3.0 * x[i];
}
// The trip count first, then the extents; false: the original runs.
// CHECK: define internal preserve_mostcc i1 @overlap.psr1({{.*}}ptr noalias{{[^,]*}}, ptr noalias
// CHECK-NOT: store
// CHECK: [[FIT:%[0-9]+]] = freeze i1
// CHECK-NEXT: br i1 [[FIT]]
// CHECK-DAG: ret i1 [[FIT]]
// CHECK-DAG: store <4 x double>
// JSON: "function": "overlap"{{.*}}{"name": "noalias-v3-w256", "status": "made", "reason": null}

void known(int n, const double *restrict x, double *restrict y)
{
	for (int i = 0; i < n; i++)
		y[i] += 3.0 * x[i];
}
// JSON: "function": "known"{{.*}}{"name": "noalias-v3-w256", "status": "skipped", "reason": {"id": "apart"

long reads(int n, const long *x, const long *y)
{
	long sum = 0;

	for (int i = 0; i < n; i++)
		sum += x[i] * y[i];
	return sum;
}
// JSON: "function": "reads"{{.*}}{"name": "noalias-v3-w256", "status": "skipped", "reason": {"id": "apart"

void indirect(int n, const int *at, const double *x, double *restrict y)
{
	for (int i = 0; i < n; i++)
		y[i] += x[at[i]] * x[i];
}
// JSON: "function": "indirect"{{.*}}{"name": "noalias-v3-w256", "status": "skipped", "reason": {"id": "unknown-extent"

void many(int n, float *a, float *b, float *c, float *d, float *e, float *f,
	  float *g, float *h, float *k)
{
	for (int i = 0; i < n; i++)
		a[i] = b[i] + c[i] + d[i] + e[i] + f[i] + g[i] + h[i] + k[i];
}
// JSON: "function": "many"{{.*}}{"name": "noalias-v3-w256", "status": "skipped", "reason": {"id": "many-pointers"
