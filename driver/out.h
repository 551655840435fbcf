/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* out.h - rows on stdout: a table for people, CSV or JSON for machines. */
#ifndef PSR_OUT_H
#define PSR_OUT_H

#include <stdbool.h>
#include <stddef.h>

#include "psr/err.h"
#include "psr/store.h"

enum psr_out_format { PSR_OUT_TABLE, PSR_OUT_CSV, PSR_OUT_JSON };

/* SQL, for people: a size class, as psr-db(1) tells it. */
#define PSR_OUT_SIZE                                                           \
	"CASE WHEN size_class < 64 THEN size_class ELSE (size_class % 64) || " \
	"'/' || (size_class / 64) END AS size_class"

struct psr_out; /* opaque */

/* NULL: out of memory. */
struct psr_out *psr_out_new(enum psr_out_format format);

/* A psr_store_row_fn whose context is the psr_out. */
int psr_out_row(void *out, int n, const char *const *names,
		const char *const *values, const char *const *types);

/*
 * Ends the output and frees OUT. JSON is one array of objects; nothing at all
 * is printed of one that has no rows because it is not COMPLETE. Returns 0
 * or -ENOMEM; a failed write is left for main() to find.
 */
PSR_MUST_CHECK int psr_out_end(struct psr_out *out, bool complete);

/*
 * Asks the store and prints the answer, with the columns' names in a table
 * and CSV even when there is no row. PARAMS as for psr_store_query().
 */
PSR_MUST_CHECK int psr_out_query(enum psr_out_format format,
				 struct psr_store *store, const char *sql,
				 const char *const *params, size_t nparams,
				 struct psr_err *err);

#endif
