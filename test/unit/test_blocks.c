/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Where blocks are in a program, as the first argument names one made of
 * Inputs/twins-*.c, and in the same file damaged; then what the database keeps
 * of them and a build reads. In the directory that the second argument names.
 */
#include "blocks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "psr/sampled.h"
#include "text.h"

#define START UINT64_C(0x40000000) /* where the file seems to be mapped */

static unsigned char *file;
static size_t bytes;

static void read_whole(const char *path)
{
	FILE *f = fopen(path, "rb");

	if (!f)
		exit(2);
	fseek(f, 0, SEEK_END);
	bytes = (size_t)ftell(f);
	rewind(f);
	file = malloc(bytes);
	if (!file || fread(file, 1, bytes, f) != bytes)
		exit(2);
	fclose(f);
}

/* As if each byte of the file had been executed once. */
static void everything(struct psr_trace *t, const char *path)
{
	memset(t, 0, sizeof(*t));
	t->maps = calloc(1, sizeof(*t->maps));
	t->at = calloc(bytes, sizeof(*t->at));
	if (!t->maps || !t->at)
		exit(2);
	t->nmaps = 1;
	t->maps[0].start = START;
	t->maps[0].end = START + bytes;
	snprintf(t->maps[0].path, sizeof(t->maps[0].path), "%s", path);
	for (size_t i = 0; i < bytes; i++)
		t->at[t->n++] = START + i;
}

static size_t count(const struct psr_blocks *b, const char *source,
		    const char *name, const char *path)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++)
		n += !strcmp(b->at[i].file, source) &&
		     !strcmp(b->at[i].name, name) &&
		     !strncmp(b->at[i].path, path, strlen(path)) &&
		     b->at[i].n == 1;
	return n;
}

/* Static functions of one name are told apart. */
static void test_program(const char *path, struct psr_blocks *b)
{
	struct psr_trace t;

	CHECK(psr_blocks_present(path), "%s", path);
	everything(&t, path);
	CHECK(!psr_blocks_read(&t, b), "read");
	CHECK(count(b, "twins-a.c", "twin", "") >= 3, "first");
	CHECK(count(b, "twins-b.c", "twin", "") >= 3, "second");
	CHECK(count(b, "twins-a.c", "twin", "") !=
		  count(b, "twins-b.c", "twin", ""),
	      "of different shape");
	CHECK(count(b, "twins-a.c", "main", "") >= 1, "main");
	for (size_t i = 0; i < b->n; i++)
		CHECK(b->at[i].executed && b->at[i].covered * 10 >
					       b->at[i].executed * 9,
		      "%s", b->at[i].name);
	psr_trace_free(&t);
}

static void test_damage(const char *dir)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/damaged", dir);
	srand(1);
	for (int i = 0; i < 1000; i++) {
		struct psr_blocks b = {0};
		struct psr_trace t;
		FILE *f = fopen(path, "wb");
		size_t n = bytes;

		if (!f)
			exit(2);
		if (i % 10 == 9)
			n = (size_t)rand() % bytes;
		fwrite(file, 1, n, f);
		for (int k = 0; k < 1 + i % 40; k++) {
			/* Often in the headers of the file or the sections. */
			size_t at = k % 3 ? bytes - 1 - (size_t)rand() % 6000
					  : (size_t)rand() % 800;

			if (at < n) {
				fseek(f, (long)at, SEEK_SET);
				fputc(rand() & 0xff, f);
			}
		}
		fclose(f);
		everything(&t, path);
		/* With jumps to anywhere. */
		for (int k = 0; k < i; k++)
			t.at[(size_t)rand() % t.n] =
			    START + (size_t)rand() % bytes;
		CHECK(!psr_blocks_read(&t, &b), "damage %d", i);
		(void)psr_blocks_present(path);
		psr_blocks_free(&b);
		psr_trace_free(&t);
	}
	CHECK(!psr_blocks_present("/dev/null"), "nothing");
	CHECK(!psr_blocks_present(dir), "directory");
}

static struct psr_err err;

static struct psr_store *open_store(const char *dir, const char *name)
{
	struct psr_store *s = NULL;
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	CHECK(!psr_store_open(path, PSR_STORE_WRITE, &s, &err), "%s", err.text);
	return s;
}

static void save(struct psr_store *s, uint64_t program, uint64_t n,
		 const struct psr_block *b, size_t nblocks)
{
	CHECK(!psr_store_blocks_save(s, program, n, 1000, b, nblocks, &err),
	      "%s", err.text);
}

static const char *text_of(struct psr_store *s, struct psr_text *text)
{
	static const char *const files[] = {"a.c"};

	psr_text_free(text);
	memset(text, 0, sizeof(*text));
	CHECK(!psr_sampled_write(s, files, 1, text, &err), "%s", err.text);
	return text->s ? text->s : "";
}

static void check_sampled(struct psr_store *s, uint64_t program, uint64_t n,
			  enum psr_sampling what)
{
	enum psr_sampling is;
	uint64_t has, half;

	CHECK(!psr_store_sampled(s, program, 1000, &has, &half, &is, &err), "%s",
	      err.text);
	CHECK(has == n && is == what, "%d: %d, %d", (int)program, (int)has,
	      (int)is);
	CHECK(half == (n < 1000 ? 500 : 875 + (n - 750) / 250 * 250), "%d: %d",
	      (int)n, (int)half);
}

/*
 * Enough is known of a program until it meets a function that is not. Then it
 * has a quarter more, of whatever it does; and four times as much at most.
 */
static void test_news(const char *dir)
{
	struct psr_block old[] = {{"a.c", "old", 1, 7, "", 1, "", 3, 90, 90}};
	struct psr_block both[] = {
	    {"a.c", "old", 1, 7, "", 1, "", 3, 40, 40},
	    {"a.c", "new", 2, 7, "", 1, "", 3, 50, 50},
	};
	struct psr_text text = {0};
	struct psr_store *s = open_store(dir, "news.db");

	save(s, 1, 990, old, 1);
	check_sampled(s, 1, 990, PSR_SAMPLING_WANTED);
	save(s, 1, 90, old, 1);
	check_sampled(s, 1, 1000, PSR_SAMPLING_NEWS);
	CHECK(!strncmp(text_of(s, &text), "old:96:", 7), "%s", text.s);
	save(s, 1, 90, old, 1);
	both[1].executed = 40;
	save(s, 1, 90, both, 2);
	check_sampled(s, 1, 1000, PSR_SAMPLING_NEWS);
	CHECK(!strncmp(text_of(s, &text), "old:96:", 7), "%s", text.s);
	both[1].executed = 50;
	save(s, 1, 90, both, 2);
	check_sampled(s, 1, 1090, PSR_SAMPLING_WANTED);
	CHECK(strstr(text_of(s, &text), "new:48:"), "%s", text.s);
	save(s, 1, 180, old, 1);
	check_sampled(s, 1, 1250, PSR_SAMPLING_NEWS);
	/* Of the new one enough is known as well, by now. */
	save(s, 1, 90, both, 2);
	check_sampled(s, 1, 1250, PSR_SAMPLING_NEWS);
	for (uint64_t n = 1250; n < 4000; n += 250) {
		check_sampled(s, 1, n, PSR_SAMPLING_NEWS);
		both[1].guid = n;
		save(s, 1, 9999, both, 2);
	}
	both[1].guid++;
	save(s, 1, 90, both, 2);
	check_sampled(s, 1, 4000, PSR_SAMPLING_DONE);
	psr_text_free(&text);
	psr_store_close(s);
}

static void test_store(const char *dir)
{
	struct psr_block b[] = {
	    {"a.c", "f", 11, 7, "", 1, "", 3, 0, 0},
	    {"a.c", "f", 11, 7, "", 2, "", 0, 0, 0},
	    {"a.c", "f", 11, 7, "", 3, "g", 2, 0, 0},
	    {"a.c", "f", 11, 7, "", 3, "h", 1, 0, 0},
	    {"a.c", "f", 11, 7, "4:g:9", 1, "", 5, 0, 0},
	    {"a.c", "f", 11, 7, "4:g:9 2:h:8", 1, "", 1, 0, 0},
	    {"a.c", "f", 11, 7, "5:g:10", 1, "", 1, 0, 0},
	    {"a.c", "f", 11, 7, "6:k:3 2:h:8", 1, "", 2, 0, 0},
	    {"b.c", "idle", 12, 7, "", 1, "", 0, 0, 0},
	};
	struct psr_text text = {0};
	struct psr_store *s = open_store(dir, "psr.db");

	CHECK(!*text_of(s, &text), "nothing yet");
	save(s, 1, 600, b, PSR_COUNTOF(b));
	/* What is inlined counts for itself, and its call as often; but not as
	 * it was before it changed. */
	CHECK(!strcmp(text_of(s, &text), "f:224:48\n"
					 " 1: 48\n"
					 " 2: 0\n"
					 " 3: 48 g:32 h:16\n"
					 " 4: 80\n"
					 " 5: 16\n"
					 " 6: 32\n"
					 " !CFGChecksum: 7\n"
					 "g:96:80\n"
					 " 1: 80\n"
					 " 2: 16\n"
					 " !CFGChecksum: 9\n"
					 "h:48:48\n"
					 " 1: 48\n"
					 " !CFGChecksum: 8\n"
					 "k:32:0\n"
					 " 2: 32\n"
					 " !CFGChecksum: 3\n"),
	      "%s", text.s);
	save(s, 1, 600, b, PSR_COUNTOF(b));
	CHECK(!strncmp(text_of(s, &text), "f:448:96\n", 9), "%s", text.s);
	/* Another program of the same code: enough is known of it. */
	save(s, 2, 5, b, PSR_COUNTOF(b));
	CHECK(!strncmp(text_of(s, &text), "f:448:96\n", 9), "%s", text.s);
	check_sampled(s, 2, 1000, PSR_SAMPLING_NEWS);
	check_sampled(s, 3, 0, PSR_SAMPLING_WANTED);
	/* The function has changed. */
	for (size_t i = 0; i < 8; i++)
		b[i].hash = 99;
	save(s, 3, 5, b, PSR_COUNTOF(b));
	CHECK(!strncmp(text_of(s, &text), "f:224:48\n", 9), "%s", text.s);
	CHECK(strstr(text.s, "\n !CFGChecksum: 99\n"), "%s", text.s);
	check_sampled(s, 3, 5, PSR_SAMPLING_WANTED);
	/* By and by it is seen to spend its time in a site. */
	b[0].executed = 100;
	b[0].covered = 70;
	save(s, 3, 5, b, 8);
	CHECK(*text_of(s, &text), "covered");
	b[0].covered = 69;
	save(s, 3, 5, b, 8);
	CHECK(!*text_of(s, &text), "%s", text.s);
	psr_text_free(&text);
	psr_store_close(s);
}

int main(int argc, char **argv)
{
	struct psr_blocks blocks = {0};

	if (argc < 3)
		return 2;
	read_whole(argv[1]);
	test_program(argv[1], &blocks);
	psr_blocks_free(&blocks);
	test_damage(argv[2]);
	test_news(argv[2]);
	test_store(argv[2]);
	free(file);
	return check_result();
}
