/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The ways to build a program that PSR is compared with, one row and one
 * function each. All get the same sources and the user's --flags.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "find.h"

static int out_of_memory(struct psr_err *err)
{
	return psr_fail(err, -ENOMEM, "out of memory");
}

/*
 * Runs ARGV, a compiler or the like that makes OUT, for at most ten times a
 * program's time. What it leaves behind when it is interrupted goes with all
 * else. psr-cc heeds the database of the program that it makes, no other.
 */
static int tool(const struct bench_setup *s, char *const *argv, const char *out,
		struct psr_err *err)
{
	char tmp[PATH_MAX + 8], db[PATH_MAX + 16];
	const char *const env[] = {tmp, db, NULL};
	struct bench_command c = {
	    .argv = argv, .env = env, .timeout_s = 10 * s->timeout_s};
	struct bench_result r;
	int ret;

	snprintf(tmp, sizeof(tmp), "TMPDIR=%s", s->dir);
	snprintf(db, sizeof(db), "PSR_DB=%s.db", out);
	ret = bench_launch(&c, &r, err);
	bench_result_free(&r);
	return ret;
}

static int add_all(struct psr_args *to, const char *const *list)
{
	int ret = 0;

	for (; *list && !ret; list++)
		ret = psr_args_add(to, *list);
	return ret;
}

/* Compiles SOURCES by COMPILER with FLAGS, the suite's and the user's, to OUT.
 */
static int compile(const struct bench_setup *s, const char *compiler,
		   const char *const *flags, const struct psr_args *sources,
		   const char *out, struct psr_err *err)
{
	const char *const always[] = {"-w", "-I", s->suite, NULL};
	const char *const output[] = {"-lm", "-o", out, NULL};
	struct psr_args a = {0};
	int ret;

	if (!*compiler)
		return psr_fail(err, -ENOENT, "there is no C++ compiler");
	ret = psr_args_add(&a, compiler);
	if (!ret)
		ret = add_all(&a, flags);
	if (!ret)
		ret = add_all(&a, always);
	if (!ret)
		ret = psr_args_append(&a, sources);
	if (!ret)
		ret = psr_args_append(&a, &s->flags);
	if (!ret)
		ret = add_all(&a, output);
	ret = ret ? out_of_memory(err) : tool(s, a.v, out, err);
	psr_args_free(&a);
	return ret;
}

static int by_clang(const struct bench_setup *s, const struct bench_program *p,
		    const char *const *flags, const char *out,
		    struct psr_err *err)
{
	return compile(s, p->cxx ? s->clangxx : s->clang, flags, &p->sources,
		       out, err);
}

static int make_clang(const struct bench_setup *s,
		      const struct bench_program *p, const char *out,
		      struct psr_err *err)
{
	const char *const flags[] = {"-O3", NULL};

	return by_clang(s, p, flags, out, err);
}

static int make_native(const struct bench_setup *s,
		       const struct bench_program *p, const char *out,
		       struct psr_err *err)
{
	const char *const flags[] = {"-O3", "-march=native", NULL};

	return by_clang(s, p, flags, out, err);
}

static int make_gcc(const struct bench_setup *s, const struct bench_program *p,
		    const char *out, struct psr_err *err)
{
	const char *const flags[] = {"-O3", "-march=native", NULL};

	return compile(s, p->cxx ? s->gxx : s->gcc, flags, &p->sources, out,
		       err);
}

static int make_psr(const struct bench_setup *s, const struct bench_program *p,
		    const char *out, struct psr_err *err)
{
	const char *const flags[] = {"-O3", NULL};

	return compile(s, p->cxx ? s->psr_cxx : s->psr_cc, flags, &p->sources,
		       out, err);
}

/* ---- PSR, again ---------------------------------------------------------- */

/* Copies FROM to TO, if it is there. */
static int copy(const char *from, const char *to, struct psr_err *err)
{
	FILE *in = fopen(from, "re"), *out;
	char buf[1 << 16];
	bool failed = false;

	if (!in)
		return errno == ENOENT ? 0
				       : psr_fail(err, -errno, "%s: %s", from,
						  strerror(errno));
	out = fopen(to, "we");
	for (size_t n; out && !failed && (n = fread(buf, 1, sizeof(buf), in));)
		failed = fwrite(buf, 1, n, out) != n;
	failed = !out || fclose(out) || failed || ferror(in);
	fclose(in);
	return failed ? psr_fail(err, -EIO, "%s: cannot be copied", from) : 0;
}

/*
 * Builds P once more, with what its first build has learnt: a copy of that
 * database, whose users have all ended, is this build's.
 */
static int make_again(const struct bench_setup *s,
		      const struct bench_program *p, const char *out,
		      struct psr_err *err)
{
	static const char *const suffixes[] = {".db", ".db-wal"};
	char from[PATH_MAX + 16], to[PATH_MAX + 16];
	int ret = 0;

	for (size_t i = 0; i < PSR_COUNTOF(suffixes) && !ret; i++) {
		snprintf(from, sizeof(from), "%s/psr/%s%s", s->dir, p->name,
			 suffixes[i]);
		snprintf(to, sizeof(to), "%s%s", out, suffixes[i]);
		ret = copy(from, to, err);
	}
	return ret ? ret : make_psr(s, p, out, err);
}

/* ---- Profile-guided ------------------------------------------------------ */

/* Runs PROGRAM, instrumented, with P's I-th size; its profile is RAW. */
static int train(const struct bench_setup *s, const struct bench_program *p,
		 size_t i, char *program, const char *raw, struct psr_err *err)
{
	char variable[PATH_MAX + 32];
	const char *const env[] = {variable, NULL};
	struct bench_command c = {.env = env, .cpus = &s->one, .dir = p->dir};
	struct bench_result r;
	struct psr_args a = {0};
	int ret = psr_args_add(&a, program);

	snprintf(variable, sizeof(variable), "LLVM_PROFILE_FILE=%s", raw);
	if (!ret)
		ret = psr_args_append(&a, &p->sizes[i].args);
	if (ret) {
		psr_args_free(&a);
		return out_of_memory(err);
	}
	c.argv = a.v;
	c.timeout_s = 10 * s->timeout_s; /* instrumented code is slow */
	ret = bench_launch(&c, &r, err);
	bench_result_free(&r);
	psr_args_free(&a);
	return ret;
}

/* Trains on all of P's sizes, and merges what came of it into PROFILE. */
static int train_all(const struct bench_setup *s, const struct bench_program *p,
		     char *program, const char *profile, struct psr_err *err)
{
	struct psr_args a = {0};
	const char *const merge[] = {s->profdata, "merge", "-o", profile, NULL};
	int ret = add_all(&a, merge);

	for (size_t i = 0; i < p->nsizes && !ret; i++) {
		char raw[PATH_MAX + 32];

		snprintf(raw, sizeof(raw), "%s.%zu.raw", profile, i);
		ret = train(s, p, i, program, raw, err);
		if (ret)
			goto out;
		ret = psr_args_add(&a, raw);
	}
	ret = ret ? out_of_memory(err) : tool(s, a.v, profile, err);
out:
	psr_args_free(&a);
	return ret;
}

static int make_pgo(const struct bench_setup *s, const struct bench_program *p,
		    const char *out, struct psr_err *err)
{
	char trained[PATH_MAX], profile[PATH_MAX], use[PATH_MAX + 32];
	const char *const instrument[] = {"-O3", "-march=native",
					  "-fprofile-generate", NULL};
	const char *const flags[] = {"-O3", "-march=native", use, NULL};
	int ret;

	if ((size_t)snprintf(profile, sizeof(profile), "%s.profile", out) >=
		sizeof(profile) ||
	    (size_t)snprintf(trained, sizeof(trained), "%s.train", out) >=
		sizeof(trained))
		return psr_fail(err, -ENAMETOOLONG, "%s: name too long", out);
	snprintf(use, sizeof(use), "-fprofile-use=%s", profile);
	ret = by_clang(s, p, instrument, trained, err);
	if (!ret)
		ret = train_all(s, p, trained, profile, err);
	if (!ret)
		ret = by_clang(s, p, flags, out, err);
	return ret;
}

/* ---- target_clones ------------------------------------------------------- */

/*
 * A source around the user's puts the attribute on each function that it
 * defines. The system's headers come before it, for what they declare may not
 * have it; main() may not either, and goes by another name. What clang refuses
 * all the same (templates, variable arguments) does not build.
 */
static const char clones_begin[] =
    "#ifdef __cplusplus\n"
    "#include <bits/stdc++.h>\n"
    "#endif\n"
    "#include <assert.h>\n#include <complex.h>\n#include <ctype.h>\n"
    "#include <errno.h>\n#include <fcntl.h>\n#include <float.h>\n"
    "#include <inttypes.h>\n#include <limits.h>\n#include <math.h>\n"
    "#include <pthread.h>\n#include <signal.h>\n#include <stdarg.h>\n"
    "#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n"
    "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n"
    "#include <strings.h>\n#include <sys/stat.h>\n#include <sys/time.h>\n"
    "#include <sys/types.h>\n#include <time.h>\n#include <unistd.h>\n"
    "#ifdef __cplusplus\n"
    "extern \"C\" int psr_bench_main(int, char **);\n"
    "#endif\n"
    "#define main psr_bench_main\n"
    "#pragma clang attribute push(__attribute__((target_clones(\"default\", "
    "\"arch=x86-64-v3\", \"arch=x86-64-v4\"))), apply_to = function)\n";

/* By a pointer that the compiler knows nothing of: main() takes what it will.
 */
static const char clones_main[] =
    "int psr_bench_main(void);\n"
    "int main(int argc, char **argv)\n"
    "{\n"
    "\tint (*volatile run)(int, char **) = (int (*)(int, char **))\n"
    "\t\tpsr_bench_main;\n"
    "\trun(argc, argv);\n"
    "\treturn 0;\n"
    "}\n";

static int write_file(const char *path, const char *begin, const char *source,
		      struct psr_err *err)
{
	FILE *f = fopen(path, "we");
	int failed;

	if (!f)
		return psr_fail(err, -errno, "%s: %s", path, strerror(errno));
	fputs(begin, f);
	if (source)
		fprintf(f, "#include \"%s\"\n#pragma clang attribute pop\n",
			source);
	failed = ferror(f);
	if (fclose(f) || failed)
		return psr_fail(err, -EIO, "%s: %s", path, strerror(EIO));
	return 0;
}

/* Writes the sources around P's, and a main(), and adds them to A. */
static int write_clones(const struct bench_program *p, const char *out,
			struct psr_args *a, struct psr_err *err)
{
	char path[PATH_MAX + 32];
	int ret = 0;

	for (size_t i = 0; i <= p->sources.n && !ret; i++) {
		bool last = i == p->sources.n;

		snprintf(path, sizeof(path), "%s.%zu.%s", out, i,
			 p->cxx && !last ? "cpp" : "c");
		ret = write_file(path, last ? clones_main : clones_begin,
				 last ? NULL : p->sources.v[i], err);
		if (!ret && psr_args_add(a, path))
			ret = out_of_memory(err);
	}
	return ret;
}

static int make_clones(const struct bench_setup *s,
		       const struct bench_program *p, const char *out,
		       struct psr_err *err)
{
	const char *const flags[] = {"-O3", NULL};
	struct psr_args a = {0};
	int ret = write_clones(p, out, &a, err);

	/* clang, not clang++, for main() is C; it links as C++ where need be.
	 */
	if (!ret && p->cxx && psr_args_add(&a, "-lstdc++"))
		ret = out_of_memory(err);
	if (!ret)
		ret = compile(s, s->clang, flags, &a, out, err);
	psr_args_free(&a);
	return ret;
}

/* ---- The table ----------------------------------------------------------- */

const struct bench_build bench_builds[] = {
    {.name = "clang",
     .what = "clang -O3: what all others are compared with",
     .by_default = true,
     .make = make_clang},
    {.name = "native",
     .what = "clang -O3 -march=native",
     .by_default = true,
     .make = make_native},
    {.name = "pgo",
     .what = "clang -O3 -march=native, trained on the same inputs",
     .by_default = true,
     .make = make_pgo},
    {.name = "clones",
     .what = "clang -O3, all functions target_clones for x86-64-v3 and -v4",
     .by_default = true,
     .make = make_clones},
    {.name = "gcc",
     .what = "gcc -O3 -march=native",
     .by_default = true,
     .make = make_gcc},
    {.name = "psr",
     .what = "psr-cc -O3, when it has learnt",
     .by_default = true,
     .psr = true,
     .make = make_psr},
    {.name = "again",
     .what = "the same, built again with what psr has learnt",
     .by_default = true,
     .psr = true,
     .after = "psr",
     .make = make_again},
    {.name = "threads",
     .what = "psr, on the processors of --threads",
     .psr = true,
     .threads = true,
     .make = make_psr},
};
const size_t bench_nbuilds = PSR_COUNTOF(bench_builds);
_Static_assert(PSR_COUNTOF(bench_builds) <= BENCH_BUILDS, "make room");

size_t bench_build_named(const char *name)
{
	size_t b = 0;

	while (b < bench_nbuilds && strcmp(bench_builds[b].name, name) != 0)
		b++;
	return b;
}

/* ---- Tools --------------------------------------------------------------- */

static bool find_clang(char *out, size_t size)
{
	const char *env = getenv("PSR_CLANG");

	if (!env || !*env)
		env = access(PSR_CLANG, X_OK) ? "clang-22" : PSR_CLANG;
	if (!strchr(env, '/'))
		return psr_find_in_path(env, out, size);
	return (size_t)snprintf(out, size, "%s", env) < size &&
	       !access(out, X_OK);
}

/* NAME in the directory where PATH's file really is. */
static bool find_beside(const char *path, const char *name, char *out,
			size_t size)
{
	char real[PATH_MAX];

	if (!realpath(path, real) || !strrchr(real, '/'))
		return false;
	*strrchr(real, '/') = 0;
	return (size_t)snprintf(out, size, "%s/%s", real, name) < size &&
	       !access(out, X_OK);
}

static int missing(struct psr_err *err, const char *what)
{
	return psr_fail(err, -ENOENT, "cannot find %s", what);
}

static bool needs(uint32_t builds, int (*make)(const struct bench_setup *,
					       const struct bench_program *,
					       const char *, struct psr_err *))
{
	for (size_t i = 0; i < bench_nbuilds; i++)
		if ((builds >> i & 1) && bench_builds[i].make == make)
			return true;
	return false;
}

int bench_setup_tools(struct bench_setup *s, uint32_t builds,
		      struct psr_err *err)
{
	const char *env = getenv("PSR_CLANG");

	if (!find_clang(s->clang, sizeof(s->clang)))
		return missing(err, env && *env ? env : "clang-22");
	find_beside(s->clang, "clang++", s->clangxx, sizeof(s->clangxx));
	if (needs(builds, make_pgo) &&
	    !find_beside(s->clang, "llvm-profdata", s->profdata,
			 sizeof(s->profdata)))
		return missing(err, "llvm-profdata beside clang, for 'pgo'");
	if (needs(builds, make_gcc) &&
	    !psr_find_in_path("gcc", s->gcc, sizeof(s->gcc)))
		return missing(err, "gcc, for the build 'gcc'");
	if (needs(builds, make_gcc))
		psr_find_in_path("g++", s->gxx, sizeof(s->gxx));
	if ((needs(builds, make_psr) || needs(builds, make_again)) &&
	    (!psr_find_own("bin/psr-cc", s->psr_cc, sizeof(s->psr_cc)) ||
	     !psr_find_own("bin/psr-c++", s->psr_cxx, sizeof(s->psr_cxx))))
		return missing(err, "psr-cc beside psr");
	return 0;
}
