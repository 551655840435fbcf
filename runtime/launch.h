/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* launch.h - one launch, from prediction to learning. */
#ifndef PSR_LAUNCH_H
#define PSR_LAUNCH_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor.h"
#include "predict.h"
#include "psr/store.h"
#include "reserve.h"
#include "signature.h"

enum psr_no_room { PSR_DEFAULT, PSR_WAIT, PSR_SMALLER };

struct psr_launch_options {
	char *const *argv;                 /* the program's, NULL-terminated */
	const char *db;                    /* NULL: the default database */
	const struct psr_backend *backend; /* NULL: the best */
	const char *mode;      /* PSR_MODE for the program, or NULL */
	uint64_t memory_bytes; /* 0: as predicted */
	uint64_t min_bytes;    /* 0: none */
	uint64_t max_bytes;    /* PSR_NONE: none */
	unsigned cores;        /* 0: as predicted, not pinned */
	bool pin;              /* to as many as predicted */
	enum psr_no_room no_room;
	bool retry;
	bool no_learn;
	bool no_predict;
	bool keep_stderr; /* the caller writes there afterwards */
};

struct psr_launch {
	struct psr_signature sig;
	struct psr_request request;
	struct psr_shared *shared; /* holds the record */
	struct psr_monitor monitor;
	struct psr_trace trace;
	struct psr_reservation reservation;
	struct psr_pool_size pool;
	struct psr_signals signals;
	bool started;
	int status;      /* of wait(2) */
	int exec_errno;  /* the program did not begin */
	int store_error; /* negative errno: nothing learned */
	struct psr_err store_text;
	/* The launch's own. */
	const struct psr_launch_options *o;
	char db[4096];
	struct psr_store *store;
	struct psr_group group;
	cpu_set_t inherited, cpus;
	bool pinned;
	pid_t guard;
	char **envp;
	char *added[4]; /* variables made for the program */
	int64_t run;
};

/*
 * Runs the program of OPTIONS and waits for it. 0: it ran, or exec failed
 * (exec_errno), and *L tells how; signals are still taken. Negative errno:
 * it was not started: -ENOENT or -EACCES no such program; -EINVAL, -ENOMEM.
 * Trouble with the profile database is no error. Free *L in any case.
 */
PSR_MUST_CHECK int psr_launch(struct psr_launch *l,
			      const struct psr_launch_options *options,
			      struct psr_err *err);

/* The record of the run: JSON by the names of record.def. */
void psr_launch_json(const struct psr_launch *l, struct psr_text *out);

void psr_launch_free(struct psr_launch *l);

/*
 * For a caller that exits next: reaps the guard, and leaves the rest to the
 * kernel. The database's log, if it is long, is left to a `psr db maintain`
 * in the background.
 */
void psr_launch_leave(struct psr_launch *l);

/*
 * Only predicts: fills L's signature and request; -errno as psr_launch().
 * A database that cannot be read is told in L's store_error.
 */
PSR_MUST_CHECK int psr_launch_predict(struct psr_launch *l,
				      const struct psr_launch_options *options,
				      struct psr_err *err);

#endif
