// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a sum begins with is computed with two uses each time: there are 2^30 ways
// from the load to the sum. Neither asking whether it is used behind that takes so
// long, nor LLVM's vectorizer over what is computed again and not used (found by
// test/fuzz, seed 3150416).
// RUN: rm -f %t.json
// RUN: timeout 60 %clang -O2 -S -emit-llvm -fplugin=%plugin -mllvm -psr-recipes=interchange-v3-w256,unroll4-v3-w256 -mllvm -psr-budget=100 \
// RUN:     -mllvm -psr-remarks=%t.json %s -o - | %FileCheck %s
// RUN: %FileCheck --check-prefix=REMARK %s < %t.json

#define MIX x = (x ^ x >> 7) * 2654435761u;
#define MIX10 MIX MIX MIX MIX MIX MIX MIX MIX MIX MIX

// CHECK: define internal preserve_mostcc i1 @chains.psr0(
// REMARK: "function": "chains"{{.*}}"name": "interchange-v3-w256", "status": "made"
void chains(long n, const unsigned *restrict key,
	    const double *restrict q, const double *restrict a,
	    double *restrict r)
{
	for (long j = 0; j < n; j++) {
		unsigned x = key[j];
		double sum;

		MIX10 MIX10 MIX10
		sum = x;
		for (long i = 0; i < 100; i++)
			sum += q[i] * a[i * n + j];
		r[j] = sum;
	}
}
