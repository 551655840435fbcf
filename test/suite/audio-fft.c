/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Fourier transform of a power of two, the textbook's loop.
 *
 * psr-bench sizes: 64 180000, 1024 7600, 16384 260, 262144 8
 */
#include <math.h>

#include "bench.h"

struct complex {
	double re, im;
};

static void reverse_bits(struct complex *x, size_t n)
{
	for (size_t i = 1, j = 0; i < n; i++) {
		size_t bit = n >> 1;

		for (; j & bit; bit >>= 1)
			j ^= bit;
		j ^= bit;
		if (i < j) {
			struct complex t = x[i];

			x[i] = x[j];
			x[j] = t;
		}
	}
}

void fft(struct complex *x, const struct complex *roots, size_t n)
{
	reverse_bits(x, n);
	for (size_t half = 1; half < n; half *= 2)
		for (size_t i = 0; i < n; i += 2 * half)
			for (size_t k = 0; k < half; k++) {
				struct complex w = roots[k * (n / half / 2)];
				struct complex *a = &x[i + k], *b = a + half;
				double re = w.re * b->re - w.im * b->im;
				double im = w.re * b->im + w.im * b->re;

				b->re = a->re - re;
				b->im = a->im - im;
				a->re += re;
				a->im += im;
			}
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	struct complex *in = (void *)bench_doubles(2 * n);
	struct complex *x = (void *)bench_doubles(2 * n);
	struct complex *roots = (void *)bench_doubles(2 * n);

	if (n & (n - 1))
		return 2;
	for (size_t k = 0; k < n; k++) {
		roots[k].re =
		    cos(-2 * 3.14159265358979 * (double)k / (double)n);
		roots[k].im =
		    sin(-2 * 3.14159265358979 * (double)k / (double)n);
	}
	bench_start();
	for (size_t r = 0; r < reps; r++) {
		memcpy(x, in, n * sizeof(*x));
		fft(x, roots, n);
	}
	bench_stop();
	bench_sum(x, n * sizeof(*x));
	return bench_end();
}
