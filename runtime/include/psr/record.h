/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* record.h - the record of one run, expanded from profiles/record.def. */
#ifndef PSR_RECORD_H
#define PSR_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "psr/err.h"

#define PSR_NONE UINT64_MAX     /* not measured */

struct psr_record {
#define U64(name, unit, text)  uint64_t name;
#define F64(name, unit, text)  double name;
#define STR(name, size, text)  char name[size];
#include "record.def"
#undef U64
#undef F64
#undef STR
};

enum psr_field_kind { PSR_FIELD_U64, PSR_FIELD_F64, PSR_FIELD_STR };

struct psr_field {
	const char *name;
	const char *unit;       /* "" for strings */
	const char *text;
	enum psr_field_kind kind;
	size_t offset;          /* in struct psr_record */
	size_t size;
};

/* All fields in record.def's order, which is the SQL columns' order too. */
extern PSR_API const struct psr_field psr_fields[];
extern PSR_API const size_t psr_nfields;

/* Sets every field to "not measured". */
PSR_API void psr_record_init(struct psr_record *r);

#endif
