/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What psr bench reads out of a program's output, and its statistics. */
#include <math.h>
#include <string.h>

#include "bench.h"
#include "check.h"

/* -1 stands for "not stated". */
static const struct {
	const char *out, *err;
	double wall_s, cpu_s;
	const char *answer; /* what alone would have the same answer */
} cases[] = {
    /* PSR's own suite. */
    {"checksum 00f3\ntime 0.125 s\ncpu 0.25 s\n", "", 0.125, 0.25,
     "checksum 00f3\n"},
    /* Words and units in other people's ways. */
    {"Time: 12.5 ms\n", "", 0.0125, -1, ""},
    {"Elapsed time = 0.5\n", "", 0.5, -1, ""},
    {"time (ms): 250\n", "", 0.25, -1, ""},
    {"time_us=250\n", "", 250e-6, -1, ""},
    {"kernel took 3 seconds\n", "", 3, -1, ""},
    {"sum 42\nseconds: 1.5e-3\n", "", 1.5e-3, -1, "sum 42\n"},
    {"gemm 120us\n", "", 120e-6, -1, ""},
    {"gemm 120 \xc2\xb5s\n", "", 120e-6, -1, ""},
    {"CPU time: 2.5 s\n", "", -1, 2.5, ""},
    {"wall 3 s\nCPU 2 s\n", "", 3, 2, ""},
    {"real 1 s\n", "", 1, -1, ""},
    {"Runtime 7\n", "", 7, -1, ""},
    /* The last one counts; the number's unit goes before others. */
    {"fill: 0.5 s\nsolve: 2 s\n", "", 2, -1, ""},
    {"run 3 time 4 ms\n", "", 0.004, -1, ""},
    {"2 runs, time 0.25\n", "", 0.25, -1, ""},
    /* On standard error. */
    {"sum 1\n", "time 2 s\n", 2, -1, "sum 1\n"},
    {"time 1 s\n", "time 2 s\n", 1, -1, ""},
    /* PolyBench: nothing but a number; other numbers are answers. */
    {"0.001234\n", "dump\n", 0.001234, -1, ""},
    {"3.25\n0.5\n", "", 0.5, -1, "3.25\n"},
    {"3.25\ntime 0.5 s\n", "", 0.5, -1, "3.25\n"},
    {"42\n", "", -1, -1, "42\n"},
    {"0x1.8p3\n", "", -1, -1, "0x1.8p3\n"},
    /* Rates are neither; nor are look-alikes times. */
    {"120 MB/s\n3.5 GFLOPS\n", "", -1, -1, ""},
    {"speed 100\nx\n", "", -1, -1, "x\n"},
    {"12 steps\n", "", -1, -1, "12 steps\n"},
    {"5 means\nsum 5\n", "", -1, -1, "5 means\nsum 5\n"},
    {"sometimes 5\n", "", -1, -1, "sometimes 5\n"},
    {"9583s2\n", "", -1, -1, "9583s2\n"},
    {"time flies\n", "", -1, -1, "time flies\n"},
    {"", "", -1, -1, ""},
    {"no newline", "", -1, -1, "no newline"},
};

static struct psr_text text(const char *s)
{
	struct psr_text t = {0};

	psr_text_add(&t, "%s", s);
	return t;
}

static bool is(double v, double expected)
{
	return expected < 0 ? isnan(v) : fabs(v - expected) < 1e-12;
}

static struct bench_output read(const char *out, const char *err)
{
	struct psr_text a = text(out), b = text(err);
	struct bench_output o;

	bench_output_read(&a, &b, &o);
	psr_text_free(&a);
	psr_text_free(&b);
	return o;
}

static void check_output(void)
{
	for (size_t i = 0; i < PSR_COUNTOF(cases); i++) {
		struct bench_output o = read(cases[i].out, cases[i].err);
		/* Where a time is stated, bare numbers are answers. */
		struct bench_output alone = read(cases[i].answer, "time 1 s\n");

		CHECK(is(o.wall_s, cases[i].wall_s) &&
			  is(o.cpu_s, cases[i].cpu_s),
		      "'%s': %g %g", cases[i].out, o.wall_s, o.cpu_s);
		CHECK(o.answer == alone.answer,
		      "'%s': another answer than '%s'", cases[i].out,
		      cases[i].answer);
	}
	CHECK(read("sum 1\n", "").answer != read("sum 2\n", "").answer,
	      "different answers look the same");
	CHECK(read("a\nb\n", "").answer != read("ab\n", "").answer,
	      "lines run together");
}

/* Binary output is compared to its last byte. */
static void check_binary(void)
{
	char a[] = "x\0y\nz", b[] = "x\0w\nz";
	struct psr_text none = text(""), t = {a, sizeof(a) - 1, sizeof(a), 0};
	struct bench_output x, y;

	bench_output_read(&t, &none, &x);
	t.s = b;
	bench_output_read(&t, &none, &y);
	CHECK(x.answer != y.answer, "bytes behind a NUL are not compared");
	psr_text_free(&none);
}

static void add(struct bench_list *l, const double *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		CHECK(!bench_list_add(l, v[i]), "no memory");
}

static void check_stats(void)
{
	static const double a[] = {4, 1, 3, 2, 5}, b[] = {2, 1, 1, 1, 1, 7};
	struct bench_list x = {0}, y = {0}, none = {0};
	struct bench_quartiles q;

	add(&x, a, PSR_COUNTOF(a));
	add(&y, b, PSR_COUNTOF(b));
	q = bench_quartiles(&x);
	CHECK(q.low == 2 && q.mid == 3 && q.high == 4, "%g %g %g", q.low, q.mid,
	      q.high);
	CHECK(x.v[0] == 4, "the list was reordered");
	q = bench_ratios(&x, &y); /* 2 1 3 2 5: the sixth has no partner */
	CHECK(q.low == 2 && q.mid == 2 && q.high == 3, "%g %g %g", q.low, q.mid,
	      q.high);
	CHECK(fabs(bench_geometric_mean(&x) - pow(120, 0.2)) < 1e-12, "%g",
	      bench_geometric_mean(&x));
	CHECK(isnan(bench_geometric_mean(&none)), "a mean of nothing");
	CHECK(isnan(bench_quartiles(&none).mid), "a median of nothing");
	bench_list_free(&x);
	bench_list_free(&y);
}

int main(void)
{
	check_output();
	check_binary();
	check_stats();
	return check_result();
}
