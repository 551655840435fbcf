// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An inner loop of few iterations is written out, and the loop around it
// vectorised, each sum in its order; found within a loop that is no site.
// RUN: rm -f %t.json
// RUN: %clang -O2 -S -emit-llvm -fplugin=%plugin -mllvm -psr-budget=1000 -mllvm -psr-recipes=flat-v3-w256,unroll4-v3-w256 -mllvm -psr-remarks=%t.json %s -o - | %FileCheck %s
// RUN: %FileCheck --check-prefix=JSON %s < %t.json

void fir(const float *restrict in, float *restrict out, int n,
	 const float *restrict taps)
{
	for (int i = 0; i < n; i++) {
		float sum = 0;

		for (int k = 0; k < 31; k++)
			sum += taps[k] * in[i + k];
		out[i] = sum;
	}
}
// CHECK: define internal preserve_mostcc i1 @fir.psr1(
// CHECK: fmul <8 x float>
// CHECK-NOT: fmuladd
// CHECK: store <8 x float>
// JSON: "function": "fir"{{.*}}"status": "site"{{.*}}{"name": "flat-v3-w256", "status": "made"

void again(float *in, float *out, int n, const float *taps, int rounds)
{
	for (int r = 0; r < rounds; r++) {
		for (int i = 0; i < n; i++) {
			float sum = 0;

			for (int k = 0; k < 31; k++)
				sum += taps[k] * in[i + k];
			out[i] = sum;
		}
		in[r % n] = out[n - 1 - r % n];
	}
}
// JSON: "function": "again", {{.*}}"status": "skipped"
// JSON: "function": "again", {{.*}}"status": "site"{{.*}}{"name": "flat-v3-w256", "status": "made"

void long_inner(const float *restrict in, float *restrict out, int n,
		const float *restrict taps, int m)
{
	for (int i = 0; i < n; i++) {
		float sum = 0;

		for (int k = 0; k < m; k++)
			sum += taps[k] * in[i + k];
		out[i] = sum;
	}
}
// JSON: "function": "long_inner"{{.*}}{"name": "flat-v3-w256", "status": "skipped", "reason": {"id": "long-inner"
