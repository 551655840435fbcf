/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Quicksort of records by a key, with insertion sort for short pieces.
 *
 * psr-bench sizes: 50 340000, 1000 7100, 20000 60, 300000 3
 */
#include "bench.h"

struct record {
	uint32_t key, value;
};

static void insertion(struct record *r, long n)
{
	for (long i = 1; i < n; i++) {
		struct record x = r[i];
		long j = i;

		for (; j > 0 && r[j - 1].key > x.key; j--)
			r[j] = r[j - 1];
		r[j] = x;
	}
}

void quicksort(struct record *r, long n)
{
	while (n > 16) {
		uint32_t pivot = r[n / 2].key;
		long i = 0, j = n - 1;

		while (i <= j) {
			while (r[i].key < pivot)
				i++;
			while (r[j].key > pivot)
				j--;
			if (i <= j) {
				struct record t = r[i];

				r[i++] = r[j];
				r[j--] = t;
			}
		}
		quicksort(r, j + 1);
		r += i;
		n -= i;
	}
	insertion(r, n);
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	struct record *source = (void *)bench_bytes(n * sizeof(*source));
	struct record *r = bench_alloc(n * sizeof(*r));

	bench_start();
	for (size_t i = 0; i < reps; i++) {
		memcpy(r, source, n * sizeof(*r));
		quicksort(r, (long)n);
	}
	bench_stop();
	bench_sum(r, n * sizeof(*r));
	return bench_end();
}
