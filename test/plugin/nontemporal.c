// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is written in order, and not read, may be stored around the caches:
// where it is enough, and aligned.
// RUN: rm -f %t.json
// RUN: %clang -O2 -S -emit-llvm -fplugin=%plugin -mllvm -psr-recipes=nontemporal-v3-w128 -mllvm -psr-remarks=%t.json %s -o - | %FileCheck %s
// RUN: %FileCheck --check-prefix=JSON %s < %t.json
// RUN: %clang -O2 -S -fplugin=%plugin -mllvm -psr-recipes=nontemporal-v3-w128 %s -o - | %FileCheck --check-prefix=ASM %s

void triad(long n, const float *a, const float *b, float *c)
{
	for (long i = 0; i < n; i++)
		c[i] = a[i] + 3 * b[i];
}
// CHECK: define internal {{.*}}i1 @triad.psr0(
// CHECK: icmp ugt i64 %{{.*}}, 33554431
// CHECK: store <4 x float> {{.*}}, align 16, {{.*}}!nontemporal
// CHECK: call void @llvm.x86.sse.sfence()
// ASM-LABEL: triad.psr0:
// ASM: vmovntps %xmm
// ASM: sfence

// Each row starts aligned: its pitch is tested.
void rows(long n, long pitch, const double *a, double *c)
{
	for (long i = 0; i < n; i++)
		for (long j = 0; j < n; j++)
			c[i * pitch + j] = a[i * n + j] * 0.5;
}
// CHECK: define internal {{.*}}i1 @rows.psr0(
// CHECK: store <2 x double> {{.*}}, align 16, {{.*}}!nontemporal
// ASM-LABEL: rows.psr0:
// ASM: vmovntp{{[sd]}} %xmm

// Read, too: the line is in the cache already.
void scale(long n, float *c)
{
	for (long i = 0; i < n; i++)
		c[i] *= 3;
}
// JSON: "function": "scale", {{.*}}"site": null, "status": "skipped"

// Every other element: no line is written whole.
void skips(long n, const float *a, float *c)
{
	for (long i = 0; i < n; i++)
		c[2 * i] = a[i] + 1;
}
// JSON: "function": "skips", {{.*}}"site": null, "status": "skipped"


// The rows overlap, and begin one element later each.
void smear(long n, long m, const float *a, float *c)
{
	for (long i = 0; i < n; i++)
		for (long j = 0; j < m; j++)
			c[i + j] = a[i * m + j] * 2;
}
// JSON: "function": "smear", {{.*}}"site": null, "status": "skipped"
