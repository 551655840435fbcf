// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A loop over several nests is a site if it is one nest in two passes over a
// row, or if its memory can be packed; over nests that go over the same places
// each time it is none.
// RUN: rm -f %t.json
// RUN: %psr-cc -O3 -g1 -c %s -o %t.o --psr-remarks=%t.json
// RUN: %FileCheck %s < %t.json

// The row's sum is what its second pass divides by.
// CHECK-DAG: "line": 13, {{.*}}"status": "site"
void rows(long n, long m, double *restrict a)
{
	for (long i = 0; i < n; i++) {
		double sum = 0;

		for (long j = 0; j < m; j++)
			sum += a[i * m + j];
		for (long j = 0; j < m; j++)
			a[i * m + j] /= sum;
	}
}

// The inner nest reads down the columns: packed once, read n times.
// CHECK-DAG: "line": 27, {{.*}}"status": "site", {{.*}}"depth": 3
void rank_k(long n, long k, const double *restrict a, double *restrict c)
{
	for (long i = 0; i < n; i++) {
		for (long j = 0; j < n; j++)
			c[i * n + j] *= 0.5;
		for (long j = 0; j < n; j++)
			for (long p = 0; p < k; p++)
				c[i * n + j] += a[p * n + i] * a[p * n + j];
	}
}

// CHECK-DAG: "line": 39, {{.*}}"status": "skipped", "reason": {"id": "driver"
void steps(long rounds, long n, double *restrict a, double *restrict b)
{
	for (long r = 0; r < rounds; r++) {
		for (long i = 1; i < n - 1; i++)
			for (long j = 1; j < n - 1; j++)
				b[i * n + j] = 0.25 *
				    (a[i * n + j - 1] + a[i * n + j + 1] +
				     a[i * n - n + j] + a[i * n + n + j]);
		for (long i = 1; i < n - 1; i++)
			for (long j = 1; j < n - 1; j++)
				a[i * n + j] = 0.25 *
				    (b[i * n + j - 1] + b[i * n + j + 1] +
				     b[i * n - n + j] + b[i * n + n + j]);
	}
}
