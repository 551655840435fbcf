// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A function that calls nothing, and seldom comes to its loop, saves nothing
// on its usual way, though the dispatch calls; and has no stack protector of
// ours.
// RUN: %clang --target=x86_64-linux-gnu -O3 -S -fplugin=%plugin %s -o - | %FileCheck %s
// RUN: %clang --target=x86_64-linux-gnu -O3 -S -fplugin=%plugin -emit-llvm %s -o - | \
// RUN:   %FileCheck --check-prefix=SITE %s
// RUN: %clang --target=x86_64-linux-gnu -O3 -S -fplugin=%plugin \
// RUN:   -fstack-protector-strong %s -o - | %FileCheck --check-prefix=CANARY %s
// RUN: %clang --target=x86_64-linux-gnu -O3 -S -fplugin=%plugin -emit-llvm \
// RUN:   -fsplit-stack %s -o - | %FileCheck --check-prefix=SPLIT %s

struct coder {
	int low, range, queue, outstanding;
	unsigned char *to;
	unsigned char state[64];
};

// CHECK-LABEL: encode:
// CHECK-NOT: push
// CHECK-NOT: , %rsp
// CHECK: retq
// SPLIT: call i1 {{%.*}}(
// SITE: call preserve_mostcc {{.*}}i1 {{%.*}}(
void encode(struct coder *c, int i, int bit)
{
	int s = c->state[i], out, carry, n;

	c->range -= s >> 1;
	if (bit != (s & 1))
		c->low += c->range;
	c->state[i] = (unsigned char)(s + bit);
	if (++c->queue < 0)
		return;
	out = c->low >> (c->queue + 10);
	c->low &= (0x400 << c->queue) - 1;
	c->queue -= 8;
	if ((out & 255) == 255) {
		c->outstanding++;
		return;
	}
	carry = out >> 8;
	n = c->outstanding;
	c->to[-1] = (unsigned char)(c->to[-1] + carry);
	while (n > 0) {
		*c->to++ = (unsigned char)(carry - 1);
		n--;
	}
	*c->to++ = (unsigned char)out;
	c->outstanding = 0;
}

// Nor is there a canary for where variants write what the loop comes to.
// CANARY-LABEL: {{^}}tell:
// CANARY-NOT: %fs:40
// CANARY: .Lfunc_end
// SITE: alloca i32{{.*}}!stack-protector
long long tell(const int *x, int n, int *last)
{
	int sum = 0, all = 0;

	for (int i = 0; i < n; i++) {
		sum += x[i];
		all |= x[i];
	}
	*last = sum;
	return all;
}
