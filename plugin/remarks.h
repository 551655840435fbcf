/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* remarks.h - tells of every nest as one line of JSON.
 *
 * {"file": "a.c", "function": "f", "line": 3,    // line 0: unknown
 *  "kind": "loop",                               // or "function"
 *  "site": "0123456789abcdef",                   // null: not a site
 *  "status": "site",                             // or "skipped"
 *  "reason": null,        // or {"id": "trip-count", "text": "..."}
 *  "min_work": 128,
 *  "variants": [{"name": "v3-w256", "status": "made", "reason": null},
 *               {"name": "scalar", "status": "skipped",
 *                "reason": {"id": "not-chosen", "text": "..."}}],
 *  "features": {"depth": 2, "loops": 2, "vector_loops": 1,
 *               "known_trips": 2, "size": 40, "instructions": 12,
 *               "loads": 2, "stores": 1, "flops": 2, "branches": 1,
 *               "calls": 0, "load_bytes": 16, "store_bytes": 8}}
 *
 * Identifiers of reasons (reasons.def) are stable; texts are for people.
 */
#ifndef PSR_REMARKS_H
#define PSR_REMARKS_H

#include "nest.h"

/*
 * Appends one line for each nest to PATH ("-": stderr), in one write, so that
 * compilers that run at once can share a file. Negative errno on failure.
 */
int psr_remarks_write(const char *path, const struct psr_nests *nests);

#endif
