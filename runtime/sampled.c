/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * LLVM's sample profile in text (llvm/ProfileData/SampleProfReader.h): each
 * function's counts by probe, those of indirect calls with what they called, and
 * last the hash of its flow, which must be the source's.
 *
 * What ran inlined counts for the function that it is of. LLVM would join them
 * too, where it does not inline by samples; but of a call with the callee's
 * blocks within it, it thinks that it never ran as one, and a block of which
 * nothing else is left in the code, as a loop around it, would be cold: a hash
 * table's look-ups were not inlined. So each such call has its callee's entry's
 * count.
 */
#include "psr/sampled.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "grow.h"
#include "text.h"

/* Of a sample. Clang joins blocks that were met by a flow of 1 where it must. */
#define SAMPLE_WEIGHT 16

struct row { /* a block or call */
	char *name; /* of its function; of a collected row its path */
	uint64_t hash;
	uint32_t probe;
	char *target;
	uint64_t n;
	bool own; /* it ran as the function that it is of */
};

struct rows {
	struct row *at;
	size_t n, size;
};

struct writer {
	struct psr_text *out;
	char *name; /* of the function that is being collected; NULL: none yet */
	uint64_t hash;
	struct rows paths; /* its blocks, and those inlined there, by path */
	struct rows all;   /* of all functions, by their names */
};

static int add(struct rows *r, const struct row *like, const char *name,
	       size_t length)
{
	struct row *row;

	if (!psr_grow((void **)&r->at, &r->size, r->n + 1, sizeof(*row)))
		return -ENOMEM;
	row = &r->at[r->n];
	*row = *like;
	row->name = strndup(name, length);
	row->target = strdup(like->target);
	if (!row->name || !row->target) {
		free(row->name);
		free(row->target);
		return -ENOMEM;
	}
	r->n++;
	return 0;
}

static void clear(struct rows *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->at[i].name);
		free(r->at[i].target);
	}
	r->n = 0;
}

/* ---- Blocks of what is inlined, by function ------------------------------ */

/* A function, or where it is inlined: "CALL:NAME:HASH" ends PATH's LENGTH. */
struct place {
	const char *path;
	size_t length;
	const char *name;
	size_t name_length;
	uint64_t hash;
	uint32_t call;
};

static bool find_place(const char *path, size_t start, size_t length,
		       struct place *p)
{
	const char *s = path + start, *hash = path + length;
	const char *name = memchr(s, ':', length - start);

	while (hash > s && hash[-1] != ':')
		hash--;
	if (!name || hash <= name + 1)
		return false;
	*p = (struct place){.path = path,
			    .length = length,
			    .name = name + 1,
			    .name_length = (size_t)(hash - 1 - name - 1),
			    .hash = strtoull(hash, NULL, 10),
			    .call = (uint32_t)strtoul(s, NULL, 10)};
	return true;
}

/* How many of ROWS are of the call whose path is PATH's first LENGTH. */
static size_t count_within(const struct row *rows, size_t n, const char *path,
			   size_t length)
{
	size_t i = 0;

	while (i < n && !strncmp(rows[i].name, path, length) &&
	       (!rows[i].name[length] || rows[i].name[length] == ' '))
		i++;
	return i;
}

/*
 * Gives ROWS, sorted, whose paths begin with that of P, to the functions that
 * they are of. *ENTERED is how often P was: where the code of its first block
 * is gone, as often as what is inlined there.
 */
static int share_out(struct writer *w, const struct row *rows, size_t n,
		     const struct place *p, uint64_t *entered)
{
	bool known = false;
	int ret = 0;
	size_t i = 0;

	for (*entered = 0; !ret && i < n && !rows[i].name[p->length]; i++) {
		struct row own = rows[i];

		own.hash = p->hash;
		own.own = !p->length;
		if (own.probe == 1) {
			known = true;
			*entered = own.n;
		}
		ret = add(&w->all, &own, p->name, p->name_length);
	}
	while (!ret && i < n) {
		size_t start = p->length + (p->length > 0);
		const char *path = rows[i].name;
		size_t end = start + strcspn(path + start, " ");
		size_t count = count_within(rows + i, n - i, path, end);
		struct row call = {.hash = p->hash, .target = (char *)""};
		struct place in;

		if (find_place(path, start, end, &in)) {
			ret = share_out(w, rows + i, count, &in, &call.n);
			call.probe = in.call;
			call.own = !p->length;
			if (!ret && in.call)
				ret = add(&w->all, &call, p->name,
					  p->name_length);
			if (!known && call.n > *entered)
				*entered = call.n;
		}
		i += count;
	}
	return ret;
}

static int end_function(struct writer *w)
{
	struct place p = {.name = w->name, .hash = w->hash};
	uint64_t entered;
	int ret = 0;

	if (w->name) {
		p.name_length = strlen(w->name);
		ret = share_out(w, w->paths.at, w->paths.n, &p, &entered);
	}
	clear(&w->paths);
	return ret;
}

static int each_block(void *ctx, const struct psr_block *b)
{
	struct writer *w = ctx;
	struct row row = {.probe = b->probe,
			  .target = (char *)b->target,
			  .n = b->n};
	int ret = 0;

	if (!w->name || strcmp(w->name, b->name) != 0 || w->hash != b->hash) {
		ret = end_function(w);
		free(w->name);
		w->name = strdup(b->name);
		w->hash = b->hash;
		if (!w->name)
			ret = -ENOMEM;
	}
	return ret ? ret : add(&w->paths, &row, b->path, strlen(b->path));
}

/* ---- The text ------------------------------------------------------------ */

static int compare(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	if (!order)
		order = (x->hash > y->hash) - (x->hash < y->hash);
	if (!order)
		order = (x->probe > y->probe) - (x->probe < y->probe);
	return order ? order : strcmp(x->target, y->target);
}

/* Rows alike become one. */
static void merge(struct rows *r)
{
	size_t n = 0;

	if (r->n)
		qsort(r->at, r->n, sizeof(*r->at), compare);
	for (size_t i = 0; i < r->n; i++) {
		if (!n || compare(&r->at[n - 1], &r->at[i]) != 0) {
			r->at[n++] = r->at[i];
			continue;
		}
		r->at[n - 1].n += r->at[i].n;
		r->at[n - 1].own |= r->at[i].own;
		free(r->at[i].name);
		free(r->at[i].target);
	}
	r->n = n;
}

static uint64_t sum_of(const struct row *rows, size_t n)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += rows[i].n * SAMPLE_WEIGHT;
	return sum;
}

/* The block or call that ROWS begin with. Returns how many rows that are. */
static size_t put_probe(struct writer *w, const struct row *rows, size_t n)
{
	size_t count = 0;

	while (count < n && rows[count].probe == rows[0].probe)
		count++;
	psr_text_add(w->out, " %u: %" PRIu64, rows[0].probe,
		     sum_of(rows, count));
	for (size_t i = 0; i < count; i++)
		if (*rows[i].target)
			psr_text_add(w->out, " %s:%" PRIu64, rows[i].target,
				     rows[i].n * SAMPLE_WEIGHT);
	psr_text_add(w->out, "\n");
	return count;
}

static void put_function(struct writer *w, const struct row *rows, size_t n)
{
	uint64_t entered = 0;

	for (size_t i = 0; i < n; i++)
		if (rows[i].probe == 1 && !*rows[i].target)
			entered = rows[i].n * SAMPLE_WEIGHT;
	psr_text_add(w->out, "%s:%" PRIu64 ":%" PRIu64 "\n", rows[0].name,
		     sum_of(rows, n), entered);
	for (size_t i = 0; i < n;)
		i += put_probe(w, rows + i, n - i);
	psr_text_add(w->out, " !CFGChecksum: %" PRIu64 "\n", rows[0].hash);
}

/* How many rows from AT on are of one function and flow. */
static size_t count_alike(const struct rows *r, size_t at)
{
	size_t i = at;

	while (i < r->n && r->at[i].hash == r->at[at].hash &&
	       !strcmp(r->at[i].name, r->at[at].name))
		i++;
	return i - at;
}

static uint64_t met(const struct row *rows, size_t n, bool *own)
{
	uint64_t sum = 0;

	for (*own = false; n; n--, rows++) {
		sum += rows->n;
		*own |= rows->own;
	}
	return sum;
}

/*
 * A function may have been inlined as it was before it changed: what ran by
 * itself is as it is now; of others, that of which there is more.
 */
static void put_all(struct writer *w)
{
	const struct rows *r = &w->all;
	size_t best = 0, best_n = 0, n;
	uint64_t most = 0;
	bool best_own = false, own;

	for (size_t i = 0; i < r->n; i += n) {
		uint64_t sum;

		n = count_alike(r, i);
		sum = met(r->at + i, n, &own);
		if (!best_n || own > best_own ||
		    (own == best_own && sum > most)) {
			best = i;
			best_n = n;
			most = sum;
			best_own = own;
		}
		if (i + n < r->n && !strcmp(r->at[i].name, r->at[i + n].name))
			continue;
		if (most)
			put_function(w, r->at + best, best_n);
		best_n = 0;
	}
}

int psr_sampled_write(struct psr_store *store, const char *const *files,
		      size_t n, struct psr_text *out, struct psr_err *err)
{
	struct writer w = {.out = out};
	int ret = psr_store_blocks_load(store, files, n, each_block, &w, err);

	if (!ret)
		ret = end_function(&w);
	if (!ret) {
		merge(&w.all);
		put_all(&w);
	}
	clear(&w.paths);
	clear(&w.all);
	free(w.paths.at);
	free(w.all.at);
	free(w.name);
	if (ret == -ENOMEM || out->failed)
		return psr_fail(err, -ENOMEM, "out of memory");
	return ret;
}
