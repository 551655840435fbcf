// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A block counts once, however many branches and parts its code has: a
// condition of two, a switch, and what an inlined function divides. Its copies
// count each, also within one block as in a loop that was unrolled, four and one
// behind it; a loop's condition has one in front of the loop.
// RUN: rm -rf %t && mkdir %t
// RUN: %clang -O2 -S -fplugin=%plugin -Xclang -mllvm -Xclang -psr-probes=hidden -Xclang -mllvm -Xclang -psr-recipes=scalar '-Rpass=^$' %s -o %t/s
// RUN: sed -n 's/.*\.pseudoprobe\t[0-9]* \([0-9]*\) [0-9]* [0-9]* \([a-z]*\)$/\2 \1/p' %t/s | sort | uniq -c | tee %t/counts | %FileCheck %s
// CHECK-DAG: 1 divided 1{{$}}
// CHECK-DAG: 3 copied 6{{$}}
// CHECK-DAG: 5 dot 4{{$}}
// CHECK-DAG: 1 kind 1{{$}}
// CHECK-DAG: 2 ranges 2{{$}}
// CHECK-DAG: 1 ranges 10{{$}}
// RUN: test $(grep -v 'copied\|dot' %t/counts | grep -vc ' 1 ') = 1
int rows, kinds[8];
void log_it(int), other(int);

static inline int signs(int a)
{
	if (a < -100)
		log_it(a);
	return a ^ 3;
}

int ranges(const int *index, int n, int m)
{
	int found = 0;

	for (int i = 0; i < n; i++) {
		int k = index[i];

		if (!(1 <= k && k <= m))
			other(k);
		if (k <= rows)
			found += 2;
		else if (kinds[k & 7] == 3 || found > 1000)
			found -= k / 3;
	}
	return found;
}

int kind(int a)
{
	switch (a) {
	case 3: other(1); return 17;
	case 90: other(2); return 15;
	case 1000: other(3); return 45;
	case 20000: other(4); return 85;
	case 300000: other(5); return 9;
	}
	return 0;
}

int divided(int *a, int b)
{
	a[0] = 4;
	b = signs(b);
	a[1] = b;
	if (b & 1)
		other(b);
	return b;
}

void copied(int *a, const int *b)
{
#pragma clang loop unroll_count(3) vectorize(disable)
	for (int i = 0; i < 3000; i++) {
		if (b[i] > 4)
			other(i);
		else
			a[i] = 0;
	}
}

double dot(const double *a, const int *index, const double *b, int n)
{
	double sum = 0;

	for (int i = 1; i <= n; i++)
		sum += a[index[i]] * b[i];
	return sum;
}
