/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * One launch in seven steps, each a function below: predict, allocate,
 * specialise, create the context, execute, release, learn.
 *
 * What can go wrong with PSR's own means (no database, no control groups, no
 * room) costs the program nothing: it runs in the default environment. The
 * order makes a kill at any instant harmless: the guard exists before
 * anything that it would have to remove, and the ledger knows a group before
 * it is made.
 */
#include "launch.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "blocks.h"
#include "cgroup.h"
#include "pool.h"
#include "psr/proc.h"
#include "rouse.h"

#define SAMPLED_WANTED 50000 /* instructions of a program, for its next build */
#define WAKING_NS      25e6  /* a program of so long has woken */

extern char **environ;

/* ---- 1. Predict -----------------------------------------------------------
 */

static bool locate_database(struct psr_launch *l)
{
	char here[2048];

	if (!l->o->db) {
		l->store_error =
		    psr_store_path(l->db, sizeof(l->db), &l->store_text);
		return !l->store_error;
	}
	/* The guard leaves this directory. */
	if (l->o->db[0] == '/' || !getcwd(here, sizeof(here)))
		snprintf(l->db, sizeof(l->db), "%s", l->o->db);
	else
		snprintf(l->db, sizeof(l->db), "%s/%s", here, l->o->db);
	return true;
}

static void open_database(struct psr_launch *l, unsigned flags)
{
	if (!l->db[0])
		return;
	l->store_error =
	    psr_store_open(l->db, flags, &l->store, &l->store_text);
}

static void predict(struct psr_launch *l)
{
	struct psr_history *past = NULL;
	size_t n = 0;
	int ret;

	if (l->store && !l->o->no_predict) {
		past = malloc(PSR_PREDICT_WINDOW * sizeof(*past));
		ret = past ? psr_store_history(l->store, &l->sig.task, past,
					       PSR_PREDICT_WINDOW, &n,
					       &l->store_text)
			   : -ENOMEM;
		if (ret < 0)
			l->store_error = ret;
	}
	psr_predict(&l->sig.features, past, n, &l->request);
	free(past);
}

/* ---- 2. Allocate ----------------------------------------------------------
 */

/*
 * Too short for a reservation: it would be over before the ledger knew, and
 * pays for it with half a millisecond.
 */
static bool is_brief(const struct psr_launch *l)
{
	const struct psr_launch_options *o = l->o;

	return !o->memory_bytes && !o->min_bytes && o->max_bytes == PSR_NONE &&
	       !o->cores && !o->pin && l->request.wall_ns.known &&
	       l->request.wall_ns.p95 < 20e6 &&
	       l->request.memory_bytes.ask < 64e6;
}

static uint64_t wanted_memory(const struct psr_launch *l)
{
	const struct psr_figure *m = &l->request.memory_bytes;
	uint64_t bytes = l->o->memory_bytes;

	if (!bytes && m->known && !l->sig.self_sizing)
		bytes = (uint64_t)m->ask;
	if (!bytes && l->o->max_bytes != PSR_NONE)
		bytes = l->o->max_bytes;
	if (!bytes)
		return 0;
	if (bytes < (16u << 20))
		bytes = 16u << 20;
	if (bytes < l->o->min_bytes)
		bytes = l->o->min_bytes;
	return bytes < l->o->max_bytes ? bytes : l->o->max_bytes;
}

static unsigned wanted_cores(const struct psr_launch *l)
{
	unsigned most = (unsigned)(l->pool.cpu_milli / 1000);
	unsigned n = l->o->cores;

	if (!n && l->request.cores.known)
		n = (unsigned)fmin(l->request.cores.ask, 1e6);
	return n < most ? n : most;
}

static void reclaim(void *ctx, const struct psr_reservation *r)
{
	(void)ctx;
	psr_cgroup_reclaim(r->group);
}

static int reserve(struct psr_launch *l)
{
	return psr_store_reserve(l->store, &l->pool, &l->reservation, reclaim,
				 NULL, &l->store_text);
}

static int add_memory(void *ctx, const struct psr_reservation *r)
{
	*(uint64_t *)ctx += r->memory_bytes;
	return 0;
}

/* Half of the prediction's median or more, if that much is free. */
static int reserve_smaller(struct psr_launch *l)
{
	struct psr_reservation *r = &l->reservation;
	uint64_t used = 0, left;
	int ret = psr_store_reservations(l->store, add_memory, &used, NULL);

	if (ret < 0)
		return ret;
	left = l->pool.memory_bytes > used ? l->pool.memory_bytes - used : 0;
	if (left < r->memory_bytes)
		r->memory_bytes = left;
	if (r->memory_bytes < l->o->min_bytes ||
	    (double)r->memory_bytes < l->request.memory_bytes.p50 / 2)
		return -EAGAIN;
	r->cpu_milli = 0;
	return reserve(l);
}

/* Enters the reservation, or an empty one: the ledger also holds groups. */
static void reserve_or_default(struct psr_launch *l)
{
	struct timespec pause = {0, 50000000};
	int ret = reserve(l);

	while (ret == -EAGAIN && l->o->no_room == PSR_WAIT) {
		nanosleep(&pause, NULL);
		ret = reserve(l);
	}
	if (ret == -EAGAIN && l->o->no_room == PSR_SMALLER)
		ret = reserve_smaller(l);
	if (ret == -EAGAIN) {
		l->reservation.memory_bytes = 0;
		l->reservation.cpu_milli = 0;
		ret = reserve(l);
	}
	if (ret < 0)
		l->store_error = ret;
}

static void choose_processors(struct psr_launch *l)
{
	unsigned n = wanted_cores(l);

	CPU_ZERO(&l->inherited);
	if (sched_getaffinity(0, sizeof(l->inherited), &l->inherited) < 0 ||
	    !(l->o->cores || l->o->pin) || !n ||
	    n >= (unsigned)CPU_COUNT(&l->inherited))
		return;
	if (psr_pool_cpus(l->store, &l->inherited, n, &l->cpus, NULL) < 0)
		return;
	l->pinned = true;
	psr_cpus_format(&l->cpus, l->reservation.cpus,
			sizeof(l->reservation.cpus));
}

/* What is to be reserved; all zero: nothing. */
static void want(struct psr_launch *l)
{
	struct psr_reservation *r = &l->reservation;

	memset(r, 0, sizeof(*r));
	if (is_brief(l))
		return;
	psr_pool_size(&l->pool);
	r->owner = getpid();
	r->owner_start = psr_proc_start(getpid());
	r->memory_bytes = wanted_memory(l);
	r->cpu_milli = 1000 * wanted_cores(l);
	choose_processors(l);
	psr_group_paths(&l->group, r->group, sizeof(r->group));
}

/* Without a ledger the grant is as asked: limits work all the same. */
static int allocate(struct psr_launch *l, struct psr_err *err)
{
	struct psr_reservation *r = &l->reservation;
	int ret;

	want(l);
	if (l->store && (r->memory_bytes || r->cpu_milli))
		reserve_or_default(l);
	ret = psr_group_open(&l->group, l->o->backend != NULL, err);
	if (ret < 0)
		return ret;
	l->shared->group = l->group; /* it may have become the last resort */
	l->group.maximum_bytes = l->o->max_bytes;
	if (!r->memory_bytes && l->o->max_bytes == PSR_NONE)
		return 0;
	if (psr_group_grant(&l->group,
			    r->memory_bytes ? r->memory_bytes : PSR_NONE,
			    err) < 0)
		(void)!psr_group_grant(&l->group, PSR_NONE, NULL);
	return 0;
}

/* ---- 3. Specialise --------------------------------------------------------
 */

static int add_variable(struct psr_launch *l, size_t at, size_t slot,
			const char *name, const char *value)
{
	char *text;

	if (asprintf(&text, "%s=%s", name, value) < 0)
		return -ENOMEM;
	l->added[slot] = text;
	for (size_t i = 0; i < at; i++)
		if (!strncmp(l->envp[i], text, strlen(name) + 1)) {
			l->envp[i] = text;
			return 0;
		}
	l->envp[at] = text;
	return 1;
}

/*
 * What the user asked for, got, and did not set otherwise: on how many threads
 * parallel variants may run. 0: not said.
 */
static unsigned threads_granted(const struct psr_launch *l)
{
	unsigned n = (unsigned)(l->reservation.cpu_milli / 1000);

	return l->o->cores && n > 1 && !getenv("PSR_THREADS") ? n : 0;
}

/*
 * The program's variants are chosen inside it, from what the database knows
 * of this machine; it finds its run there by its process. So its environment
 * stays as it is, but for what the user asked of us.
 */
static int specialise(struct psr_launch *l, struct psr_err *err)
{
	unsigned threads = threads_granted(l);
	char text[16];
	size_t n = 0;
	int ret = 0;

	while (environ[n])
		n++;
	l->envp = calloc(n + 4, sizeof(*l->envp));
	if (!l->envp)
		return psr_fail(err, -ENOMEM, "out of memory");
	memcpy(l->envp, environ, n * sizeof(*l->envp));
	if (l->o->mode)
		ret = add_variable(l, n, 0, "PSR_MODE", l->o->mode);
	if (ret >= 0 && l->o->db) {
		n += (size_t)ret;
		ret = add_variable(l, n, 1, "PSR_DB", l->db);
	}
	if (ret >= 0 && threads) {
		n += (size_t)ret;
		snprintf(text, sizeof(text), "%u", threads);
		ret = add_variable(l, n, 2, "PSR_THREADS", text);
	}
	return ret < 0 ? psr_fail(err, ret, "out of memory") : 0;
}

/* ---- 4. Context -----------------------------------------------------------
 */

static uint64_t own_rss(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (uint64_t)u.ru_maxrss * 1024;
}

/* What the program holds open, psr must not: a reader of its output waits
 * for the last holder to close it. */
static void let_go(const struct psr_launch *l)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return;
	dup2(null, 0);
	dup2(null, 1);
	if (!l->o->keep_stderr)
		dup2(null, 2);
	if (null > 2)
		close(null);
}

static int create_context(struct psr_launch *l, sigset_t *set,
			  struct psr_err *err)
{
	struct psr_start start = {.path = l->sig.exec_path,
				  .argv = l->o->argv,
				  .envp = l->envp,
				  .group = &l->group,
				  .cpus = l->pinned ? &l->cpus : NULL,
				  .signals = &l->signals};
	struct psr_monitor *m = &l->monitor;
	int ret;

	psr_signals_take(&l->signals, set);
	m->start_ns = psr_now_ns();
	m->baseline_rss = own_rss();
	ret = psr_context_start(&start, &l->shared->exec_errno, &m->pid,
				&m->pidfd, err);
	if (ret < 0)
		return ret;
	l->shared->pid = m->pid;
	l->started = true;
	if (!l->o->retry)
		let_go(l);
	return 0;
}

/* ---- 5. Execute -----------------------------------------------------------
 */

static void begin_record(struct psr_launch *l)
{
	struct psr_record *r = &l->shared->record;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	r->started_ns =
	    (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	r->pid = (uint64_t)l->monitor.pid;
	snprintf(r->mode, sizeof(r->mode), "%s",
		 l->o->mode           ? l->o->mode
		 : getenv("PSR_MODE") ? getenv("PSR_MODE")
				      : "");
	r->input_bytes = l->sig.task.input_bytes;
	r->argument_max = l->sig.features.argument_max;
	r->argument_product = l->sig.features.argument_product;
	r->data_bytes = l->sig.data_bytes;
	psr_request_record(&l->request, r);
	snprintf(r->backend, sizeof(r->backend), "%s", l->group.backend->name);
	r->grant_memory_bytes = l->group.grant_bytes;
	r->grant_cores = l->reservation.cpu_milli
			     ? (double)l->reservation.cpu_milli / 1000
			     : NAN;
	snprintf(r->grant_cpus, sizeof(r->grant_cpus), "%s",
		 l->reservation.cpus);
	r->adapted = 0;
	r->rolled_back = 0;
	r->oom = 0;
}

/* What a psr left that was killed together with its guard. */
static void sweep(const struct psr_launch *l)
{
	if (l->group.memory_path[0])
		psr_cgroup_sweep(l->group.memory_path);
	if (l->group.unified_path[0] &&
	    strcmp(l->group.unified_path, l->group.memory_path) != 0)
		psr_cgroup_sweep(l->group.unified_path);
}

static int take_uuid(void *ctx, int ncols, const char *const *names,
		     const char *const *values, const char *const *types)
{
	(void)ncols, (void)names, (void)types;
	snprintf(ctx, 37, "%s", values[0] ? values[0] : "");
	return 1;
}

/* The run whose program is an ancestor of ours. */
static void find_parent(const struct psr_launch *l, char uuid[37])
{
	pid_t pid = psr_proc_parent(getpid());
	const char *param;
	char text[16];

	for (int up = 0; up < 32 && pid > 1 && !*uuid; up++) {
		snprintf(text, sizeof(text), "%d", (int)pid);
		param = text;
		if (psr_store_query(l->store,
				    "SELECT uuid FROM run WHERE state = "
				    "'running' AND pid = CAST(?1 AS INTEGER) "
				    "ORDER BY id DESC",
				    &param, 1, take_uuid, uuid, NULL) < 0)
			return;
		pid = psr_proc_parent(pid);
	}
}

/*
 * Enters the run once the program has lived for 5 ms: a shorter one has no
 * children that look for it, and is entered whole at its end.
 */
static void begin_run(void *ctx)
{
	struct psr_launch *l = ctx;
	int ret;

	sweep(l);
	if (!l->store)
		return;
	(void)!psr_store_heal(l->store, reclaim, NULL, NULL);
	if (l->o->no_learn)
		return;
	find_parent(l, l->shared->record.parent);
	ret = psr_store_run_begin(l->store, &l->sig.task, &l->shared->record,
				  &l->run, &l->store_text);
	if (ret < 0)
		l->store_error = ret;
}

/* The next build may know how often blocks run. */
static bool wants_trace(struct psr_launch *l)
{
	enum psr_sampling what;
	uint64_t n, half;

	if (!l->store || l->o->no_learn ||
	    !psr_blocks_present(l->sig.exec_path) ||
	    psr_store_sampled(l->store, l->sig.task.program, SAMPLED_WANTED,
			      &n, &half, &what, NULL) < 0)
		return false;
	l->trace.soon = half > n ? half - n : 0;
	l->trace.looks = what == PSR_SAMPLING_NEWS;
	return what != PSR_SAMPLING_DONE;
}

/* So that limits move in time, however busy the machine is. */
static void hurry(const struct psr_launch *l, int policy)
{
	struct sched_param p = {.sched_priority = policy == SCHED_RR};

	if (l->group.grant_bytes != PSR_NONE || policy == SCHED_OTHER)
		(void)!sched_setscheduler(0, policy | SCHED_RESET_ON_FORK, &p);
}

/*
 * It wakes in any case, or would without what waking saves: once that is less,
 * every other launch would sleep.
 */
static bool will_wake(const struct psr_launch *l)
{
	const struct psr_figure *wall = &l->request.wall_ns;
	double ns;

	if (!wall->known)
		return false;
	return wall->p50 >= WAKING_NS ||
	       (!psr_store_unaided(l->store, &l->sig.task, &ns, NULL) &&
		ns >= WAKING_NS);
}

static void execute(struct psr_launch *l, const sigset_t *set)
{
	struct psr_monitor *m = &l->monitor;

	if (l->sig.sleep && l->store && !l->o->no_learn)
		psr_rouse(m->pid, l->sig.headers, l->sig.sleep, will_wake(l));
	hurry(l, SCHED_RR);
	begin_record(l);
	if (l->store && !l->o->no_learn)
		psr_store_warm(l->store);
	m->group = &l->group;
	m->signals = set;
	m->record = &l->shared->record;
	l->trace.pid = m->pid;
	m->trace = wants_trace(l) ? &l->trace : NULL;
	m->settled = begin_run;
	m->ctx = l;
	m->store = l->store;
	m->pool = &l->pool;
	m->reservation = &l->reservation;
	m->inherited = l->pinned ? &l->inherited : NULL;
	m->control.grant_bytes = l->group.grant_bytes;
	m->control.ask_bytes = l->request.memory_bytes.known
				   ? (uint64_t)l->request.memory_bytes.ask
				   : PSR_NONE;
	m->control.expected_bytes =
	    l->request.memory_bytes.known && !l->o->memory_bytes
		? (uint64_t)l->request.memory_bytes.p95
		: 0;
	m->control.min_bytes = l->o->min_bytes;
	m->control.max_bytes = l->o->max_bytes;
	m->control.pinned = l->pinned && !l->o->cores;
	psr_monitor_run(m);
	hurry(l, SCHED_OTHER);
	l->status = m->status;
	l->exec_errno = l->shared->exec_errno;
}

/* ---- 6. Release, 7. learn -------------------------------------------------
 */

static void release(struct psr_launch *l)
{
	psr_group_close(&l->group);
	/*
	 * Nothing is left that only the guard could remove: the ledger heals
	 * itself. It ends while the run is entered.
	 */
	psr_guard_dismiss(l->guard);
	if (l->monitor.pidfd >= 0)
		close(l->monitor.pidfd);
	l->monitor.pidfd = -1;
}

static void learn_blocks(struct psr_launch *l)
{
	struct psr_blocks blocks = {0};
	int ret = psr_blocks_read(&l->trace, &blocks);

	if (!ret)
		ret = psr_store_blocks_save(l->store, l->sig.task.program,
					    l->trace.n, SAMPLED_WANTED,
					    blocks.at, blocks.n,
					    &l->store_text);
	if (ret < 0)
		l->store_error = ret;
	psr_blocks_free(&blocks);
}

static void learn(struct psr_launch *l)
{
	struct psr_monitor *m = &l->monitor;
	char *parent = l->shared->record.parent;
	struct psr_run_detail detail = {.samples = m->samples,
					.nsamples = m->nsamples,
					.adaptations = m->adaptations,
					.nadaptations = m->nadaptations,
					.files = l->sig.files,
					.nfiles = l->sig.nfiles};
	int ret;

	psr_store_patience(5000);
	if (!l->store && l->store_error == -EBUSY)
		open_database(l, PSR_STORE_WRITE);
	if (!l->store)
		return;
	/* On a busy machine it was entered after this one. */
	if (l->run && !*parent)
		find_parent(l, parent);
	if (l->o->no_learn || !l->started)
		ret = l->reservation.id
			  ? psr_store_release(l->store, l->reservation.id,
					      &l->store_text)
			  : 0;
	else
		ret = psr_store_run_end(l->store, &l->sig.task, l->run,
					l->reservation.id, &l->shared->record,
					&detail, &l->store_text);
	if (ret < 0)
		l->store_error = ret;
	else if (l->trace.n)
		learn_blocks(l);
}

/* ---- The whole ------------------------------------------------------------
 */

/*
 * Descriptors 0 to 2 that are closed must not become ours. Close-on-exec, so
 * that the program finds them closed.
 */
static void occupy_standard(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", O_RDWR | O_CLOEXEC) < 0)
			return;
}

static int prepare(struct psr_launch *l, const struct psr_launch_options *o,
		   struct psr_err *err)
{
	memset(l, 0, sizeof(*l));
	l->o = o;
	occupy_standard();
	l->monitor.pidfd = -1;
	l->group.memory = l->group.unified = l->group.tasks = -1;
	l->group.threshold = l->group.oom = l->group.usage = -1;
	return psr_signature_make(o->argv, environ, 0, &l->sig, err);
}

/* The groups are planned and the guard is there before anything is made. */
static int secure(struct psr_launch *l, struct psr_err *err)
{
	char name[80];
	int ret;

	l->shared = calloc(1, sizeof(*l->shared));
	if (!l->shared)
		return psr_fail(err, -ENOMEM, "out of memory");
	psr_record_init(&l->shared->record);
	psr_cgroup_name(name, sizeof(name));
	ret = psr_group_plan(&l->group, name, l->o->backend, err);
	if (ret < 0)
		return ret;
	l->shared->group = l->group;
	l->guard = psr_guard_start(l->shared, l->db);
	return 0;
}

static int attempt(struct psr_launch *l, struct psr_err *err)
{
	sigset_t set;
	int ret;

	predict(l);
	ret = allocate(l, err);
	if (!ret)
		ret = specialise(l, err);
	if (!ret)
		ret = create_context(l, &set, err);
	if (!ret)
		execute(l, &set);
	release(l);
	learn(l);
	return ret;
}

/* Ended by the user's maximum, and he wants another try. */
static bool may_retry(const struct psr_launch *l)
{
	return l->o->retry && l->shared && l->shared->record.oom == 1;
}

static int once(struct psr_launch *l, const struct psr_launch_options *o,
		struct psr_err *err)
{
	int ret = prepare(l, o, err);

	if (ret < 0)
		return ret;
	locate_database(l);
	ret = secure(l, err);
	if (ret < 0)
		return ret;
	/* A locked database must not hold the program up. */
	psr_store_patience(200);
	open_database(l, PSR_STORE_WRITE);
	return attempt(l, err);
}

int psr_launch(struct psr_launch *l, const struct psr_launch_options *options,
	       struct psr_err *err)
{
	static struct psr_launch_options again;
	int ret = once(l, options, err);

	if (ret < 0 || !may_retry(l))
		return ret;
	again = *options;
	again.retry = false;
	again.max_bytes *= 2;
	again.memory_bytes = again.max_bytes;
	psr_signals_restore(&l->signals);
	psr_launch_free(l);
	return once(l, &again, err);
}

int psr_launch_predict(struct psr_launch *l,
		       const struct psr_launch_options *options,
		       struct psr_err *err)
{
	int ret = prepare(l, options, err);

	if (ret < 0)
		return ret;
	locate_database(l);
	open_database(l, PSR_STORE_READ);
	predict(l);
	return 0;
}

void psr_launch_json(const struct psr_launch *l, struct psr_text *out)
{
	const char *r = (const char *)&l->shared->record;
	uint64_t u;
	double d;

	psr_text_add(out, "{");
	for (size_t i = 0; i < psr_nfields; i++) {
		const struct psr_field *f = &psr_fields[i];

		psr_text_add(out, "%s\n  \"%s\": ", i ? "," : "", f->name);
		if (f->kind == PSR_FIELD_U64) {
			memcpy(&u, r + f->offset, sizeof(u));
			psr_text_u64(out, u);
		} else if (f->kind == PSR_FIELD_F64) {
			memcpy(&d, r + f->offset, sizeof(d));
			psr_text_f64(out, d);
		} else if (r[f->offset]) {
			psr_text_json(out, r + f->offset);
		} else {
			psr_text_add(out, "null");
		}
	}
	psr_text_add(out, "\n}\n");
}

void psr_launch_free(struct psr_launch *l)
{
	psr_store_close(l->store);
	l->store = NULL;
	psr_guard_dismiss(l->guard);
	psr_guard_reap(l->guard);
	l->guard = 0;
	psr_monitor_free(&l->monitor);
	psr_trace_free(&l->trace);
	free(l->shared);
	l->shared = NULL;
	free(l->envp);
	for (size_t i = 0; i < PSR_COUNTOF(l->added); i++)
		free(l->added[i]);
	psr_signature_free(&l->sig);
}

/* Whoever opens the database next has to read its log: keep that short. */
static void maintain(const struct psr_launch *l)
{
	char *argv[] = {(char *)"psr", (char *)"db", (char *)"maintain", NULL};
	char log[sizeof(l->db) + 4], *env[2] = {NULL, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	struct stat st;
	pid_t pid;

	snprintf(log, sizeof(log), "%s-wal", l->db);
	if (!l->store || stat(log, &st) < 0 || st.st_size < (256 << 10) ||
	    asprintf(&env[0], "PSR_DB=%s", l->db) < 0)
		return;
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attr);
	for (int fd = 0; fd < 3; fd++)
		posix_spawn_file_actions_addopen(&files, fd, "/dev/null",
						 O_RDWR, 0);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID);
	posix_spawn(&pid, "/proc/self/exe", &files, &attr, argv, env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	free(env[0]);
}

void psr_launch_leave(struct psr_launch *l)
{
	maintain(l);
	psr_guard_reap(l->guard);
	l->guard = 0;
}
