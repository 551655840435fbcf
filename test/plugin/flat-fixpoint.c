// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is left of these rows, once their inner loops are written out, is not
// simplified for good by one pass of LLVM's InstCombine. That is no fault, but
// asked for by its name alone it ends the compiler then. Found by random
// programs.
// RUN: %clang -O3 -c -fplugin=%plugin -mllvm -psr-min-work=1 -mllvm -psr-budget=1000 -mllvm -psr-recipes=scalar,flat-v4-w512 %s -o %t.o

struct s {
	int a;
	float b;
	short c;
	double d;
	unsigned char e;
	unsigned long g;
};

static inline int to_int(double x)
{
	return x > -2e9 && x < 2e9 ? (int)x : 42;
}

static inline short clamp(long n, int top)
{
	return (short)(n > top ? top : n);
}

void f(struct s *p, struct s *q, long n, double z)
{
	for (short i = 0, e = clamp(n, 44); i < e; i += 1)
		for (unsigned long k = 1; k < 15; k += 1) {
			struct s *r = &p[(i * 97 + k) & 1023];

			p[i * 97 + k + 1].b =
			    (float)((float)p[i * 97 + k + 1].a * q[i + k].b *
					(z / ((float)r->c * (float)r->c + 1)) -
				    (float)p[(long)(i * 97 + k) - 1].c *
					(float)q[i * 97 + k + 1].a *
					(p[i * 97 + k].d / (1.25f * 1.25f + 1)));
			q[i].c = (short)((to_int(q[k].d) & 268435455) -
					 (to_int(q[k * 97 + i].d) & 268435455));
		}
}
