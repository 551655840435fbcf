/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Nests whose loops may be run in another order: each sum must come out the
 * same to the last bit. Prints a hash of each one's results. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N 100 /* most rows and columns */

static uint64_t seed = 1;

static double next(void)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (double)(int64_t)seed * 0x1p-60 + 0x1p-40;
}

static double A[N * N], B[N * N], C[N * N], x[N], y[N];
static float F[N][N], G[N][N];
static int I[N][N], J[N][N];

static void fill(void)
{
	for (int i = 0; i < N * N; i++) {
		A[i] = next();
		B[i] = next();
		C[i] = next();
		F[i / N][i % N] = (float)next();
		G[i / N][i % N] = (float)next();
		I[i / N][i % N] = (int)seed;
		J[i / N][i % N] = (int)(seed >> 32);
	}
	for (int i = 0; i < N; i++) {
		x[i] = next();
		y[i] = next();
	}
}

#define NEST __attribute__((noinline)) static void

NEST product(int n, const double *a, const double *b, double *c)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++) {
			double sum = 0;

			for (int k = 0; k < n; k++)
				sum += a[i * n + k] * b[k * n + j];
			c[i * n + j] = sum;
		}
}

NEST product_jik(size_t n, const double *a, const double *b, double *c)
{
	for (size_t j = 0; j < n; j++)
		for (size_t i = 0; i < n; i++) {
			double sum = c[i * n + j];

			for (size_t k = 0; k < n; k++)
				sum = sum * 0.5 + a[i * n + k] * b[k * n + j];
			c[i * n + j] = sum;
		}
}

NEST product_ikj(int n, const double *a, const double *b, double *c)
{
	for (int i = 0; i < n; i++)
		for (int k = 0; k < n; k++)
			for (int j = 0; j < n; j++)
				c[i * n + j] += a[i * n + k] * b[k * n + j];
}

NEST product_jki(int n, const double *a, const double *b, double *c)
{
	for (int j = 0; j < n; j++)
		for (int k = 0; k < n; k++)
			for (int i = 0; i < n; i++)
				c[i * n + j] += a[i * n + k] * b[k * n + j];
}

NEST product_transposed(int n, const double *a, const double *b, double *c)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			for (int k = 0; k < n; k++)
				c[i * n + j] -= a[i * n + k] * b[j * n + k];
}

NEST rank_k(int n, const double *a, double *c)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j <= i; j++)
			for (int k = 0; k < n; k++)
				c[i * n + j] += a[i * n + k] * a[j * n + k];
}

NEST triangular(int n, const double *a, double *b)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			for (int k = i + 1; k < n; k++)
				b[i * n + j] += a[k * n + i] * b[k * n + j];
}

NEST in_place(int n, double *c)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			for (int k = 0; k < n; k++)
				c[i * n + j] += c[i * n + k] * c[k * n + j];
}

NEST rows(int n, const double *a, const double *v, double *out)
{
	for (int i = 0; i < n; i++) {
		double sum = 0;

		for (int k = 0; k < n; k++)
			sum += a[i * n + k] * v[k];
		out[i] = sum;
	}
}

NEST columns(int n, const double *a, double *out)
{
	for (int j = 0; j < n; j++) {
		double sum = out[j];

		for (int i = 0; i < n; i++)
			sum += a[i * n + j];
		out[j] = sum;
	}
}

NEST transpose(int n, const double *a, double *b)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			b[j * n + i] = a[i * n + j];
}

/* Rows of another length than there are columns: they may overlap. */
NEST strided(int n, int row, const double *a, double *b)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			b[i * row + j] = a[i * n + j] + (double)i;
}

NEST by_columns(int n)
{
	for (int j = 0; j < n; j++)
		for (int i = 0; i < n; i++)
			F[i][j] = G[i][j] * 3 + F[i][j];
}

NEST smooth(int n)
{
	for (int i = 1; i < n - 1; i++)
		for (int j = 1; j < n - 1; j++)
			F[i][j] = (G[i - 1][j] + G[i + 1][j] + G[i][j - 1] +
				   G[i][j + 1]) * 0.25f - G[i][j];
}

NEST sweep(int n)
{
	for (int i = 1; i < n - 1; i++)
		for (int j = 1; j < n - 1; j++)
			F[i][j] = (F[i - 1][j] + F[i][j - 1] + F[i][j] +
				   F[i][j + 1] + F[i + 1][j]) / 5;
}

NEST down(int n)
{
	for (int j = 0; j < n; j++)
		for (int i = 1; i < n; i++)
			I[i][j] = I[i - 1][j] * 3 + J[i][j];
}

NEST diagonal(int n)
{
	for (int i = 1; i < n; i++)
		for (int j = 0; j < n - 1; j++)
			J[i][j] = J[i - 1][j + 1] + I[i][j];
}

/* The outer loop counts down. */
NEST backwards(int n, double *a)
{
	for (int i = n - 1; i >= 0; i--)
		for (int j = 0; j < n; j++)
			a[i * n + j] = a[i * n + j] * 0.5 + 1;
}

/* What two iterations of the outer loop write is the same. */
NEST overwritten(int n, const double *a, double *v)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			v[j] = v[j] * 0.25 + a[i * n + j];
}

/* Several inner loops, one after the other: a row of R, then columns of Q. */
NEST orthogonal(int n, int k, const double *q, double *a, double *r)
{
	for (int j = k + 1; j < n; j++) {
		r[k * n + j] = 0;
		for (int i = 0; i < n; i++)
			r[k * n + j] += q[i * n + k] * a[i * n + j];
		for (int i = 0; i < n; i++)
			a[i * n + j] -= q[i * n + k] * r[k * n + j];
	}
}

/* Three loops, and work between them that the next ones use. */
NEST normal(int n, const double *a, double *b, double *mean, double *spread)
{
	for (int j = 0; j < n; j++) {
		double m = 0, s = 0.25;

		for (int i = 0; i < n; i++)
			m += a[i * n + j];
		m /= n;
		mean[j] = m;
		for (int i = 0; i < n; i++)
			s += (a[i * n + j] - m) * (a[i * n + j] - m);
		spread[j] += s * 0.5;
		for (int i = 0; i < n; i++)
			b[i * n + j] = (a[i * n + j] - m) / s;
	}
}

/* The first loop reads what the second one writes in the next round. */
NEST crossing(int n, const double *a, double *b, double *c)
{
	for (int j = 0; j < n - 1; j++) {
		double s = c[j];

		for (int i = 0; i < n; i++)
			s += b[i * n + j + 1] * a[i];
		c[j] = s;
		for (int i = 0; i < n; i++)
			b[i * n + j] = s - a[i];
	}
}

/* Both loops write the same places in each round. */
NEST shared(int n, const double *a, double *b)
{
	for (int j = 0; j < n; j++) {
		for (int i = 0; i < n; i++)
			b[i] += a[i * n + j];
		for (int i = 0; i < n; i++)
			b[i] *= 0.5;
	}
}

/* What is loaded in front is stored to between the loops. */
NEST between(int n, const double *a, double *b, double *c)
{
	for (int j = 0; j < n; j++) {
		double f = b[j], s = 0;

		for (int i = 0; i < n; i++)
			s += a[i * n + j] * f;
		b[j] = s;
		for (int i = 0; i < n; i++)
			c[i * n + j] = c[i * n + j] * s + f;
	}
}

/* Written from both sides of the diagonal. */
NEST symmetric(int n, const double *a, double *c)
{
	for (int i = 0; i < n; i++)
		for (int j = i; j < n; j++) {
			c[i * n + j] = 0;
			for (int k = 0; k < n; k++)
				c[i * n + j] += a[k * n + i] * a[k * n + j];
			c[i * n + j] /= n;
			c[j * n + i] = c[i * n + j];
		}
}

/* Forward and back along each row. */
NEST there_and_back(int n, const float *a, float *b)
{
	for (int i = 0; i < n; i++) {
		float s = 0;

		for (int j = 0; j < n; j++) {
			s = s * 0.5f + a[i * N + j];
			b[i * N + j] = s;
		}
		s = 0;
		for (int j = n - 1; j >= 0; j--) {
			s = s * 0.25f + a[i * N + j];
			b[i * N + j] += s;
		}
	}
}

/* Rows above and columns to the left are read, and not written, in a round. */
NEST upper(int n, double *a)
{
	for (int i = 0; i < n; i++)
		for (int j = i; j < n; j++) {
			double s = a[i * n + j];

			for (int k = 0; k < i; k++)
				s -= a[i * n + k] * a[k * n + j];
			a[i * n + j] = s;
		}
}

/* What it reads is what it has written, if FROM is less than M. */
NEST behind(int n, int m, int from, double *a)
{
	for (int j = from; j < n; j++) {
		double s = a[j];

		for (int k = 0; k < m; k++)
			s = s * 0.5 + a[k];
		a[j] = s;
	}
}

NEST along(int n)
{
	for (int i = 0; i < n; i++)
		for (int j = 1; j < n; j++)
			F[i][j] = F[i][j - 1] * 0.5f + G[i][j];
}

NEST sink(int n, double *a, const double *b)
{
	for (int j = 0; j < n; j++)
		for (int i = 1; i < n; i++)
			a[i * n + j] = a[(i - 1) * n + j] * 0.5 + b[i * n + j];
}

/* Down each column, and back up, by coefficients that lie in rows. */
NEST solve(int n, double *u, double *p, double *q)
{
	for (int i = 1; i < n - 1; i++) {
		u[i] = 1;
		p[i * n] = 0;
		q[i * n] = 1;
		for (int j = 1; j < n - 1; j++) {
			p[i * n + j] = 2 / (3 - p[i * n + j - 1]);
			q[i * n + j] = (u[j * n + i - 1] - q[i * n + j - 1]) /
				       (3 - p[i * n + j - 1]);
		}
		u[(n - 1) * n + i] = 1;
		for (int j = n - 2; j >= 1; j--)
			u[j * n + i] =
			    p[i * n + j] * u[(j + 1) * n + i] + q[i * n + j];
	}
}

static void show(const char *name)
{
	const void *all[] = {A, B, C, x, y, F, G, I, J};
	const size_t bytes[] = {sizeof(A), sizeof(B), sizeof(C),
				sizeof(x), sizeof(y), sizeof(F),
				sizeof(G), sizeof(I), sizeof(J)};
	uint64_t h = 1;

	for (size_t k = 0; k < sizeof(all) / sizeof(*all); k++)
		for (size_t i = 0; i < bytes[k]; i++)
			h = (h ^ ((const unsigned char *)all[k])[i]) *
			    UINT64_C(1099511628211);
	printf("%s %016llx\n", name, (unsigned long long)h);
}

#define RUN(name, call)                                                        \
	do {                                                                   \
		fill();                                                        \
		call;                                                          \
		show(name);                                                    \
	} while (0)

/* Rows that begin anywhere, and may overlap: written only. */
NEST lay(int n, int m, long pitch, const float *a, float *c)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < m; j++)
			c[i * pitch + j] = a[i * N + j] * 2;
}

NEST smear(int n, int m, const float *a, float *c)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < m; j++)
			c[i + j] = a[i * N + j] * 2;
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 10;
	size_t un = n < 0 ? 0 : (size_t)n;

	RUN("product", product(n, A, B, C));
	RUN("product within", product(n, C, B, C));
	RUN("product behind", product(n / 2, C, B, C + 1));
	RUN("jik", product_jik(un, A, B, C));
	RUN("ikj", product_ikj(n, A, B, C));
	RUN("jki", product_jki(n, A, B, C));
	RUN("transposed", product_transposed(n, A, B, C));
	RUN("rank k", rank_k(n, A, C));
	RUN("triangular", triangular(n, A, B));
	RUN("in place", in_place(n, C));
	RUN("rows", rows(n, A, x, y));
	RUN("rows within", rows(n, A, x, A + 1));
	RUN("columns", columns(n, A, y));
	RUN("transpose", transpose(n, A, B));
	RUN("transpose within", transpose(n, A, A));
	RUN("strided", strided(n, n, A, B));
	RUN("strided over", strided(n, 3, A, B));
	RUN("strided back", strided(n, -3, A, B + 3 * N));
	RUN("strided on one", strided(n, 0, A, B));
	RUN("lay", lay(n, n, N, F[0], G[0]));
	RUN("lay apart", lay(n, n, N - 1, F[0], G[0] + 1));
	RUN("lay over", lay(n, n, 4, F[0], G[0]));
	RUN("lay over, odd", lay(n, n, 1, F[0], G[0]));
	RUN("smear", smear(n, n, F[0], G[0]));
	RUN("by columns", by_columns(n));
	RUN("smooth", smooth(n));
	RUN("sweep", sweep(n));
	RUN("down", down(n));
	RUN("diagonal", diagonal(n));
	RUN("backwards", backwards(n, A));
	RUN("overwritten", overwritten(n, A, y));
	RUN("orthogonal", orthogonal(n, 0, A, B, C));
	RUN("orthogonal within", orthogonal(n, n / 2, A, B, B));
	RUN("orthogonal in place", orthogonal(n, 1, B, B, C));
	RUN("normal", normal(n, A, B, x, y));
	RUN("normal in place", normal(n, A, A, x, y));
	RUN("normal within", normal(n, A, B, B + 1, y));
	RUN("crossing", crossing(n, A, B, x));
	RUN("crossing within", crossing(n, A, B, B));
	RUN("shared", shared(n, A, B));
	RUN("between", between(n, A, x, B));
	RUN("between within", between(n, A, B + 2, B));
	RUN("symmetric", symmetric(n, A, C));
	RUN("symmetric within", symmetric(n, C, C));
	RUN("there and back", there_and_back(n, F[0], G[0]));
	RUN("there and back again", there_and_back(n, F[0], F[0]));
	RUN("upper", upper(n, A));
	RUN("behind", behind(n, n / 2, n / 2, x));
	RUN("behind itself", behind(n, n / 2, n / 3, x));
	RUN("behind all", behind(n, n, 0, x));
	RUN("along", along(n));
	RUN("sink", sink(n, A, B));
	RUN("sink within", sink(n, A, A));
	RUN("sink behind", sink(n / 2, A, A + 1));
	RUN("solve", solve(n, A, B, C));
	RUN("solve in place", solve(n, A, A, C));
	RUN("solve together", solve(n, A, B, B));
	return 0;
}
