/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Values and branch counts until they are saved: runtime/counted.c; and when
 * the counted variant runs: runtime/choose.c. */
#include "check.h"
#include "choose.h"
#include "counted.h"

static uint64_t count_of(const struct psr_site_count *c, int input, int64_t v)
{
	for (size_t i = 0; i < c->nvalues; i++)
		if (c->values[i].input == input && c->values[i].value == v)
			return c->values[i].n;
	return 0;
}

/* Each input's values are its own; beyond eight no new one finds a place. */
static void test_values(void)
{
	struct psr_counts c = {0};
	struct psr_site_count out = {0};

	for (uint64_t i = 0; i < 100; i++)
		psr_counts_add(&c, 3,
			       (uint64_t[]){(uint64_t)-1, i % 2, i % 50});
	psr_counts_take(&c, &out);
	CHECK(out.counted == 100 && out.nvalues == 1 + 2 + PSR_VALUES, "%zu",
	      out.nvalues);
	CHECK(count_of(&out, 0, -1) == 100, "the same each time");
	CHECK(count_of(&out, 1, 0) == 50 && count_of(&out, 1, 1) == 50, "two");
	CHECK(count_of(&out, 2, 7) == 2 && !count_of(&out, 2, 8), "many");
}

/* What was taken is gone, and what is returned is there again. */
static void test_return(void)
{
	struct psr_counts c = {0};
	struct psr_site_count out = {0}, again = {0};

	psr_counts_add(&c, 1, (uint64_t[]){5});
	psr_counts_take(&c, &out);
	psr_counts_take(&c, &again);
	CHECK(!again.counted && !again.nvalues, "taken");
	psr_counts_add(&c, 1, (uint64_t[]){5});
	psr_counts_return(&c, &out);
	psr_counts_take(&c, &again);
	CHECK(again.counted == 2 && count_of(&again, 0, 5) == 2, "returned");
}

/* More inputs and branches than there is room for are left out. */
static void test_too_many(void)
{
	uint64_t many[4 * PSR_BRANCHES];
	struct psr_counts c = {0};
	struct psr_branch_counts b = {0};
	struct psr_site_count out = {0};

	for (unsigned i = 0; i < PSR_COUNTOF(many); i++)
		many[i] = i;
	psr_counts_add(&c, PSR_COUNTOF(many), many);
	psr_counts_take(&c, &out);
	CHECK(out.nvalues == PSR_INPUTS, "%zu", out.nvalues);
	psr_branches_add(&b, PSR_COUNTOF(many), many);
	psr_branches_add(&b, 2, many);
	CHECK(b.n == PSR_BRANCHES && b.taken[1] == 2 && b.not_taken[1] == 3 &&
		  b.not_taken[0] == 2,
	      "%u", b.n);
}

/* A size's first calls tell their values; branches are counted in short calls
 * and within a share of the site's time. */
static void test_when(void)
{
	struct psr_budget b = {.share = 0.01};
	double ns = 1000, spent = 0;
	unsigned all = 0;

	CHECK(psr_choose_counting(0, 0, &b) == PSR_COUNT_VALUES, "unknown");
	CHECK(psr_choose_counting(0, 1e9, &b) == PSR_COUNT_VALUES, "long");
	CHECK(psr_choose_counting(3, ns, &b) == PSR_COUNT_ALL, "short");
	CHECK(psr_choose_counting(4, ns, &b) == PSR_COUNT_NONE, "no budget");
	for (unsigned i = 0; i < 100000; i++) {
		b.site_ns += ns;
		if (psr_choose_counting(6, ns, &b) != PSR_COUNT_ALL)
			continue;
		all++;
		spent += ns;
	}
	CHECK(all > 10 && spent <= 0.001 * b.site_ns, "%u calls", all);
	CHECK(psr_choose_counting(256, ns, &b) == PSR_COUNT_NONE, "enough");
	/* Of 1000 long calls the first two of a size. */
	b = (struct psr_budget){.share = 0.01, .site_ns = 1000 * 1e7};
	CHECK(psr_choose_counting(4, 1e7, &b) == PSR_COUNT_ALL &&
		  psr_choose_counting(5, 1e7, &b) == PSR_COUNT_ALL &&
		  psr_choose_counting(6, 1e7, &b) == PSR_COUNT_NONE,
	      "the first long ones");
	CHECK(psr_choose_small(15, 0, &b) == PSR_COUNT_ALL, "small");
	CHECK(psr_choose_small(16, 0, &b) == PSR_COUNT_NONE, "small enough");
	CHECK(psr_choose_small(19, 16, &b) == PSR_COUNT_ALL, "the next ones");
	CHECK(psr_choose_small(20, 16, &b) == PSR_COUNT_NONE, "of a process");
	CHECK(psr_choose_small(256, 255, &b) == PSR_COUNT_NONE, "of all");
	b.share = 0;
	CHECK(psr_choose_counting(0, ns, &b) == PSR_COUNT_NONE &&
		  psr_choose_small(0, 0, &b) == PSR_COUNT_NONE,
	      "no exploration");
}

int main(void)
{
	test_values();
	test_return();
	test_too_many();
	test_when();
	return check_failures;
}
