/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* test_profile DIR - what a build reads of the database: runtime/profile.c. */
#include <limits.h>

#include "psr/profile.h"
#include "store_help.h"
#include "text.h"

static const struct psr_variant_info names[] = {
    {.name = "v3"}, {.name = "v4"}, {.name = "par"}};

/* N samples of NS, slightly apart. */
static struct psr_site_time times(const char *variant, uint16_t size_class,
				  uint32_t n, float ns)
{
	struct psr_site_time t = {.site = 0xabc,
				  .size_class = size_class,
				  .n = n,
				  .total_ns = 1,
				  .nring = n};

	snprintf(t.variant, sizeof(t.variant), "%s", variant);
	for (uint32_t i = 0; i < n; i++)
		t.ring[i] = ns * (1 + (float)(i % 5) * 0.001f);
	return t;
}

static const struct psr_site_info info = {.site = 0xabc,
					  .function = "f",
					  .file = "/src/dir/a.c",
					  .nvariants = 3,
					  .variants = names};

static void save(struct psr_store *s, const char *module,
		 const struct psr_site_time *t, size_t n,
		 const struct psr_site_count *c, size_t nc)
{
	const struct psr_site_branch branch = {0xabc, 1, 300000, 100000};
	const struct psr_site_batch b = {.module = module,
					 .cpu = "v4",
					 .pid = 1,
					 .info = &info,
					 .ninfo = 1,
					 .times = t,
					 .ntimes = n,
					 .counts = c,
					 .ncounts = nc,
					 .branches = &branch,
					 .nbranches = nc ? 1 : 0};

	OK(psr_store_sites_save(s, &b, &err));
}

static void expect(struct psr_store *s, const char *const *files, size_t n,
		   const char *text)
{
	struct psr_text got = {0};
	size_t nsites;

	OK(psr_profile_write(s, files, n, &got, &nsites, &err));
	CHECK(got.s && !strcmp(got.s, text), "'%s', not '%s'",
	      got.s ? got.s : "", text);
	psr_text_free(&got);
}

static struct psr_store *open_new(const char *dir, const char *name)
{
	char path[PATH_MAX];
	struct psr_store *s = NULL;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	OK(psr_store_open(path, PSR_STORE_WRITE, &s, &err));
	if (!s)
		exit(1);
	return s;
}

/* A variant that wins at one size is kept, whatever it lost elsewhere; one
 * that wins nowhere is lost; threads are no part of a name. */
static void test_fates(const char *dir)
{
	struct psr_store *s = open_new(dir, "fates.db");
	const struct psr_site_time t[] = {
	    times("baseline", 10, 16, 4), times("v3", 10, 16, 2),
	    times("v4", 10, 16, 3),       times("par@4", 10, 16, 9),
	    times("baseline", 12, 16, 4), times("v3", 12, 16, 5),
	    times("par@4", 12, 16, 1)};

	save(s, "prog", t, PSR_COUNTOF(t), NULL, 0);
	expect(s, NULL, 0,
	       "psr-profile 1\nsite 0000000000000abc\nquick 10 8\nwon par v3\n"
	       "lost v4\n");
	/* Of the same code in another program, with few samples. */
	save(s, "other",
	     (const struct psr_site_time[]){times("baseline", 10, 16, 4),
					    times("v4", 10, 2, 4)},
	     2, NULL, 0);
	expect(s, NULL, 0,
	       "psr-profile 1\nsite 0000000000000abc\nwon par v3\n");
	psr_store_close(s);
}

/* The original wins for good only where it has been measured well everywhere.
 */
static void test_baseline(const char *dir)
{
	struct psr_store *s = open_new(dir, "baseline.db");
	const struct psr_site_time good[] = {times("baseline", 10, 16, 2),
					     times("v3", 10, 16, 3)};
	const struct psr_site_time few[] = {times("baseline", 11, 5, 2),
					    times("v3", 11, 5, 3)};

	save(s, "prog", good, 2, NULL, 0);
	expect(s, NULL, 0,
	       "psr-profile 1\nsite 0000000000000abc\nbaseline\nlost v3\n");
	save(s, "prog", few, 2, NULL, 0);
	expect(s, NULL, 0, "psr-profile 1\n");
	psr_store_close(s);
}

/* A variant that wins by less than choosing costs is no reason for a site; one
 * that wins by much is, and so is what is not known yet. */
static void test_worth(const char *dir)
{
	struct psr_store *s = open_new(dir, "worth.db");
	const struct psr_site_time t[] = {times("baseline", 10, 16, 4),
					  times("v3", 10, 16, 3.99f)};
	const struct psr_site_time much[] = {times("baseline", 8, 16, 4),
					     times("v3", 8, 16, 3)};
	/* By as much of the time, but not more than to be dispatched takes. */
	const struct psr_site_time little[] = {times("baseline", 5, 16, 1),
					       times("v3", 5, 16, 0.75f)};

	save(s, "prog", t, 2, NULL, 0);
	expect(s, NULL, 0,
	       "psr-profile 1\nsite 0000000000000abc\nbaseline\nlost v3\n");
	save(s, "prog", much, 2, NULL, 0);
	expect(s, NULL, 0,
	       "psr-profile 1\nsite 0000000000000abc\nquick 8 8\nwon v3\n");
	save(s, "prog", little, 2, NULL, 0);
	expect(s, NULL, 0, "psr-profile 1\nsite 0000000000000abc\nwon v3\n");
	psr_store_close(s);
}

/* A fiftieth of the program's time in sites, in any one program. */
static void test_hot(const char *dir)
{
	struct psr_store *s = open_new(dir, "hot.db");
	struct psr_site_time t[] = {times("baseline", 10, 16, 4),
				    times("baseline", 10, 16, 4)};

	t[0].spent_ns = 1e6;
	t[1].site = 0xdef;
	t[1].spent_ns = 51e6; /* and 0xabc less than a fiftieth of all */
	save(s, "prog", t, 2, NULL, 0);
	expect(s, NULL, 0, "psr-profile 1\nsite 0000000000000def\nhot\n");
	t[0].spent_ns = 1e3;
	save(s, "other", t, 1, NULL, 0);
	expect(s, NULL, 0,
	       "psr-profile 1\nsite 0000000000000abc\nhot\n"
	       "site 0000000000000def\nhot\n");
	psr_store_close(s);
}

/* Constants by size, above nine tenths; weights are scaled; files select. */
static void test_values(const char *dir)
{
	static const char *const a[] = {"b.c", "a.c"}, *const z[] = {"z.c"};
	struct psr_store *s = open_new(dir, "values.db");
	struct psr_site_count c[2] = {
	    {.site = 0xabc,
	     .size_class = 6,
	     .calls = 1024,
	     .counted = 16,
	     .nvalues = 3,
	     .values = {{0, 4, 16}, {1, -1, 15}, {2, 7, 9}}},
	    {.site = 0xabc,
	     .size_class = 20,
	     .calls = 1,
	     .counted = 2,
	     .nvalues = 1,
	     .values = {{0, 100, 2}}}};
	static const char text[] = "psr-profile 1\nsite 0000000000000abc\n"
				   "known\nclass 6 16\nvalue 0 4\n"
				   "value 1 -1\nclass 20 20\n"
				   "branch 1 49153 16385\n";

	save(s, "prog", NULL, 0, c, 2);
	expect(s, NULL, 0, text);
	expect(s, a, 2, text);
	expect(s, z, 1, "psr-profile 1\n");
	psr_store_close(s);
}

/* Calls of one size differ: what each had together, most frequent or not. */
static void test_sets(const char *dir)
{
	struct psr_store *s = open_new(dir, "sets.db");
	struct psr_site_count c[2] = {
	    {.site = 0xabc,
	     .size_class = 6,
	     .calls = 1024,
	     .counted = 100,
	     .nvalues = 11,
	     .values = {{0, 7, 100},
			{1, 5, 60},
			{1, 3, 38},
			{1, 9, 2},
			{2, 6, 60},
			{2, 4, 38},
			{2, 10, 2},
			{3, 1, 50},
			{3, 0, 50},
			{4, 2, 60},
			{4, 8, 20}}},
	    {.site = 0xabc,
	     .size_class = 7,
	     .calls = 1024,
	     .counted = 15,
	     .nvalues = 2,
	     .values = {{0, 1, 8}, {0, 2, 7}}}};

	save(s, "prog", NULL, 0, c, 2);
	expect(s, NULL, 0,
	       "psr-profile 1\nsite 0000000000000abc\n"
	       "known\nclass 6 16\nvalue 0 7\n"
	       "set 1 3 2 4\nset 1 5 2 6 4 2\nclass 7 17\n"
	       "branch 1 49153 16385\n");
	psr_store_close(s);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	test_fates(argv[1]);
	test_baseline(argv[1]);
	test_worth(argv[1]);
	test_hot(argv[1]);
	test_values(argv[1]);
	test_sets(argv[1]);
	return check_failures;
}
