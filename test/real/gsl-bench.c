// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// gsl-bench CASE ROUNDS: what people use GSL for; prints the results exactly.
#include <gsl/gsl_fft_complex.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_blas.h>
#include <gsl/gsl_spline.h>
#include <gsl/gsl_statistics_double.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double value(size_t i)
{
	return (double)(i * 2654435761u % 10007) / 10007 - 0.5;
}

static double linalg(void)
{
	size_t n = 150;
	gsl_matrix *a = gsl_matrix_alloc(n, n), *b = gsl_matrix_alloc(n, n);
	gsl_matrix *c = gsl_matrix_calloc(n, n);
	gsl_vector *x = gsl_vector_alloc(n), *y = gsl_vector_alloc(n);
	gsl_permutation *p = gsl_permutation_alloc(n);
	double sum;
	int sign;

	for (size_t i = 0; i < n * n; i++) {
		a->data[i] = value(i) + (i % (n + 1) ? 0 : 9);
		b->data[i] = value(i + 7);
	}
	for (size_t i = 0; i < n; i++)
		gsl_vector_set(x, i, value(i));
	gsl_blas_dgemm(CblasNoTrans, CblasTrans, 1, a, b, 0, c);
	gsl_linalg_LU_decomp(a, p, &sign);
	gsl_linalg_LU_solve(a, p, x, y);
	gsl_blas_dgemv(CblasNoTrans, 1, c, y, 0, x);
	sum = gsl_blas_dasum(x) + gsl_linalg_LU_lndet(a);
	gsl_matrix_free(a);
	gsl_matrix_free(b);
	gsl_matrix_free(c);
	gsl_vector_free(x);
	gsl_vector_free(y);
	gsl_permutation_free(p);
	return sum;
}

static double fft(void)
{
	size_t n = 6 * 5 * 7 * 64;
	double *x = malloc(2 * n * sizeof(*x)), sum = 0;
	gsl_fft_complex_wavetable *t = gsl_fft_complex_wavetable_alloc(n);
	gsl_fft_complex_workspace *w = gsl_fft_complex_workspace_alloc(n);

	for (size_t i = 0; i < 2 * n; i++)
		x[i] = value(i);
	gsl_fft_complex_forward(x, 1, n, t, w);
	for (size_t i = 0; i < 2 * n; i++)
		x[i] *= 1 + value(i);
	gsl_fft_complex_inverse(x, 1, n, t, w);
	for (size_t i = 0; i < 2 * n; i++)
		sum += x[i] * value(i + 1);
	gsl_fft_complex_wavetable_free(t);
	gsl_fft_complex_workspace_free(w);
	free(x);
	return sum;
}

static double statistics(void)
{
	size_t n = 200000;
	double *x = malloc(2 * n * sizeof(*x)), *y = x + n, sum;

	for (size_t i = 0; i < 2 * n; i++)
		x[i] = value(i);
	sum = gsl_stats_mean(x, 1, n) + gsl_stats_variance(x, 1, n) +
	      gsl_stats_skew(x, 1, n) + gsl_stats_absdev(x, 1, n) +
	      gsl_stats_correlation(x, 1, y, 1, n) +
	      gsl_stats_covariance(x, 1, y, 1, n) +
	      gsl_stats_max(x, 1, n) - gsl_stats_min(y, 1, n);
	free(x);
	return sum;
}

static double interp(void)
{
	enum { N = 2000 };
	double x[N], y[N], sum = 0;
	gsl_interp_accel *acc = gsl_interp_accel_alloc();
	gsl_spline *s = gsl_spline_alloc(gsl_interp_cspline, N);

	for (size_t i = 0; i < N; i++) {
		x[i] = (double)i + 0.3 * value(i);
		y[i] = value(i * 3);
	}
	gsl_spline_init(s, x, y, N);
	for (size_t i = 1; i < 30000; i++)
		sum += gsl_spline_eval(s, (double)(i * 7919 % 19000) / 10 + 1,
				       acc);
	gsl_spline_free(s);
	gsl_interp_accel_free(acc);
	return sum;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		double (*f)(void);
	} cases[] = {
	    {"linalg", linalg},
	    {"fft", fft},
	    {"statistics", statistics},
	    {"interp", interp},
	};

	for (size_t i = 0; argc == 3 && i < 4; i++)
		if (!strcmp(argv[1], cases[i].name)) {
			double sum = 0;

			for (int k = atoi(argv[2]); k > 0; k--)
				sum += cases[i].f();
			printf("%a\n", sum);
			return 0;
		}
	return 2;
}
