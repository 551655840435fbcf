/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* schema.h - the SQL of this directory, as strings; see gen_schema.c. */
#ifndef PSR_SCHEMA_H
#define PSR_SCHEMA_H

#include <stddef.h>

struct psr_migration {
	int version;            /* which this leads to; 0 ends the list */
	const char *sql;
};

extern const char psr_schema_sql[];
extern const char psr_views_sql[];
extern const struct psr_migration psr_migrations[];     /* rising */

#endif
