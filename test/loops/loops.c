/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Loops that vectorizing compilers are tried with, in one file, as such suites
 * have them: those of Callahan, Dongarra and Levine (1988), as extended by
 * Maleki and others (2011), written anew. Each runs its loop many times over,
 * with a call between that might change anything; two functions of theirs that
 * time a mathematical library are left out.
 *
 * psr-bench sizes: s000 12790, s111 9458, s1111 10225, s112 13111
 * psr-bench sizes: s113 17962, s114 1494, s115 7204, s116 11983, s118 1343
 * psr-bench sizes: s119 6420, s121 15095, s122 15069, s123 4459, s124 4540
 * psr-bench sizes: s125 3198, s126 93, s127 9684, s128 8982, s131 15159
 * psr-bench sizes: s132 844654, s141 1294, s151 13723, s161 474, s162 9920
 * psr-bench sizes: s171 16419, s172 18103, s173 28474, s174 21257
 * psr-bench sizes: s175 14135, s176 137, s211 2281, s212 1618, s1213 2731
 * psr-bench sizes: s221 992, s222 1960, s231 130, s232 1120, s233 60
 * psr-bench sizes: s235 95, s241 2226, s242 396, s243 5118, s244 2215
 * psr-bench sizes: s251 9509, s252 12545, s253 3588, s254 13686, s255 9850
 * psr-bench sizes: s256 348, s257 258, s258 157538, s261 1673, s271 1979
 * psr-bench sizes: s272 376, s273 3365, s274 2421, s275 80, s2275 86
 * psr-bench sizes: s276 3251, s277 517, s278 1201, s279 1886, s1279 2159
 * psr-bench sizes: s2710 463, s2711 3305, s281 2671, s291 5737, s292 3730
 * psr-bench sizes: s293 23633, s2101 114727, s2102 337, s2111 235, s311 1983
 * psr-bench sizes: s312 1947, s313 1925, s314 5430, s315 3719, s316 5876
 * psr-bench sizes: s317 3205, s318 1611, s319 987, s3110 1825, s3111 1174
 * psr-bench sizes: s3112 1977, s3113 4087, s321 992, s322 663, s323 992
 * psr-bench sizes: s331 15813, s332 10770, s341 857, s342 4383, s343 178
 * psr-bench sizes: s351 3522, s1351 13871, s352 1970, s353 2300, s421 11726
 * psr-bench sizes: s422 13501, s423 10719, s424 9551, s431 12446, s441 326
 * psr-bench sizes: s442 688, s443 6034, s452 8624, s453 1971, s471 607
 * psr-bench sizes: s481 1328, s482 1242, s491 1288, s4112 1954, s4113 1161
 * psr-bench sizes: s4114 1220, s4115 1837, s4116 197031, s4117 4580
 * psr-bench sizes: s4121 9489, va 10017, vag 2370, vas 1548, vif 1870
 * psr-bench sizes: vpv 12166, vtv 9925, vpvtv 12501, vpvts 13912, vpvpv 9876
 * psr-bench sizes: vtvtv 8108, vsumr 1975, vdotr 1953, vbor 111585
 */
#include "../suite/bench.h"

#include <math.h>

#define N     32000
#define M     256
#define LINES __attribute__((aligned(64)))

typedef float real;

LINES real a[N + 8], b[N + 8], c[N + 8], d[N + 8], e[N + 8], x[N], flat[M * M];
LINES real aa[M][M], bb[M][M], cc[M][M];
int which[N], *ip;
real *xx, *yy;
static long rounds;

__attribute__((noinline)) void between(void)
{
	__asm__ volatile("" : : : "memory");
}

__attribute__((noinline)) int nothing(void)
{
	__asm__ volatile("");
	return 0;
}

static real product(real p, real q)
{
	return p * q;
}

#define NEST   __attribute__((noinline)) static void
#define ROUNDS for (long round = 0; round < rounds; round++, between())

NEST s000(void)
{
	ROUNDS {
		for (int i = 0; i < N; i++)
			a[i] = b[i] + 1;
	}
}

NEST s111(void)
{
	ROUNDS {
		for (int i = 1; i < N; i += 2)
			a[i] = a[i - 1] + b[i];
	}
}

NEST s1111(void)
{
	ROUNDS {
		for (int i = 0; i < N / 2; i++)
			a[2 * i] = c[i] * b[i] + d[i] * b[i] + c[i] * c[i] +
				   d[i] * b[i] + d[i] * c[i];
	}
}

NEST s112(void)
{
	ROUNDS {
		for (int i = N - 2; i >= 0; i--)
			a[i + 1] = a[i] + b[i];
	}
}

NEST s113(void)
{
	ROUNDS {
		for (int i = 1; i < N; i++)
			a[i] = a[0] + b[i];
	}
}

NEST s114(void)
{
	ROUNDS {
		for (int i = 0; i < M; i++)
			for (int j = 0; j < i; j++)
				aa[i][j] = aa[j][i] + bb[i][j];
	}
}

NEST s115(void)
{
	ROUNDS {
		for (int j = 0; j < M; j++)
			for (int i = j + 1; i < M; i++)
				a[i] -= aa[j][i] * a[j];
	}
}

NEST s116(void)
{
	ROUNDS {
		for (int i = 0; i < N - 5; i += 5) {
			a[i] = a[i + 1] * a[i];
			a[i + 1] = a[i + 2] * a[i + 1];
			a[i + 2] = a[i + 3] * a[i + 2];
			a[i + 3] = a[i + 4] * a[i + 3];
			a[i + 4] = a[i + 5] * a[i + 4];
		}
	}
}

NEST s118(void)
{
	ROUNDS {
		for (int i = 1; i < M; i++)
			for (int j = 0; j <= i - 1; j++)
				a[i] += bb[j][i] * a[i - j - 1];
	}
}

NEST s119(void)
{
	ROUNDS {
		for (int i = 1; i < M; i++)
			for (int j = 1; j < M; j++)
				aa[i][j] = aa[i - 1][j - 1] + bb[i][j];
	}
}

NEST s121(void)
{
	ROUNDS {
		for (int i = 0; i < N - 1; i++) {
			int j = i + 1;
			a[i] = a[j] + b[i];
		}
	}
}

NEST s122(int n1, int n3)
{
	ROUNDS {
		int j = 1, k = 0;
		for (int i = n1 - 1; i < N; i += n3) {
			k += j;
			a[i] += b[N - k];
		}
	}
}

NEST s123(void)
{
	ROUNDS {
		int j = -1;
		for (int i = 0; i < N / 2; i++) {
			j++;
			a[j] = b[i] + d[i] * e[i];
			if (c[i] > 0.f) {
				j++;
				a[j] = c[i] + d[i] * e[i];
			}
		}
	}
}

NEST s124(void)
{
	ROUNDS {
		int j = -1;
		for (int i = 0; i < N; i++) {
			if (b[i] > 0.f) {
				j++;
				a[j] = b[i] + d[i] * e[i];
			} else {
				j++;
				a[j] = c[i] + d[i] * e[i];
			}
		}
	}
}

NEST s125(void)
{
	ROUNDS {
		int k = -1;
		for (int i = 0; i < M; i++)
			for (int j = 0; j < M; j++) {
				k++;
				flat[k] = aa[i][j] + bb[i][j] * cc[i][j];
			}
	}
}

NEST s126(void)
{
	ROUNDS {
		int k = 1;
		for (int i = 0; i < M; i++) {
			for (int j = 1; j < M; j++) {
				bb[j][i] =
				    bb[j - 1][i] + flat[k - 1] * cc[j][i];
				++k;
			}
			++k;
		}
	}
}

NEST s127(void)
{
	ROUNDS {
		int j = -1;
		for (int i = 0; i < N / 2; i++) {
			j++;
			a[j] = b[i] + c[i] * d[i];
			j++;
			a[j] = b[i] + d[i] * e[i];
		}
	}
}

NEST s128(void)
{
	ROUNDS {
		int j = -1, k;
		for (int i = 0; i < N / 2; i++) {
			k = j + 1;
			a[i] = b[k] - d[i];
			j = k + 1;
			b[k] = a[i] + c[k];
		}
	}
}

NEST s131(void)
{
	ROUNDS {
		int m = 1;
		for (int i = 0; i < N - 1; i++)
			a[i] = a[i + m] + b[i];
	}
}

NEST s132(void)
{
	ROUNDS {
		int m = 0, j = m, k = m + 1;
		for (int i = 1; i < M; i++)
			aa[j][i] = aa[k][i - 1] + b[i] * c[1];
	}
}

NEST s141(void)
{
	ROUNDS {
		for (int i = 0; i < M; i++) {
			int k = (i + 1) * ((i + 1) - 1) / 2 + (i + 1) - 1;
			for (int j = i; j < M; j++) {
				flat[k] += bb[j][i];
				k += j + 1;
			}
		}
	}
}

NEST s151(void)
{
	ROUNDS {
		for (int i = 0; i < N - 1; i++)
			a[i] = a[i + 1] + b[i];
	}
}

NEST s161(void)
{
	ROUNDS {
		for (int i = 0; i < N - 1; i++) {
			if (b[i] < 0.f)
				c[i + 1] = a[i] + d[i] * d[i];
			else
				a[i] = c[i] + d[i] * e[i];
		}
	}
}

NEST s162(int kk)
{
	ROUNDS {
		if (kk > 0)
			for (int i = 0; i < N - 1 - kk; i++)
				a[i] = a[i + kk] + b[i] * c[i];
	}
}

NEST s171(int inc)
{
	ROUNDS {
		for (int i = 0; i < N; i++)
			a[i * inc] += b[i];
	}
}

NEST s172(int n1, int n3)
{
	ROUNDS {
		for (int i = n1 - 1; i < N; i += n3)
			a[i] += b[i];
	}
}

NEST s173(void)
{
	ROUNDS {
		int k = N / 2;
		for (int i = 0; i < N / 2; i++)
			a[i + k] = a[i] + b[i];
	}
}

NEST s174(int m)
{
	ROUNDS {
		for (int i = 0; i < m; i++)
			a[i + m] = a[i] + b[i];
	}
}

NEST s175(int inc)
{
	ROUNDS {
		for (int i = 0; i < N - 1; i += inc)
			a[i] = a[i + inc] + b[i];
	}
}

NEST s176(void)
{
	ROUNDS {
		int m = N / 2 / 8;
		for (int j = 0; j < m; j++)
			for (int i = 0; i < m; i++)
				a[i] += b[i + m - j - 1] * c[j];
	}
}

NEST s211(void)
{
	ROUNDS {
		for (int i = 1; i < N - 1; i++) {
			a[i] = b[i - 1] + c[i] * d[i];
			b[i] = b[i + 1] - e[i] * d[i];
		}
	}
}

NEST s212(void)
{
	ROUNDS {
		for (int i = 0; i < N - 1; i++) {
			a[i] *= c[i];
			b[i] += a[i + 1] * d[i];
		}
	}
}

NEST s1213(void)
{
	ROUNDS {
		for (int i = 1; i < N - 1; i++) {
			a[i] = b[i - 1] + c[i];
			b[i] = a[i + 1] * d[i];
		}
	}
}

NEST s221(void)
{
	ROUNDS {
		for (int i = 1; i < N; i++) {
			a[i] += c[i] * d[i];
			b[i] = b[i - 1] + a[i] + d[i];
		}
	}
}

NEST s222(void)
{
	ROUNDS {
		for (int i = 1; i < N; i++) {
			a[i] += b[i] * c[i];
			e[i] = e[i - 1] * e[i - 1];
			a[i] -= b[i] * c[i];
		}
	}
}

NEST s231(void)
{
	ROUNDS {
		for (int i = 0; i < M; i++)
			for (int j = 1; j < M; j++)
				aa[j][i] = aa[j - 1][i] + bb[j][i];
	}
}

NEST s232(void)
{
	ROUNDS {
		for (int j = 1; j < M; j++)
			for (int i = 1; i <= j; i++)
				aa[j][i] =
				    aa[j][i - 1] * aa[j][i - 1] + bb[j][i];
	}
}

NEST s233(void)
{
	ROUNDS {
		for (int i = 1; i < M; i++) {
			for (int j = 1; j < M; j++)
				aa[j][i] = aa[j - 1][i] + cc[j][i];
			for (int j = 1; j < M; j++)
				bb[j][i] = bb[j][i - 1] + cc[j][i];
		}
	}
}

NEST s235(void)
{
	ROUNDS {
		for (int i = 0; i < M; i++) {
			a[i] += b[i] * c[i];
			for (int j = 1; j < M; j++)
				aa[j][i] = aa[j - 1][i] + bb[j][i] * a[i];
		}
	}
}

NEST s241(void)
{
	ROUNDS {
		for (int i = 0; i < N - 1; i++) {
			a[i] = b[i] * c[i] * d[i];
			b[i] = a[i] * a[i + 1] * d[i];
		}
	}
}

NEST s242(real s1, real s2)
{
	ROUNDS {
		for (int i = 1; i < N; i++)
			a[i] = a[i - 1] + s1 + s2 + b[i] + c[i] + d[i];
	}
}

NEST s243(void)
{
	ROUNDS {
		for (int i = 0; i < N - 1; i++) {
			a[i] = b[i] + c[i] * d[i];
			b[i] = a[i] + d[i] * e[i];
			a[i] = b[i] + a[i + 1] * d[i];
		}
	}
}

NEST s244(void)
{
	ROUNDS {
		for (int i = 0; i < N - 1; i++) {
			a[i] = b[i] + c[i] * d[i];
			b[i] = c[i] + b[i];
			a[i + 1] = b[i] + a[i + 1] * d[i];
		}
	}
}

NEST s251(void)
{
	ROUNDS {
		real s;
		for (int i = 0; i < N; i++) {
			s = b[i] + c[i] * d[i];
			a[i] = s * s;
		}
	}
}

NEST s252(void)
{
	ROUNDS {
		real t = 0, s;
		for (int i = 0; i < N; i++) {
			s = b[i] * c[i];
			a[i] = s + t;
			t = s;
		}
	}
}

NEST s253(void)
{
	ROUNDS {
		real s;
		for (int i = 0; i < N; i++)
			if (a[i] > b[i]) {
				s = a[i] - b[i] * d[i];
				c[i] += s;
				a[i] = s;
			}
	}
}

NEST s254(void)
{
	ROUNDS {
		real x = b[N - 1];
		for (int i = 0; i < N; i++) {
			a[i] = (b[i] + x) * .5f;
			x = b[i];
		}
	}
}

NEST s255(void)
{
	ROUNDS {
		real x = b[N - 1], y = b[N - 2];
		for (int i = 0; i < N; i++) {
			a[i] = (b[i] + x + y) * .333f;
			y = x;
			x = b[i];
		}
	}
}

NEST s256(void)
{
	ROUNDS {
		for (int i = 0; i < M; i++)
			for (int j = 1; j < M; j++) {
				a[j] = 1.0f - a[j - 1];
				aa[j][i] = a[j] + bb[j][i] * d[j];
			}
	}
}

NEST s257(void)
{
	ROUNDS {
		for (int i = 1; i < M; i++)
			for (int j = 0; j < M; j++) {
				a[i] = aa[j][i] - a[i - 1];
				aa[j][i] = a[i] + bb[j][i];
			}
	}
}

NEST s258(void)
{
	ROUNDS {
		real s = 0;
		for (int i = 0; i < M; i++) {
			if (a[i] > 0.f)
				s = d[i] * d[i];
			b[i] = s * c[i] + d[i];
			e[i] = (s + 1.f) * aa[0][i];
		}
	}
}

NEST s261(void)
{
	ROUNDS {
		real t;
		for (int i = 1; i < N; i++) {
			t = a[i] + b[i];
			a[i] = t + c[i - 1];
			t = c[i] * d[i];
			c[i] = t;
		}
	}
}

NEST s271(void)
{
	ROUNDS {
		for (int i = 0; i < N; i++)
			if (b[i] > 0.f)
				a[i] += b[i] * c[i];
	}
}

NEST s272(real t)
{
	ROUNDS {
		for (int i = 0; i < N; i++)
			if (e[i] >= t) {
				a[i] += c[i] * d[i];
				b[i] += c[i] * c[i];
			}
	}
}

NEST s273(void)
{
	ROUNDS {
		for (int i = 0; i < N; i++) {
			a[i] += d[i] * e[i];
			if (a[i] < 0.f)
				b[i] += d[i] * e[i];
			c[i] += a[i] * d[i];
		}
	}
}

NEST s274(void)
{
	ROUNDS {
		for (int i = 0; i < N; i++) {
			a[i] = c[i] + e[i] * d[i];
			if (a[i] > 0.f)
				b[i] = a[i] + b[i];
			else
				a[i] = d[i] * e[i];
		}
	}
}

NEST s275(void)
{
	ROUNDS {
		for (int i = 0; i < M; i++)
			if (aa[0][i] > 0.f)
				for (int j = 1; j < M; j++)
					aa[j][i] =
					    aa[j - 1][i] + bb[j][i] * cc[j][i];
	}
}

NEST s2275(void)
{
	ROUNDS {
		for (int i = 0; i < M; i++) {
			for (int j = 0; j < M; j++)
				aa[j][i] = aa[j][i] + bb[j][i] * cc[j][i];
			a[i] = b[i] + c[i] * d[i];
		}
	}
}

NEST s276(void)
{
	ROUNDS {
		int mid = N / 2;
		for (int i = 0; i < N; i++)
			if (i + 1 < mid)
				a[i] += b[i] * c[i];
			else
				a[i] += b[i] * d[i];
	}
}

NEST s277(void)
{
	ROUNDS {
		for (int i = 0; i < N - 1; i++) {
			if (a[i] >= 0.f)
				goto L20;
			if (b[i] >= 0.f)
				goto L30;
			a[i] += c[i] * d[i];
		L30:
			b[i + 1] = c[i] + d[i] * e[i];
		L20:;
		}
	}
}

NEST s278(void)
{
	ROUNDS {
		for (int i = 0; i < N; i++) {
			if (a[i] > 0.f)
				goto L20;
			b[i] = -b[i] + d[i] * e[i];
			goto L30;
		L20:
			c[i] = -c[i] + d[i] * e[i];
		L30:
			a[i] = b[i] + c[i] * d[i];
		}
	}
}

NEST s279(void)
{
	ROUNDS {
		for (int i = 0; i < N; i++) {
			if (a[i] > 0.f)
				goto L20;
			b[i] = -b[i] + d[i] * d[i];
			if (b[i] <= a[i])
				goto L30;
			c[i] += d[i] * e[i];
			goto L30;
		L20:
			c[i] = -c[i] + e[i] * e[i];
		L30:
			a[i] = b[i] + c[i] * d[i];
		}
	}
}

NEST s1279(void)
{
	ROUNDS {
		for (int i = 0; i < N; i++)
			if (a[i] < 0.f)
				if (b[i] > a[i])
					c[i] += d[i] * e[i];
	}
}

NEST s2710(real x)
{
	ROUNDS {
		for (int i = 0; i < N; i++) {
			if (a[i] > b[i]) {
				a[i] += b[i] * d[i];
				if (N > 10)
					c[i] += d[i] * d[i];
				else
					c[i] = d[i] * e[i] + 1.f;
			} else {
				b[i] = a[i] + e[i] * e[i];
				if (x > 0.f)
					c[i] = a[i] + d[i] * d[i];
				else
					c[i] += e[i] * e[i];
			}
		}
	}
}

NEST s2711(void)
{
	ROUNDS {
		for (int i = 0; i < N; i++)
			if (b[i] != 0.0f)
				a[i] += b[i] * c[i];
	}
}

NEST s281(void)
{
	ROUNDS {
		real x;
		for (int i = 0; i < N; i++) {
			x = a[N - i - 1] + b[i] * c[i];
			a[i] = x - 1.0f;
			b[i] = x;
		}
	}
}

NEST s291(void)
{
	ROUNDS {
		int im1 = N - 1;
		for (int i = 0; i < N; i++) {
			a[i] = (b[i] + b[im1]) * .5f;
			im1 = i;
		}
	}
}

NEST s292(void)
{
	ROUNDS {
		int im1 = N - 1, im2 = N - 2;
		for (int i = 0; i < N; i++) {
			a[i] = (b[i] + b[im1] + b[im2]) * .333f;
			im2 = im1;
			im1 = i;
		}
	}
}

NEST s293(void)
{
	ROUNDS {
		for (int i = 0; i < N; i++)
			a[i] = a[0];
	}
}

NEST s2101(void)
{
	ROUNDS {
		for (int i = 0; i < M; i++)
			aa[i][i] += bb[i][i] * cc[i][i];
	}
}

NEST s2102(void)
{
	ROUNDS {
		for (int i = 0; i < M; i++) {
			for (int j = 0; j < M; j++)
				aa[j][i] = 0.f;
			aa[i][i] = 1.f;
		}
	}
}

NEST s2111(void)
{
	ROUNDS {
		for (int j = 1; j < M; j++)
			for (int i = 1; i < M; i++)
				aa[j][i] = (aa[j][i - 1] + aa[j - 1][i]) / 1.9f;
	}
}

NEST s311(void)
{
	ROUNDS {
		real s = 0;
		for (int i = 0; i < N; i++)
			s += a[i];
		a[1] = s * 1e-9f;
	}
}

NEST s312(void)
{
	ROUNDS {
		real p = 1;
		for (int i = 0; i < N; i++)
			p *= a[i];
		a[1] = p;
	}
}

NEST s313(void)
{
	ROUNDS {
		real dot = 0;
		for (int i = 0; i < N; i++)
			dot += a[i] * b[i];
		b[1] = dot * 1e-9f;
	}
}

NEST s314(void)
{
	ROUNDS {
		real x = a[0];
		for (int i = 0; i < N; i++)
			if (a[i] > x)
				x = a[i];
		b[1] = x;
	}
}

NEST s315(void)
{
	ROUNDS {
		real x = a[0];
		int ix = 0;
		for (int i = 0; i < N; i++)
			if (a[i] > x) {
				x = a[i];
				ix = i;
			}
		b[1] = x + ix;
	}
}

NEST s316(void)
{
	ROUNDS {
		real x = a[0];
		for (int i = 1; i < N; i++)
			if (a[i] < x)
				x = a[i];
		b[1] = x;
	}
}

NEST s317(void)
{
	ROUNDS {
		real q = 1;
		for (int i = 0; i < N / 2; i++)
			q *= .99f;
		b[1] = q;
	}
}

NEST s318(int inc)
{
	ROUNDS {
		int k = 0, ix = 0;
		real mx = fabsf(a[0]);
		k += inc;
		for (int i = 1; i < N; i++) {
			if (fabsf(a[k]) <= mx)
				goto L5;
			ix = i;
			mx = fabsf(a[k]);
		L5:
			k += inc;
		}
		b[1] = mx + ix + 1;
	}
}

NEST s319(void)
{
	ROUNDS {
		real s = 0;
		for (int i = 0; i < N; i++) {
			a[i] = c[i] + d[i];
			s += a[i];
			b[i] = c[i] + e[i];
			s += b[i];
		}
		c[1] = s * 1e-9f;
	}
}

NEST s3110(void)
{
	ROUNDS {
		real mx = aa[0][0];
		int xi = 0, yi = 0;
		for (int i = 0; i < M; i++)
			for (int j = 0; j < M; j++)
				if (aa[i][j] > mx) {
					mx = aa[i][j];
					xi = i;
					yi = j;
				}
		b[1] = mx + xi + yi;
	}
}

NEST s3111(void)
{
	ROUNDS {
		real s = 0;
		for (int i = 0; i < N; i++)
			if (a[i] > 0.f)
				s += a[i];
		b[1] = s;
	}
}

NEST s3112(void)
{
	ROUNDS {
		real s = 0;
		for (int i = 0; i < N; i++) {
			s += a[i];
			b[i] = s;
		}
	}
}

NEST s3113(void)
{
	ROUNDS {
		real mx = fabsf(a[0]);
		for (int i = 0; i < N; i++)
			if (fabsf(a[i]) > mx)
				mx = fabsf(a[i]);
		b[1] = mx;
	}
}

NEST s321(void)
{
	ROUNDS {
		for (int i = 1; i < N; i++)
			a[i] += a[i - 1] * b[i];
	}
}

NEST s322(void)
{
	ROUNDS {
		for (int i = 2; i < N; i++)
			a[i] = a[i] + a[i - 1] * b[i] + a[i - 2] * c[i];
	}
}

NEST s323(void)
{
	ROUNDS {
		for (int i = 1; i < N; i++) {
			a[i] = b[i - 1] + c[i] * d[i];
			b[i] = a[i] + c[i] * e[i];
		}
	}
}

NEST s331(void)
{
	ROUNDS {
		int j = -1;
		for (int i = 0; i < N; i++)
			if (a[i] < 0.f)
				j = i;
		b[1] = j;
	}
}

NEST s332(real t)
{
	ROUNDS {
		int ix = -2;
		real v = -1;
		for (int i = 0; i < N; i++)
			if (a[i] > t) {
				ix = i;
				v = a[i];
				goto L20;
			}
	L20:
		b[1] = v + ix;
	}
}

NEST s341(void)
{
	ROUNDS {
		int j = -1;
		for (int i = 0; i < N; i++)
			if (b[i] > 0.f) {
				j++;
				a[j] = b[i];
			}
	}
}

NEST s342(void)
{
	ROUNDS {
		int j = -1;
		for (int i = 0; i < N; i++)
			if (a[i] > 0.f) {
				j++;
				a[i] = b[j];
			}
	}
}

NEST s343(void)
{
	ROUNDS {
		int k = -1;
		for (int i = 0; i < M; i++)
			for (int j = 0; j < M; j++)
				if (bb[j][i] > 0.f) {
					k++;
					flat[k] = aa[j][i];
				}
	}
}

NEST s351(void)
{
	ROUNDS {
		real al = c[0];
		for (int i = 0; i < N; i += 5) {
			a[i] += al * b[i];
			a[i + 1] += al * b[i + 1];
			a[i + 2] += al * b[i + 2];
			a[i + 3] += al * b[i + 3];
			a[i + 4] += al * b[i + 4];
		}
	}
}

NEST s1351(void)
{
	ROUNDS {
		real *restrict A = a, *restrict B = b, *restrict C = c;
		for (int i = 0; i < N; i++) {
			*A = *B + *C;
			A++;
			B++;
			C++;
		}
	}
}

NEST s352(void)
{
	ROUNDS {
		real dot = 0;
		for (int i = 0; i < N; i += 5)
			dot = dot + a[i] * b[i] + a[i + 1] * b[i + 1] +
			      a[i + 2] * b[i + 2] + a[i + 3] * b[i + 3] +
			      a[i + 4] * b[i + 4];
		c[1] = dot * 1e-9f;
	}
}

NEST s353(void)
{
	ROUNDS {
		real al = c[0];
		for (int i = 0; i < N; i += 5) {
			a[i] += al * b[ip[i]];
			a[i + 1] += al * b[ip[i + 1]];
			a[i + 2] += al * b[ip[i + 2]];
			a[i + 3] += al * b[ip[i + 3]];
			a[i + 4] += al * b[ip[i + 4]];
		}
	}
}

NEST s421(void)
{
	ROUNDS {
		xx = flat;
		yy = xx;
		xx = flat;
		for (int i = 0; i < N - 1; i++)
			yy[i] = xx[i + 1] + a[i];
	}
}

NEST s422(void)
{
	ROUNDS {
		xx = flat + 4;
		for (int i = 0; i < N; i++)
			xx[i] = flat[i + 8] + a[i];
	}
}

NEST s423(void)
{
	ROUNDS {
		xx = flat + 64;
		for (int i = 0; i < N - 1; i++)
			flat[i + 1] = xx[i] + a[i];
	}
}

NEST s424(void)
{
	ROUNDS {
		xx = flat + 63;
		for (int i = 0; i < N - 1; i++)
			xx[i + 1] = flat[i] + a[i];
	}
}

NEST s431(void)
{
	ROUNDS {
		int k1 = 1, k2 = 2, k = 2 * k1 - k2;
		for (int i = 0; i < N; i++)
			a[i] = a[i + k] + b[i];
	}
}

NEST s441(void)
{
	ROUNDS {
		for (int i = 0; i < N; i++)
			if (d[i] < 0.f)
				a[i] += b[i] * c[i];
			else if (d[i] == 0.f)
				a[i] += b[i] * b[i];
			else
				a[i] += c[i] * c[i];
	}
}

NEST s442(void)
{
	ROUNDS {
		for (int i = 0; i < N; i++) {
			switch (which[i]) {
			case 1:
				goto L15;
			case 2:
				goto L20;
			case 3:
				goto L30;
			case 4:
				goto L40;
			}
		L15:
			a[i] += b[i] * b[i];
			goto L50;
		L20:
			a[i] += c[i] * c[i];
			goto L50;
		L30:
			a[i] += d[i] * d[i];
			goto L50;
		L40:
			a[i] += e[i] * e[i];
		L50:;
		}
	}
}

NEST s443(void)
{
	ROUNDS {
		for (int i = 0; i < N; i++) {
			if (d[i] <= 0.f)
				goto L20;
			else
				goto L30;
		L20:
			a[i] += b[i] * c[i];
			goto L50;
		L30:
			a[i] += b[i] * b[i];
		L50:;
		}
	}
}

NEST s452(void)
{
	ROUNDS {
		for (int i = 0; i < N; i++)
			a[i] = b[i] + c[i] * (real)(i + 1);
	}
}

NEST s453(void)
{
	ROUNDS {
		real s = 0;
		for (int i = 0; i < N; i++) {
			s += 2.f;
			a[i] = s * b[i];
		}
	}
}

NEST s471(int m)
{
	ROUNDS {
		for (int i = 0; i < m; i++) {
			x[i] = b[i] + d[i] * d[i];
			nothing();
			b[i] = c[i] + d[i] * e[i];
		}
	}
}

NEST s481(void)
{
	ROUNDS {
		for (int i = 0; i < N; i++) {
			if (d[i] < 0.f)
				exit(0);
			a[i] += b[i] * c[i];
		}
	}
}

NEST s482(void)
{
	ROUNDS {
		for (int i = 0; i < N; i++) {
			a[i] += b[i] * c[i];
			if (c[i] > b[i] * 1e9f)
				break;
		}
	}
}

NEST s491(void)
{
	ROUNDS {
		for (int i = 0; i < N; i++)
			a[ip[i]] = b[i] + c[i] * d[i];
	}
}

NEST s4112(real s)
{
	ROUNDS {
		for (int i = 0; i < N; i++)
			a[i] += b[ip[i]] * s;
	}
}

NEST s4113(void)
{
	ROUNDS {
		for (int i = 0; i < N; i++)
			a[ip[i]] = b[ip[i]] + c[i];
	}
}

NEST s4114(int n1)
{
	ROUNDS {
		int k;
		for (int i = n1 - 1; i < N; i++) {
			k = ip[i];
			a[i] = b[i] + c[N - k + 1 - 2] * d[i];
			k += 5;
		}
	}
}

NEST s4115(void)
{
	ROUNDS {
		real s = 0;
		for (int i = 0; i < N; i++)
			s += a[i] * b[ip[i]];
		c[1] = s * 1e-9f;
	}
}

NEST s4116(int j, int inc)
{
	ROUNDS {
		int off;
		real s = 0;
		for (int i = 0; i < M - 1; i++) {
			off = inc + i;
			s += a[off] * aa[j - 1][ip[i] & 255];
		}
		b[1] = s * 1e-9f;
	}
}

NEST s4117(void)
{
	ROUNDS {
		for (int i = 0; i < N; i++)
			a[i] = b[i] + c[i / 2] * d[i];
	}
}

NEST s4121(void)
{
	ROUNDS {
		for (int i = 0; i < N; i++)
			a[i] += product(b[i], c[i]);
	}
}

NEST va(void)
{
	ROUNDS {
		for (int i = 0; i < N; i++)
			a[i] = b[i];
	}
}

NEST vag(void)
{
	ROUNDS {
		for (int i = 0; i < N; i++)
			a[i] = b[ip[i]];
	}
}

NEST vas(void)
{
	ROUNDS {
		for (int i = 0; i < N; i++)
			a[ip[i]] = b[i];
	}
}

NEST vif(void)
{
	ROUNDS {
		for (int i = 0; i < N; i++)
			if (b[i] > 0.f)
				a[i] = b[i];
	}
}

NEST vpv(void)
{
	ROUNDS {
		for (int i = 0; i < N; i++)
			a[i] += b[i];
	}
}

NEST vtv(void)
{
	ROUNDS {
		for (int i = 0; i < N; i++)
			a[i] *= b[i];
	}
}

NEST vpvtv(void)
{
	ROUNDS {
		for (int i = 0; i < N; i++)
			a[i] += b[i] * c[i];
	}
}

NEST vpvts(real s)
{
	ROUNDS {
		for (int i = 0; i < N; i++)
			a[i] += b[i] * s;
	}
}

NEST vpvpv(void)
{
	ROUNDS {
		for (int i = 0; i < N; i++)
			a[i] += b[i] + c[i];
	}
}

NEST vtvtv(void)
{
	ROUNDS {
		for (int i = 0; i < N; i++)
			a[i] = a[i] * b[i] * c[i];
	}
}

NEST vsumr(void)
{
	ROUNDS {
		real s = 0;
		for (int i = 0; i < N; i++)
			s += a[i];
		b[1] = s * 1e-9f;
	}
}

NEST vdotr(void)
{
	ROUNDS {
		real s = 0;
		for (int i = 0; i < N; i++)
			s += a[i] * b[i];
		c[1] = s * 1e-9f;
	}
}

NEST vbor(void)
{
	ROUNDS {
		real a1, b1, c1, d1, e1, f1;
		for (int i = 0; i < M; i++) {
			a1 = a[i];
			b1 = b[i];
			c1 = c[i];
			d1 = d[i];
			e1 = e[i];
			f1 = aa[0][i];
			a1 = a1 * b1 * c1 + a1 * b1 * d1 + a1 * b1 * e1 +
			     a1 * b1 * f1 + a1 * c1 * d1 + a1 * c1 * e1 +
			     a1 * c1 * f1 + a1 * d1 * e1 + a1 * d1 * f1 +
			     a1 * e1 * f1;
			b1 = b1 * c1 * d1 + b1 * c1 * e1 + b1 * c1 * f1 +
			     b1 * d1 * e1 + b1 * d1 * f1 + b1 * e1 * f1;
			c1 = c1 * d1 * e1 + c1 * d1 * f1 + c1 * e1 * f1;
			d1 = d1 * e1 * f1;
			x[i] = a1 * b1 * c1 * d1;
		}
	}
}

static void run_s122(void)
{
	s122(1, 1);
}

static void run_s162(void)
{
	s162(1);
}

static void run_s171(void)
{
	s171(1);
}

static void run_s172(void)
{
	s172(1, 1);
}

static void run_s174(void)
{
	s174(N / 2);
}

static void run_s175(void)
{
	s175(1);
}

static void run_s242(void)
{
	s242(.1f, .2f);
}

static void run_s272(void)
{
	s272(.5f);
}

static void run_s2710(void)
{
	s2710(1.f);
}

static void run_s318(void)
{
	s318(1);
}

static void run_s332(void)
{
	s332(2.f);
}

static void run_s471(void)
{
	s471(N);
}

static void run_s4112(void)
{
	s4112(2.f);
}

static void run_s4114(void)
{
	s4114(1);
}

static void run_s4116(void)
{
	s4116(64, 1);
}

static void run_vpvts(void)
{
	vpvts(.001f);
}

static const struct {
	const char *name;
	void (*run)(void);
	real least; /* of a, b and d: negative, or not */
} loops[] = {
    {"s000", s000, 0.1F},     {"s111", s111, 0.1F},
    {"s1111", s1111, 0.1F},   {"s112", s112, 0.1F},
    {"s113", s113, 0.1F},     {"s114", s114, 0.1F},
    {"s115", s115, 0.1F},     {"s116", s116, 0.1F},
    {"s118", s118, 0.1F},     {"s119", s119, 0.1F},
    {"s121", s121, 0.1F},     {"s122", run_s122, 0.1F},
    {"s123", s123, 0.1F},     {"s124", s124, -1},
    {"s125", s125, 0.1F},     {"s126", s126, 0.1F},
    {"s127", s127, 0.1F},     {"s128", s128, 0.1F},
    {"s131", s131, 0.1F},     {"s132", s132, 0.1F},
    {"s141", s141, 0.1F},     {"s151", s151, 0.1F},
    {"s161", s161, -1},       {"s162", run_s162, 0.1F},
    {"s171", run_s171, 0.1F}, {"s172", run_s172, 0.1F},
    {"s173", s173, 0.1F},     {"s174", run_s174, 0.1F},
    {"s175", run_s175, 0.1F}, {"s176", s176, 0.1F},
    {"s211", s211, 0.1F},     {"s212", s212, 0.1F},
    {"s1213", s1213, 0.1F},   {"s221", s221, 0.1F},
    {"s222", s222, 0.1F},     {"s231", s231, 0.1F},
    {"s232", s232, 0.1F},     {"s233", s233, 0.1F},
    {"s235", s235, 0.1F},     {"s241", s241, 0.1F},
    {"s242", run_s242, 0.1F}, {"s243", s243, 0.1F},
    {"s244", s244, 0.1F},     {"s251", s251, 0.1F},
    {"s252", s252, 0.1F},     {"s253", s253, 0.1F},
    {"s254", s254, 0.1F},     {"s255", s255, 0.1F},
    {"s256", s256, 0.1F},     {"s257", s257, 0.1F},
    {"s258", s258, -1},       {"s261", s261, 0.1F},
    {"s271", s271, -1},       {"s272", run_s272, 0.1F},
    {"s273", s273, -1},       {"s274", s274, -1},
    {"s275", s275, 0.1F},     {"s2275", s2275, 0.1F},
    {"s276", s276, 0.1F},     {"s277", s277, -1},
    {"s278", s278, -1},       {"s279", s279, -1},
    {"s1279", s1279, -1},     {"s2710", run_s2710, 0.1F},
    {"s2711", s2711, 0.1F},   {"s281", s281, 0.1F},
    {"s291", s291, 0.1F},     {"s292", s292, 0.1F},
    {"s293", s293, 0.1F},     {"s2101", s2101, 0.1F},
    {"s2102", s2102, 0.1F},   {"s2111", s2111, 0.1F},
    {"s311", s311, 0.1F},     {"s312", s312, 0.1F},
    {"s313", s313, 0.1F},     {"s314", s314, 0.1F},
    {"s315", s315, 0.1F},     {"s316", s316, 0.1F},
    {"s317", s317, 0.1F},     {"s318", run_s318, 0.1F},
    {"s319", s319, 0.1F},     {"s3110", s3110, 0.1F},
    {"s3111", s3111, -1},     {"s3112", s3112, 0.1F},
    {"s3113", s3113, 0.1F},   {"s321", s321, 0.1F},
    {"s322", s322, 0.1F},     {"s323", s323, 0.1F},
    {"s331", s331, -1},       {"s332", run_s332, 0.1F},
    {"s341", s341, -1},       {"s342", s342, -1},
    {"s343", s343, -1},       {"s351", s351, 0.1F},
    {"s1351", s1351, 0.1F},   {"s352", s352, 0.1F},
    {"s353", s353, 0.1F},     {"s421", s421, 0.1F},
    {"s422", s422, 0.1F},     {"s423", s423, 0.1F},
    {"s424", s424, 0.1F},     {"s431", s431, 0.1F},
    {"s441", s441, -1},       {"s442", s442, 0.1F},
    {"s443", s443, -1},       {"s452", s452, 0.1F},
    {"s453", s453, 0.1F},     {"s471", run_s471, 0.1F},
    {"s481", s481, 0.1F},     {"s482", s482, 0.1F},
    {"s491", s491, 0.1F},     {"s4112", run_s4112, 0.1F},
    {"s4113", s4113, 0.1F},   {"s4114", run_s4114, 0.1F},
    {"s4115", s4115, 0.1F},   {"s4116", run_s4116, 0.1F},
    {"s4117", s4117, 0.1F},   {"s4121", s4121, 0.1F},
    {"va", va, 0.1F},         {"vag", vag, 0.1F},
    {"vas", vas, 0.1F},       {"vif", vif, -1},
    {"vpv", vpv, 0.1F},       {"vtv", vtv, 0.1F},
    {"vpvtv", vpvtv, 0.1F},   {"vpvts", run_vpvts, 0.1F},
    {"vpvpv", vpvpv, 0.1F},   {"vtvtv", vtvtv, 0.1F},
    {"vsumr", vsumr, 0.1F},   {"vdotr", vdotr, 0.1F},
    {"vbor", vbor, 0.1F},
};

static void fill(real *p, size_t n, real least)
{
	for (size_t i = 0; i < n; i++)
		p[i] = least + (1 - least) * (real)bench_uniform();
}

/* A permutation, and numbers from 1 to 4. */
static void fill_integers(void)
{
	ip = bench_alloc(N * sizeof(*ip));
	for (int i = 0; i < N; i++) {
		which[i] = 1 + (int)(bench_random() % 4);
		ip[i] = i;
	}
	for (unsigned i = N - 1; i > 0; i--) {
		unsigned j = (unsigned)(bench_random() % (i + 1));
		int t = ip[i];

		ip[i] = ip[j];
		ip[j] = t;
	}
}

int main(int argc, char **argv)
{
	size_t n = sizeof(loops) / sizeof(*loops), at = 0;

	rounds = (long)bench_arg(argc, argv, 2);
	while (at < n && strcmp(loops[at].name, argv[1]))
		at++;
	if (at == n) {
		fprintf(stderr, "%s: no loop '%s'\n", argv[0], argv[1]);
		return 2;
	}
	fill_integers();
	fill(a, N, loops[at].least);
	fill(b, N, loops[at].least);
	fill(c, N, 0.1F);
	fill(d, N, loops[at].run == s441 || loops[at].run == s443 ? -1 : 0.1F);
	fill(e, N, 0.1F);
	fill(flat, (size_t)M * M, 0.1F);
	fill(aa[0], (size_t)M * M, 0.1F);
	fill(bb[0], (size_t)M * M, loops[at].run == s343 ? -1 : 0.1F);
	fill(cc[0], (size_t)M * M, 0.1F);
	bench_start();
	loops[at].run();
	bench_stop();
	bench_sum(a, sizeof(a));
	bench_sum(b, sizeof(b));
	bench_sum(c, sizeof(c));
	bench_sum(e, sizeof(e));
	bench_sum(x, sizeof(x));
	bench_sum(flat, sizeof(flat));
	bench_sum(aa, sizeof(aa));
	bench_sum(bb, sizeof(bb));
	return bench_end();
}
