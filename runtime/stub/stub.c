/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The part of PSR that is linked into every program and shared library, once
 * each; all its symbols are hidden. It has no constructor and does nothing
 * before a hot site is met.
 *
 * It is asleep until one call is large or some 20 ms have passed since the
 * first sample, 4 ms where it is known to gain (early.h), none where psr run
 * expects it to last; then one thread wakes it, by loading libpsrrt.so, while
 * the others go on with what the tables say, which is the baseline. Where waking
 * is not safe (safe.h) it is put off. Whatever fails, or is forbidden, ends in
 * "off": the program as its compiler made it.
 *
 * Never prints, keeps errno, leaves no descriptor open. Every symbol of the
 * C library is weak, so that it links into static and free-standing
 * programs, where it is off, and named in data only: a call would change how
 * the linker reaches it, by stubs in front of the program's code, which would
 * lie elsewhere on its cache lines. It has no thread-local variable: in a
 * library that is loaded and unloaded these use up what there is for all.
 */
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/auxv.h>
#include <sys/prctl.h>

#include "attach.h"
#include "early.h"
#include "safe.h"
#include "scratch.h"
#include "sys6.h"
#include "ticks.h"
#include "variable.h"

#define TICK_ASLEEP (INT64_C(1) << 17) /* work units between two looks */
#define TICK_OFF    (INT64_MAX / 2)
/* One call that wakes at once: some 20 ms, by units or by instructions. */
#define WAKE_WORK   (UINT64_C(1) << 24)
#define WAKE_INSTRUCTIONS (UINT64_C(1) << 28)
#define WAKE_US     UINT64_C(20000)
#define EARLY_US    UINT64_C(4000) /* where that costs a fifth (early.h) */
#define RETRY_US    UINT64_C(10000) /* doubled each time */
#define PINNED_WAIT 20000               /* yields for another's waking */

#pragma weak dlopen
#pragma weak dlsym
#pragma weak dlerror
#pragma weak getauxval
#pragma weak pthread_setcancelstate
#pragma weak dl_iterate_phdr

static const volatile struct {
	__typeof__(dlopen) *dlopen;
	__typeof__(dlsym) *dlsym;
	__typeof__(dlerror) *dlerror;
	__typeof__(getauxval) *getauxval;
	__typeof__(pthread_setcancelstate) *pthread_setcancelstate;
	__typeof__(dl_iterate_phdr) *dl_iterate_phdr;
} libc = {dlopen, dlsym, dlerror, getauxval, pthread_setcancelstate,
	  dl_iterate_phdr};

/* Every sanitizer that brings an allocator has it. */
extern unsigned long __sanitizer_get_allocated_size(const volatile void *p)
    __attribute__((weak));

/* Of this linked object; provided by the linker. */
extern const struct psr_site __start_psr_sites[]
    __attribute__((weak, visibility("hidden")));
extern const struct psr_site __stop_psr_sites[]
    __attribute__((weak, visibility("hidden")));
extern const char __ehdr_start[] __attribute__((weak, visibility("hidden")));
extern const char _end[] __attribute__((weak, visibility("hidden")));

enum state { NEW, ASLEEP, EAGER, WAKING, OFF };

static _Atomic(enum state) state;
static _Atomic(const struct psr_hooks *) hooks;
static _Atomic uint64_t wake_at; /* ticks */
static _Atomic uint64_t retry_ticks;
static _Atomic bool eager; /* woken by the first site */

/* Of another process, psr run's: see struct psr_note. */
__attribute__((visibility("hidden"), used)) volatile uint32_t __psr_sleep =
    PSR_SLEEPS;

static bool is_ours(const void *p)
{
	return __ehdr_start && (const char *)p >= __ehdr_start &&
	       (const char *)p < _end;
}

/* P is a stub of the linker's that jumps through the global offset table. */
#if defined(__x86_64__)

static bool is_table_jump(const void *code)
{
	static const unsigned char endbr[] = {0xf3, 0x0f, 0x1e, 0xfa};
	const unsigned char *p = (const unsigned char *)code;

	if (p[0] == endbr[0] && p[1] == endbr[1] && p[2] == endbr[2] &&
	    p[3] == endbr[3])
		p += sizeof(endbr);
	p += *p == 0xf2; /* bnd */
	return p[0] == 0xff && p[1] == 0x25;
}

#elif defined(__aarch64__)

static bool is_table_jump(const void *code)
{
	const uint32_t *p = (const uint32_t *)code;

	p += *p == 0xd503245f;                  /* bti c */
	return (*p & 0x9f00001f) == 0x90000010; /* adrp x16, ... */
}

#else

static bool is_table_jump(const void *code)
{
	(void)code;
	return false;
}

#endif

/*
 * A program that brings its own allocator may be inside it, with its locks
 * held, when it meets a site; a sanitizer's has none. A jump through the global
 * offset table is no allocator, only where a non-PIC program finds the C
 * library's.
 */
static bool has_own_malloc(void)
{
	const void *p = libc.dlsym(RTLD_DEFAULT, "malloc");

	if (!p)
		return true;
	if (!is_ours(p) || __sanitizer_get_allocated_size)
		return false;
	return !is_table_jump(p);
}

/* The calling thread's errno; NULL: there is none. */
static int *errno_place(void)
{
	int *(*place)(void) =
	    (int *(*)(void))libc.dlsym(RTLD_DEFAULT, "__errno_location");

	return place ? place() : NULL;
}

/* A static program's dlopen would bring a second C library. */
static bool is_static(void)
{
	return !libc.getauxval(AT_BASE) && is_ours((const void *)libc.dlopen);
}

static bool same(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

/* What the environment says, asked once. */
static enum state first_state(void)
{
	const char *mode;

	if (!libc.dlopen || !libc.dlsym || !libc.getauxval)
		return OFF;
	if (libc.getauxval(AT_SECURE) || is_static())
		return OFF;
	mode = psr_variable("PSR_MODE");
	if (!mode)
		return ASLEEP;
	if (same(mode, "off") || same(mode, "baseline"))
		return OFF;
	if (same(mode, "frozen") || same(mode, "verify") ||
	    psr_behind(mode, "pinned:"))
		return EAGER;
	return ASLEEP;
}

/* Nobody wants to know of small calls; of any, if there is NOBODY at all. */
static void ignore_small(bool nobody)
{
	if (!__start_psr_sites || !__stop_psr_sites)
		return;
	for (const struct psr_site *s = __start_psr_sites; s < __stop_psr_sites;
	     s++)
		if (nobody || !psr_site_table(s)[PSR_TABLE_SMALL])
			psr_site_set_small(s, nobody ? UINT32_MAX
						     : s->min_work - 1);
}

static const struct psr_hooks *attach(const char *library)
{
	static struct psr_module module;
	psr_rt_attach_fn *fn;
	const struct psr_hooks *h;
	void *lib;

	module = (struct psr_module){
	    .abi = PSR_ATTACH_ABI,
	    .site_abi = PSR_SITE_ABI,
	    .sites = __start_psr_sites,
	    .nsites = (size_t)(__stop_psr_sites - __start_psr_sites),
	    .recorded = __psr_sleep != PSR_SLEEPS,
	};
	lib = libc.dlopen(library, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (!lib)
		return NULL;
	fn = (psr_rt_attach_fn *)libc.dlsym(lib, "psr_rt_attach");
	h = fn ? fn(&module) : NULL;
	return h && h->abi == PSR_ATTACH_ABI ? h : NULL;
}

static const struct psr_hooks *attach_any(void)
{
	const char *own = psr_variable("PSR_RUNTIME");
	const struct psr_hooks *h;

	if (!__start_psr_sites || !__stop_psr_sites)
		return NULL;
	if (own && *own)
		h = attach(own);
	else if (!(h = attach(PSR_RUNTIME_PATH)))
		h = attach("libpsrrt.so.0");
	if (!h && libc.dlerror)
		libc.dlerror(); /* the program must not find our message */
	return h;
}

/* Waking is due but not safe: look again in a while, ever more rarely. */
static void put_off(void)
{
	uint64_t wait = atomic_load(&retry_ticks);
	uint64_t first = psr_ticks_in(RETRY_US);

	if (!wait)
		ignore_small(false);
	wait = wait ? wait * 2 : first;
	if (wait > first * 128)
		wait = first * 128;
	if (__psr_sleep == PSR_ROUSED)
		__psr_sleep = PSR_RECORDED;
	atomic_store(&retry_ticks, wait);
	atomic_store(&wake_at, psr_ticks() + wait);
}

static const struct psr_hooks *wake(enum state from)
{
	const struct psr_hooks *h = NULL;
	int *error, saved, cancel = 0;
	uint64_t mask;

	if (!atomic_compare_exchange_strong(&state, &from, WAKING))
		return NULL;
	if (!__psr_safe()) {
		put_off();
		atomic_store(&state, from);
		return NULL;
	}
	error = errno_place();
	if (!error || has_own_malloc()) {
		ignore_small(true);
		atomic_store(&state, OFF);
		return NULL;
	}
	saved = *error;
	mask = __psr_signals_block();
	if (libc.pthread_setcancelstate)
		libc.pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	h = attach_any();
	if (h)
		__psr_scratch_open();
	else
		ignore_small(true);
	atomic_store(&hooks, h);
	atomic_store(&state, OFF);
	if (libc.pthread_setcancelstate)
		libc.pthread_setcancelstate(cancel, NULL);
	__psr_signals_restore(mask);
	*error = saved;
	return h;
}

/* Another thread is waking: a pinned variant is worth a short wait. */
static const struct psr_hooks *await(void)
{
	const struct psr_hooks *h = NULL;

	for (int i = 0; i < PINNED_WAIT && !h; i++) {
		if (atomic_load(&state) != WAKING)
			return atomic_load(&hooks);
		psr_sys6(SYS_sched_yield, 0, 0, 0, 0, 0, 0);
		h = atomic_load(&hooks);
	}
	return h;
}

/* How long to sleep from now on. */
static uint64_t sleep_us(void)
{
	if (!__start_psr_sites || !__stop_psr_sites)
		return WAKE_US;
	return __psr_early(__start_psr_sites, (size_t)(__stop_psr_sites -
						       __start_psr_sites))
		   ? EARLY_US
		   : WAKE_US;
}

static enum state decide(void)
{
	enum state none = NEW, s = first_state();

	atomic_store(&eager, s == EAGER);
	if (s == ASLEEP) /* else the counter may be forbidden */
		atomic_store(&wake_at, psr_ticks() + psr_ticks_in(sleep_us()));
	if (s == OFF)
		ignore_small(true);
	atomic_compare_exchange_strong(&state, &none, s);
	return atomic_load(&state);
}

/* A call so long that there may be none after it. */
static bool is_long(const struct psr_site *site, uint64_t work)
{
	if (site->flags & PSR_SITE_AT_MOST)
		return false;
	return work >= WAKE_WORK ||
	       work * site->instructions >= WAKE_INSTRUCTIONS;
}

static const struct psr_hooks *asleep(enum state s, const struct psr_site *site,
				      uint64_t work)
{
	if (s == NEW)
		s = decide();
	if (s == WAKING && atomic_load(&eager))
		return await();
	if (s != ASLEEP && s != EAGER)
		return NULL;
	if (!is_long(site, work) || atomic_load(&retry_ticks))
		if (psr_ticks() < atomic_load(&wake_at) &&
		    __psr_sleep != PSR_ROUSED)
			return NULL;
	return wake(s);
}

__attribute__((visibility("hidden"))) struct psr_entry
__psr_enter_at(const struct psr_site *site, uint64_t size, int64_t *tick)
{
	const struct psr_hooks *h = atomic_load(&hooks);
	struct psr_entry e = {0, 0};
	enum state s;

	if (!h) {
		s = atomic_load(&state);
		if (s != OFF)
			h = asleep(s, site, psr_size_work(size));
	}
	if (h)
		return h->enter(h->module, site, size, tick);
	s = atomic_load(&state);
	*tick = s == OFF ? TICK_OFF : TICK_ASLEEP;
	e.code = psr_site_table(site)[psr_size_class(size)];
	return e;
}

__attribute__((visibility("hidden"))) void
__psr_leave(const struct psr_site *site, uint64_t size, int64_t code,
	    uint64_t start)
{
	const struct psr_hooks *h = atomic_load(&hooks);

	if (h)
		h->leave(h->module, site, size, code, start);
}

__attribute__((visibility("hidden"))) int
__psr_parallel(psr_range_fn *range, void *context, int64_t trips)
{
	const struct psr_hooks *h = atomic_load(&hooks);

	return h ? h->parallel(range, context, trips) : 0;
}

__attribute__((visibility("hidden"))) bool
__psr_values(const struct psr_site *site, uint32_t n, const uint64_t *values)
{
	const struct psr_hooks *h = atomic_load(&hooks);

	return h && h->values(h->module, site, n, values);
}

__attribute__((visibility("hidden"))) void
__psr_counts(const struct psr_site *site, uint32_t n, const uint64_t *counts)
{
	const struct psr_hooks *h = atomic_load(&hooks);

	if (h)
		h->counts(h->module, site, n, counts);
}

static void withdraw(void)
{
	const struct psr_hooks *h = atomic_exchange(&hooks, NULL);

	atomic_store(&state, OFF);
	if (h)
		h->detach(h->module);
	__psr_scratch_close();
}

/* The object is unloaded, or the program ends. Runs after its own
 * destructors. */
__attribute__((destructor(101))) static void detach(void)
{
	withdraw();
}

/* ---- Before the program locks itself in --------------------------------- */

/*
 * A note in each linked object says where its withdraw() is, so that one
 * object's __psr_seal reaches the others' without a symbol that anyone sees.
 */
struct note {
	uint32_t name_size, size, type;
	char name[4];
	struct psr_note is;
};

#if defined(__x86_64__) || defined(__aarch64__)
__asm__(".pushsection .note.psr,\"a\",%note\n"
	"	.balign 4\n"
	"	.long 4, 8, 1\n"
	"	.asciz \"PSR\"\n"
	"	.long __psr_withdraw - .\n"
	"	.long __psr_sleep - .\n"
	"	.popsection\n");
#endif

void __psr_withdraw(void) __attribute__((visibility("hidden"), used));

void __psr_withdraw(void)
{
	withdraw();
	ignore_small(false);
}

static void withdraw_by(const struct note *note)
{
	void (*f)(void) =
	    (void (*)(void))((uintptr_t)&note->is.withdraw +
			     (uintptr_t)(intptr_t)note->is.withdraw);

	if (note->type == PSR_NOTE_TYPE && note->size == sizeof(note->is) &&
	    note->name_size == 4 && same(note->name, "PSR"))
		f();
}

static int withdraw_object(struct dl_phdr_info *info, size_t size, void *ctx)
{
	(void)size;
	(void)ctx;
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t at = info->dlpi_addr + p->p_vaddr;
		uintptr_t end = at + p->p_memsz;

		/* Only those of our layout: others are aligned to 8. */
		while (p->p_type == PT_NOTE && p->p_align <= 4 &&
		       at + sizeof(struct note) <= end) {
			const struct note *n = (const struct note *)at;

			withdraw_by(n);
			at += 12 + ((n->name_size + 3) & ~3u) +
			      ((n->size + 3) & ~3u);
		}
	}
	return 0;
}

/*
 * The program is about to install a system call filter, or to forbid the time
 * stamp counter: what was learnt is written now, and nothing that the program
 * did not ask for is called any more. The tables stay as they are.
 */
__attribute__((visibility("hidden"))) void __psr_seal(int option)
{
	int *error, saved;

	if (option != PR_SET_SECCOMP && option != PR_SET_TSC)
		return;
	error = libc.dlsym ? errno_place() : NULL;
	saved = error ? *error : 0;
	__psr_withdraw();
	if (libc.dl_iterate_phdr)
		libc.dl_iterate_phdr(withdraw_object, NULL);
	if (error)
		*error = saved;
}
