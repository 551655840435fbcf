// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Loops tiled by Polly. What it assumes is tested on entry, where the variant
// declines: Polly's own copy of the old loops is dropped. Nothing is packed on
// the stack, and no option of LLVM's keeps what was set for it.
// RUN: rm -f %t.json
// RUN: %clang -O1 -S -emit-llvm %s -o - | sed 's/, !llvm.loop ![0-9]*//' > %t.ll
// RUN: %opt -load-pass-plugin=%plugin -passes=psr,verify -psr-recipes=polly16-v3-w256 \
// RUN:     -psr-remarks=%t.json -S %t.ll | %FileCheck %s
// RUN: %FileCheck --check-prefix=REMARK %s < %t.json
// RUN: %clang -O3 -fplugin=%plugin -mllvm -polly -mllvm -psr-remarks=- -c %s \
// RUN:     -o %t.o 2>&1 | %FileCheck --check-prefix=USER %s

void turn(int n, const double *a, double *b)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			b[j * n + i] = a[i * n + j];
}

double total(int n, const double *a, const int *index)
{
	double sum = 0;

	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			sum += a[index[i] + j];
	return sum;
}

// CHECK-LABEL: define internal preserve_mostcc i1 @turn.psr0(
// CHECK-NOT: alloca
// CHECK: polly.split_new_and_old:
// CHECK: br i1 %polly.rtc.result, label %polly.start, label %[[UNFIT:psr.unfit[0-9]+]]
// CHECK: polly.merge_new_and_old: ; preds = %polly.exiting{{$}}
// CHECK: ret i1 true
// CHECK: polly.loop_header:
// CHECK: [[UNFIT]]:
// CHECK-NEXT: ret i1 false
// CHECK-NOT: define internal preserve_mostcc i1 @total
// REMARK: "function": "turn"{{.*}}"name": "polly16-v3-w256", "status": "made"
// USER: "function": "turn"{{.*}}"name": "polly16-v3-w256", "status": "skipped", "reason": {"id": "user-polly"
