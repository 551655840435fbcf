/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* store.h - the profile database: runs, samples, sites, reservations.
 *
 * The only door to SQLite. A `struct psr_store` belongs to one thread at a
 * time, and to the process that opened it: a child that inherited an open one
 * neither uses nor closes it, and gets -EBUSY when it opens one of its own,
 * as SQLite's locks do not survive a fork. Any number of processes may use one
 * database at once. Every writing function is one transaction. No function
 * prints or raises a signal.
 *
 * Errors, as negative errno: -ENOENT no database; -EUCLEAN the file is no
 * sound database; -EPROTO written by a newer PSR; -EROFS/-EACCES not
 * writable; -EBUSY locked for longer than the 10 s time-out; -ENOSPC full;
 * -ENOMEM; -EISDIR, -EINVAL no regular file; -EIO and what else the system
 * says.
 */
#ifndef PSR_STORE_H
#define PSR_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "psr/err.h"
#include "psr/record.h"

#define PSR_SCHEMA_VERSION 8

struct psr_store;

enum psr_store_flags {
	PSR_STORE_READ = 0,
	PSR_STORE_WRITE = 1,    /* create if missing, migrate if older, and set
	                         * a corrupt file aside as FILE.corrupt-TIME */
};

/*
 * Writes the default database's path to BUF: $PSR_DB, or
 * $XDG_DATA_HOME/psr/psr.db, or $HOME/.local/share/psr/psr.db.
 * -ENOENT: none of these is set; -ENAMETOOLONG.
 */
PSR_API PSR_MUST_CHECK int psr_store_path(char *buf, size_t size,
                                          struct psr_err *err);

/* Opens PATH (NULL: the default). The caller closes *OUT. */
PSR_API PSR_MUST_CHECK int psr_store_open(const char *path, unsigned flags,
                                          struct psr_store **out,
                                          struct psr_err *err);

/*
 * From now on this process waits MS for a lock, not 10 s. For where PSR is a
 * guest: a program must not stand still because of its profile.
 */
PSR_API void psr_store_patience(uint64_t ms);

/*
 * For a program of one thread that is all PSR's, before its first call here:
 * SQLite does without locks and counts, a tenth of its time.
 */
PSR_API void psr_store_alone(void);

/* STORE may be NULL. Leaves the checkpoint to maintenance (0.3 ms). */
PSR_API void psr_store_close(struct psr_store *store);

/* ---- Site times: what the dispatcher learns --------------------------- */

#define PSR_RING         32     /* latest samples kept per variant and class */
#define PSR_PAIRS        16     /* the same, of pairs with the baseline */
#define PSR_SURE_PAIRS   8      /* from here on they alone decide */
#define PSR_VARIANT_NAME 32

/*
 * One site, size class and variant on one kind of CPU. Saving adds the
 * numbers to what is stored and appends the ring's samples and the pairs.
 *
 * The last three are estimates over all calls, timed or not. LOST_NS is what
 * they took beyond the time of the variant that the process believes to be
 * the best when it saves; it may take back what was lost by an earlier belief.
 */
struct psr_site_time {
	uint64_t site;                  /* psr_site.id */
	uint16_t size_class;             /* below PSR_CLASSES */
	char variant[PSR_VARIANT_NAME]; /* "baseline" for the original */
	bool chosen;                    /* saving: what untimed calls run */
	uint64_t n;                     /* samples ever */
	double total_ns;                /* time of these samples */
	double spent_ns;                /* time of all calls */
	double base_ns;                 /* what the baseline would have taken */
	double lost_ns;                 /* of spent_ns */
	uint32_t nring;
	float ring[PSR_RING];           /* ns per work unit, oldest first */
	uint32_t npairs;
	/* Over the baseline's time, of calls next to each other. */
	float pairs[PSR_PAIRS];
};

struct psr_variant_info {
	const char *name;
	uint32_t isa;                   /* enum psr_isa, or-ed */
	uint32_t flags;                 /* enum psr_variant_flags, or-ed */
};

/* What is known statically; written when it is new or has changed. */
struct psr_site_info {
	uint64_t site;
	const char *function;
	const char *file;
	uint32_t line;
	uint8_t kind;                   /* enum psr_site_kind */
	uint8_t depth;
	uint16_t instructions, loads, stores, flops, branches, calls;
	uint16_t load_bytes, store_bytes;
	uint16_t nvariants;
	const struct psr_variant_info *variants;        /* but the baseline */
};

#define PSR_INPUTS   12 /* of one site, told by its counted variant */
#define PSR_VALUES   8  /* kept of each input, the most frequent ones */
#define PSR_BRANCHES 32 /* of one site, counted by that variant */

/* How often input INPUT of a site had VALUE. */
struct psr_site_value {
	uint8_t input;
	int64_t value;
	uint64_t n;
};

/* The calls of one site and size class; saving adds to what is stored. */
struct psr_site_count {
	uint64_t site;
	uint16_t size_class;
	double calls;                   /* an estimate */
	uint64_t counted;               /* of these, that told their values */
	size_t nvalues;
	struct psr_site_value values[PSR_INPUTS * PSR_VALUES];
};

/* Which way branch BRANCH of a site went. */
struct psr_site_branch {
	uint64_t site;
	uint16_t branch;
	uint64_t taken, not_taken;
};

/* All of one program's or library's news, saved in one transaction. */
struct psr_site_batch {
	const char *module;             /* base name of the linked object */
	const char *cpu;                /* psr_cpu_key() */
	pid_t pid;                      /* of the recording process */
	const struct psr_site_info *info;
	size_t ninfo;
	const struct psr_site_time *times;
	size_t ntimes;
	const struct psr_site_count *counts;
	size_t ncounts;
	const struct psr_site_branch *branches;
	size_t nbranches;
};

/*
 * Calls EACH for every stored time of MODULE on CPU, until it returns
 * non-zero, which is then returned. ROW is valid during the call only.
 */
PSR_API PSR_MUST_CHECK int
psr_store_sites_load(struct psr_store *store, const char *module,
                     const char *cpu,
                     int (*each)(void *ctx, const struct psr_site_time *row),
                     void *ctx, struct psr_err *err);

/* *ANY: `psr run` records some program at this time. */
PSR_API PSR_MUST_CHECK int psr_store_is_recording(struct psr_store *store,
						  bool *any,
						  struct psr_err *err);

/* The same for how often MODULE's sites were counted, without the values. */
PSR_API PSR_MUST_CHECK int
psr_store_counts_load(struct psr_store *store, const char *module,
                      int (*each)(void *ctx, uint64_t site, uint16_t size_class,
                                  uint64_t counted),
                      void *ctx, struct psr_err *err);

/* What a module reads when it wakes, and who hears of it. */
struct psr_waking {
	void (*time)(void *ctx, const struct psr_site_time *row);
	void (*count)(void *ctx, uint64_t site, uint16_t size_class,
		      uint64_t counted);
	void *ctx;
	bool wants_prior;
	bool recording;                 /* as psr_store_is_recording() says */
	/* A snapshot holds for this state of the database; 0: none does. */
	uint64_t state;
	void *prior;                    /* NULL: there is none; to be freed */
	size_t prior_bytes;
};

/*
 * Tells of all times of MODULE on CPU, and of all counts: from a snapshot,
 * FILE-snapshot-HASH, if the database is as it was when that was made, in
 * 0.03 ms; else from the database, in 1 ms, and a snapshot is made if the
 * database has been at rest for 0.1 s (2 s where files' times are whole seconds).
 */
PSR_API PSR_MUST_CHECK int psr_store_wake(const char *module, const char *cpu,
					  struct psr_waking *waking,
					  struct psr_err *err);

/*
 * Has programs with SITES (psr_early_sites()) wake early as long as the database
 * is in STATE, or no longer. A few system calls; only ever a hint.
 */
PSR_API void psr_store_early(uint64_t sites, uint64_t state, bool early);

/*
 * If PID, or the nearest of its ancestors, is a running run's program or
 * recorder, that run is noted with the times (table run_site).
 */
PSR_API PSR_MUST_CHECK int
psr_store_sites_save(struct psr_store *store, const struct psr_site_batch *b,
                     struct psr_err *err);

/* ---- Blocks: what samples of a program's execution count ---------------- */

/*
 * A block of a function's source, by the number of its probe. PATH leads to it
 * where it was inlined: "CALL:NAME:HASH" for each call, outermost first,
 * separated by spaces; else it is "". Or one of the functions that an indirect
 * call went to: TARGET, where PROBE is the call's; else it is "".
 */
struct psr_block {
	const char *file;       /* base name of the source */
	const char *name;       /* of the function that the linker knows */
	uint64_t guid, hash;    /* LLVM's of its name, and of its flow */
	const char *path;
	uint32_t probe;
	const char *target;     /* of a block: "" */
	uint64_t n;             /* times that it was executed, or called */
	/* Of the function: instructions, its variants' too; and those of them
	 * that its blocks' counts tell of. */
	uint64_t executed, covered;
};

enum psr_sampling {
	PSR_SAMPLING_WANTED, /* more samples are */
	PSR_SAMPLING_NEWS,   /* only of what little is known of */
	PSR_SAMPLING_DONE
};

/*
 * How many instructions of PROGRAM (psr_task.program) were sampled, where WANTED
 * are, and what that means now. A program rests once it has these. Meets it
 * something new then, at another time or with other arguments, it has a quarter
 * more until it rests again, up to four times WANTED in all. *HALF: up to where
 * the first half is of what is wanted now, which tells most.
 */
PSR_API PSR_MUST_CHECK int
psr_store_sampled(struct psr_store *store, uint64_t program, uint64_t wanted,
                  uint64_t *n, uint64_t *half, enum psr_sampling *what,
                  struct psr_err *err);

/*
 * Adds the N BLOCKS to what is known, in one transaction, and INSTRUCTIONS to
 * what was sampled of PROGRAM. Where nearly all is of functions known already
 * from as many samples as are wanted, WANTED, the blocks are not added: what
 * builds were made with stays, and this program counts as sampled. Nor are they
 * where the program rests, and most of what was executed is of functions that
 * a hundredth of WANTED or more is known of.
 */
PSR_API PSR_MUST_CHECK int
psr_store_blocks_save(struct psr_store *store, uint64_t program,
                      uint64_t instructions, uint64_t wanted,
                      const struct psr_block *blocks, size_t n,
                      struct psr_err *err);

/*
 * Calls EACH for all blocks of functions in the source files of the base names
 * FILES, sorted by function, path, probe and target; but for functions that spend a fifth
 * of their time or more where no block is counted, as in sites. B's last two
 * fields are not set.
 */
PSR_API PSR_MUST_CHECK int
psr_store_blocks_load(struct psr_store *store, const char *const *files,
                      size_t n,
                      int (*each)(void *ctx, const struct psr_block *b),
                      void *ctx, struct psr_err *err);

/* ---- Models ------------------------------------------------------------ */

/* Keeps N bytes at DATA, trained from SAMPLES, in place of an earlier NAME. */
PSR_API PSR_MUST_CHECK int psr_store_model_put(struct psr_store *store,
                                               const char *name,
                                               const void *data, size_t n,
                                               uint64_t samples,
                                               struct psr_err *err);

/* The caller frees *DATA. -ENOENT: there is none. */
PSR_API PSR_MUST_CHECK int psr_store_model_get(struct psr_store *store,
                                               const char *name, void **data,
                                               size_t *n, struct psr_err *err);

struct psr_timing {             /* ns per unit of work, the latest samples */
	uint64_t n;             /* samples ever */
	double median_ns, p25_ns, p75_ns;
};

/* A variant beside the baseline at one site, processor and size. */
struct psr_pair {
	struct psr_site_info info;      /* its numbers only */
	char module[256];
	char cpu[64];
	uint16_t size_class;
	char variant[PSR_VARIANT_NAME];
	uint32_t threads;               /* of a parallel one; else 0 */
	uint32_t isa, flags;
	struct psr_timing time, baseline;
};

/* Every pair that is known, sorted by module, site, processor and size. */
PSR_API PSR_MUST_CHECK int
psr_store_pairs(struct psr_store *store,
                int (*each)(void *ctx, const struct psr_pair *p), void *ctx,
                struct psr_err *err);

/* ---- Tasks and runs ---------------------------------------------------- */

/* A program with its parameters. Hashes are 64 bits; strings are borrowed. */
struct psr_task {
	uint64_t program;       /* code signature: build-id or file contents */
	uint64_t exact;         /* all arguments (E of PREDICTION.md) */
	uint64_t pattern;       /* the same, digit runs replaced (T) */
	const char *name;       /* base name of the program or script */
	const char *path;       /* absolute path */
	const char *arguments;  /* JSON array of typed arguments */
	const char *environment;/* JSON object of the variables that matter */
	uint64_t input_bytes;   /* files named and standard input */
};

/* What prediction reads of a past run: to read all takes 0.1 ms longer. */
#define PSR_HISTORY_FIELDS(F)                                                 \
	F(input_bytes) F(argument_max) F(argument_product) F(wall_ns)         \
	F(cores_peak) F(peak_bytes) F(stack_bytes) F(heap_bytes)              \
	F(data_bytes) F(read_rate_peak) F(write_rate_peak) F(bottleneck)

struct psr_history {
	uint64_t exact, pattern;
	struct psr_record r;    /* the other fields are "not measured" */
};

/*
 * The latest runs of TASK's program that are done, newest first, at most MAX
 * (256 is the window). Other builds of it, which have its name and path but
 * another signature, count too. *N is set.
 */
PSR_API PSR_MUST_CHECK int
psr_store_history(struct psr_store *store, const struct psr_task *task,
                  struct psr_history *out, size_t max, size_t *n,
                  struct psr_err *err);

/*
 * The longest that one of TASK's latest runs would have taken without PSR: its
 * wall time and what its sites' variants saved. *NS: 0 where it has not run.
 */
PSR_API PSR_MUST_CHECK int psr_store_unaided(struct psr_store *store,
					     const struct psr_task *task,
					     double *ns, struct psr_err *err);

/* One reservation, alive as long as its owner (pid + start time) is. */
struct psr_reservation {
	int64_t id;
	pid_t owner;
	uint64_t owner_start;   /* clock ticks since boot, /proc/PID/stat */
	uint64_t memory_bytes;  /* 0: none reserved */
	uint64_t cpu_milli;
	char cpus[128];         /* list, "" for none pinned */
	char group[256];        /* cgroup name to remove, "" for none */
};

struct psr_pool_size {          /* what this machine has */
	uint64_t memory_bytes;
	uint64_t cpu_milli;
};

/*
 * Reserves *WANT if the sum of live reservations stays within SIZE; sets
 * want->id. Reservations of dead owners found on the way are deleted and
 * handed to STALE (to remove their cgroups). -EAGAIN: does not fit now.
 */
PSR_API PSR_MUST_CHECK int
psr_store_reserve(struct psr_store *store, const struct psr_pool_size *size,
                  struct psr_reservation *want,
                  void (*stale)(void *ctx, const struct psr_reservation *r),
                  void *ctx, struct psr_err *err);

/*
 * Changes memory, processors or group of a live reservation. -EAGAIN: more
 * does not fit now; -ENOENT: it is gone.
 */
PSR_API PSR_MUST_CHECK int
psr_store_reservation_set(struct psr_store *store,
                          const struct psr_pool_size *size,
                          const struct psr_reservation *r,
                          struct psr_err *err);

/* A reservation that is gone already is no failure. */
/*
 * Deletes the reservations of dead owners, handing each to STALE, and marks
 * their runs as lost.
 */
PSR_API PSR_MUST_CHECK int
psr_store_heal(struct psr_store *store,
               void (*stale)(void *ctx, const struct psr_reservation *r),
               void *ctx, struct psr_err *err);

PSR_API PSR_MUST_CHECK int psr_store_release(struct psr_store *store,
                                             int64_t reservation,
                                             struct psr_err *err);

/* Live reservations, to show. */
PSR_API PSR_MUST_CHECK int
psr_store_reservations(struct psr_store *store,
                       int (*each)(void *ctx, const struct psr_reservation *r),
                       void *ctx, struct psr_err *err);

/*
 * Enters a run as "running", so that children, sites and `psr db` see it; it
 * is "lost" when the calling process dies without having ended it. *RUN is
 * its row. Fills in R's uuid, host, boot, started_ns and state; the first
 * four only where they are not set.
 */
PSR_API PSR_MUST_CHECK int psr_store_run_begin(struct psr_store *store,
                                               const struct psr_task *task,
                                               struct psr_record *r,
                                               int64_t *run,
                                               struct psr_err *err);

/*
 * Makes psr_store_run_end() quicker by half: a caller that waits for its
 * program calls this meanwhile.
 */
PSR_API void psr_store_warm(struct psr_store *store);

struct psr_sample {             /* one tick of the monitor */
	uint64_t at_ns;         /* since the start */
	uint64_t memory_bytes;
	uint64_t cpu_ns;        /* cumulative */
	uint64_t read_bytes, write_bytes;       /* cumulative, rchar/wchar */
	uint64_t threads;
};

struct psr_adaptation {         /* one change of a limit */
	uint64_t at_ns;
	const char *what;       /* "memory", "cores", "rollback" */
	uint64_t from, to;      /* bytes or milli-cores; PSR_NONE: unlimited */
	const char *reason;
};

struct psr_run_file {           /* what a run depends on or made */
	const char *kind;       /* "input", "read", "write", "library" */
	const char *path;
	uint64_t bytes;         /* PSR_NONE: not known */
};

/* What a run leaves besides its record; all borrowed. */
struct psr_run_detail {
	const struct psr_sample *samples;       /* by rising at_ns */
	size_t nsamples;
	const struct psr_adaptation *adaptations;
	size_t nadaptations;
	const struct psr_run_file *files;
	size_t nfiles;
};

/*
 * Ends RUN: all fields of R, its samples, adaptations and files (DETAIL may
 * be NULL), and releases RESERVATION (0: none), in one transaction. A run
 * that was never begun (RUN = 0, begin had failed) is entered whole. R is
 * stored as "done" unless its state says "lost".
 */
PSR_API PSR_MUST_CHECK int
psr_store_run_end(struct psr_store *store, const struct psr_task *task,
                  int64_t run, int64_t reservation, const struct psr_record *r,
                  const struct psr_run_detail *detail, struct psr_err *err);

/*
 * Moves what the log has gathered into the database when it has passed
 * 256 KiB; takes 0.01 to 0.1 s then, so `psr run` leaves it to a process in
 * the background. Never blocks other programs.
 */
PSR_API PSR_MUST_CHECK int psr_store_maintain(struct psr_store *store,
                                              struct psr_err *err);

/* ---- Questions ---------------------------------------------------------- */

/*
 * Gets one row, whose cells are valid during the call only; NULL has the
 * value NULL. What it returns other than 0 ends the query and is returned.
 */
typedef int psr_store_row_fn(void *ctx, int ncols, const char *const *names,
                             const char *const *values,
                             const char *const *types);

/*
 * Runs one read-only SQL statement with NPARAMS text parameters. TYPES are
 * "integer", "real", "text", "blob" or "null"; blobs come as hex.
 * -EINVAL: not one statement, or one that would write.
 */
PSR_API PSR_MUST_CHECK int
psr_store_query(struct psr_store *store, const char *sql,
                const char *const *params, size_t nparams,
                psr_store_row_fn *each, void *ctx, struct psr_err *err);

/* Calls EACH once with the names of the columns SQL will have, VALUES NULL. */
PSR_API PSR_MUST_CHECK int psr_store_columns(struct psr_store *store,
                                             const char *sql, size_t nparams,
                                             psr_store_row_fn *each, void *ctx,
                                             struct psr_err *err);

/* Deep check of PATH for `psr doctor`; 0 when sound. */
PSR_API PSR_MUST_CHECK int psr_store_check(const char *path,
                                           struct psr_err *err);

#endif
