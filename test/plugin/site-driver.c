// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A loop over time steps is no site, the nests within it are: one call would
// be the whole run.
// RUN: rm -f %t.json
// RUN: %psr-cc -O3 -g1 -c %s -o %t.o --psr-remarks=%t.json
// RUN: %FileCheck %s < %t.json

// CHECK-DAG: "line": 17, {{.*}}"status": "skipped", "reason": {"id": "driver"
// CHECK-DAG: "line": 18, {{.*}}"status": "site"
// CHECK-DAG: "line": 27, {{.*}}"status": "skipped", "reason": {"id": "driver"
// CHECK-DAG: "line": 28, {{.*}}"status": "site"
// CHECK-DAG: "line": 30, {{.*}}"status": "site"

double *swaps(long steps, long n, double *restrict a, double *restrict b)
{
	// Each step reads what the last one wrote.
	for (long s = 0; s < steps; s++) {
		for (long i = 1; i < n - 1; i++)
			b[i] = 0.5 * a[i] + 0.25 * (a[i - 1] + a[i + 1]);
		double *t = a; a = b; b = t;
	}
	return a;
}

void in_turn(long steps, long n, double *restrict x, double *restrict v)
{
	for (long s = 0; s < steps; s++) {
		for (long i = 0; i < n; i++)
			v[i] -= 0.01 * x[i];
		for (long i = 0; i < n; i++)
			x[i] += 0.01 * v[i];
	}
}

// CHECK-DAG: "line": 39, {{.*}}"status": "site"
void product(long n, const double *restrict a, const double *restrict b,
             double *restrict c)
{
	for (long i = 0; i < n; i++)
		for (long k = 0; k < n; k++)
			for (long j = 0; j < n; j++)
				c[i * n + j] += a[i * n + k] * b[k * n + j];
}

// The same nest again and again, on the same places.
// CHECK-DAG: "line": 50, {{.*}}"status": "skipped", "reason": {"id": "driver"
// CHECK-DAG: "line": 51, {{.*}}"status": "site"
void again(long rounds, long n, const double *restrict a, double *restrict b)
{
	for (long r = 0; r < rounds; r++)
		for (long i = 0; i < n; i++)
			for (long j = 0; j < n; j++)
				b[i] = a[j] < b[i] ? a[j] : b[i];
}
