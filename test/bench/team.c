/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* team [N [ROUNDS]]: prints the least time of some nests over N * N elements,
 * in microseconds; ./team runs it on one thread and on two. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#define NI __attribute__((noinline))
NI void gemm(int n, const float *a, const float *b, float *c)
{
	for (int i = 0; i < n; i++)
		for (int k = 0; k < n; k++)
			for (int j = 0; j < n; j++)
				c[i * n + j] += a[i * n + k] * b[k * n + j];
}
NI void gemm_dot(int n, const double *a, const double *b, double *c)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++) {
			double s = 0;
			for (int k = 0; k < n; k++)
				s += a[i * n + k] * b[k * n + j];
			c[i * n + j] = s;
		}
}
NI void stencil(int n, const float *a, float *b)
{
	for (int i = 1; i < n - 1; i++)
		for (int j = 1; j < n - 1; j++)
			b[i * n + j] =
			    0.2f * (a[i * n + j] + a[i * n + j - 1] +
				    a[i * n + j + 1] + a[(i - 1) * n + j] +
				    a[(i + 1) * n + j]);
}
NI long isum(int n, const int *a)
{
	long s = 0;
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			s += a[i * n + j] ^ (j * 3);
	return s;
}
NI void axpy(long n, float f, const float *a, float *b)
{
	for (long i = 0; i < n; i++)
		b[i] += f * a[i];
}
NI void transpose(int n, const float *a, float *b)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			b[j * n + i] = a[i * n + j] * 2;
}
NI void columns(int n, const float *a, float *b)
{
	for (int j = 0; j < n; j++)
		for (int i = 1; i < n; i++)
			b[i * n + j] = b[(i - 1) * n + j] * 0.5f + a[i * n + j];
}
static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

#define TIME(NAME, CALL)                                                       \
	do {                                                                   \
		double best = 1e9, t;                                          \
                                                                               \
		for (int r = 0; r < rounds; r++) {                             \
			t = now();                                             \
			CALL;                                                  \
			t = now() - t;                                         \
			best = t < best ? t : best;                            \
		}                                                              \
		printf("%s %.1f\n", NAME, best * 1e6);                         \
	} while (0)

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 640;
	int rounds = argc > 2 ? atoi(argv[2]) : 7;
	size_t room = (size_t)n * (size_t)n;
	double *x = malloc(room * 8), *y = malloc(room * 8);
	double *z = calloc(room, 8);
	volatile long sink;

	if (!x || !y || !z)
		return 1;
	for (size_t i = 0; i < room; i++)
		x[i] = y[i] = (double)(i % 17) / 4;
	TIME("product", gemm(n, (float *)x, (float *)y, (float *)z));
	TIME("dots", gemm_dot(n, x, y, z));
	TIME("stencil", stencil(n, (float *)x, (float *)z));
	TIME("sum", sink = isum(n, (int *)x));
	TIME("axpy", axpy((long)room, 0.1f, (float *)x, (float *)z));
	TIME("transpose", transpose(n, (float *)x, (float *)z));
	TIME("columns", columns(n, (float *)x, (float *)z));
	(void)sink;
	return 0;
}
