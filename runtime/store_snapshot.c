/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Snapshots: what a module reads when it wakes, in a file of its own.
 *
 * Opening the database, parsing its schema and asking it take 1 ms, which a
 * program of 50 ms notices; reading a snapshot takes some 0.03 ms. It lies in
 * FILE-snapshot-HASH, of the module and the processor (so that "rm FILE*"
 * removes it, too), and tells in which state it was made: inode, size and time
 * of the database and of its log. Every commit and every checkpoint changes one
 * of them, and then nobody believes the snapshot, until the next process that
 * reads the database makes another. A file could change once more within one
 * tick of its clock and leave no trace of it, so nothing is kept of what is as
 * young as that (the same rule as that of git's index): 15 ms, as ticks are of
 * 10 at most, or 2 s where the file system knows only whole seconds. (With 0.1 s,
 * of short programs one after another few ever found it at rest.)
 *
 * It is made beside its name and renamed, so it is whole or not there, and it
 * has a check sum, as a machine may stop before its pages are written.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store_sql.h"

#define MAGIC      UINT64_C(0x32544f4853525350) /* "PSRSHOT2", this byte order */
#define TICK_NS    UINT64_C(15000000)
#define COARSE_NS  UINT64_C(2000000000)
#define BYTES_MOST (64u << 20)

struct head {
	uint64_t magic;
	uint64_t check; /* of all that follows */
	struct store_file_state files[2];
	uint32_t ntimes, ncounts;
	uint32_t recording, has_prior;
	char module[256];
	char cpu[64];
};

struct time_row { /* and its NRING samples and NPAIRS pairs */
	uint64_t site, n;
	double total_ns, spent_ns;
	uint32_t nring, npairs, size_class;
	char variant[PSR_VARIANT_NAME];
};

struct count_row {
	uint64_t site, counted, size_class;
};

struct buffer {
	char *data; /* a head first */
	size_t n, room;
	bool failed;
};

/* Both readers' rows go to the caller and, where OUT is, into a snapshot. */
struct relay {
	struct psr_waking *to;
	struct buffer *out;
};

/* ---- Which state of the database ---- */

static bool look(const char *path, struct store_file_state *f)
{
	struct stat st;

	memset(f, 0, sizeof(*f));
	if (stat(path, &st) < 0)
		return errno == ENOENT; /* nothing there is a state too */
	f->device = st.st_dev;
	f->inode = st.st_ino;
	f->size = (uint64_t)st.st_size;
	f->time_ns = (uint64_t)st.st_mtim.tv_sec * UINT64_C(1000000000) +
		     (uint64_t)st.st_mtim.tv_nsec;
	return true;
}

bool store_look(const char *path, struct store_file_state f[2])
{
	char log[PATH_MAX + 8];

	snprintf(log, sizeof(log), "%s-wal", path);
	return look(path, &f[0]) && f[0].inode && look(log, &f[1]);
}

static bool is_settled(const struct store_file_state f[2])
{
	uint64_t now = store_now_ns();

	for (int i = 0; i < 2; i++) {
		bool fine = f[i].time_ns % UINT64_C(1000000000);

		if (f[i].time_ns + (fine ? TICK_NS : COARSE_NS) >= now)
			return false;
	}
	return true;
}

/* ---- Files ---- */

static uint64_t hash(uint64_t h, const char *text)
{
	do
		h = (h ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	while (*text++);
	return h;
}

static void file_name(const char *path, const char *module, const char *cpu,
		      char out[PATH_MAX + 48])
{
	snprintf(out, PATH_MAX + 48, "%s-snapshot-%016llx", path,
		 (unsigned long long)hash(
		     hash(UINT64_C(0xcbf29ce484222325), module), cpu));
}

static uint64_t check_sum(const char *data, size_t n)
{
	uint64_t sum = n, word;

	for (; n >= sizeof(word); n -= sizeof(word), data += sizeof(word)) {
		memcpy(&word, data, sizeof(word));
		sum = (sum ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		sum ^= sum >> 32;
	}
	for (; n; n--, data++)
		sum = (sum ^ (unsigned char)*data) *
		      UINT64_C(0x9e3779b97f4a7c15);
	return sum;
}

/* Reads or writes all N bytes. */
static bool transfer(int fd, char *data, size_t n, bool out)
{
	while (n) {
		ssize_t k = out ? write(fd, data, n) : read(fd, data, n);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		data += k;
		n -= (size_t)k;
	}
	return true;
}

static bool read_file(const char *name, struct buffer *b)
{
	int taken[3], fd;
	struct stat st;

	store_take_low(taken);
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode) &&
	    st.st_size >= (off_t)sizeof(struct head) &&
	    st.st_size <= (off_t)BYTES_MOST) {
		b->n = (size_t)st.st_size;
		b->data = malloc(b->n);
		if (b->data && !transfer(fd, b->data, b->n, false)) {
			free(b->data);
			b->data = NULL;
		}
	}
	if (fd >= 0)
		close(fd);
	store_give_low(taken);
	return b->data;
}

/* Whatever fails: the next process tries again. */
static bool write_file(struct psr_store *s, const char *name,
		       const struct buffer *b)
{
	char temporary[PATH_MAX + 80];
	int taken[3], fd;
	bool done = false;

	snprintf(temporary, sizeof(temporary), "%s.%ld", name, (long)getpid());
	store_signals_hold(s);
	store_take_low(taken);
	fd = open(temporary,
		  O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0) {
		done = transfer(fd, b->data, b->n, true);
		done = !close(fd) && done;
		done = done && !rename(temporary, name);
		if (!done)
			unlink(temporary);
	}
	store_give_low(taken);
	store_signals_release(s);
	return done;
}

/* ---- Reading one ---- */

/* Takes N bytes from *AT. */
static bool take(const struct buffer *b, size_t *at, void *out, size_t n)
{
	if (b->n - *at < n)
		return false;
	memcpy(out, b->data + *at, n);
	*at += n;
	return true;
}

static bool take_time(const struct buffer *b, size_t *at,
		      struct psr_site_time *t)
{
	struct time_row row;

	memset(t, 0, sizeof(*t));
	if (!take(b, at, &row, sizeof(row)) || row.nring > PSR_RING ||
	    row.npairs > PSR_PAIRS ||
	    row.size_class > UINT16_MAX ||
	    !memchr(row.variant, 0, sizeof(row.variant)))
		return false;
	t->site = row.site;
	t->size_class = (uint16_t)row.size_class;
	t->n = row.n;
	t->total_ns = row.total_ns;
	t->spent_ns = row.spent_ns;
	t->nring = row.nring;
	t->npairs = row.npairs;
	memcpy(t->variant, row.variant, sizeof(t->variant));
	return take(b, at, t->ring, row.nring * sizeof(t->ring[0])) &&
	       take(b, at, t->pairs, row.npairs * sizeof(t->pairs[0]));
}

/* Walks all rows, and tells the caller of them if TO is given. */
static bool walk(const struct buffer *b, const struct head *h,
		 struct psr_waking *to)
{
	size_t at = sizeof(*h);
	struct psr_site_time t;
	struct count_row c;

	for (uint32_t i = 0; i < h->ntimes; i++) {
		if (!take_time(b, &at, &t))
			return false;
		if (to)
			to->time(to->ctx, &t);
	}
	for (uint32_t i = 0; i < h->ncounts; i++) {
		if (!take(b, &at, &c, sizeof(c)) || c.size_class > UINT16_MAX)
			return false;
		if (to)
			to->count(to->ctx, c.site, (uint16_t)c.size_class,
				  c.counted);
	}
	return at == b->n;
}

static bool is_of(const struct head *h, const char *module, const char *cpu,
		  const struct store_file_state state[2])
{
	return h->magic == MAGIC &&
	       !memcmp(h->files, state, sizeof(h->files)) &&
	       !strncmp(h->module, module, sizeof(h->module)) &&
	       !strncmp(h->cpu, cpu, sizeof(h->cpu));
}

static bool wake_from_file(const char *name, const char *module,
			   const char *cpu, const struct store_file_state state[2],
			   struct psr_waking *w)
{
	struct buffer b = {0};
	struct head h;
	bool good;

	if (!read_file(name, &b))
		return false;
	memcpy(&h, b.data, sizeof(h));
	good = is_of(&h, module, cpu, state) &&
	       !(w->wants_prior && h.has_prior) &&
	       h.check == check_sum(b.data + offsetof(struct head, files),
				    b.n - offsetof(struct head, files)) &&
	       walk(&b, &h, NULL);
	if (good) {
		w->recording = h.recording;
		w->state = store_state(state);
		walk(&b, &h, w);
	}
	free(b.data);
	return good;
}

/* ---- Making one ---- */

static void append(struct buffer *b, const void *data, size_t n)
{
	if (!b->failed && b->room - b->n < n) {
		size_t more = 2 * b->room + n + 4096;
		char *p = more <= BYTES_MOST ? realloc(b->data, more) : NULL;

		b->failed = !p;
		if (p) {
			b->data = p;
			b->room = more;
		}
	}
	if (b->failed)
		return;
	memcpy(b->data + b->n, data, n);
	b->n += n;
}

static int relay_time(void *ctx, const struct psr_site_time *t)
{
	struct relay *r = ctx;
	struct time_row row;

	if (r->out) {
		memset(&row, 0, sizeof(row));
		row.site = t->site;
		row.n = t->n;
		row.total_ns = t->total_ns;
		row.spent_ns = t->spent_ns;
		row.nring = t->nring;
		row.npairs = t->npairs;
		row.size_class = t->size_class;
		memcpy(row.variant, t->variant, sizeof(row.variant));
		append(r->out, &row, sizeof(row));
		append(r->out, t->ring, t->nring * sizeof(t->ring[0]));
		append(r->out, t->pairs, t->npairs * sizeof(t->pairs[0]));
		if (!r->out->failed)
			((struct head *)r->out->data)->ntimes++;
	}
	r->to->time(r->to->ctx, t);
	return 0;
}

static int relay_count(void *ctx, uint64_t site, uint16_t size_class,
		       uint64_t counted)
{
	const struct count_row row = {site, counted, size_class};
	struct relay *r = ctx;

	if (r->out) {
		append(r->out, &row, sizeof(row));
		if (!r->out->failed)
			((struct head *)r->out->data)->ncounts++;
	}
	r->to->count(r->to->ctx, site, size_class, counted);
	return 0;
}

/* A failure half-way leaves the caller fewer rows, each of them true. */
static bool wake_from_store(struct psr_store *s, const char *module,
			    const char *cpu, struct psr_waking *w,
			    struct buffer *out)
{
	struct relay r = {w, out};

	if (psr_store_is_recording(s, &w->recording, NULL) < 0)
		w->recording = false;
	return !psr_store_sites_load(s, module, cpu, relay_time, &r, NULL) &&
	       !psr_store_counts_load(s, module, relay_count, &r, NULL);
}

/* Keeps what OUT has, unless the database has changed meanwhile. */
static void keep(struct psr_store *s, const char *name, const char *module,
		 const char *cpu, const struct store_file_state before[2],
		 struct psr_waking *w, struct buffer *out)
{
	struct store_file_state after[2];
	struct head *h = (struct head *)out->data;
	int64_t prior;

	if (out->failed || !h->ntimes ||
	    strlen(module) >= sizeof(h->module) ||
	    strlen(cpu) >= sizeof(h->cpu) ||
	    store_int(s, "SELECT count(*) FROM model WHERE name = 'prior'",
		      &prior, NULL) < 0 ||
	    !store_look(s->path, after) ||
	    memcmp(before, after, sizeof(after)))
		return;
	h->magic = MAGIC;
	memcpy(h->files, before, sizeof(h->files));
	h->recording = w->recording;
	h->has_prior = prior != 0;
	strcpy(h->module, module);
	strcpy(h->cpu, cpu);
	h->check = check_sum(out->data + offsetof(struct head, files),
			     out->n - offsetof(struct head, files));
	if (write_file(s, name, out) && !(w->wants_prior && prior))
		w->state = store_state(before);
}

int psr_store_wake(const char *module, const char *cpu, struct psr_waking *w,
		   struct psr_err *err)
{
	static const struct head empty;
	char place[PATH_MAX], path[PATH_MAX], name[PATH_MAX + 48];
	struct store_file_state state[2];
	struct psr_store *s = NULL;
	struct buffer out = {0};
	bool has_state, keeps;
	int ret = psr_store_path(place, sizeof(place), err);

	w->recording = false;
	w->state = 0;
	w->prior = NULL;
	if (ret < 0)
		return ret;
	if (!realpath(place, path))
		return psr_fail(err, -errno, "%s: %s", place, strerror(errno));
	has_state = store_look(path, state);
	file_name(path, module, cpu, name);
	if (has_state && wake_from_file(name, module, cpu, state, w))
		return 0;
	ret = psr_store_open(path, PSR_STORE_READ, &s, err);
	if (ret < 0)
		return ret;
	/* What has just changed may do so once more. */
	if (has_state && is_settled(state))
		append(&out, &empty, sizeof(empty));
	keeps = out.data;
	if (wake_from_store(s, module, cpu, w, keeps ? &out : NULL) && keeps)
		keep(s, name, module, cpu, state, w, &out);
	if (w->wants_prior &&
	    psr_store_model_get(s, "prior", &w->prior, &w->prior_bytes, NULL) <
		0)
		w->prior = NULL;
	psr_store_close(s);
	free(out.data);
	return 0;
}
