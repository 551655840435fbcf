/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Counts lines, words and characters, as wc does.
 *
 * psr-bench sizes: 100 460000, 2000 23000, 50000 930, 2000000 23
 */
#include "bench.h"

struct counts {
	size_t lines, words, letters;
};

struct counts count(const char *text, size_t n)
{
	struct counts c = {0, 0, 0};
	int in_word = 0;

	for (size_t i = 0; i < n; i++) {
		char ch = text[i];
		int space = ch == ' ' || ch == '\n' || ch == '\t';

		c.lines += ch == '\n';
		c.words += in_word && space;
		c.letters += !space;
		in_word = !space;
	}
	c.words += (size_t)in_word;
	return c;
}

int main(int argc, char **argv)
{
	size_t n = bench_arg(argc, argv, 1), reps = bench_arg(argc, argv, 2);
	char *text = bench_alloc(n);
	struct counts total = {0, 0, 0};

	for (size_t i = 0; i < n; i++)
		text[i] = "etaoin shrdlu etaoin\n"[bench_random() % 21];
	bench_start();
	for (size_t r = 0; r < reps; r++) {
		struct counts c = count(text, n);

		total.lines += c.lines;
		total.words += c.words;
		total.letters += c.letters;
		text[r % n] = r & 1 ? ' ' : 'x';
	}
	bench_stop();
	bench_sum(&total, sizeof(total));
	return bench_end();
}
