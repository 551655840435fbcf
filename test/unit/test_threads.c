/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* On how many threads parallel variants may run: the least of what is said. */
#include "threads.h"

#include "check.h"
#include "psr/err.h"

static const struct {
	struct psr_threads_limits limits;
	unsigned count;
} cases[] = {
    /* Nobody asked for it. */
    {{NULL, NULL, NULL, 8, UINT64_MAX}, 1},
    {{NULL, "8", NULL, 8, UINT64_MAX}, 1},
    {{"", NULL, NULL, 8, UINT64_MAX}, 1},
    {{"0", NULL, NULL, 8, UINT64_MAX}, 1},
    {{"-4", NULL, NULL, 8, UINT64_MAX}, 1},
    {{"many", NULL, NULL, 8, UINT64_MAX}, 1},
    {{"4x", NULL, NULL, 8, UINT64_MAX}, 1},
    {{"4", NULL, NULL, 8, UINT64_MAX}, 4},
    {{"4", NULL, NULL, 2, UINT64_MAX}, 2},
    {{"99999999999999999999", NULL, NULL, 4096, UINT64_MAX}, 1024},
    /* OpenMP's variables limit, and do not ask. */
    {{"4", "2", NULL, 8, UINT64_MAX}, 2},
    {{"4", "3,2", NULL, 8, UINT64_MAX}, 3},
    {{"4", "3 , 2", NULL, 8, UINT64_MAX}, 3},
    {{"4", "16", NULL, 8, UINT64_MAX}, 4},
    {{"4", "nonsense", NULL, 8, UINT64_MAX}, 4},
    {{"4", NULL, "1", 8, UINT64_MAX}, 1},
    {{"4", "3", "2", 8, UINT64_MAX}, 2},
    /* A group with two and a half processors is given two threads. */
    {{"4", NULL, NULL, 8, 2500}, 2},
    {{"4", NULL, NULL, 8, 500}, 1},
    {{"4", NULL, NULL, 0, UINT64_MAX}, 1},
};

int main(void)
{
	for (size_t i = 0; i < PSR_COUNTOF(cases); i++) {
		unsigned n = psr_threads_count(&cases[i].limits);

		CHECK(n == cases[i].count, "case %zu: %u", i, n);
	}
	CHECK(psr_threads_granted() == 1 && psr_threads_take() == 1,
	      "before it was asked");
	return check_result();
}
