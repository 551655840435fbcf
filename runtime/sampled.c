/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * LLVM's sample profile in text (llvm/ProfileData/SampleProfReader.h): each
 * function's counts by probe, those of indirect calls with what they called; then
 * within it, indented by one, what was inlined at its calls, and last the hash of
 * its flow, which must be the source's.
 */
#include "psr/sampled.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "grow.h"
#include "text.h"

#define SAMPLE_WEIGHT 16 /* of one sample; a block without any has 1 */

struct row { /* a block, or a call, of the function that is being collected */
	char *path;
	uint32_t probe;
	char *target;
	uint64_t n;
};

struct writer {
	struct psr_text *out;
	char *name; /* of that function; NULL: none yet */
	uint64_t hash;
	struct row *rows;
	size_t n, size;
};

/*
 * Samples are few: that none met a block says that it is rare, not that it
 * never runs, which would be thought of one that is counted 0 times.
 */
static uint64_t weight(const struct row *row)
{
	return row->n * SAMPLE_WEIGHT + !*row->target;
}

static uint64_t sum_of(const struct row *rows, size_t n)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += weight(&rows[i]);
	return sum;
}

static bool any_met(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (rows[i].n)
			return true;
	return false;
}

/* How many of ROWS belong to the call whose path is PATH's first LENGTH. */
static size_t count_within(const struct row *rows, size_t n, const char *path,
			   size_t length)
{
	size_t i = 0;

	while (i < n && !strncmp(rows[i].path, path, length) &&
	       (!rows[i].path[length] || rows[i].path[length] == ' '))
		i++;
	return i;
}

static void put_rows(struct writer *w, const struct row *rows, size_t n,
		     size_t length, unsigned depth, uint64_t hash);

/* The block or call that ROWS begin with. Returns how many rows that are. */
static size_t put_probe(struct writer *w, const struct row *rows, size_t n,
			size_t length, unsigned depth)
{
	size_t count = 0;

	while (count < n && !rows[count].path[length] &&
	       rows[count].probe == rows[0].probe)
		count++;
	psr_text_add(w->out, "%*s%u: %" PRIu64, (int)depth, "", rows[0].probe,
		     sum_of(rows, count));
	for (size_t i = 0; i < count; i++)
		if (*rows[i].target)
			psr_text_add(w->out, " %s:%" PRIu64, rows[i].target,
				     weight(&rows[i]));
	psr_text_add(w->out, "\n");
	return count;
}

/* "CALL:NAME:HASH" at the end of the path's first LENGTH characters. */
static void put_inlined(struct writer *w, const struct row *rows, size_t n,
			size_t start, size_t length, unsigned depth)
{
	const char *s = rows[0].path + start;
	const char *end = rows[0].path + length;
	const char *name = memchr(s, ':', (size_t)(end - s)), *hash = end;

	while (hash > s && hash[-1] != ':')
		hash--;
	if (!name || hash <= name + 1)
		return;
	psr_text_add(w->out, "%*s%.*s: %.*s:%" PRIu64 "\n", (int)depth, "",
		     (int)(name - s), s, (int)(hash - 1 - name - 1), name + 1,
		     sum_of(rows, n));
	put_rows(w, rows, n, length, depth, strtoull(hash, NULL, 10));
}

/* ROWS, sorted, whose paths begin with the same LENGTH characters. */
static void put_rows(struct writer *w, const struct row *rows, size_t n,
		     size_t length, unsigned depth, uint64_t hash)
{
	size_t i = 0;

	while (i < n && !rows[i].path[length])
		i += put_probe(w, rows + i, n - i, length, depth + 1);
	while (i < n) {
		size_t start = length + (length > 0);
		size_t end = start + strcspn(rows[i].path + start, " ");
		size_t count =
		    count_within(rows + i, n - i, rows[i].path, end);

		if (any_met(rows + i, count))
			put_inlined(w, rows + i, count, start, end, depth + 1);
		i += count;
	}
	psr_text_add(w->out, "%*s!CFGChecksum: %" PRIu64 "\n", (int)depth + 1,
		     "", hash);
}

static void put_function(struct writer *w)
{
	uint64_t entered = 0;

	for (size_t i = 0; i < w->n && !w->rows[i].path[0]; i++)
		if (w->rows[i].probe == 1)
			entered = weight(&w->rows[i]);
	if (w->name && any_met(w->rows, w->n)) {
		psr_text_add(w->out, "%s:%" PRIu64 ":%" PRIu64 "\n", w->name,
			     sum_of(w->rows, w->n), entered);
		put_rows(w, w->rows, w->n, 0, 0, w->hash);
	}
	for (size_t i = 0; i < w->n; i++) {
		free(w->rows[i].path);
		free(w->rows[i].target);
	}
	w->n = 0;
}

static int each_block(void *ctx, const struct psr_block *b)
{
	struct writer *w = ctx;
	struct row *row;

	if (!w->name || strcmp(w->name, b->name) != 0 || w->hash != b->hash) {
		put_function(w);
		free(w->name);
		w->name = strdup(b->name);
		w->hash = b->hash;
		if (!w->name)
			return -ENOMEM;
	}
	if (!psr_grow((void **)&w->rows, &w->size, w->n + 1, sizeof(*row)))
		return -ENOMEM;
	row = &w->rows[w->n];
	*row = (struct row){strdup(b->path), b->probe, strdup(b->target), b->n};
	if (!row->path || !row->target) {
		free(row->path);
		free(row->target);
		return -ENOMEM;
	}
	w->n++;
	return 0;
}

int psr_sampled_write(struct psr_store *store, const char *const *files,
		      size_t n, struct psr_text *out, struct psr_err *err)
{
	struct writer w = {.out = out};
	int ret = psr_store_blocks_load(store, files, n, each_block, &w, err);

	put_function(&w);
	free(w.name);
	free(w.rows);
	if (ret == -ENOMEM || out->failed)
		return psr_fail(err, -ENOMEM, "out of memory");
	return ret;
}
