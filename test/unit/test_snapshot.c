/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Snapshots: what one says, when it is made, when it is believed, and what
 * becomes of a damaged one.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "store_help.h"

#define ROWS 7

static char path[560], folder[600], snapshot[900];

struct heard {
	unsigned times, counts, good;
};

static struct psr_site_time row(unsigned i, uint64_t n)
{
	struct psr_site_time t = {.site = 9 + i % 3,
				  .size_class = (uint16_t)(980 + i),
				  .n = n,
				  .total_ns = 100.5 * i,
				  .spent_ns = 7 + i,
				  .nring = 1 + i * 5,
				  .npairs = i * 2};

	snprintf(t.variant, sizeof(t.variant), "v%u", i);
	for (uint32_t k = 0; k < t.nring; k++)
		t.ring[k] = 1.25f + (float)k;
	for (uint32_t k = 0; k < t.npairs; k++)
		t.pairs[k] = 0.5f + (float)k;
	return t;
}

static void save(uint64_t n)
{
	struct psr_site_time times[ROWS];
	const struct psr_site_count count = {
	    .site = 9, .size_class = 1000, .calls = 50, .counted = 5};
	const struct psr_site_batch batch = {.module = "prog",
					     .cpu = "c",
					     .pid = getpid(),
					     .times = times,
					     .ntimes = ROWS,
					     .counts = &count,
					     .ncounts = 1};
	struct psr_store *s = NULL;

	for (unsigned i = 0; i < ROWS; i++)
		times[i] = row(i, n);
	OK(psr_store_open(path, PSR_STORE_WRITE, &s, &err));
	OK(psr_store_sites_save(s, &batch, &err));
	psr_store_close(s);
}

static void hear_time(void *ctx, const struct psr_site_time *t)
{
	struct heard *h = ctx;
	struct psr_site_time want = row(t->size_class - 980u, t->n);

	h->times++;
	h->good += t->site == want.site && t->total_ns == want.total_ns &&
		   t->spent_ns == want.spent_ns && t->nring == want.nring &&
		   !strcmp(t->variant, want.variant) &&
		   t->npairs == want.npairs &&
		   !memcmp(t->ring, want.ring,
			   t->nring * sizeof(t->ring[0])) &&
		   !memcmp(t->pairs, want.pairs,
			   t->npairs * sizeof(t->pairs[0]));
}

static void hear_count(void *ctx, uint64_t site, uint16_t size_class,
		      uint64_t counted)
{
	struct heard *h = ctx;

	h->counts++;
	CHECK(site == 9 && size_class == 1000 && counted % 5 == 0, "%llu",
	      (unsigned long long)counted);
}

static int wake(const char *module, bool wants_prior, struct heard *h,
		struct psr_waking *w)
{
	*h = (struct heard){0};
	*w = (struct psr_waking){.time = hear_time,
				 .count = hear_count,
				 .ctx = h,
				 .wants_prior = wants_prior};
	return psr_store_wake(module, "c", w, &err);
}

/* Wakes and wants everything, once. */
static void check_wake(const char *when)
{
	struct psr_waking w;
	struct heard h;

	OK(wake("prog", false, &h, &w));
	CHECK(h.times == ROWS && h.good == ROWS && h.counts == 1 &&
		  !w.recording && !w.prior,
	      "%s: %u times, %u good, %u counts", when, h.times, h.good,
	      h.counts);
}

/* The name of the only snapshot goes to `snapshot`. */
static unsigned count_snapshots(void)
{
	DIR *d = opendir(folder);
	unsigned n = 0;
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (!strncmp(e->d_name, "psr.db-snapshot-", 16)) {
			snprintf(snapshot, sizeof(snapshot), "%s/%s", folder,
				 e->d_name);
			n++;
		}
	if (d)
		closedir(d);
	return n;
}

static void set_age(const char *name, time_t seconds)
{
	const struct timespec when = {time(NULL) - seconds, 0};
	const struct timespec both[2] = {when, when};

	CHECK(!utimensat(AT_FDCWD, name, both, 0) || errno == ENOENT, "%s",
	      name);
}

static void rest(void)
{
	char log[600];

	snprintf(log, sizeof(log), "%s-wal", path);
	set_age(path, 60);
	set_age(log, 60);
}

/* Whatever the database says, but looks the same outside. */
static void spoil_unseen(char **kept, size_t *n)
{
	char log[600];
	struct stat st;
	FILE *f;

	snprintf(log, sizeof(log), "%s-wal", path);
	CHECK(!stat(log, &st), "%s", log);
	*n = (size_t)st.st_size;
	*kept = malloc(*n);
	f = fopen(log, "r+");
	CHECK(fread(*kept, 1, *n, f) == *n, "%s", log);
	rewind(f);
	for (size_t i = 0; i < *n; i++)
		fputc(0, f);
	fclose(f);
	rest();
}

static void mend(char *kept, size_t n)
{
	char log[600];
	FILE *f;

	snprintf(log, sizeof(log), "%s-wal", path);
	f = fopen(log, "r+");
	CHECK(fwrite(kept, 1, n, f) == n, "%s", log);
	fclose(f);
	free(kept);
	rest();
}

static void test_believed(void)
{
	struct psr_waking w;
	struct heard h;
	char *kept;
	size_t n;

	save(1);
	check_wake("new");
	CHECK(count_snapshots() == 0, "of a database that just changed");
	rest();
	check_wake("at rest");
	CHECK(count_snapshots() == 1, "%u", count_snapshots());
	check_wake("from the snapshot");
	spoil_unseen(&kept, &n);
	check_wake("from the snapshot, the database being spoilt");
	unlink(snapshot);
	CHECK(wake("prog", false, &h, &w) < 0 || !h.times,
	      "the database was not spoilt");
	mend(kept, n);
	unlink(snapshot);
	check_wake("mended");
	/* Another module has none, as it has no rows. */
	OK(wake("other", false, &h, &w));
	CHECK(h.times == 0 && count_snapshots() == 1, "%u", h.times);
}

static uint64_t heard_n;

static void hear_n(void *ctx, const struct psr_site_time *t)
{
	(void)ctx;
	heard_n = t->n;
}

static uint64_t wake_n(void)
{
	struct psr_waking w = {.time = hear_n, .count = hear_count};
	struct heard h;

	w.ctx = &h;
	OK(psr_store_wake("prog", "c", &w, &err));
	return heard_n;
}

/* What is saved is heard by the next, at rest or not. */
static void test_change(void)
{
	struct psr_store *s = NULL;
	uint64_t before;

	rest();
	before = wake_n();
	CHECK(count_snapshots() == 1, "%u", count_snapshots());
	save(10);
	CHECK(wake_n() == before + 10, "%llu", (unsigned long long)wake_n());
	rest();
	CHECK(wake_n() == before + 10, "%llu", (unsigned long long)wake_n());
	CHECK(wake_n() == before + 10, "%llu", (unsigned long long)wake_n());
	/* A checkpoint changes the files, not what they say. */
	OK(psr_store_open(path, PSR_STORE_WRITE, &s, &err));
	OK(psr_store_maintain(s, &err));
	psr_store_close(s);
	rest();
	CHECK(wake_n() == before + 10, "%llu", (unsigned long long)wake_n());
}

static void make_fresh(void)
{
	static const char *const parts[] = {"", "-wal", "-shm"};
	char name[600];

	if (count_snapshots())
		unlink(snapshot);
	for (size_t i = 0; i < PSR_COUNTOF(parts); i++) {
		snprintf(name, sizeof(name), "%s%s", path, parts[i]);
		unlink(name);
	}
	save(1);
	rest();
	check_wake("fresh");
	CHECK(count_snapshots() == 1, "%u", count_snapshots());
}

/* Any byte may be wrong, and any end missing. */
static void test_damage(void)
{
	struct stat st;
	char *bytes;
	FILE *f;

	make_fresh();
	CHECK(!stat(snapshot, &st), "%s", snapshot);
	bytes = malloc((size_t)st.st_size);
	f = fopen(snapshot, "r");
	CHECK(fread(bytes, 1, (size_t)st.st_size, f) == (size_t)st.st_size,
	      "%s", snapshot);
	fclose(f);
	for (off_t i = 0; i < st.st_size; i += 3) {
		f = fopen(snapshot, "w");
		bytes[i] ^= 0x11;
		fwrite(bytes, 1, (size_t)st.st_size, f);
		bytes[i] ^= 0x11;
		fclose(f);
		check_wake("a wrong byte");
	}
	for (off_t n = 0; n < st.st_size; n += 41) {
		f = fopen(snapshot, "w");
		fwrite(bytes, 1, (size_t)n, f);
		fclose(f);
		check_wake("cut off");
	}
	free(bytes);
	CHECK(count_snapshots() == 1, "%u", count_snapshots());
}

/* A trained prior is not in the snapshot: who wants it asks the database. */
static void test_prior(void)
{
	struct psr_store *s = NULL;
	struct psr_waking w;
	struct heard h;

	OK(psr_store_open(path, PSR_STORE_WRITE, &s, &err));
	OK(psr_store_model_put(s, "prior", "abc", 3, 1, &err));
	psr_store_close(s);
	rest();
	check_wake("with a prior");
	for (int i = 0; i < 2; i++) {
		OK(wake("prog", true, &h, &w));
		CHECK(h.times == ROWS && w.prior && w.prior_bytes == 3 &&
			  !memcmp(w.prior, "abc", 3),
		      "%u times", h.times);
		free(w.prior);
	}
}

static void hear_any(void *ctx, const struct psr_site_time *t)
{
	(void)t;
	++*(unsigned *)ctx;
}

/* A snapshot of more than LITTLE bytes, which the log's index has. */
static void test_file_size(void)
{
	const struct rlimit little = {32768, 32768};
	struct psr_site_time times[600];
	const struct psr_site_batch batch = {.module = "big",
					     .cpu = "c",
					     .pid = getpid(),
					     .times = times,
					     .ntimes = PSR_COUNTOF(times)};
	unsigned heard = 0;
	struct psr_waking w = {
	    .time = hear_any, .count = hear_count, .ctx = &heard};
	struct psr_store *s = NULL;
	int status;
	pid_t child;

	make_fresh();
	unlink(snapshot);
	for (unsigned i = 0; i < PSR_COUNTOF(times); i++) {
		times[i] = row(5, 1);
		times[i].site = i;
	}
	OK(psr_store_open(path, PSR_STORE_WRITE, &s, &err));
	OK(psr_store_sites_save(s, &batch, &err));
	psr_store_close(s);
	rest();
	child = fork();
	if (!child) {
		setrlimit(RLIMIT_FSIZE, &little);
		OK(psr_store_wake("big", "c", &w, &err));
		_exit(heard != PSR_COUNTOF(times) || count_snapshots() != 0);
	}
	waitpid(child, &status, 0);
	CHECK(status == 0, "%x", (unsigned)status);
	OK(psr_store_wake("big", "c", &w, &err));
	CHECK(heard == PSR_COUNTOF(times) && count_snapshots() == 1, "%u",
	      heard);
	unlink(snapshot);
}

/* Where none can be made, waking does as well without. */
static void test_no_place(void)
{
	make_fresh();
	unlink(snapshot);
	CHECK(!mkdir(snapshot, 0700), "%s", snapshot);
	check_wake("a folder where the file should be");
	rmdir(snapshot);
	check_wake("and again");
	CHECK(count_snapshots() == 1, "%u", count_snapshots());
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	snprintf(path, sizeof(path), "%s/psr.db", argv[1]);
	snprintf(folder, sizeof(folder), "%s", argv[1]);
	setenv("PSR_DB", path, 1);
	test_believed();
	test_change();
	test_damage();
	test_prior();
	test_file_size();
	test_no_place();
	return check_result();
}
