// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// kissfft-bench CASE ROUNDS: filters what people filter by FFT: forward,
// weaken what is high, back. Prints a sum over the result exactly.
#include "kiss_fft.h"
#include "kiss_fftnd.h"
#include "kiss_fftr.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fill(float *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		x[i] = (float)(i * 2654435761u % 10007) / 10007 - 0.5f;
}

static double sum(const float *x, size_t n)
{
	double s = 0;

	for (size_t i = 0; i < n; i++)
		s += x[i] * (double)(i % 31 + 1);
	return s;
}

/* Scales by 1 / N, the more the further from the first. */
static void weaken(kiss_fft_cpx *y, size_t count, size_t n)
{
	for (size_t i = 0; i < count; i++) {
		float f = (1 - 0.3f * (float)i / (float)count) / (float)n;

		y[i].r *= f;
		y[i].i *= f;
	}
}

static double complex_1d(int n, int rounds)
{
	kiss_fft_cfg forward = kiss_fft_alloc(n, 0, NULL, NULL);
	kiss_fft_cfg back = kiss_fft_alloc(n, 1, NULL, NULL);
	kiss_fft_cpx *x = malloc((size_t)n * sizeof(*x));
	kiss_fft_cpx *y = malloc((size_t)n * sizeof(*y));
	double s;

	fill(&x->r, 2 * (size_t)n);
	while (rounds--) {
		kiss_fft(forward, x, y);
		weaken(y, (size_t)n / 2, (size_t)n);
		weaken(y + n / 2, (size_t)(n - n / 2), (size_t)n);
		kiss_fft(back, y, x);
	}
	s = sum(&x->r, 2 * (size_t)n);
	kiss_fft_free(forward);
	kiss_fft_free(back);
	free(x);
	free(y);
	return s;
}

static double real_1d(int n, int rounds)
{
	kiss_fftr_cfg forward = kiss_fftr_alloc(n, 0, NULL, NULL);
	kiss_fftr_cfg back = kiss_fftr_alloc(n, 1, NULL, NULL);
	float *x = malloc((size_t)n * sizeof(*x));
	kiss_fft_cpx *y = malloc((size_t)(n / 2 + 1) * sizeof(*y));
	double s;

	fill(x, (size_t)n);
	while (rounds--) {
		kiss_fftr(forward, x, y);
		weaken(y, (size_t)n / 2 + 1, (size_t)n);
		kiss_fftri(back, y, x);
	}
	s = sum(x, (size_t)n);
	kiss_fftr_free(forward);
	kiss_fftr_free(back);
	free(x);
	free(y);
	return s;
}

static double complex_2d(int w, int h, int rounds)
{
	int size[] = {h, w};
	size_t n = (size_t)w * (size_t)h;
	kiss_fftnd_cfg forward = kiss_fftnd_alloc(size, 2, 0, NULL, NULL);
	kiss_fftnd_cfg back = kiss_fftnd_alloc(size, 2, 1, NULL, NULL);
	kiss_fft_cpx *x = malloc(n * sizeof(*x)), *y = malloc(n * sizeof(*y));
	double s;

	fill(&x->r, 2 * n);
	while (rounds--) {
		kiss_fftnd(forward, x, y);
		weaken(y, n, n);
		kiss_fftnd(back, y, x);
	}
	s = sum(&x->r, 2 * n);
	kiss_fft_free(forward);
	kiss_fft_free(back);
	free(x);
	free(y);
	return s;
}

int main(int argc, char **argv)
{
	int rounds = argc == 3 ? atoi(argv[2]) : 0;
	double s;

	if (rounds <= 0)
		return 2;
	if (!strcmp(argv[1], "complex"))
		s = complex_1d(1024, rounds * 500);
	else if (!strcmp(argv[1], "mixed"))
		s = complex_1d(1800, rounds * 300);
	else if (!strcmp(argv[1], "real"))
		s = real_1d(4096, rounds * 200);
	else if (!strcmp(argv[1], "picture"))
		s = complex_2d(240, 180, rounds * 5);
	else
		return 2;
	printf("%a\n", s);
	return 0;
}
