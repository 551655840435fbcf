/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* predict.h - from what a task is and did, to what it will need. No I/O. */
#ifndef PSR_PREDICT_H
#define PSR_PREDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "psr/store.h"
#include "text.h"

#define PSR_PREDICT_WINDOW 40 /* past runs that are looked at */

/* Known before the start (PREDICTION.md, section 1). */
struct psr_features {
	uint64_t exact;
	uint64_t pattern;
	uint64_t input_bytes;
	double argument_max; /* NaN: no number among them */
	double argument_product;
};

/* One predicted quantity. Not KNOWN: no run to learn from; abstain. */
struct psr_figure {
	bool known;
	double p50;
	double p95;
	double ask;
	double confidence; /* that ASK suffices, from past hits */
};

/* What to reserve, and where each figure came from. */
struct psr_request {
	struct psr_figure memory_bytes;
	struct psr_figure stack_bytes;
	struct psr_figure heap_bytes;
	struct psr_figure data_bytes;
	struct psr_figure cores;
	struct psr_figure wall_ns;
	struct psr_figure read_rate; /* bytes per second */
	struct psr_figure write_rate;
	char predictor[32]; /* of the memory; "" at a cold start */
	char wall_predictor[32];
	char bottleneck[16]; /* "" not known */
	size_t runs;         /* past runs behind it */
};

/*
 * Predicts from the N latest runs, newest first, as psr_store_history()
 * gives them. Pure, never fails: N = 0 gives a request that knows nothing.
 * Thread-safe. About 0.1 ms with a full window.
 */
void psr_predict(const struct psr_features *f, const struct psr_history *h,
		 size_t n, struct psr_request *out);

/* The request as docs/request.schema.json has it. */
void psr_request_json(const struct psr_task *task, const struct psr_features *f,
		      const struct psr_request *r, struct psr_text *out);

/* Copies the request's figures to the fields of the record. */
void psr_request_record(const struct psr_request *r, struct psr_record *rec);

#endif
