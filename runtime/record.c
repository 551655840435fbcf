/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The field table: one row per line of record.def, in its order. */
#include "psr/record.h"

#include <math.h>
#include <string.h>

#define ROW(name, unit, text, kind)                                           \
	{#name, unit, text, kind, offsetof(struct psr_record, name),           \
	 sizeof(((struct psr_record *)0)->name)},

const struct psr_field psr_fields[] = {
#define U64(name, unit, text) ROW(name, #unit, text, PSR_FIELD_U64)
#define F64(name, unit, text) ROW(name, #unit, text, PSR_FIELD_F64)
#define STR(name, size, text) ROW(name, "", text, PSR_FIELD_STR)
#include "record.def"
#undef U64
#undef F64
#undef STR
};

const size_t psr_nfields = PSR_COUNTOF(psr_fields);

void psr_record_init(struct psr_record *r)
{
	memset(r, 0, sizeof(*r));
#define U64(name, unit, text) r->name = PSR_NONE;
#define F64(name, unit, text) r->name = NAN;
#define STR(name, size, text)
#include "record.def"
#undef U64
#undef F64
#undef STR
}
