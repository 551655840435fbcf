/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* db.h - what the files of `psr db` share. */
#ifndef PSR_DB_H
#define PSR_DB_H

#include "out.h"
#include "psr/store.h"

struct db_options {
	const char *file;             /* NULL: the default */
	const char *program, *module; /* NULL: all */
	unsigned long limit;
	enum psr_out_format format;
	bool format_given;
	bool times;
	unsigned given; /* which of the above stood there */
};

/* `psr db show` of the run that WHICH names. */
PSR_MUST_CHECK int db_show(struct psr_store *store,
			   const struct db_options *options, const char *which,
			   struct psr_err *err);

#endif
