// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Polly's integer sets explode on this nest, found by random programs: its
// steps are limited, where once it took ten minutes.
// RUN: timeout 100 %clang -O2 -c -fplugin=%plugin -mllvm -psr-min-work=1 -mllvm -psr-budget=1000 -mllvm -psr-recipes=polly16-v3-w256 %s -o %t.o

struct v {
	float x, y, z, u, w;
	int id;
	double m;
};

static inline int clamp(long n, int top)
{
	return n < 0 ? 0 : n > top ? top : (int)n;
}

void f(struct v *restrict a, float *restrict b, float *restrict c, short n,
       long w)
{
	int i, j, k, e = clamp(n, 40);

	for (i = 1; i < e; i += 2) {
		b[i] = (float)((unsigned)a[i + w].id + (unsigned)a[i - w].id);
		int g = clamp(n, 40);
		for (j = 1; j < g; j++) {
			int h = clamp(n, 40);
			for (k = j; k < h; k++) {
				int at = (k * 41 + i) * 41 + j;

				b[at] = c[(k + 1) * 41 + j + 1] +
					c[(k + 1) * 41 + j - 1] +
					c[(k + 1) * 41 + j + w];
				b[at] = a[at - 1].u + a[at + 2].u +
					a[at - w].u + a[at + w].u;
			}
		}
	}
}
