/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What of PSR and its companions is installed; the database; variables. */
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doctor.h"
#include "find.h"
#include "parse.h"
#include "psr/store.h"

extern char **environ;

/* Finds NAME beside psr as installed or built: ../lib and its like. */
static bool companion(const char *name, char *out, size_t size)
{
	static const char *const dirs[] = {PSR_LIBDIR, "lib",
					   "lib/x86_64-linux-gnu"};
	char own[PATH_MAX];

	for (size_t i = 0; i < PSR_COUNTOF(dirs); i++) {
		snprintf(own, sizeof(own), "%s/%s", dirs[i], name);
		if (psr_find_own(own, out, size))
			return true;
	}
	return false;
}

void doctor_runtime(struct doctor *d)
{
	const char *own = getenv("PSR_RUNTIME");
	char path[PATH_MAX];

	if (own && *own) {
		if (access(own, R_OK) < 0)
			doctor_bad(d,
				   "PSR_RUNTIME=%s: %s: programs run the "
				   "baseline",
				   own, strerror(errno));
		else
			doctor_ok(d, "%s (PSR_RUNTIME)", own);
	} else if (companion("libpsrrt.so.0", path, sizeof(path))) {
		doctor_ok(d, "%s", path);
	} else {
		doctor_no(d, "no libpsrrt.so.0 beside psr: programs run the "
			     "baseline");
	}
}

void doctor_plugin(struct doctor *d)
{
	char path[PATH_MAX];

	if (companion("libpsr.so", path, sizeof(path)))
		doctor_ok(d, "%s", path);
	else
		doctor_no(d, "no libpsr.so beside psr: psr-cc compiles as "
			     "plain clang");
}

void doctor_clang(struct doctor *d)
{
	const char *own = getenv("PSR_CLANG");
	char path[PATH_MAX];

	if (own && *own) {
		if (access(own, X_OK) < 0 &&
		    !psr_find_in_path(own, path, sizeof(path)))
			doctor_bad(d, "PSR_CLANG=%s: not found", own);
		else
			doctor_ok(d, "%s (PSR_CLANG)", own);
	} else if (!access(PSR_CLANG, X_OK)) {
		doctor_ok(d, "%s", PSR_CLANG);
	} else if (psr_find_in_path("clang-22", path, sizeof(path))) {
		doctor_ok(d, "%s", path);
	} else {
		doctor_no(d, "no clang-22 found: psr-cc cannot compile");
	}
}

static void tool(struct doctor *d, const char *name, const char *without)
{
	char path[PATH_MAX];

	if (psr_find_in_path(name, path, sizeof(path)))
		doctor_ok(d, "%s", path);
	else
		doctor_no(d, "no %s in PATH: %s", name, without);
}

void doctor_bubblewrap(struct doctor *d)
{
	tool(d, "bwrap", "programs cannot be isolated");
}

void doctor_slurm(struct doctor *d)
{
	tool(d, "sinfo", "this machine only");
}

/* ---- The database ---------------------------------------------------------
 */

static bool database_path(struct doctor *d, char *path, size_t size,
			  struct psr_err *err)
{
	if (!d->db)
		return !psr_store_path(path, size, err);
	snprintf(path, size, "%s", d->db);
	return true;
}

static int take_count(void *ctx, int ncols, const char *const *names,
		      const char *const *values, const char *const *types)
{
	(void)ncols, (void)names, (void)types;
	snprintf(ctx, 32, "%s", values[0] ? values[0] : "0");
	return 0;
}

static void count(struct psr_store *s, const char *sql, char out[32])
{
	strcpy(out, "?");
	if (psr_store_query(s, sql, NULL, 0, take_count, out, NULL) < 0)
		strcpy(out, "?");
}

static void describe(struct doctor *d, struct psr_store *s, const char *path)
{
	char runs[32], programs[32], reservations[32];
	bool writable = !access(path, W_OK);

	count(s, "SELECT count(*) FROM run", runs);
	count(s, "SELECT count(*) FROM program", programs);
	count(s, "SELECT count(*) FROM reservation", reservations);
	if (writable)
		doctor_ok(d,
			  "%s: sound, %s runs of %s programs, %s "
			  "reservations",
			  path, runs, programs, reservations);
	else
		doctor_bad(d, "%s: not writable (%s): nothing new is learnt",
			   path, strerror(errno));
}

void doctor_database(struct doctor *d)
{
	struct psr_store *s = NULL;
	struct psr_err err = {""};
	char path[PATH_MAX];
	int ret;

	if (!database_path(d, path, sizeof(path), &err)) {
		doctor_bad(d, "%s: nothing is remembered", err.text);
		return;
	}
	if (access(path, F_OK) < 0 && errno == ENOENT) {
		doctor_no(d, "%s: not there yet; made when first needed", path);
		return;
	}
	ret = psr_store_check(path, &err);
	if (!ret)
		ret = psr_store_open(path, PSR_STORE_READ, &s, &err);
	if (ret < 0)
		doctor_bad(d, "%s", err.text);
	else
		describe(d, s, path);
	psr_store_close(s);
}

void doctor_set_aside(struct doctor *d)
{
	char path[PATH_MAX], pattern[PATH_MAX + 16];
	struct psr_err err;
	glob_t found;
	size_t n = 0;

	if (!database_path(d, path, sizeof(path), &err)) {
		doctor_no(d, "no database");
		return;
	}
	snprintf(pattern, sizeof(pattern), "%s.corrupt-*", path);
	if (!glob(pattern, 0, NULL, &found)) {
		for (size_t i = 0; i < found.gl_pathc; i++) {
			const char *p = found.gl_pathv[i];

			if (strstr(p, "-wal") || strstr(p, "-shm"))
				continue;
			doctor_bad(d, "%s: a damaged database was put there",
				   p);
			n++;
		}
		globfree(&found);
	}
	if (!n)
		doctor_ok(d, "no damaged database");
}

/* ---- Variables ------------------------------------------------------------
 */

static const char *judge_mode(const char *v)
{
	return psr_mode_valid(v) ? NULL
				 : "is not off, baseline, frozen, learn, verify or "
				   "pinned:VARIANT, and ignored";
}

static const char *judge_share(const char *v)
{
	char *end;
	double x = strtod(v, &end);

	return end != v && !*end && x >= 0 && x <= 100
		   ? NULL
		   : "is not a number from 0 to 100, and ignored";
}

static const char *judge_place(const char *v)
{
	return *v == '/' ? NULL
			 : "is no absolute path: it means another "
			   "file in each directory";
}

static const char *judge_any(const char *v)
{
	(void)v;
	return NULL;
}

static const struct {
	const char *name;
	const char *(*judge)(const char *value);
} variables[] = {
    {"PSR_MODE", judge_mode},     {"PSR_DB", judge_place},
    {"PSR_EXPLORE", judge_share}, {"PSR_RUNTIME", judge_any},
    {"PSR_CLANG", judge_any},
};

static void judge(struct doctor *d, const char *variable)
{
	size_t n = strcspn(variable, "=");
	const char *why;

	for (size_t i = 0; i < PSR_COUNTOF(variables); i++) {
		if (strlen(variables[i].name) != n ||
		    strncmp(variables[i].name, variable, n) != 0)
			continue;
		why = variable[n] && variable[n + 1]
			  ? variables[i].judge(variable + n + 1)
			  : NULL;
		if (why)
			doctor_bad(d, "%s: %s", variable, why);
		else
			doctor_ok(d, "%s", variable);
		return;
	}
	doctor_bad(d, "%.*s is no variable of PSR's", (int)n, variable);
}

void doctor_variables(struct doctor *d)
{
	size_t n = 0;

	for (char **v = environ; *v; v++)
		if (!strncmp(*v, "PSR_", 4)) {
			judge(d, *v);
			n++;
		}
	if (!n)
		doctor_ok(d, "no PSR_* variable is set");
}
