// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Several inner loops: each is done for a block of the outer loop's iterations,
// and so is what lies between them.
// RUN: rm -f %t.json
// RUN: %clang -O2 -S -emit-llvm -fplugin=%plugin -mllvm -psr-recipes=interchange-v3-w256,unroll4-v3-w256 -mllvm -psr-budget=100 \
// RUN:     -mllvm -psr-remarks=%t.json %s -o - | %FileCheck %s
// RUN: %FileCheck --check-prefix=REMARK %s < %t.json

// One array of sums, of the first loop; both loops are vectors of columns, though
// whether there are rows at all was asked for each column.
// CHECK-LABEL: define internal preserve_mostcc i1 @orthogonal.psr0(
// CHECK: alloca [256 x double], align 64
// CHECK-NOT: alloca
// CHECK: fadd <4 x double>
// CHECK-NOT: fsub
// CHECK: fadd double
// CHECK: fsub <4 x double>
// CHECK: ret i1 true
// REMARK: "function": "orthogonal"{{.*}}"name": "interchange-v3-w256", "status": "made"
void orthogonal(long n, long m, const double *restrict q, double *restrict a,
                double *restrict r)
{
	for (long j = 0; j < n; j++) {
		r[j] = 0;
		for (long i = 0; i < m; i++)
			r[j] += q[i] * a[i * n + j];
		for (long i = 0; i < m; i++)
			a[i * n + j] -= q[i] * r[j];
	}
}

// The first loop would read what the second one has written already.
// REMARK: "function": "crossing"{{.*}}"name": "interchange-v3-w256", "status": "skipped", "reason": {"id": "order"
void crossing(long n, const double *restrict a, double *restrict b,
              double *restrict c)
{
	for (long j = 0; j < n; j++) {
		double s = 0;

		for (long i = 0; i < n; i++)
			s += b[i * (n + 1) + j + 1] * a[i];
		c[j] = s;
		for (long i = 0; i < n; i++)
			b[i * (n + 1) + j] = s - a[i];
	}
}

// Where each round of j stores to a[i], the second loop must come first.
// REMARK: "function": "shared"{{.*}}"name": "interchange-v3-w256", "status": "skipped", "reason": {"id": "order"
void shared(long n, const double *restrict b, double *restrict a)
{
	for (long j = 0; j < n; j++) {
		for (long i = 0; i < n; i++)
			a[i] += b[i * n + j];
		for (long i = 0; i < n; i++)
			a[i] *= b[j * n + i];
	}
}

// What is loaded in front, and used behind, is stored to between.
// REMARK: "function": "between"{{.*}}"name": "interchange-v3-w256", "status": "skipped", "reason": {"id": "no-pair"
void between(long n, const double *restrict a, double *restrict b,
             double *restrict c)
{
	for (long j = 0; j < n; j++) {
		double f = b[j], s = 0;

		for (long i = 0; i < n; i++)
			s += a[i * n + j] * f;
		b[j] = s;
		for (long i = 0; i < n; i++)
			c[i * n + j] = c[i * n + j] * s + f;
	}
}

// A test in front of the inner loops, in each round, says that rows above and
// columns to the left are apart from what it writes.
// CHECK-LABEL: define internal preserve_mostcc i1 @upper.psr0(
// CHECK: alloca [256 x double], align 64
// CHECK: fadd <4 x double>
// CHECK: ret i1 true
// REMARK: "function": "upper"{{.*}}"name": "interchange-v3-w256", "status": "made"
void upper(long n, double *restrict a)
{
	for (long i = 0; i < n; i++)
		for (long j = i; j < n; j++) {
			double s = a[i * n + j];

			for (long k = 0; k < i; k++)
				s -= a[i * n + k] * a[k * n + j];
			a[i * n + j] = s;
		}
}
