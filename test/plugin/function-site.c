// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A function marked annotate("psr") is one site: dispatched at its entry,
// left at each return, its statics shared; the loops within are no sites.
// RUN: %clang -O2 -S -emit-llvm -fplugin=%plugin -mllvm -psr-recipes=v3-w256,scalar -mllvm -psr-remarks=%t.json %s -o - | %FileCheck %s
// RUN: %FileCheck %s --check-prefix=JSON < %t.json
// RUN: rm -f %t.json

struct big {
	double v[8];
};

__attribute__((annotate("psr"))) struct big
marked(struct big in, int n, const double *a)
{
	static long calls;

	if (n < 3)
		return in;
	in.v[0] += calls++;
	for (int i = 0; i < n; i++)
		in.v[i & 7] += a[i];
	return in;
}

// CHECK: @marked.calls = internal
// CHECK-NOT: @marked.calls{{.*}} = internal
// CHECK: define dso_local void @marked(ptr {{.*}}sret(%struct.big){{.*}}, ptr {{.*}}byval(%struct.big)
// CHECK-DAG: @__psr_enter_at(ptr
// CHECK-DAG: call void %{{.*}}(ptr {{.*}}sret(%struct.big){{.*}}, ptr {{.*}}byval(%struct.big)
// CHECK-DAG: call preserve_mostcc void @__psr_leave({{.*}}, i64 %{{.*}}, i64 %{{.*}})
// CHECK-DAG: define internal void @marked.psr0(ptr
// CHECK-DAG: define internal void @marked.psr1(ptr
// JSON: "function": "marked", "line": 0, "kind": "function", "site": "{{[0-9a-f]+}}", "status": "site"
// JSON-NOT: "kind": "loop"
