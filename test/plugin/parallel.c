// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The parallel recipes have ranges of the outermost loop done by a function of
// their own, where no iteration needs what another one does.
// RUN: rm -f %t.json
// RUN: %clang -O2 -S -emit-llvm -fplugin=%plugin -mllvm -psr-budget=1000 -mllvm -psr-recipes=parallel %s -o - | %FileCheck %s
// RUN: %clang -O2 -c -fplugin=%plugin -mllvm -psr-recipes=parallel,v3-w256 -mllvm -psr-budget=1000 -mllvm -psr-remarks=%t.json %s -o /dev/null
// RUN: %FileCheck --check-prefix=JSON %s < %t.json

void rows(int n, int m, const float *a, float *b)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < m; j++)
			b[i * m + j] = 2 * a[i * m + j];
}
// JSON: "function": "rows"{{.*}}{"name": "parallel", "status": "made", "reason": null}
// The variant tests, packs its arguments, calls, and tells whether it was done.
// CHECK: define internal {{.*}}i1 @rows.psr0({{.*}} comdat($rows.psr.table)
// CHECK-NOT: load float
// CHECK: icmp eq ptr @__psr_parallel, null
// CHECK: call i32 @__psr_parallel(ptr nonnull @rows.psr0.worker, ptr nonnull
// CHECK: }
// CHECK: define internal {{.*}}@rows.psr0.range({{.*}}ptr noalias{{.*}}ptr noalias{{.*}} comdat($rows.psr.table)
// CHECK-NOT: __psr_parallel
// CHECK: store <4 x float>
// CHECK: }
// CHECK: define internal void @rows.psr0.worker(ptr %0, i64 %1, i64 %2) {{.*}}comdat($rows.psr.table)
// CHECK: call i1 @rows.psr0.range({{.*}}i64 %1, i64 %2
// CHECK: }

// Columns: the window of an iteration, modulo the length of a row.
void columns(int n, int m, const float *restrict a, float *restrict b)
{
	for (int j = 0; j < m; j++)
		for (int i = 0; i < n; i++)
			b[i * m + j] = 2 * a[j * n + i];
}
// JSON: "function": "columns"{{.*}}{"name": "parallel", "status": "made", "reason": null}

// A sum, which may overflow on the way, though it does not as a whole.
// CHECK-LABEL: define internal {{.*}}@total.psr0.range(
// CHECK: phi i32 [ 0,
// CHECK-NOT: add nsw i32
// CHECK: atomicrmw add ptr
int total(int n, int m, const int *a)
{
	int sum = 5;

	for (int i = 0; i < n; i++)
		for (int j = 0; j < m; j++)
			sum += a[i * m + j] * 3;
	return sum;
}
// JSON: "function": "total"{{.*}}{"name": "parallel", "status": "made", "reason": null}

// The last row's sum is stored by who has the last iteration.
// CHECK-LABEL: define internal {{.*}}@last_row.psr0.range(
// CHECK: store i32 [[SUM:%[0-9]+]], ptr
// CHECK: br i1
// CHECK: br i1
// CHECK: store i32 [[SUM]], ptr
// CHECK: ret i1 true
int last_row(int n, int m, const int *restrict a, int *restrict b)
{
	int sum = 0;

	for (int i = 0; i < n; i++) {
		sum = 0;
		for (int j = 0; j < m; j++)
			sum += a[i * m + j] * 3;
		b[i] = sum;
	}
	return sum;
}
// JSON: "function": "last_row"{{.*}}{"name": "parallel", "status": "made", "reason": null}

unsigned extremes(int n, int m, const unsigned *a, unsigned *top)
{
	unsigned least = 1000, most = 0, all = ~0u, any = 0, odd = 0;

	for (int i = 0; i < n; i++)
		for (int j = 0; j < m; j++) {
			unsigned v = a[i * m + j];

			least = v < least ? v : least;
			most = v > most ? v : most;
			all &= v;
			any |= v;
			odd ^= v;
		}
	*top = most;
	return least + all * 3 + any * 5 + odd * 7;
}
// CHECK-LABEL: define internal {{.*}}@extremes.psr0.range(
// CHECK-DAG: atomicrmw umin
// CHECK-DAG: atomicrmw umax
// CHECK-DAG: atomicrmw and
// CHECK-DAG: atomicrmw or
// CHECK-DAG: atomicrmw xor
// CHECK: }
// JSON: "function": "extremes"{{.*}}{"name": "parallel", "status": "made", "reason": null}

float floats(int n, int m, const float *a, float *b)
{
	float sum = 0;

	for (int i = 0; i < n; i++) {
		for (int j = 0; j < m; j++)
			b[i * m + j] = 2 * a[i * m + j];
		sum += a[i];
	}
	return sum;
}
// JSON: "function": "floats"{{.*}}{"name": "parallel", "status": "skipped", "reason": {"id": "recurrence"

// What the sum is before the end is seen.
int running(int n, int m, const int *restrict a, int *restrict b)
{
	int sum = 0;

	for (int i = 0; i < n; i++) {
		for (int j = 0; j < m; j++)
			b[i * m + j] = a[i * m + j] + 1;
		sum += a[i];
		b[i * m] = sum;
	}
	return sum;
}
// JSON: "function": "running"{{.*}}{"name": "parallel", "status": "skipped", "reason": {"id": "recurrence"

// Only some iterations leave a value.
int sometimes(int n, int m, const int *restrict a, int *restrict b)
{
	int last = 0;

	for (int i = 0; i < n; i++) {
		for (int j = 0; j < m; j++)
			b[i * m + j] = a[i * m + j] + 1;
		if (a[i] > 3)
			last = a[i];
	}
	return last;
}
// JSON: "function": "sometimes"{{.*}}{"name": "parallel", "status": "skipped", "reason": {"id": "recurrence"

void downwards(int n, int m, float *a)
{
	for (int i = 1; i < n; i++)
		for (int j = 0; j < m; j++)
			a[i * m + j] = 2 * a[(i - 1) * m + j];
}
// JSON: "function": "downwards"{{.*}}{"name": "parallel", "status": "skipped", "reason": {"id": "carried"

// Each iteration writes the same bytes.
void same(int n, int m, const int *restrict a, int *restrict b)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < m; j++)
			b[j] += a[i * m + j];
}
// JSON: "function": "same"{{.*}}{"name": "parallel", "status": "skipped", "reason": {"id": "carried"

// Windows of constant sizes that overlap.
void windows(int n, int (*restrict a)[40], const int *restrict b)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < 48; j++)
			a[0][i * 40 + j] += b[j];
}
// JSON: "function": "windows"{{.*}}{"name": "parallel", "status": "skipped", "reason": {"id": "carried"

void scatter(int n, int m, const int *restrict at, const int *restrict b,
	     int *restrict a)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < m; j++)
			a[at[i] + j] = b[j] + 1;
}
// JSON: "function": "scatter"{{.*}}{"name": "parallel", "status": "skipped", "reason": {"id": "unknown-extent"

// Gathering is fine, if what is written is known to be apart.
void gather(int n, int m, const int *restrict at, const int *restrict b,
	    int *restrict a)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < m; j++)
			a[i * m + j] = b[at[i] + j] + 1;
}
// JSON: "function": "gather"{{.*}}{"name": "parallel", "status": "made", "reason": null}

void gather_anywhere(int n, int m, const int *restrict at, const int *b, int *a)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < m; j++)
			a[i * m + j] = b[at[i] + j] + 1;
}
// JSON: "function": "gather_anywhere"{{.*}}{"name": "parallel", "status": "skipped", "reason": {"id": "unknown-extent"

__attribute__((annotate("psr"))) void whole(int n, float *a)
{
	for (int i = 0; i < n; i++)
		a[i] *= 2;
}
// JSON: "function": "whole"{{.*}}{"name": "parallel", "status": "skipped", "reason": {"id": "no-guard"

// Too little of it, and it is known.
void little(const int *restrict a, int *restrict b)
{
	for (int i = 0; i < 20; i++)
		for (int j = 0; j < 30; j++)
			b[i * 30 + j] = a[i * 30 + j] * 3;
}
// JSON: "function": "little"{{.*}}{"name": "parallel", "status": "skipped", "reason": {"id": "little"
