/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * dispatch - what a site costs beyond the plain function.
 *
 * Calls kernel.c as clang made it and as psr-cc made it in alternating
 * blocks, all data in the L1 cache, and prints one line per setting: its
 * name, ns per call of the plain one, and the quartiles of the difference.
 *
 *   small     work just below the site's threshold: no dispatch
 *   asleep    work at the threshold, tables as they are at the start
 *   variant   the same through a variant that is the baseline's equal: what
 *             is added is load, test and indirect call
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "psr/site.h"
#include "stats.h"

#define BLOCKS 1001
#define CALLS  10000
#define MAX_N  65536

typedef void kernel_fn(size_t n, double *restrict a, const double *restrict b);

kernel_fn kernel_plain, kernel_psr;

/* The linker's names for the section's ends; one site is in it. */
extern const struct psr_site __start_psr_sites[], __stop_psr_sites[];

static double block_ns(kernel_fn *volatile *fn, size_t n, double *a,
		       const double *b)
{
	double start = now_ns();

	for (size_t i = 0; i < CALLS; i++)
		(*fn)(n, a, b);
	return (now_ns() - start) / CALLS;
}

static void measure(const char *name, size_t n)
{
	static double a[MAX_N], b[MAX_N], plain[BLOCKS], more[BLOCKS];
	kernel_fn *volatile fn[2] = {kernel_plain, kernel_psr};
	struct spread s, p;

	memset(a, 0, sizeof(a));
	for (size_t r = 0; r < BLOCKS; r++) {
		double t[2];

		t[r % 2] = block_ns(&fn[r % 2], n, a, b);
		t[!(r % 2)] = block_ns(&fn[!(r % 2)], n, a, b);
		plain[r] = t[0];
		more[r] = t[1] - t[0];
	}
	p = spread_of(plain, BLOCKS);
	s = spread_of(more, BLOCKS);
	printf("%s %zu %.2f %.2f %.2f %.2f\n", name, n, p.median, s.low,
	       s.median, s.high);
}

static const struct psr_variant *find(const struct psr_site *site,
				      const char *name)
{
	for (size_t v = 0; v < site->nvariants; v++)
		if (!strcmp(psr_variant_name(&psr_site_variants(site)[v]),
			    name))
			return &psr_site_variants(site)[v];
	return NULL;
}

int main(int argc, char **argv)
{
	const struct psr_site *site = __start_psr_sites;
	const struct psr_variant *v;
	int32_t *table;
	size_t n;

	if (argc != 2 || __stop_psr_sites - __start_psr_sites != 1) {
		fprintf(stderr, "usage: dispatch VARIANT (of the one site)\n");
		return 2;
	}
	v = find(site, argv[1]);
	if (!v) {
		fprintf(stderr, "dispatch: no variant %s\n", argv[1]);
		return 1;
	}
	n = site->min_work ? site->min_work : 1;
	if (n > MAX_N) {
		fprintf(stderr, "dispatch: threshold of %zu\n", n);
		return 1;
	}
	table = psr_site_table(site);
	measure("small", n - 1);
	measure("asleep", n);
	for (size_t c = 0; c < psr_site_classes(site); c++)
		table[c] = psr_variant_entry(site, v);
	measure("variant", n);
	return 0;
}
