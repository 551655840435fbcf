// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where an inner loop's bounds come of what the nest loads, the rest of them
// tells how much work there is: else all sizes would count as one.
// RUN: %clang -O2 -S -emit-llvm -fplugin=%plugin -mllvm -psr-recipes=v3-w256,scalar %s -o - | %FileCheck %s

// CHECK-LABEL: define{{.*}} @knapsack(
// CHECK: [[TRIPS:%.*]] = {{.*}}call i64 @llvm.smax.i64(i64 %{{.*}}, i64 16)
// CHECK: call {{.*}}@llvm.umul.with.overflow.i64({{.*}}[[TRIPS]])
// CHECK-LABEL: define{{.*}} @rows(
long knapsack(const int *weight, const long *worth, int things, long *best,
	      int capacity)
{
	for (int t = 0; t < things; t++)
		for (int c = capacity; c >= weight[t]; c--) {
			long with = best[c - weight[t]] + worth[t];

			if (with > best[c])
				best[c] = with;
		}
	return best[capacity];
}

// Nothing else is known here: sixteen.
// CHECK-NOT: llvm.smax
// CHECK: call {{.*}}@__psr_enter_at
void rows(const int *row, float *v, int n)
{
	for (int i = 0; i < n; i++)
		for (int k = row[i]; k < row[i + 1]; k++)
			v[k] *= 2;
}

// A loop that may end before its bounds goes half way, of 16 or more.
// CHECK-LABEL: define{{.*}} @members(
// CHECK: [[HALF:%.*]] = lshr i64 %{{.*}}, 1
// CHECK: [[TRIPS:%.*]] = {{.*}}call i64 @llvm.smax.i64(i64 %{{.*}}, i64 16)
// CHECK: call {{.*}}@__psr_enter_at
int members(const int *wanted, int n, const int *set, int m)
{
	int found = 0;

	for (int i = 0; i < n; i++)
		for (int k = 0; k < m; k++)
			if (set[k] == wanted[i]) {
				found += k;
				break;
			}
	return found;
}
