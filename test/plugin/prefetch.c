// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What an index leads to is prefetched, some iterations early, never with an
// index beyond the loop's last.
// RUN: rm -f %t.json
// RUN: %clang -O2 -S -emit-llvm -fplugin=%plugin -mllvm -psr-recipes=prefetch32 -mllvm -psr-remarks=%t.json %s -o - | %FileCheck %s
// RUN: %FileCheck --check-prefix=JSON %s < %t.json

double gather(long n, const int *at, const double *a)
{
	double sum = 0;

	for (long i = 0; i < n; i++)
		sum += a[at[i]];
	return sum;
}
// CHECK: define internal {{.*}}i1 @gather.psr0(
// CHECK: %[[LAST:[0-9]+]] = add {{.*}}i64 %{{.*}}, -1
// CHECK: %[[AHEAD:[0-9]+]] = add {{.*}}i64 %{{.*}}, 32
// CHECK: %[[AT:.*]] = {{.*}} i64 @llvm.umin.i64(i64 %[[AHEAD]], i64 %[[LAST]])
// CHECK: call void @llvm.prefetch.p0(ptr %{{.*}}, i32 0, i32 3, i32 1)

// Read and written, by a hash: once, for writing.
void count(long n, const unsigned *key, unsigned *bin)
{
	for (long i = 0; i < n; i++)
		bin[key[i] * 2654435761u >> 12]++;
}
// CHECK: define internal {{.*}}i1 @count.psr0(
// CHECK: call void @llvm.prefetch.p0(ptr %{{.*}}, i32 1, i32 3, i32 1)
// CHECK-NOT: @llvm.prefetch
// CHECK: ret i1

// The index may not be read where the loop does not.
double some(long n, const int *at, const double *a, const char *use)
{
	double sum = 0;

	for (long i = 0; i < n; i++)
		if (use[i])
			sum += a[at[i]];
	return sum;
}
// JSON: "function": "some", {{.*}}"site": null, "status": "skipped"

// The loop may end before.
long first(long n, const int *at, const double *a)
{
	for (long i = 0; i < n; i++)
		if (a[at[i]] > 0)
			return i;
	return -1;
}
// JSON: "function": "first", {{.*}}"site": null, "status": "skipped"

// A pointer leads to the next.
double chain(long n, const double *const *p)
{
	double sum = 0;

	for (long i = 0; i < n; i++) {
		sum += **p;
		p = (const double *const *)*p;
	}
	return sum;
}
// JSON: "function": "chain", {{.*}}"site": null, "status": "skipped"
