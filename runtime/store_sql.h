/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* store_sql.h - what the store's own files share over SQLite. */
#ifndef PSR_STORE_SQL_H
#define PSR_STORE_SQL_H

#include <limits.h>
#include <signal.h>
#include <sqlite3.h>

#include "psr/store.h"

#define STORE_APPLICATION_ID 0x50535231 /* "PSR1" */
#define STORE_PAGE_BYTES     4096

struct psr_store {
	sqlite3 *db;
	bool write;
	bool corrupt; /* a statement met damage: look at closing */
	struct store_warm {
		const char *sql;
		sqlite3_stmt *st;
	} warm[4];              /* prepared ahead, each for one use */
	int log_pages;          /* in the write-ahead log, at last commit */
	uint64_t busy_since_ns; /* start of the present wait for a lock */
	sigset_t signals;       /* mask outside a transaction */
	bool own_xfsz;          /* this transaction blocked SIGXFSZ */
	char path[PATH_MAX];    /* resolved, absolute */
};

/* Who calls: liveness of owners counts within one boot and namespace. */
struct store_place {
	char host[65];
	char boot[37];
	uint64_t pid_namespace;
};

/* A file's state, all 0 where there is none. */
struct store_file_state {
	uint64_t device, inode, size, time_ns;
};

/* ---- store_snapshot.c ---- */

/* The states of the database PATH and of its log; false: unknown. */
bool store_look(const char *path, struct store_file_state f[2]);

/* ---- store_early.c ---- */

/* Both states as one number, never 0. */
uint64_t store_state(const struct store_file_state f[2]);

/* ---- store_sql.c ---- */

/* SQLite's RC as negative errno, with its message; notes damage. */
int store_fail(struct psr_store *s, int rc, struct psr_err *err);

/* RC of sqlite3_step() on a statement without rows: 0 or store_fail(). */
int store_done(struct psr_store *s, int rc, struct psr_err *err);

int store_prepare(struct psr_store *s, const char *sql, sqlite3_stmt **st,
		  struct psr_err *err);

/* Prepares SQL now, so that store_prepare() of the same text finds it. */
void store_warm(struct psr_store *s, const char *sql);

/* Runs statements without parameters or rows. */
int store_exec(struct psr_store *s, const char *sql, struct psr_err *err);

/* One integer from a statement without parameters; 0 if it has no row. */
int store_int(struct psr_store *s, const char *sql, int64_t *out,
	      struct psr_err *err);

/* Steps ST, a statement without rows, and resets it. */
int store_run(struct psr_store *s, sqlite3_stmt *st, struct psr_err *err);

/* The first column of ST's only row, 0 when it has none; resets ST. */
int store_id(struct psr_store *s, sqlite3_stmt *st, int64_t *id,
	     struct psr_err *err);

/*
 * A writing transaction: begin waits for the lock; end commits when RET is 0
 * and rolls back otherwise, and returns RET or the commit's failure. A file
 * size limit's signal is held off in between.
 */
int store_begin(struct psr_store *s, struct psr_err *err);
int store_end(struct psr_store *s, int ret, struct psr_err *err);

/*
 * Blocks SIGXFSZ unless the program itself has it blocked or pending; gives
 * back the mask, and drops the one that came of our writing.
 */
void store_signals_hold(struct psr_store *s);
void store_signals_release(struct psr_store *s);

/* -EROFS when S was opened to read only. */
int store_need_write(struct psr_store *s, struct psr_err *err);

/* Binding and reading with PSR_NONE as NULL. */
void store_bind_u64(sqlite3_stmt *st, int i, uint64_t value);
void store_bind_text(sqlite3_stmt *st, int i, const char *text);
uint64_t store_column_u64(sqlite3_stmt *st, int i);
void store_column_text(sqlite3_stmt *st, int i, char *buf, size_t size);

uint64_t store_monotonic_ns(void);
uint64_t store_now_ns(void); /* since 1970 */

void store_place_here(struct store_place *p);

/* ---- store_count.c ---- */

/* Saves B's counts and branches. In a transaction. */
int store_counts_save(struct psr_store *s, const struct psr_site_batch *b,
		      struct psr_err *err);

/* ---- store_run.c ---- */

/* Marks the runs as lost whose recorders have died. In a transaction. */
int store_mark_lost(struct psr_store *s, const struct store_place *here,
		    struct psr_err *err);

/*
 * Whether the owner of a row that another process wrote may still live: a
 * row of another machine or PID namespace gets the benefit of the doubt.
 */
bool store_alive(const struct store_place *here, const struct store_place *p,
		 pid_t owner, uint64_t owner_start);

/* ---- store_open.c ---- */

/* See psr_store_patience(). */
uint64_t store_busy_ms(void);

/* A bare connection to PATH with the store's settings; no look inside. */
int store_connect(struct psr_store *s, const char *path, int flags,
		  struct psr_err *err);

/*
 * Locks PATH's opening against its creation and setting aside, with
 * LOCK_SH or LOCK_EX. Returns a descriptor, -ENOENT when no lock can be
 * made (then nobody else makes one either), or -EBUSY.
 */
int store_lock(const char *path, int how, bool create);

/* Around whatever makes SQLite open files. */
void store_take_low(int taken[3]);
void store_give_low(const int taken[3]);

/* ---- store_pool.c ---- */

/* Within a transaction. A row that is gone is no failure. */
int store_delete_reservation(struct psr_store *s, int64_t id,
			     struct psr_err *err);

/* ---- store_repair.c ---- */

/*
 * Moves PATH and its log to PATH.corrupt-TIME if a full check finds damage;
 * never a newer one. 0: moved; -EEXIST: nothing to move, as the file is
 * sound, newer, empty or gone; else why it could not be moved.
 */
int store_set_aside(const char *path, struct psr_err *err);

/* Whether the open database S is sound: 0, or -EUCLEAN and others. */
int store_integrity(struct psr_store *s, struct psr_err *err);

#endif
