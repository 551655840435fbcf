/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Heat by alternating directions.
 *
 * psr-bench sizes: 3
 */
#include "../suite/bench.h"

#define N  200
#define TS 20

__attribute__((noinline)) static void adi(double u[N][N], double v[N][N],
					  double p[N][N], double q[N][N])
{
	int i, j;
	int t;

	double DX = 1.0 / N, DY = 1.0 / N, DT = 1.0 / TS, B1 = 2.0, B2 = 1.0,
	       mul1 = B1 * DT / (DX * DX), mul2 = B2 * DT / (DY * DY),
	       a = -mul1 / 2.0, b = 1.0 + mul1, c = a, d = -mul2 / 2.0,
	       e = 1.0 + mul2, f = d;
	for (t = 1; t <= TS; t++) {
		for (i = 1; i < N - 1; i++) {
			v[0][i] = 1.0;
			p[i][0] = 0.0;
			q[i][0] = v[0][i];
			for (j = 1; j < N - 1; j++) {
				p[i][j] = -c / (a * p[i][j - 1] + b);
				q[i][j] = (-d * u[j][i - 1] +
					   (1.0 + 2.0 * d) * u[j][i] -
					   f * u[j][i + 1] - a * q[i][j - 1]) /
					  (a * p[i][j - 1] + b);
			}
			v[N - 1][i] = 1.0;
			for (j = N - 2; j >= 1; j--)
				v[j][i] = p[i][j] * v[j + 1][i] + q[i][j];
		}
		for (i = 1; i < N - 1; i++) {
			u[i][0] = 1.0;
			p[i][0] = 0.0;
			q[i][0] = u[i][0];
			for (j = 1; j < N - 1; j++) {
				p[i][j] = -f / (d * p[i][j - 1] + e);
				q[i][j] = (-a * v[i - 1][j] +
					   (1.0 + 2.0 * a) * v[i][j] -
					   c * v[i + 1][j] - d * q[i][j - 1]) /
					  (d * p[i][j - 1] + e);
			}
			u[i][N - 1] = 1.0;
			for (j = N - 2; j >= 1; j--)
				u[i][j] = p[i][j] * u[i][j + 1] + q[i][j];
		}
	}
}

int main(int argc, char **argv)
{
	size_t reps = bench_arg(argc, argv, 1);
	double(*u)[N] = (void *)bench_doubles(N * N);
	double(*v)[N] = (void *)bench_doubles(N * N);
	double(*p)[N] = (void *)bench_doubles(N * N);
	double(*q)[N] = (void *)bench_doubles(N * N);

	bench_start();
	for (size_t round = 0; round < reps; round++)
		adi(u, v, p, q);
	bench_stop();
	bench_sum(u, (N * N) * sizeof(double));
	bench_sum(v, (N * N) * sizeof(double));
	bench_sum(p, (N * N) * sizeof(double));
	bench_sum(q, (N * N) * sizeof(double));
	return bench_end();
}
