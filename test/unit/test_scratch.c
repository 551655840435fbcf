/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The stub's memory for copies: whose it is, what is kept, when there is none.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "check.h"
#include "psr/site.h"
#include "stub/scratch.h"

#define MIB    ((size_t)1 << 20)
#define ROUNDS 20000

/* The pages that the process has mapped. */
static long mapped(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long pages = -1;

	if (f) {
		if (fscanf(f, "%ld", &pages) != 1)
			pages = -1;
		fclose(f);
	}
	return pages;
}

static void test_closed(void)
{
	CHECK(!__psr_scratch(100), "before it is open");
	__psr_scratch_open();
	void *p = __psr_scratch(100);

	CHECK(p, "open");
	__psr_scratch_close();
	CHECK(!__psr_scratch(100), "closed");
	__psr_scratch_done(p); /* whose variant ran meanwhile */
	CHECK(!__psr_scratch(100), "still closed");
	__psr_scratch_open();
	CHECK(__psr_scratch(100) == p, "what was kept");
	__psr_scratch_done(p);
}

static void test_kept(void)
{
	void *p = __psr_scratch(100), *q = __psr_scratch(100), *r;

	CHECK(p && q && p != q, "two at once");
	CHECK((uintptr_t)p % 64 == 0 && (uintptr_t)q % 64 == 0, "%p %p", p, q);
	memset(p, 1, 100);
	memset(q, 2, 100);
	__psr_scratch_done(p);
	r = __psr_scratch(50);
	CHECK(r == p, "the one that was given back");
	__psr_scratch_done(q);
	__psr_scratch_done(r);
	/* A larger one takes the place of a small one. */
	p = __psr_scratch(3 * MIB);
	memset(p, 3, 3 * MIB);
	__psr_scratch_done(p);
	q = __psr_scratch(2 * MIB);
	CHECK(q == p, "%p %p", p, q);
	__psr_scratch_done(q);
}

static void test_bounds(void)
{
	void *p[64];
	size_t n = 0;
	long before;

	CHECK(!__psr_scratch(UINT64_MAX), "the largest");
	CHECK(!__psr_scratch(UINT64_MAX - 100), "nearly the largest");
	CHECK(!__psr_scratch(65 * MIB), "more than there may be");
	before = mapped();
	while (n < 64 && (p[n] = __psr_scratch(10 * MIB)))
		n++;
	CHECK(n >= 5 && n <= 6, "%zu blocks of 10 MiB", n);
	while (n)
		__psr_scratch_done(p[--n]);
	CHECK(mapped() <= before, "large ones are not kept");
	__psr_scratch_close();
	__psr_scratch_open();
	CHECK(mapped() < before, "nothing is kept when it is closed");
}

static void test_no_memory(void)
{
	struct rlimit old, none = {1, 0};
	void *p;

	getrlimit(RLIMIT_AS, &old);
	none.rlim_max = old.rlim_max;
	setrlimit(RLIMIT_AS, &none);
	errno = 7;
	p = __psr_scratch(3 * MIB);
	CHECK(!p && errno == 7, "%p, errno %d", p, errno);
	setrlimit(RLIMIT_AS, &old);
	p = __psr_scratch(3 * MIB);
	CHECK(p, "again");
	__psr_scratch_done(p);
}

/* Each thread has its blocks alone, however they are swapped. */
static void *use(void *arg)
{
	unsigned char mark = *(unsigned char *)arg;
	unsigned bad = 0;

	for (int i = 0; i < ROUNDS; i++) {
		size_t n = (size_t)(1 + i % 7) * 40000;
		unsigned char *p = __psr_scratch(n);

		if (!p)
			continue;
		p[0] = p[n - 1] = mark;
		atomic_signal_fence(memory_order_seq_cst);
		bad += ((volatile unsigned char *)p)[0] != mark ||
		       ((volatile unsigned char *)p)[n - 1] != mark;
		__psr_scratch_done(p);
	}
	CHECK(!bad, "%u blocks were somebody else's, too", bad);
	return NULL;
}

static void test_threads(void)
{
	unsigned char marks[12];
	pthread_t t[12];

	for (int i = 0; i < 12; i++) {
		marks[i] = (unsigned char)(i + 1);
		CHECK(!pthread_create(&t[i], NULL, use, &marks[i]), "thread");
	}
	for (int i = 0; i < 12; i++)
		pthread_join(t[i], NULL);
}

int main(void)
{
	test_closed();
	test_kept();
	test_bounds();
	test_no_memory();
	test_threads();
	return check_result();
}
