/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The runtime inside a user's program: which linked objects are under its
 * care, by which mode, and what becomes of them at fork, dlclose and exit.
 *
 * One mutex guards the list of modules and everything that SQLite does. It
 * is held across fork, so that no child inherits a half-done transaction;
 * the child begins with no samples of its own and a mutex that is free.
 * Samples are saved when an object goes, which for the program is at exit,
 * and every few seconds by a probe; _exit, abort and kill lose what came
 * since. A process that memory says is not the one that attached (vfork, a
 * raw clone) saves nothing.
 */
#include "attach.h"

#include <dlfcn.h>
#include <errno.h>
#include <fenv.h>
#include <limits.h>
#include <link.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe.h"
#include "psr/cpu.h"
#include "psr/store.h"
#include "remember.h"
#include "safe.h"
#include "sites.h"
#include "small.h"
#include "team.h"
#include "threads.h"
#include "ticks.h"
#include "worth.h"

#define DEFAULT_SHARE 0.01
#define SAVE_NS       5e9
#define PATIENCE_MS   100  /* for the database, while the program runs */
#define EXIT_MS       3000 /* and when it ends: 64 at once take 1 s */

enum mode { LEARN, FROZEN, PINNED, VERIFY, BASELINE };

struct attached { /* one module, for ever */
	struct attached *next;
	struct psr_module_state *m;
	struct psr_hooks hooks;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct attached *modules;
static enum mode mode;
static char pinned[PSR_VARIANT_NAME];
static double share = DEFAULT_SHARE;
static pid_t process;
static bool started;
static _Atomic bool exiting;

/* AT_END: only what is worth it. */
static void save_attached(bool at_end)
{
	struct psr_module_state **list;
	size_t n = 0;

	for (struct attached *a = modules; a; a = a->next)
		n++;
	list = calloc(n + 1, sizeof(struct psr_module_state *));
	if (!list)
		return;
	n = 0;
	for (struct attached *a = modules; a; a = a->next)
		if (atomic_load(&a->m->attached))
			list[n++] = a->m;
	if (!at_end || psr_worth_saving(list, n, share))
		psr_remember_save(list, n);
	free(list);
}

/*
 * Entering the runtime: nothing may interrupt this thread for good, neither
 * a handler that jumps away nor a cancellation. False: it is in already.
 */
struct outside { /* of the program's state, while it is ours */
	uint64_t mask;
	int cancel;
	fenv_t env;
};

static bool enter_runtime(struct outside *o)
{
	o->mask = __psr_signals_block();
	if (!psr_probe_begin_busy()) {
		__psr_signals_restore(o->mask);
		return false;
	}
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &o->cancel);
	feholdexcept(&o->env);
	fesetround(FE_TONEAREST);
	return true;
}

static void leave_runtime(const struct outside *o)
{
	fesetenv(&o->env);
	pthread_setcancelstate(o->cancel, NULL);
	psr_probe_end_busy();
	__psr_signals_restore(o->mask);
}

/* From a probe, so no waiting: another thread is saving, or loading. */
static void save_now(void)
{
	struct outside o;

	if (!__psr_safe() || getpid() != process ||
	    !enter_runtime(&o))
		return;
	if (!pthread_mutex_trylock(&mutex)) {
		save_attached(false);
		pthread_mutex_unlock(&mutex);
	}
	leave_runtime(&o);
}

static void before_fork(void)
{
	pthread_mutex_lock(&mutex);
}

static void after_fork(void)
{
	pthread_mutex_unlock(&mutex);
}

static void in_child(void)
{
	process = getpid();
	psr_sites_forked();
	if (psr_threads_granted() > 1 && mode != PINNED)
		for (struct attached *a = modules; a; a = a->next)
			if (atomic_load(&a->m->attached))
				psr_sites_serialise(a->m);
	psr_threads_forked();
	pthread_mutex_unlock(&mutex);
}

static void at_exit(void)
{
	atomic_store(&exiting, true);
}

static void read_mode(void)
{
	const char *s = getenv("PSR_MODE");
	const char *e = getenv("PSR_EXPLORE");
	char *end;
	double percent;

	if (s && !strcmp(s, "frozen"))
		mode = FROZEN;
	else if (s && (!strcmp(s, "off") || !strcmp(s, "baseline")))
		mode = BASELINE;
	else if (s && !strcmp(s, "verify"))
		mode = VERIFY;
	else if (s && !strncmp(s, "pinned:", 7)) {
		mode = PINNED;
		strncpy(pinned, s + 7, sizeof(pinned) - 1);
	}
	if (!e || !*e)
		return;
	percent = strtod(e, &end);
	if (!*end && percent >= 0 && percent <= 100)
		share = percent / 100;
}

static bool is_set_to(const char *value, const char *wanted)
{
	return value && !strcmp(value, wanted);
}

static bool start(void)
{
	if (started)
		return true;
	read_mode();
	process = getpid();
	if (pthread_atfork(before_fork, after_fork, in_child) ||
	    atexit(at_exit))
		return false;
	psr_store_patience(PATIENCE_MS);
	if (mode == LEARN)
		psr_remember_start(psr_ticks(), save_now);
	if (mode == LEARN && !is_set_to(getenv("PSR_PRIOR"), "0"))
		psr_remember_prior();
	started = true;
	return true;
}

/* The base name of the linked object that holds P. */
static bool object_name(const void *p, char *buf, size_t size)
{
	char exe[PATH_MAX];
	struct link_map *map = NULL;
	const char *path, *base;
	Dl_info info;
	ssize_t n;

	if (!dladdr1(p, &info, (void **)&map, RTLD_DL_LINKMAP) || !map)
		return false;
	path = map->l_name;
	if (!*path) {
		n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
		exe[n > 0 ? n : 0] = 0;
		path = n > 0 ? exe : program_invocation_short_name;
	}
	base = strrchr(path, '/');
	base = base ? base + 1 : path;
	if (!*base || strlen(base) >= size)
		return false;
	strcpy(buf, base);
	return true;
}

static struct attached *known_module(const char *name,
				     const struct psr_module *pm)
{
	for (struct attached *a = modules; a; a = a->next)
		if (!atomic_load(&a->m->attached) &&
		    psr_sites_match(a->m, name, pm->sites, pm->nsites))
			return a;
	return NULL;
}

static struct attached *new_module(const char *name,
				   const struct psr_module *pm)
{
	struct attached *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->m = psr_sites_new(name, pm->sites, pm->nsites, share);
	if (!a->m) {
		free(a);
		return NULL;
	}
	a->next = modules;
	modules = a;
	return a;
}

/* At exit one opening of the database serves all objects. */
static void save_leaving(struct psr_module_state *m)
{
	if (atomic_load(&exiting)) {
		psr_store_patience(EXIT_MS);
		save_attached(true);
		psr_store_patience(PATIENCE_MS);
	} else {
		psr_remember_save(&m, 1);
	}
}

static void detach(void *module)
{
	struct psr_module_state *m = module;
	int saved = errno;
	bool safe = mode == LEARN && __psr_safe();
	struct outside o;

	/* After a raw clone nobody may be left to release the mutex. */
	if (getpid() != process || !enter_runtime(&o)) {
		atomic_store(&m->attached, false);
		goto out;
	}
	pthread_mutex_lock(&mutex);
	if (safe) {
		save_leaving(m);
		psr_worth_early(m);
	}
	atomic_store(&m->attached, false);
	pthread_mutex_unlock(&mutex);
	leave_runtime(&o);
out:
	errno = saved;
}

static const struct psr_hooks *take(const struct psr_module *pm,
				    const char *name)
{
	struct attached *a = known_module(name, pm);
	bool is_new = !a;

	if (is_new)
		a = new_module(name, pm);
	if (!a)
		return NULL;
	psr_sites_bind(a->m, pm->sites, psr_cpu_isa(), psr_threads_granted());
	if (mode == PINNED) {
		psr_sites_pin(a->m, pinned);
	} else if (mode != VERIFY) {
		if (is_new)
			psr_remember_load(a->m);
		psr_sites_fill(a->m);
	}
	psr_small_notice(a->m, mode == LEARN);
	a->hooks = (struct psr_hooks){
	    .abi = PSR_ATTACH_ABI,
	    .module = a->m,
	    .enter = mode == LEARN    ? psr_probe_enter
		     : mode == VERIFY ? psr_probe_turn
				      : psr_probe_fixed,
	    .leave = psr_probe_leave,
	    .values = psr_probe_values,
	    .counts = psr_probe_counts,
	    .detach = detach,
	    .parallel = psr_team_run,
	};
	return &a->hooks;
}

static bool is_known_abi(const struct psr_module *pm)
{
	if (pm->abi != PSR_ATTACH_ABI || pm->site_abi != PSR_SITE_ABI)
		return false;
	for (size_t i = 0; i < pm->nsites; i++)
		if (pm->sites[i].abi != PSR_SITE_ABI)
			return false;
	return true;
}

const struct psr_hooks *psr_rt_attach(const struct psr_module *pm)
{
	struct psr_clock begun = psr_probe_clock();
	const struct psr_hooks *h = NULL;
	char name[256];
	struct outside o;

	/* Asking the loader takes its lock, which a thread in dlclose holds
	 * while it waits for our mutex: so this comes first. */
	if (!is_known_abi(pm) || !object_name(pm->sites, name, sizeof(name)) ||
	    !enter_runtime(&o))
		return NULL;
	psr_threads_init();
	pthread_mutex_lock(&mutex);
	if (pm->recorded)
		psr_worth_recorded();
	if (start() && mode != BASELINE)
		h = take(pm, name);
	if (h && mode == LEARN) {
		psr_probe_calibrate(&begun);
		psr_remember_every(psr_probe_ticks(SAVE_NS));
	}
	pthread_mutex_unlock(&mutex);
	leave_runtime(&o);
	return h;
}
