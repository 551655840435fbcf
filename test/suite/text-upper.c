/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Upper case of ASCII letters, the rest as it is.
 *
 * psr-bench sizes: 40 6100000, 1000 1700000, 40000 48000, 3000000 540
 */
#include "bench.h"

void upper(const char *in, char *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = in[i] >= 'a' && in[i] <= 'z' ? in[i] - 32 : in[i];
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	char *in = (char *)bench_bytes(n), *out = bench_alloc(n);

	for (size_t i = 0; i < n; i++)
		in[i] &= 0x7f;
	bench_start();
	for (size_t r = 0; r < reps; r++) {
		upper(in, out, n);
		in[r % n] ^= out[n - 1 - r % n] & 1;
	}
	bench_stop();
	bench_sum(out, n);
	return bench_end();
}
