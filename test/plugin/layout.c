// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The layout recipes copy strided memory in front of the nest, work on the
// copy, and copy back what was written, if a test on entry allows it.
// RUN: %clang -O1 -S -emit-llvm %s -o %t.ll
// RUN: %opt -load-pass-plugin=%plugin -passes=psr,verify,instcombine -psr-recipes=layout -psr-budget=100 -S %t.ll > %t.out
// RUN: %FileCheck %s < %t.out
// RUN: %FileCheck --check-prefix=STUB %s < %t.out

struct body {
	double x, y, z, m, vx, vy, vz, unused;
};

// A column of b is a row of the copy, made in strips of 16 columns.
// CHECK-LABEL: define internal preserve_mostcc i1 @product.psr0(
// CHECK: icmp ne ptr @__psr_scratch, null
// CHECK: br i1 %{{.*}}, label %[[FITS:.*]], label %[[UNFIT:.*]]
// CHECK: [[UNFIT]]:
// CHECK-NEXT: ret i1 false
// CHECK: [[FITS]]:
// CHECK: [[BLOCK:%.*]] = call noalias ptr @__psr_scratch(i64
// CHECK: icmp eq ptr [[BLOCK]], null
// CHECK: ret i1 false
// CHECK: add nuw i64 %psr.i, 16
// CHECK: [[ELEMENT:%.*]] = load i64, ptr
// CHECK: store i64 [[ELEMENT]], ptr
// CHECK: %psr.row = getelementptr inbounds i64, ptr [[BLOCK]], i64
// CHECK: [[PLACE:%.*]] = getelementptr inbounds nuw i64, ptr %psr.row, i64 %psr.iv
// CHECK: load double, ptr [[PLACE]], align 8
// CHECK: call void @__psr_scratch_done(ptr{{.*}} [[BLOCK]])
// CHECK: ret i1 true
// CHECK: {{^}}}
void product(int n, const double *a, const double *b, double *restrict c)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++) {
			double s = 0;

			for (int k = 0; k < n; k++)
				s += a[i * n + k] * b[k * n + j];
			c[i * n + j] = s;
		}
}

// Both fields are copied in one loop, the one that is written back in another;
// the copies are known to lie apart.
// CHECK-LABEL: define internal preserve_mostcc i1 @move.psr0(
// CHECK: call noalias ptr @__psr_scratch(i64
// CHECK-COUNT-2: %psr.element{{.*}} = load i64
// CHECK: %psr.place{{.*}} = getelementptr
// CHECK: load double, ptr %psr.place{{.*}}, !alias.scope [[ONE:![0-9]+]], !noalias [[OTHER:![0-9]+]]
// CHECK: load double, ptr %psr.place{{.*}}, !alias.scope [[OTHER]], !noalias [[ONE]]
// CHECK: store double %{{.*}}, ptr %psr.place{{.*}}, !alias.scope [[ONE]], !noalias [[OTHER]]
// CHECK: [[BACK:%psr.element.*]] = load i64
// CHECK-NEXT: store i64 [[BACK]], ptr
// CHECK-NOT: psr.element
// CHECK: call void @__psr_scratch_done(
void move(int rounds, int n, struct body *p)
{
	for (int r = 0; r < rounds; r++)
		for (int i = 0; i < n; i++)
			p[i].x = p[i].x + 0.01 * p[i].vx;
}

// What is written may overlap what is read: the test has both ends of each.
// CHECK-LABEL: define internal preserve_mostcc i1 @apart.psr0(
// CHECK: %psr.apart = or i1 %psr.below, %psr.above
// CHECK: call noalias ptr @__psr_scratch(i64
void apart(int rounds, int n, const struct body *p, double *out)
{
	for (int r = 0; r < rounds; r++)
		for (int i = 0; i < n; i++)
			out[i] = out[i] * 0.5 + p[i].m;
}

// Different fields of the same array never overlap: no test.
// CHECK-LABEL: define internal preserve_mostcc i1 @fields.psr0(
// CHECK-NOT: psr.apart
// CHECK: call noalias ptr @__psr_scratch(i64
// CHECK: {{^}}}
void fields(int n, struct body *p)
{
	for (int i = 0; i < n; i++) {
		double s = 0;

		for (int j = 0; j < n; j++)
			s += p[j].x * p[j].m;
		p[i].vx += s;
	}
}

// Weights lie between keys, which are always read; the last one must be in the
// last key's page.
// CHECK-LABEL: define internal preserve_mostcc i1 @marked.psr0(
// CHECK: icmp ult i64 %{{.*}}, 4096
// CHECK: call noalias ptr @__psr_scratch(i64
// CHECK-COUNT-2: %psr.element{{.*}} = load i32
// CHECK: {{^}}}
struct node {
	int key, weight;
	char name[56];
};
long marked(int rounds, int n, const struct node *p)
{
	long s = 0;

	for (int r = 0; r < rounds; r++)
		for (int i = 0; i < n; i++)
			if (p[i].key > r)
				s += p[i].weight;
	return s;
}

// The last round of i meets all rows of a.
// CHECK-LABEL: define internal preserve_mostcc i1 @rank_k.psr0(
// CHECK: call noalias ptr @__psr_scratch(i64
// CHECK: add nuw i64 %psr.i, 16
// CHECK: load double, ptr %psr.place
// CHECK: {{^}}}
void rank_k(unsigned long n, unsigned long m, const double *restrict a,
	    double *restrict c)
{
	for (unsigned long i = 0; i < n; i++)
		for (unsigned long k = 0; k < m; k++)
			for (unsigned long j = 0; j <= i; j++)
				c[i * n + j] += a[i * m + k] * a[j * m + k];
}

// STUB: declare extern_weak ptr @__psr_scratch(i64) #[[A:[0-9]+]]
// STUB: declare extern_weak void @__psr_scratch_done(ptr) #[[A]]
// STUB: attributes #[[A]] = { nounwind willreturn }
