/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * remarks.c - JSON lines, one for each nest; see remarks.h for the format.
 *
 * A module's lines are written by one write() to a file opened for appending,
 * so that the lines of compilers that run at once do not mix.
 */
#include "remarks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "constant.h"

static void put_string(FILE *f, const char *s)
{
	putc('"', f);
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			fprintf(f, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			fprintf(f, "\\u%04x", c);
		else
			putc(c, f);
	}
	putc('"', f);
}

static void put_reason(FILE *f, enum psr_reason r)
{
	if (!r) {
		fputs("\"reason\": null", f);
		return;
	}
	fprintf(f, "\"reason\": {\"id\": \"%s\", \"text\": ", psr_reason_id(r));
	put_string(f, psr_reason_text(r));
	putc('}', f);
}

static void put_variants(FILE *f, const struct psr_nest *nest)
{
	unsigned told = 0;

	fputs(", \"variants\": [", f);
	for (unsigned i = 0; !nest->reason && i < psr_nrecipes; i++) {
		enum psr_reason r = nest->recipe_reason[i];

		if (r == PSR_REASON_OTHER_CPU && !psr_options.recipes)
			continue;
		fprintf(f, "%s{\"name\": \"%s\", \"status\": \"%s\", ",
			told++ ? ", " : "", psr_recipes[i].name,
			r ? "skipped" : "made");
		put_reason(f, r);
		putc('}', f);
	}
	putc(']', f);
}

static void put_verify(FILE *f, const struct psr_nest *nest)
{
	if (!psr_options.verify || nest->reason)
		return;
	fprintf(f, ", \"verify\": {\"status\": \"%s\", ",
		nest->verify_reason ? "skipped" : "made");
	put_reason(f, nest->verify_reason);
	putc('}', f);
}

static void put_features(FILE *f, const struct psr_features *x)
{
	fprintf(f,
		", \"features\": {\"depth\": %u, \"loops\": %u, "
		"\"vector_loops\": %u, \"known_trips\": %u, \"size\": %u, "
		"\"instructions\": %u, \"loads\": %u, \"stores\": %u, "
		"\"flops\": %u, \"branches\": %u, \"calls\": %u, "
		"\"load_bytes\": %u, \"store_bytes\": %u}",
		x->depth, x->loops, x->vector_loops, x->known_trips, x->size,
		x->instructions, x->loads, x->stores, x->flops, x->branches,
		x->calls, x->load_bytes, x->store_bytes);
}

/* What the variants that are called const fold. */
static void put_constants(FILE *f, const struct psr_nest *nest)
{
	const char *comma = "";
	int64_t value;

	fputs(", \"constants\": [", f);
	for (unsigned i = 0; i < nest->ninputs; i++) {
		if (!psr_constant_of(nest, i, &value))
			continue;
		fprintf(f, "%s{\"input\": %u, \"value\": %lld}", comma, i,
			(long long)value);
		comma = ", ";
	}
	fprintf(f, "], \"small\": %s", nest->has_small ? "true" : "false");
}

static void put_nest(FILE *f, const struct psr_nest *nest)
{
	fputs("{\"file\": ", f);
	put_string(f, nest->file);
	fputs(", \"function\": ", f);
	put_string(f, nest->name);
	fprintf(f, ", \"line\": %u, \"kind\": \"%s\", ", nest->line,
		nest->kind == PSR_SITE_LOOP ? "loop" : "function");
	if (nest->reason)
		fputs("\"site\": null, \"status\": \"skipped\", ", f);
	else
		fprintf(f, "\"site\": \"%016llx\", \"status\": \"site\", ",
			(unsigned long long)nest->id);
	put_reason(f, nest->reason);
	fprintf(f, ", \"min_work\": %u", nest->least_work);
	put_constants(f, nest);
	put_variants(f, nest);
	put_verify(f, nest);
	put_features(f, &nest->features);
	fputs("}\n", f);
}

static int write_all(int fd, const char *s, size_t n)
{
	while (n) {
		ssize_t done = write(fd, s, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		s += done;
		n -= (size_t)done;
	}
	return 0;
}

int psr_remarks_write(const char *path, const struct psr_nests *nests)
{
	bool to_stderr = !strcmp(path, "-");
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	int fd, ret;

	if (!f)
		return -ENOMEM;
	for (size_t i = 0; i < nests->n; i++)
		put_nest(f, &nests->at[i]);
	if (fclose(f)) {
		free(text);
		return -ENOMEM;
	}
	fd = to_stderr
		 ? STDERR_FILENO
		 : open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	ret = fd < 0 ? -errno : write_all(fd, text, size);
	if (fd >= 0 && !to_stderr && close(fd) && !ret)
		ret = -errno;
	free(text);
	return ret;
}
