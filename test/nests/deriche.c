/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Edges by Deriche's recursive filter.
 *
 * psr-bench sizes: 20
 */
#include <math.h>

#include "../suite/bench.h"

#define W 480
#define H 400

__attribute__((noinline)) static void
deriche(float imgIn[W][H], float imgOut[W][H], float yy1[W][H], float yy2[W][H])
{
	int i, j;

	float kk, a1, a2, a3, a4, a5, a6, a7, a8, b1, b2, c1, c2, ym1, ym2, xm1,
	    yp1, yp2, xp1, xp2, tm1, tp1, tp2, al = 0.25f;
	kk = (1.0f - expf(-al)) * (1.0f - expf(-al)) /
	     (1.0f + 2.0f * al * expf(-al) - expf(2.0f * al));
	a1 = a5 = kk;
	a2 = a6 = kk * expf(-al) * (al - 1.0f);
	a3 = a7 = kk * expf(-al) * (al + 1.0f);
	a4 = a8 = -kk * expf(-2.0f * al);
	b1 = powf(2.0f, -al);
	b2 = -expf(-2.0f * al);
	c1 = c2 = 1;
	for (i = 0; i < W; i++) {
		ym1 = 0;
		ym2 = 0;
		xm1 = 0;
		for (j = 0; j < H; j++) {
			yy1[i][j] =
			    a1 * imgIn[i][j] + a2 * xm1 + b1 * ym1 + b2 * ym2;
			xm1 = imgIn[i][j];
			ym2 = ym1;
			ym1 = yy1[i][j];
		}
	}
	for (i = 0; i < W; i++) {
		yp1 = 0;
		yp2 = 0;
		xp1 = 0;
		xp2 = 0;
		for (j = H - 1; j >= 0; j--) {
			yy2[i][j] = a3 * xp1 + a4 * xp2 + b1 * yp1 + b2 * yp2;
			xp2 = xp1;
			xp1 = imgIn[i][j];
			yp2 = yp1;
			yp1 = yy2[i][j];
		}
	}
	for (i = 0; i < W; i++)
		for (j = 0; j < H; j++)
			imgOut[i][j] = c1 * (yy1[i][j] + yy2[i][j]);
	for (j = 0; j < H; j++) {
		tm1 = 0;
		ym1 = 0;
		ym2 = 0;
		for (i = 0; i < W; i++) {
			yy1[i][j] =
			    a5 * imgOut[i][j] + a6 * tm1 + b1 * ym1 + b2 * ym2;
			tm1 = imgOut[i][j];
			ym2 = ym1;
			ym1 = yy1[i][j];
		}
	}
	for (j = 0; j < H; j++) {
		tp1 = 0;
		tp2 = 0;
		yp1 = 0;
		yp2 = 0;
		for (i = W - 1; i >= 0; i--) {
			yy2[i][j] = a7 * tp1 + a8 * tp2 + b1 * yp1 + b2 * yp2;
			tp2 = tp1;
			tp1 = imgOut[i][j];
			yp2 = yp1;
			yp1 = yy2[i][j];
		}
	}
	for (i = 0; i < W; i++)
		for (j = 0; j < H; j++)
			imgOut[i][j] = c2 * (yy1[i][j] + yy2[i][j]);
}

int main(int argc, char **argv)
{
	size_t reps = bench_arg(argc, argv, 1);
	float(*imgIn)[H] = (void *)bench_floats(W * H);
	float(*imgOut)[H] = (void *)bench_floats(W * H);
	float(*yy1)[H] = (void *)bench_floats(W * H);
	float(*yy2)[H] = (void *)bench_floats(W * H);

	bench_start();
	for (size_t round = 0; round < reps; round++)
		deriche(imgIn, imgOut, yy1, yy2);
	bench_stop();
	bench_sum(imgIn, (W * H) * sizeof(float));
	bench_sum(imgOut, (W * H) * sizeof(float));
	bench_sum(yy1, (W * H) * sizeof(float));
	bench_sum(yy2, (W * H) * sizeof(float));
	return bench_end();
}
