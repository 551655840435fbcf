/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What code compiled with psr-verify calls around each variant; it is linked
 * into no other program. psr/verify.h says in which order.
 *
 * A range is a hull: it may have gaps that the nest never touches, and even
 * reach into pages that are not mapped, where accesses are conditional. So it
 * is read by process_vm_readv(), which only fails there, and nothing is written
 * back but bytes that have changed. Sanitizers, for which the gaps may be out
 * of bounds, see neither: this file calls no function that they intercept
 * with an address of the program's.
 *
 * Reports go to standard error, or to the file that PSR_VERIFY_LOG names, one
 * write each. errno is kept.
 */
#include "psr/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define PAGE        4096
#define BYTES_MAX   (UINT64_C(256) << 20) /* in all ranges of one call */
#define REPORTS_MAX 10                  /* of one variant at one site */
#define SHOWN       16                  /* bytes of one difference */
#define HIDDEN      __attribute__((visibility("hidden")))

/* ---- Memory ----------------------------------------------------------------
 */

static uint64_t size_of(const struct psr_verify_range *r)
{
	return r->high > r->low ? r->high - r->low : 0;
}

/* A range holds bytes of so many pages. */
static size_t pages_of(const struct psr_verify_range *r)
{
	return size_of(r) ? (r->high - 1) / PAGE - r->low / PAGE + 1 : 0;
}

static void *map(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* Copies N bytes at FROM. False: not all of them are mapped. */
static bool peek(unsigned char *to, uint64_t from, size_t n)
{
	struct iovec here = {to, n}, there = {(void *)(uintptr_t)from, n};
	long done = syscall(SYS_process_vm_readv, (long)getpid(), &here, 1L,
			    &there, 1L, 0L);

	if (done >= 0)
		return (size_t)done == n;
	if (errno == EFAULT)
		return false;
	/* Not allowed here, or not there: the plain way. */
	for (size_t i = 0; i < n; i++)
		to[i] = ((const volatile unsigned char *)(uintptr_t)from)[i];
	return true;
}

/* The bytes from AT on that are in AT's page and below END. */
static size_t in_page(uint64_t at, uint64_t end)
{
	uint64_t n = PAGE - at % PAGE;

	return n < end - at ? n : end - at;
}

/* At once where that does; else the pages that are there. */
static void copy_range(const struct psr_verify_range *r, unsigned char *to,
		       unsigned char *unmapped)
{
	if (peek(to, r->low, size_of(r)))
		return;
	for (uint64_t at = r->low; size_of(r) && at < r->high;) {
		size_t n = in_page(at, r->high);

		*unmapped++ |= !peek(to, at, n);
		to += n;
		at += n;
	}
}

/* All ranges, one after the other. */
static void copy(struct psr_verify *v, unsigned char *to)
{
	unsigned char *unmapped = v->unmapped;

	for (uint64_t i = 0; i < v->nranges; i++) {
		copy_range(&v->ranges[i], to, unmapped);
		to += size_of(&v->ranges[i]);
		unmapped += pages_of(&v->ranges[i]);
	}
}

/* Writes FROM back, where KEPT, which is what is there, differs. */
static void write_back(const struct psr_verify_range *r,
		       const unsigned char *from, const unsigned char *kept,
		       const unsigned char *unmapped)
{
	for (uint64_t at = r->low; size_of(r) && at < r->high;) {
		size_t n = in_page(at, r->high);
		volatile unsigned char *to = (void *)(uintptr_t)at;

		for (size_t i = 0; !*unmapped && i < n; i++)
			if (from[i] != kept[i])
				to[i] = from[i];
		unmapped++;
		from += n;
		kept += n;
		at += n;
	}
}

static void finish(struct psr_verify *v)
{
	if (v->saved)
		munmap(v->saved, v->bytes);
	v->saved = NULL;
}

/* ---- Reports ---------------------------------------------------------------
 */

struct text {
	char at[2048];
	size_t n;
};

__attribute__((format(printf, 2, 3))) static void put(struct text *t,
						      const char *format, ...)
{
	size_t room = sizeof(t->at) - t->n;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(t->at + t->n, room, format, args);
	va_end(args);
	if (n > 0)
		t->n += (size_t)n < room ? (size_t)n : room - 1;
}

static void put_bytes(struct text *t, const char *whose, const void *bytes,
		      uint64_t n)
{
	const unsigned char *p = bytes;

	put(t, " %s ", whose);
	for (uint64_t i = 0; i < n && i < SHOWN; i++)
		put(t, "%02x", p[i]);
}

static void put_input(struct text *t, char letter, uint64_t bits)
{
	uint32_t half = (uint32_t)bits;
	double d;
	float f;

	switch (letter) {
	case 'i':
		put(t, "%lld", (long long)bits);
		return;
	case 'p':
		put(t, "0x%llx", (unsigned long long)bits);
		return;
	case 'f':
		memcpy(&f, &half, sizeof(f));
		put(t, "%.9g", (double)f);
		return;
	case 'd':
		memcpy(&d, &bits, sizeof(d));
		put(t, "%.17g", d);
		return;
	default:
		put(t, "?");
	}
}

static void put_inputs(struct text *t, const struct psr_verify *v)
{
	const char *s = v->about->inputs;

	put(t, " inputs:");
	for (unsigned i = 0; *s; i++) {
		const char *name = s + 1;
		size_t n = strcspn(name, ";");

		put(t, "%s ", i ? "," : "");
		if (n)
			put(t, "%.*s=", (int)n, name);
		else
			put(t, "#%u=", i + 1);
		put_input(t, *s, v->inputs[i]);
		s = name + n + (name[n] == ';');
	}
}

static void begin_report(struct text *t, const struct psr_verify *v)
{
	const struct psr_verify_about *a = v->about;

	t->n = 0;
	put(t, "psr: verify: %s (%s:%u) site %016llx variant %s work %llu: ",
	    a->function, a->file, a->line, (unsigned long long)a->site,
	    a->variant, (unsigned long long)v->work);
}

static void send(const struct text *t)
{
	const char *log = getenv("PSR_VERIFY_LOG");
	int fd = STDERR_FILENO;

	if (log && *log)
		fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (fd < 0)
		fd = STDERR_FILENO;
	if (write(fd, t->at, t->n) < 0) {
		/* nobody is left to tell */
	}
	if (fd != STDERR_FILENO)
		close(fd);
}

static void end_report(struct text *t, const struct psr_verify *v)
{
	const char *what = getenv("PSR_VERIFY");

	put_inputs(t, v);
	if (t->n == sizeof(t->at) - 1)
		t->n--;
	put(t, "\n");
	send(t);
	if (what && !strcmp(what, "abort"))
		abort();
}

static bool may_report(struct psr_verify *v)
{
	return __atomic_fetch_add(&v->about->reports, 1, __ATOMIC_RELAXED) <
	       REPORTS_MAX;
}

/* ---- Comparing -------------------------------------------------------------
 */

static bool both_nan(const unsigned char *a, const unsigned char *b,
		     size_t size)
{
	float f[2];
	double d[2];

	if (size == sizeof(*f)) {
		memcpy(&f[0], a, size);
		memcpy(&f[1], b, size);
		return f[0] != f[0] && f[1] != f[1];
	}
	memcpy(&d[0], a, size);
	memcpy(&d[1], b, size);
	return d[0] != d[0] && d[1] != d[1];
}

/*
 * True if byte I of N, the first of which is at address AT, belongs to a NaN of
 * one of the KINDS in A and in B. Floating-point numbers are aligned here.
 */
static bool in_nan(const unsigned char *a, const unsigned char *b, uint64_t i,
		   uint64_t n, uint64_t at, uint32_t kinds)
{
	for (uint64_t size = sizeof(float); size <= sizeof(double); size *= 2) {
		uint64_t within = (at + i) % size, start = i - within;

		if (!(kinds & (size == sizeof(float) ? PSR_VERIFY_FLOAT
						     : PSR_VERIFY_DOUBLE)))
			continue;
		if (i >= within && size <= n - start &&
		    both_nan(a + start, b + start, size))
			return true;
	}
	return false;
}

struct difference {
	uint64_t first, count; /* bytes behind the range's start */
};

/* Of the N bytes at address AT. */
static struct difference differ(const unsigned char *a, const unsigned char *b,
				uint64_t n, uint64_t at, uint32_t kinds)
{
	struct difference d = {0, 0};

	for (uint64_t i = 0; i < n; i++)
		if (a[i] != b[i] && !in_nan(a, b, i, n, at, kinds) &&
		    !d.count++)
			d.first = i;
	return d;
}

static void report_range(struct psr_verify *v, uint64_t k,
			 const struct difference *d,
			 const unsigned char *variant,
			 const unsigned char *baseline, const char *theirs)
{
	const struct psr_verify_range *r = &v->ranges[k];
	uint64_t at = r->low + d->first, left = size_of(r) - d->first;
	struct text t;

	if (!may_report(v))
		return;
	begin_report(&t, v);
	put(&t, "%llu bytes of [0x%llx, 0x%llx) differ, first at 0x%llx",
	    (unsigned long long)d->count, (unsigned long long)r->low,
	    (unsigned long long)r->high, (unsigned long long)at);
	put(&t, " (0x%llx%+lld):", (unsigned long long)r->base,
	    (long long)(at - r->base));
	put_bytes(&t, "variant", variant + d->first, left);
	put_bytes(&t, theirs, baseline + d->first, left);
	end_report(&t, v);
}

static void compare(struct psr_verify *v, const unsigned char *variant,
		    const unsigned char *baseline, const char *theirs)
{
	for (uint64_t k = 0; k < v->nranges; k++) {
		uint64_t n = size_of(&v->ranges[k]);
		struct difference d = differ(variant, baseline, n,
					     v->ranges[k].low, v->about->kinds);

		if (d.count)
			report_range(v, k, &d, variant, baseline, theirs);
		variant += n;
		baseline += n;
	}
}

/* ---- What the code calls ----------------------------------------------------
 */

HIDDEN int __psr_verify_begin(struct psr_verify *v)
{
	int saved = errno;
	size_t bytes = 0, pages = 0;

	v->saved = NULL;
	for (uint64_t i = 0; i < v->nranges; i++) {
		if (size_of(&v->ranges[i]) > BYTES_MAX - bytes)
			return 0;
		bytes += size_of(&v->ranges[i]);
		pages += pages_of(&v->ranges[i]);
	}
	v->bytes = 2 * bytes + pages + 1;
	v->saved = map(v->bytes);
	if (v->saved) {
		v->kept = v->saved + bytes;
		v->unmapped = v->kept + bytes;
		copy(v, v->saved);
	}
	errno = saved;
	return v->saved != NULL;
}

HIDDEN void __psr_verify_restore(struct psr_verify *v)
{
	const unsigned char *from = v->saved, *kept = v->kept;
	const unsigned char *unmapped = v->unmapped;
	int saved = errno;

	copy(v, v->kept);
	for (uint64_t i = 0; i < v->nranges; i++) {
		const struct psr_verify_range *r = &v->ranges[i];

		write_back(r, from, kept, unmapped);
		from += size_of(r);
		kept += size_of(r);
		unmapped += pages_of(r);
	}
	errno = saved;
}

HIDDEN void __psr_verify_declined(struct psr_verify *v)
{
	int saved = errno;

	__psr_verify_restore(v);
	compare(v, v->kept, v->saved, "declined, before");
	finish(v);
	errno = saved;
}

HIDDEN void __psr_verify_result(struct psr_verify *v, uint32_t k, uint32_t kind,
				const void *variant, const void *baseline,
				uint64_t size)
{
	int saved = errno;
	struct text t;

	if (differ(variant, baseline, size, 0, kind).count && may_report(v)) {
		begin_report(&t, v);
		put(&t, "result %u differs:", k + 1);
		put_bytes(&t, "variant", variant, size);
		put_bytes(&t, "baseline", baseline, size);
		end_report(&t, v);
	}
	errno = saved;
}

/* Of the baseline's memory a copy is compared: it replaces what was saved. */
HIDDEN void __psr_verify_end(struct psr_verify *v)
{
	int saved = errno;

	copy(v, v->saved);
	compare(v, v->kept, v->saved, "baseline");
	finish(v);
	errno = saved;
}
