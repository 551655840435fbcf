/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* KERNELS(k) is k(n) for kernels of n terms: small ones are inlined. */
#define KERNELS(k) k(1) k(4) k(8)
#define DECLARE(n)                                                             \
	void sum##n(double *restrict y, const double *restrict x, long m);     \
	long mix##n(const int *x, long m);
KERNELS(DECLARE)
double norm(const double *x, long m);
long use(void);
extern double a[1024], b[1024];
extern volatile long length;

/* In each module that includes this; the linker keeps one. */
inline void scale(double *x, double f, long m)
{
	for (long i = 0; i < m; i++)
		x[i] *= f;
}
