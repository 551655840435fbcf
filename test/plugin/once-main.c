// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What main() goes through once gets what the others leave of the budget. And
// a loop that only moves data may gain if it chooses what.
// RUN: rm -f %t.json
// RUN: %psr-cc -O2 -g1 -c %s -o %t.o --psr-remarks=%t.json
// RUN: %FileCheck %s < %t.json

// CHECK-DAG: "line": 13, {{.*}}"status": "site", {{.*}}"name": "v3-w256", "status": "made"{{.*}}"name": "v4-w512", "status": "made"{{.*}}"name": "counted", "status": "made"
// CHECK-DAG: "line": 29, {{.*}}"status": "skipped", "reason": {"id": "budget"
__attribute__((noinline)) static void choose(long n, float *restrict a,
					     const float *restrict b)
{
	for (long i = 0; i < n; i++)
		if (b[i] > 0.5f)
			a[i] = b[i];
}

#define FILL(a, k) for (long i = 0; i < n; i++) a[i] = a[i] * (k) + (float)i
#define FILL4(a) FILL(a, 3); keep(a); FILL(a, 5); keep(a); FILL(a, 7); keep(a); FILL(a, 9); keep(a)
#define FILL16(a) FILL4(a); FILL4(a); FILL4(a); FILL4(a)

extern float x[4096], y[4096];
void keep(float *);

int main(int argc, char **argv)
{
	long n = argc * 100;

	FILL16(x); FILL16(y); FILL16(x); FILL16(y); FILL16(x); FILL16(y); FILL16(x); FILL16(y);
	for (long i = 0; i < n; i++)
		choose(n, x, y);
	return argv[0][0] + (int)x[0];
}
