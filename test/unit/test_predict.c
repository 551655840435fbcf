/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "predict.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "check.h"

static struct psr_history runs[PSR_PREDICT_WINDOW + 10];
static size_t nruns;

/* Adds a run; prediction sees the newest first. */
static void ran(uint64_t exact, double number, uint64_t bytes, double peak)
{
	struct psr_history *h = &runs[0];

	if (nruns < PSR_COUNTOF(runs))
		nruns++;
	memmove(runs + 1, runs, (nruns - 1) * sizeof(runs[0]));
	memset(h, 0, sizeof(*h));
	psr_record_init(&h->r);
	h->exact = exact;
	h->pattern = 7;
	h->r.input_bytes = bytes;
	h->r.argument_max = number;
	h->r.argument_product = number;
	h->r.peak_bytes = (uint64_t)peak;
	h->r.wall_ns = (uint64_t)(peak * 10);
	h->r.cores_peak = 1.02;
	strcpy(h->r.bottleneck, "cpu");
}

static struct psr_request ask(uint64_t exact, double number, uint64_t bytes)
{
	struct psr_features f = {exact, 7, bytes, number, number};
	struct psr_request r;

	psr_predict(&f, runs, nruns, &r);
	return r;
}

static void cold_start_abstains(void)
{
	struct psr_request r = ask(1, 512, 0);

	CHECK(!r.memory_bytes.known && r.memory_bytes.confidence == 0, "%g",
	      r.memory_bytes.ask);
	CHECK(!r.cores.known && !r.wall_ns.known && r.runs == 0, "%zu", r.runs);
	CHECK(!*r.predictor && !*r.bottleneck, "%s", r.predictor);
}

static void one_run_is_repeated(void)
{
	struct psr_request r;

	nruns = 0;
	ran(1, 512, 0, 50e6);
	r = ask(1, 512, 0);
	CHECK(r.memory_bytes.known && r.memory_bytes.ask > 50e6 &&
		  r.memory_bytes.ask < 65e6,
	      "%g", r.memory_bytes.ask);
	CHECK(r.memory_bytes.confidence == 0.5, "%g",
	      r.memory_bytes.confidence);
	CHECK(!strcmp(r.predictor, "same-arguments"), "%s", r.predictor);
	CHECK(r.cores.ask == 1, "%g", r.cores.ask);
	CHECK(!strcmp(r.bottleneck, "cpu"), "%s", r.bottleneck);
}

static void confidence_grows_with_hits(void)
{
	double last = 0;

	nruns = 0;
	for (int i = 0; i < 10; i++) {
		struct psr_request r;

		ran(1, 512, 0, 50e6 + 1e5 * (i % 3));
		r = ask(1, 512, 0);
		CHECK(r.memory_bytes.confidence > last, "%d: %g", i,
		      r.memory_bytes.confidence);
		CHECK(r.memory_bytes.confidence < 1, "%d", i);
		last = r.memory_bytes.confidence;
	}
	CHECK(last > 0.85, "%g", last);
}

/* A matrix multiplication: memory goes with the square of the argument. */
static void a_square_is_found(void)
{
	struct psr_request r;

	nruns = 0;
	for (int n = 256; n <= 1024; n += 128)
		ran((uint64_t)n, n, 0, 2e6 + 24.0 * n * n);
	r = ask(2048, 2048, 0);
	CHECK(!strcmp(r.predictor, "line-number^2"), "%s", r.predictor);
	CHECK(fabs(r.memory_bytes.p50 / (2e6 + 24.0 * 2048 * 2048) - 1) < .01,
	      "%g", r.memory_bytes.p50);
	r = ask(300, 300, 0);
	CHECK(fabs(r.memory_bytes.p50 / (2e6 + 24.0 * 300 * 300) - 1) < .05,
	      "%g", r.memory_bytes.p50);
}

static void a_line_over_input_is_found(void)
{
	struct psr_request r;

	nruns = 0;
	srand(1);
	for (int i = 1; i <= 10; i++)
		ran((uint64_t)i, NAN, (uint64_t)i * 1000000,
		    5e6 + 3e6 * i * (1 + .01 * (rand() % 3 - 1)));
	r = ask(99, NAN, 20000000);
	CHECK(!strcmp(r.predictor, "line-bytes"), "%s", r.predictor);
	CHECK(r.memory_bytes.p50 > 60e6 && r.memory_bytes.p50 < 70e6, "%g",
	      r.memory_bytes.p50);
	CHECK(r.memory_bytes.ask >= r.memory_bytes.p95 &&
		  r.memory_bytes.p95 >= r.memory_bytes.p50,
	      "%g %g %g", r.memory_bytes.p50, r.memory_bytes.p95,
	      r.memory_bytes.ask);
	CHECK(r.memory_bytes.ask < 90e6, "%g", r.memory_bytes.ask);
}

/* Memory that hangs on nothing known: asks for the most, admits misses. */
static void noise_lowers_confidence(void)
{
	struct psr_request steady, noisy;

	nruns = 0;
	for (int i = 0; i < 16; i++)
		ran((uint64_t)i + 10, NAN, 0, 1e8);
	steady = ask(1, NAN, 0);
	nruns = 0;
	for (int i = 0; i < 16; i++)
		ran((uint64_t)i + 10, NAN, 0, 1e6 * pow(1.5, i));
	noisy = ask(1, NAN, 0);
	CHECK(noisy.memory_bytes.confidence < .4 &&
		  steady.memory_bytes.confidence > .85,
	      "%g %g", noisy.memory_bytes.confidence,
	      steady.memory_bytes.confidence);
	CHECK(!strcmp(noisy.predictor, "recent-max"), "%s", noisy.predictor);
}

static void odd_values_do_no_harm(void)
{
	static const double sizes[] = {0, NAN, 1e15, 1e300, INFINITY, -5};
	struct psr_request r;

	nruns = 0;
	for (int i = 0; i < 40; i++) {
		double v = sizes[i % 6];

		ran((uint64_t)i, v, i % 3 ? UINT64_MAX : 0, 1e6 * i);
		runs[0].r.wall_ns = i % 2 ? PSR_NONE : 0;
		r = ask((uint64_t)i, sizes[(i + 1) % 6], PSR_NONE - 1);
		CHECK(isfinite(r.memory_bytes.ask) && r.memory_bytes.ask > 0 &&
			  r.memory_bytes.confidence > 0 &&
			  r.memory_bytes.confidence < 1,
		      "%d: %g", i, r.memory_bytes.ask);
		CHECK(isfinite(r.wall_ns.p50) || !r.wall_ns.known, "%d", i);
	}
}

static void it_is_quick(void)
{
	struct timespec a, b;
	double us;

	nruns = 0;
	for (int i = 0; i < PSR_PREDICT_WINDOW; i++)
		ran((uint64_t)(i % 9), 100 + i % 9, 0, 1e6 * (100 + i % 9));
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	for (int i = 0; i < 20; i++)
		ask(3, 103, 0);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	us = ((double)(b.tv_sec - a.tv_sec) * 1e6 +
	      (double)(b.tv_nsec - a.tv_nsec) / 1e3) /
	     20;
	printf("a prediction from a full window: %.0f us\n", us);
	CHECK(us < 2000, "%g us", us); /* goal 100; sanitizers, noise */
}

int main(void)
{
	cold_start_abstains();
	one_run_is_repeated();
	confidence_grows_with_hits();
	a_square_is_found();
	a_line_over_input_is_found();
	noise_lowers_confidence();
	odd_values_do_no_harm();
	it_is_quick();
	return check_result();
}
