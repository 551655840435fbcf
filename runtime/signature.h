/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* signature.h - what task a command line is, before it runs. */
#ifndef PSR_SIGNATURE_H
#define PSR_SIGNATURE_H

#include <limits.h>
#include <stdbool.h>

#include "predict.h"
#include "psr/store.h"
#include "text.h"

#define PSR_FILES 32 /* more are counted, but not listed */

struct psr_signature {
	struct psr_task task; /* borrows from the fields below */
	struct psr_features features;
	char exec_path[PATH_MAX]; /* what execve() is to be given */
	char path[PATH_MAX];      /* program or script, absolute */
	struct psr_text arguments;
	struct psr_text environment;
	struct psr_run_file files[PSR_FILES]; /* inputs named */
	size_t nfiles;
	uint64_t data_bytes; /* static data of the program */
	uint64_t headers, sleep; /* struct psr_binary's, for psr_rouse() */
	bool self_sizing;    /* a run-time system that reads limits
			      * and behaves accordingly */
};

/*
 * Describes ARGV as it would run here: finds the program as execvp() does,
 * reads its headers, the sizes of the files named and of STDIN_FD if that
 * is a file. Runs nothing. Free *SIG with psr_signature_free(), also after
 * an error. -ENOENT: no such program; -EACCES: it cannot be executed;
 * -EINVAL: no ARGV[0]; -ENOMEM.
 */
PSR_MUST_CHECK int psr_signature_make(char *const argv[], char *const envp[],
				      int stdin_fd, struct psr_signature *sig,
				      struct psr_err *err);

void psr_signature_free(struct psr_signature *sig);

/* What one argument is, apart from the files system. */
struct psr_argument {
	enum { PSR_ARG_TEXT, PSR_ARG_NUMBER, PSR_ARG_FLAG } type;
	double number;     /* NaN: holds none */
	const char *value; /* after '=', or all of it: may name a file */
};

/* ARG with 10k meaning 10*1024, --size=512 a flag with a number. */
struct psr_argument psr_argument_parse(const char *arg);

#endif
